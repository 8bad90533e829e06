"""Features of payment: what is overdue, and how the customer pays. Without any invoice that was due it is unknown."""

from typing import Final

import pandas as pd

from scoring.features.registry import feature
from scoring.past import Past

YEAR: Final = 365


@feature("invoices", "invoices")
def invoices_overdue(past: Past) -> pd.Series:
    """Invoices past their due date and unpaid; unknown for a customer without any invoice."""
    return _invoiced(past, past.overdue.groupby("customer").size())


@feature("days", "invoices")
def invoices_overdue_days(past: Past) -> pd.Series:
    """Days since the oldest of them was due; 0 when all are paid."""
    return _invoiced(past, past.overdue.groupby("customer")["late"].max())


@feature("invoices", "invoices")
def late_payments_365d(past: Past) -> pd.Series:
    """Invoices paid within a year, but after their due date."""
    paid = _paid(past)
    return _invoiced(past, paid[paid["days_late"].gt(0)].groupby("customer").size())


@feature("days", "invoices")
def pays_late_days(past: Past) -> pd.Series:
    """Median days from the due date to the payment, of invoices paid within a year; negative: before it was due."""
    return _paid(past).groupby("customer")["days_late"].median().reindex(past.index)


def _paid(past: Past) -> pd.DataFrame:
    """Those paid within a year, with ``days_late``."""
    paid = past.invoices[past.invoices["paid_ago"].le(YEAR)]
    return paid.assign(days_late=paid["late"] - paid["paid_ago"])


def _invoiced(past: Past, values: pd.Series) -> pd.Series:
    found = values.reindex(past.index).astype("float64")
    return found.mask(found.isna() & past.index.isin(past.invoiced), 0.0)
