"""Which parts of a new decision are worth a write: sentences and drifting figures wait for a material change.

Pure. Owns what counts as material; must not know what the CRM holds. Without the gate, "21 days ago" would
rewrite every account every night.
"""

import math
from dataclasses import replace
from typing import Final

from adapters.records import Fields, Value
from webhooks.writeback.comparison import fit
from webhooks.writeback.entry import Entry, OwnFields

SCORE: Final = "health_score"
SCORED_AT: Final = "scored_at"
OTHER_SCORES: Final = frozenset({"risk_score", "expansion_score", "onboarding_score", "advocacy_score", "churn_risk"})
LANGUAGE: Final = "language"
"""No field of the CRM's: in which language the sentences are, kept so that another one passes. None = the default."""
DECISIVE: Final = ("health_band", "risk_flags", "journey_stage", "segment", "score_version", LANGUAGE)
"""What makes a decision another one, whatever the score."""
GATED: Final = frozenset(
    {"health_reasons", "next_action", "health_coverage", "health_trend", "health_change_30d", SCORED_AT}
)
"""Gated even where the field's definition is not at hand (switched off)."""

_TOLERANCE: Final = 1e-9
"""72.3 − 71.3 is a hair below 1 in binary."""


def publish(previous: Fields | None, decided: Fields, min_change: float, fields: OwnFields) -> Fields:
    """The new desired values, fitted: the last desired ones wherever a change is not worth a write.

    ``decided`` is the whole decision, fields that are switched off included: the version and the stage decide
    about the sentences even where they are not written. ``min_change`` is in points of a score; with 0 every
    change is material.
    """
    new = {name: _fitted(name, value, fields) for name, value in decided.items()}
    if previous is None:
        return new
    old = {name: _fitted(name, previous.get(name), fields) for name in new}
    if _material(old, new, min_change):
        return new
    return {
        name: value if _passes(name, old[name], value, min_change, fields) else old[name] for name, value in new.items()
    }


def want(entry: Entry, decided: Fields, min_change: float, fields: OwnFields) -> Entry:
    """The entry with the decision published. Drift that was accepted ends for each value that changed."""
    desired = publish(entry.desired, decided, min_change, fields)
    accepted = {
        name: value
        for name, value in entry.accepted.items()
        if name in desired and _fitted(name, value, fields) == desired[name]
    }
    return replace(entry, desired=desired, accepted=accepted)


def _material(old: Fields, new: Fields, min_change: float) -> bool:
    if min_change == 0:
        return any(old[name] != value for name, value in new.items() if name != SCORED_AT)
    if any(old.get(name) != new.get(name) for name in DECISIVE):
        return True
    return _moved(old.get(SCORE), new.get(SCORE), min_change)


def _passes(name: str, old: Value, new: Value, min_change: float, fields: OwnFields) -> bool:
    """Whether one field's change goes out although the decision as a whole is not material."""
    if name == SCORED_AT:
        return old is None
    if (old is None) != (new is None):
        return True
    if name == SCORE or name in OTHER_SCORES:
        return _moved(old, new, min_change)
    return not (name in GATED or (name in fields and fields[name].gated))


def _moved(old: Value, new: Value, min_change: float) -> bool:
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return abs(new - old) >= min_change - _TOLERANCE
    return old != new


def _fitted(name: str, value: Value, fields: OwnFields) -> Value:
    """As the field holds it. A field that is switched off has no size here, so only blanks are made alike."""
    if name in fields:
        return fit(value, fields[name])
    blank = value is None or value == "" or value == () or (isinstance(value, float) and math.isnan(value))
    return None if blank else value
