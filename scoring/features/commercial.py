"""Features of the deals and the renewal: when it is due, how it stands, what was sold beside."""

import numpy as np
import pandas as pd

from scoring.days import days_before
from scoring.features.registry import feature
from scoring.past import Past


def _deals(past: Past, kind: str) -> pd.DataFrame:
    return past.deals[past.deals["kind"].eq(kind)]


@feature("days", "customers")
def days_to_renewal(past: Past) -> pd.Series:
    """Days until the account's renewal date, negative once it is over.

    Where the account has none: until its active contract ends; where it has none either, until its open renewal
    deal closes.
    """
    stated = -days_before(past.customers["renewal_date"], past.as_of)
    deals = _deals(past, "renewal")
    agreed = _next(past, past.contracts, "ends_in")
    return stated.fillna(agreed).fillna(_next(past, deals[deals["status"].eq("open")], "closes_in"))


def _next(past: Past, rows: pd.DataFrame, days: str) -> pd.Series:
    """Per customer the nearest of several days ahead; else, of those that are over, the latest."""
    ahead = rows[rows[days].ge(0)].groupby("customer")[days].min()
    return ahead.reindex(past.index).fillna(rows.groupby("customer")[days].max().reindex(past.index))


@feature("word", "deals", words=("open", "won", "lost"))
def renewal_deal(past: Past) -> pd.Series:
    """How the renewal deal that closes last stands; of several on one day the worst counts."""
    return _last(past, _deals(past, "renewal"), ("lost", "open", "won"))


@feature("word", "deals", words=("open", "won", "lost"))
def expansion_deal(past: Past) -> pd.Series:
    """How the expansion deal that closes last stands; of several on one day an open one counts, then a won one."""
    return _last(past, _deals(past, "expansion"), ("open", "won", "lost"))


def _last(past: Past, deals: pd.DataFrame, first: tuple[str, ...]) -> pd.Series:
    """Status of the deal that closes last; ``first``: of several on one day, by which status the choice goes."""
    rank = deals["status"].map({status: place for place, status in enumerate(first)})
    deals = deals.assign(rank=rank)[rank.notna()]
    order = deals.sort_values(["closes_in", "rank"], ascending=[False, True], na_position="last", kind="stable")
    latest = order.drop_duplicates("customer").set_index("customer")["status"]
    return latest.reindex(past.index).astype("object").replace({np.nan: None})


@feature("days", "customers")
def customer_days(past: Past) -> pd.Series:
    """Days since it became a customer; unknown where that is not said, or lies ahead."""
    return days_before(past.customers["customer_since"], past.as_of).where(lambda days: days.ge(0))
