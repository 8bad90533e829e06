"""What flags and signals say aloud: every wording of every message, with the facts that the rules hand over."""

from typing import Any

import pandas as pd
import pytest
from flag_scenes import AS_OF, ago, story

from config.flags import FLAGS
from config.words import SIGNALS
from scoring.expansion import PeerGroup, Peers, amounts, find_signals
from scoring.facts import Facts
from scoring.flags import raise_flags
from scoring.flags.scene import Raised
from scoring.messages.loading import catalogue
from scoring.messages.sentences import sentence

WORDS = catalogue("en")
PEERS = Peers(
    (PeerGroup("mid", "health", 21, {"api": 15}), PeerGroup("mid", None, 30, {"api": 20}),
     PeerGroup(None, None, 60, {"api": 20})),
    {"api": "API"},
)  # fmt: skip
PLANS = {"pro": {"price_per_seat": 900, "next": "top"}, "top": {"price": 12_000}}


def said(id: str, one: dict[str, Any], facts: dict[str, Any] | None = None, **more: Any) -> str | None:
    """The message about a customer, from the table and the facts of all flags and signals."""
    then, values = story({**one, **(facts or {})}, **more)
    flags = raise_flags(then, values, dict.fromkeys(FLAGS), band=pd.Series(["red"], index=then.index))
    signals = find_signals(then, values, {}, known=PEERS)
    shown = {str(name): column.tolist() for name, column in values.items()}
    worth = amounts(then, values, {**signals, "near_limit": _shown(signals, id)})
    for found in (*flags.values(), *signals.values(), worth):
        shown |= {name: fact.tolist() for name, fact in found.facts.items()}
    return sentence(WORDS, id, Facts(shown, 0))


def _shown(signals: Any, id: str) -> Raised:
    raised = signals["near_limit"]
    return Raised(raised.ago.fillna(0.0)) if id == "expansion-amount" else raised


def test_every_flag_and_signal_can_be_said_named_and_mended() -> None:
    for name in FLAGS:
        assert f"flag-{name}" in WORDS
        assert WORDS.said(f"flag-{name}.label", {}), name
        assert WORDS.said(f"flag-{name}.remedy", {}), name
    for name in SIGNALS:
        assert f"signal-{name}" in WORDS
        assert WORDS.said(f"signal-{name}.label", {}), name


GONE = {"person": "p", "role": "champion"}
TICKET = {"ticket": "t", "status": "open", "opened": ago(1), "subject": "Upgrade?"}
FIRST = {"first_value": {"name": "x", "within": "30d"}}


