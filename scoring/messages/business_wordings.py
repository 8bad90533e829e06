"""Wordings of what tickets, surveys, reviews, contracts and payments say. Must not hold any words."""

from collections.abc import Mapping
from typing import Final

from scoring.facts import Facts
from scoring.messages.choice import Choice, Wording, by_sign


def _tickets_pileup(facts: Facts) -> Wording:
    usual = round(facts.number("tickets_pileup") or 0, 1) <= 1
    return Wording("tickets_pileup--usual" if usual else "tickets_pileup")


def _arr(facts: Facts) -> Wording:
    return Wording("arr" if facts.text("currency") else "arr--plain")


def _arr_change(facts: Facts) -> Wording:
    """The feature is a ratio: 1 = as a year ago."""
    ratio = facts.number("arr_change") or 0
    change = round(100 * (ratio - 1))
    if ratio == 0:
        return Wording("arr_change--none")
    if change == 0:
        return Wording("arr_change")
    return Wording("arr_change--up" if change > 0 else "arr_change--down", {"change": abs(change)})


CHOICES: Final[Mapping[str, Choice]] = {
    "tickets_pileup": Choice(_tickets_pileup, ("tickets_pileup", "tickets_open")),
    "csat_change": by_sign("csat_change", "up", "down"),
    "review_overdue_days": by_sign("review_overdue_days", "overdue", "ahead"),
    "arr": Choice(_arr, ("arr", "currency")),
    "arr_change": Choice(_arr_change, ("arr_change",)),
    "pays_late_days": by_sign("pays_late_days", "late", "early"),
}
