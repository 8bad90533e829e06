"""Which features a policy needs before a word is said: most of the seventy are in no rule and no card of a workspace.

What sentences name beside these is computed when they are said.
"""

from collections.abc import Iterator
from typing import Final

from config.scorecards import Scorecard
from scoring.features.table import FEATURES
from scoring.policy import Policy

ALWAYS: Final = frozenset({"days_to_renewal"})
"""Of the outlook."""
OF_FLAGS: Final = frozenset(
    {
        "champion", "contacts_known", "csat_change", "customer_days", "days_since_executive_touch", "days_since_login",
        "days_to_renewal", "executive", "first_value", "key_feature_drop", "milestones_overdue", "onboarding_days",
        "persons_engaged_90d", "review_overdue_days", "tickets_escalated_open", "tickets_escalated_open_days",
        "tickets_open", "tickets_pileup", "usage_days_since_newest", "usage_trend_robust",
    }
)  # fmt: skip
"""What the flags are raised from; a test holds it against their rules."""
OF_SIGNALS: Final = frozenset(
    {
        "active_growth", "active_persons", "active_persons_before", "breadth", "csat_latest", "locked_features_tried",
        "nps_latest", "plan_limit_use", "seat_use",
    }
)  # fmt: skip
"""And the signals of expansion."""


def needed(policy: Policy) -> frozenset[str]:
    """The features that rules, cards, flags and signals of this policy look at."""
    cards = tuple(card for some in policy.cards.values() for card in some)
    rules = [segment.rule for segment in policy.segments]
    rules += [rule for stage in policy.stages for rule in (stage.enter, *stage.exit)]
    named = {name for card in cards for name in _of_card(card)}.union(*(rule.fields for rule in rules))
    others = ALWAYS | (OF_FLAGS if policy.flags else frozenset())
    others |= OF_SIGNALS if "expansion" in policy.cards else frozenset()
    return frozenset(FEATURES.keys() & (named | others))


def _of_card(card: Scorecard) -> Iterator[str]:
    yield from (measure.feature for measure in card.measures.values())
    yield from card.applies.fields
    for cap in card.caps:
        yield from cap.condition.fields
