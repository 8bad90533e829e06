"""Features of payment: what is overdue, and how the customer pays. Without any invoice that was due it is unknown."""

from typing import Final

from scoring.columns import number_of, seen
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column, Records

YEAR: Final = 365


@feature("invoices", "invoices")
def invoices_overdue(past: Past) -> Column:
    """Invoices past their due date and unpaid; unknown for a customer without any invoice."""
    return number_of(past.overdue, seen=past.invoices)


@feature("days", "invoices")
def invoices_overdue_days(past: Past) -> Column:
    """Days since the oldest of them was due; 0 when all are paid."""
    return seen(past.overdue.most("late"), by=past.invoices)


@feature("invoices", "invoices")
def late_payments_365d(past: Past) -> Column:
    """Invoices paid within a year, but after their due date."""
    paid = _paid(past)
    return number_of(paid.where(paid["days_late"] > 0), seen=past.invoices)


@feature("days", "invoices")
def pays_late_days(past: Past) -> Column:
    """Median days from the due date to the payment, of invoices paid within a year; negative: before it was due."""
    return _paid(past).median("days_late")


def _paid(past: Past) -> Records:
    """Those paid within a year, with ``days_late``."""
    paid = past.invoices.where(past.invoices["paid_ago"] <= YEAR)
    return paid.having(days_late=paid["late"] - paid["paid_ago"])
