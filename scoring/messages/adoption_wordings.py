"""Wordings of what usage, plans and onboarding say. Must not hold any words."""

from collections.abc import Mapping
from typing import Final

from scoring.facts import Facts
from scoring.messages.choice import Choice, Wording, with_known

USUAL: Final = 0.1
"""Share of change that we still call as before."""


def _usage_trend_robust(facts: Facts) -> Wording:
    trend = facts.number("usage_trend_robust") or 0
    if trend == 0:
        return Wording("usage_trend_robust--none")
    return Wording("usage_trend_robust--usual" if abs(trend - 1) <= USUAL else "usage_trend_robust")


def _key_feature_drop(facts: Facts) -> Wording:
    fell = round(facts.number("key_feature_drop") or 0) > 0
    named = fell and facts.get("key_feature_dropped") is not None
    return Wording("key_feature_drop--named" if named else "key_feature_drop")


def _seats_free(facts: Facts) -> Wording:
    """``seats``: with those that the plan includes, where that is known."""
    seats = facts.number("seats") or facts.number("seats_bought")
    over = (facts.number("seats_free") or 0) < 0 and facts.number("active_persons") is not None and seats is not None
    return Wording("seats_free--over", {"seats": seats}) if over else Wording("seats_free")


CHOICES: Final[Mapping[str, Choice]] = {
    "active_growth": with_known("active_growth", "counted", "active_persons", "active_persons_before"),
    "usage_trend_robust": Choice(_usage_trend_robust, ("usage_trend_robust",)),
    "key_feature_drop": Choice(_key_feature_drop, ("key_feature_drop", "key_feature_dropped")),
    "seats_free": Choice(_seats_free, ("seats_free", "seats", "seats_bought", "active_persons")),
    "plan_limit_use": with_known("plan_limit_use", "named", "plan_limit_of"),
}
