"""Which wording of a message fits a customer's numbers, where Fluent cannot choose by itself: thresholds, gaps.

A message that is not named here has one wording. Must not hold any words.
"""

from collections.abc import Mapping
from typing import Final

from scoring.facts import Facts
from scoring.messages import adoption_wordings, business_wordings
from scoring.messages.choice import Choice, Wording

SILENT_LOGIN: Final = 14
SILENT_TOUCH: Final = 30
"""Days after which we say that nothing came, not when something last came."""
USUAL: Final = 10
"""Percent of change that we still call as usual."""
THREEFOLD: Final = 200
"""Percent of growth from which a multiple is easier to grasp."""


def _was(facts: Facts) -> bool:
    """Whether there is a number of before that differs from now's."""
    before = facts.text("active_persons_before")
    return bool(before) and before != facts.text("active_persons")


def _seat_use(facts: Facts) -> Wording:
    """``seats``: with those that the plan includes, where that is known."""
    seats = facts.number("seats") or facts.number("seats_bought")
    if facts.number("active_persons") is None or seats is None:
        return Wording("seat_use--share")
    over = "over" if (facts.number("seat_use") or 0) > 1 else ""
    variant = "-".join(part for part in (over, "was" if _was(facts) else "") if part)
    return Wording(f"seat_use--{variant}" if variant else "seat_use", {"seats": seats})


def _active_persons(facts: Facts) -> Wording:
    return Wording("active_persons--was" if _was(facts) else "active_persons")


def _active_trend(facts: Facts) -> Wording:
    trend = facts.number("active_trend") or 0
    change = round(100 * (trend - 1))
    if trend == 0:
        return Wording("active_trend--none")
    if abs(change) <= USUAL:
        return Wording("active_trend")
    if change > THREEFOLD:
        return Wording("active_trend--times", {"times": trend if trend < 10 else round(trend)})
    return Wording("active_trend--up" if change > 0 else "active_trend--down", {"change": abs(change)})


def _days_since_login(facts: Facts) -> Wording:
    silent = (facts.number("days_since_login") or 0) >= SILENT_LOGIN
    return Wording("days_since_login--silent" if silent else "days_since_login")


def _days_since_touch(facts: Facts) -> Wording:
    silent = (facts.number("days_since_touch") or 0) >= SILENT_TOUCH
    return Wording("days_since_touch--silent" if silent else "days_since_touch")


def _tickets_escalated_open(facts: Facts) -> Wording:
    """``dated``: the age counts from the escalation, else from the ticket's opening."""
    number, age = facts.number("tickets_escalated_open"), facts.number("tickets_escalated_open_days") or 0
    if not number:
        return Wording("tickets_escalated_open")
    how = "dated" if facts.get("escalation_dated") is True else "open"
    several = "" if number == 1 else "-several"
    return Wording(f"tickets_escalated_open--{how}{several}", {"tickets_escalated_open_days": age})


def _tickets_open_days(facts: Facts) -> Wording:
    none = facts.number("tickets_open") == 0
    return Wording("tickets_open_days--none" if none else "tickets_open_days")


def _nps_latest(facts: Facts) -> Wording:
    several = (facts.number("nps_answers") or 1) > 1
    return Wording("nps_latest--several" if several else "nps_latest")


def _days_to_renewal(facts: Facts) -> Wording:
    over = (facts.number("days_to_renewal") or 0) < 0
    return Wording("days_to_renewal--over" if over else "days_to_renewal")


def _invoices_overdue(facts: Facts) -> Wording:
    number, days = facts.number("invoices_overdue"), facts.number("invoices_overdue_days") or 0
    if not number:
        return Wording("invoices_overdue")
    which = "invoices_overdue--one" if number == 1 else "invoices_overdue--several"
    return Wording(which, {"invoices_overdue_days": days})


def _detractor(facts: Facts) -> Wording:
    several = (facts.number("detractors") or 1) > 1
    return Wording("flag-detractor--several" if several else "flag-detractor")


def _payment_late(facts: Facts) -> Wording:
    """An amount is said where there is one that could be added up; its currency, where there is one."""
    known = {"late_invoices": facts.number("late_invoices") or 1, "late_days": facts.number("late_days") or 0}
    if facts.number("late_amount") is None:
        return Wording("flag-payment_late", known)
    which = "amount" if facts.text("late_currency") else "bare"
    return Wording(f"flag-payment_late--{which}", known)


_ESCALATED: Final = Choice(
    _tickets_escalated_open, ("tickets_escalated_open", "tickets_escalated_open_days", "escalation_dated")
)
_OVERDUE: Final = Choice(_invoices_overdue, ("invoices_overdue", "invoices_overdue_days"))
_BEFORE: Final = ("active_persons", "active_persons_before")

CHOICES: Final[Mapping[str, Choice]] = {
    "active_persons": Choice(_active_persons, _BEFORE),
    "seat_use": Choice(_seat_use, ("seat_use", "seats", "seats_bought", *_BEFORE)),
    "active_trend": Choice(_active_trend, ("active_trend",)),
    "days_since_login": Choice(_days_since_login, ("days_since_login",)),
    "days_since_touch": Choice(_days_since_touch, ("days_since_touch",)),
    "tickets_open_days": Choice(_tickets_open_days, ("tickets_open_days", "tickets_open")),
    "tickets_escalated_open": _ESCALATED,
    "tickets_escalated_open_days": _ESCALATED,
    "nps_latest": Choice(_nps_latest, ("nps_latest", "nps_answers")),
    "days_to_renewal": Choice(_days_to_renewal, ("days_to_renewal",)),
    "invoices_overdue": _OVERDUE,
    "invoices_overdue_days": _OVERDUE,
    "flag-escalated_ticket": _ESCALATED,
    "flag-detractor": Choice(_detractor, ("detractors", "lowest_answer")),
    "flag-payment_late": Choice(_payment_late, ("late_invoices", "late_days", "late_amount", "late_currency")),
    **adoption_wordings.CHOICES,
    **business_wordings.CHOICES,
}
"""By message. ``reads`` names every column that choosing or any of the wordings looks at."""