@pytest.mark.parametrize(
    ("id", "one", "more", "text"),
    [
        ("flag-champion_left", {"champion": "left"}, {}, "The champion has left"),
        ("flag-champion_left", {"champion": "left"}, {"persons": [{**GONE, "left_on": ago(0)}]},
         "The champion left today"),
        ("flag-champion_left", {"champion": "left"}, {"persons": [{**GONE, "left_on": ago(1)}]},
         "The champion left 1 day ago"),
        ("flag-executive_left", {"executive": "left"}, {"persons": [{**GONE, "role": "executive", "left_on": ago(9)}]},
         "The executive sponsor left 9 days ago"),
        ("flag-usage_falling", {"usage_trend_robust": 0.581}, {}, "Use 42 % below what is usual for this account"),
        ("flag-key_feature_dropped", {"key_feature_drop": 66.7, "key_feature_dropped": "reports"}, {},
         "Use of reports 67 % below what is usual for this account"),
        ("flag-csat_falling", {"csat_change": -22.36, "csat_latest": 61.0}, {},
         "Satisfaction down 22.4 % in 90 days, to an average of 61"),
        ("flag-ticket_pileup", {"tickets_pileup": 4.0, "tickets_open": 6.0}, {}, "6 tickets open, usually 1.5"),
        ("flag-renewal_unhealthy", {"days_to_renewal": 0}, {}, "Renewal is due today and health is red"),
        ("flag-renewal_unhealthy", {"days_to_renewal": 1}, {}, "Renewal in 1 day and health is red"),
        ("flag-renewal_unhealthy", {"days_to_renewal": 60}, {}, "Renewal in 60 days and health is red"),
        ("flag-onboarding_stalled", {"milestones_overdue": 2, "onboarding_days": 50}, {},
         "2 milestones of onboarding overdue, 50 days after the start"),
        ("flag-onboarding_stalled", {"milestones_overdue": 1, "onboarding_days": 50}, {},
         "1 milestone of onboarding overdue, 50 days after the start"),
        ("flag-onboarding_stalled", {"first_value": "no", "onboarding_days": 50}, {"product": FIRST},
         "First value not reached 50 days after the start"),
        ("flag-single_threaded", {"persons_engaged_90d": 1, "contacts_known": 4}, {},
         "Only 1 of 4 contacts spoken to in 90 days"),
        ("flag-no_executive_touch", {"days_since_executive_touch": 150}, {}, "No executive spoken to for 150 days"),
        ("flag-no_executive_touch", {"executive": "present"}, {}, "No executive who is there now spoken to yet"),
        ("flag-review_overdue", {"review_overdue_days": 1}, {}, "Review meeting overdue for 1 day"),
        ("flag-review_overdue", {"review_overdue_days": 30}, {}, "Review meeting overdue for 30 days"),
        ("flag-data_stale", {"usage_days_since_newest": 20}, {}, "No usage data for 20 days"),
        ("signal-near_limit", {"plan_limit_use": 0.861, "plan_limit_of": "api"}, {},
         "86 % of the plan's limit of api used in 28 days"),
        ("signal-seats_filling", {"seat_use": 1.0, "active_persons": 9, "seats": 9}, {},
         "9 of 9 seats active in 28 days"),
        ("signal-seats_filling", {"seat_use": 1.2, "active_persons": 12, "seats": 10}, {},
         "12 active in 28 days, 10 seats bought"),
        ("signal-users_growing", {"active_persons": 9, "active_persons_before": 5}, {},
         "4 persons more active than in the 28 days before"),
        ("signal-locked_tried", {"locked_features_tried": 1}, {}, "1 feature tried that the plan does not have"),
        ("signal-locked_tried", {"locked_features_tried": 2}, {}, "2 features tried that the plan does not have"),
        ("signal-ticket_hint", {}, {"tickets": [TICKET]}, "“upgrade” in a ticket 1 day ago"),
        ("signal-ticket_hint", {}, {"tickets": [{**TICKET, "opened": AS_OF}]}, "“upgrade” in a ticket today"),
        ("signal-happy_adopted", {"nps_latest": 9.5, "seat_use": 0.9}, {},
         "NPS answers average 9.5 of 10, and 90 % of seats are active"),
        ("signal-happy_adopted", {"csat_latest": 92.0, "breadth": 6}, {},
         "Satisfaction answers average 92, and 6 features are used"),
        ("signal-cross_sell", {"segment": "mid", "industry": "health", "products": "core"}, {},
         "API is owned by 15 of 20 accounts of the same segment and industry"),
        ("signal-cross_sell", {"segment": "mid", "products": "core"}, {},
         "API is owned by 20 of 29 accounts of the same segment"),
        ("expansion-amount", {"seat_use": 1.0, "active_persons": 10, "seats_bought": 10, "plan": "top"}, {}, None),
        ("expansion-amount", {"seats_bought": 10, "plan": "pro"}, {}, "The plan top costs 3,000 a year more"),
        ("expansion-amount", {"seats_bought": 10, "plan": "pro", "currency": "EUR"}, {},
         "The plan top costs 3,000 EUR a year more"),
        ("expansion-amount", {"seat_use": 1.1, "active_persons": 17, "seats_bought": 16, "plan": "pro",
                              "currency": "EUR"}, {}, "4 more seats at the plan's price: 3,600 EUR a year"),
    ],
)  # fmt: skip
def test_wordings(id: str, one: dict[str, Any], more: dict[str, Any], text: str | None) -> None:
    product = {"owned": "products", "plans": PLANS, **more.get("product", {})}
    assert said(id, one, **{**more, "product": product}) == text
