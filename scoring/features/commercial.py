"""Features of the contract: when it ends, how its renewal stands, and whether its invoices are paid."""

import numpy as np
import pandas as pd

from scoring.days import days_before
from scoring.features.registry import feature
from scoring.past import Past


def _renewals(past: Past) -> pd.DataFrame:
    return past.deals[past.deals["kind"].eq("renewal")]


@feature("days", "customers")
def days_to_renewal(past: Past) -> pd.Series:
    """Days until the account's renewal date, negative once it is over.

    Where the account has none: until its active contract ends; where it has none either, until its open renewal
    deal closes.
    """
    stated = -days_before(past.customers["renewal_date"], past.as_of)
    deals = _renewals(past)
    agreed = _next(past, past.contracts, "ends_in")
    return stated.fillna(agreed).fillna(_next(past, deals[deals["status"].eq("open")], "closes_in"))


def _next(past: Past, rows: pd.DataFrame, days: str) -> pd.Series:
    """Per customer the nearest of several days ahead; else, of those that are over, the latest."""
    ahead = rows[rows[days].ge(0)].groupby("customer")[days].min()
    return ahead.reindex(past.index).fillna(rows.groupby("customer")[days].max().reindex(past.index))


@feature("word", "deals", words=("open", "won", "lost"))
def renewal_deal(past: Past) -> pd.Series:
    """How the renewal deal that closes last stands; of several on one day the worst counts."""
    deals = _renewals(past)
    severity = deals["status"].map({"lost": 0, "open": 1, "won": 2})
    deals = deals.assign(severity=severity)[severity.notna()]
    order = deals.sort_values(["closes_in", "severity"], ascending=[False, True], na_position="last", kind="stable")
    latest = order.drop_duplicates("customer").set_index("customer")["status"]
    return latest.reindex(past.index).astype("object").replace({np.nan: None})


@feature("invoices", "invoices")
def invoices_overdue(past: Past) -> pd.Series:
    """Invoices past their due date and unpaid; unknown for a customer without any invoice."""
    return _invoiced(past, past.overdue.groupby("customer").size())


@feature("days", "invoices")
def invoices_overdue_days(past: Past) -> pd.Series:
    """Days since the oldest of them was due; 0 when all are paid."""
    return _invoiced(past, past.overdue.groupby("customer")["late"].max())


def _invoiced(past: Past, values: pd.Series) -> pd.Series:
    found = values.reindex(past.index).astype("float64")
    return found.mask(found.isna() & past.index.isin(past.invoiced), 0.0)
