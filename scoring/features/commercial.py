"""Features of the contract: when it ends and how its renewal stands."""

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

    Where the account has none: until the open renewal deal that closes next, else the one overdue the least.
    """
    stated = -days_before(past.customers["renewal_date"], past.as_of)
    deals = _renewals(past)
    deals = deals[deals["status"].eq("open")]
    ahead = deals[deals["closes_in"].ge(0)].groupby("customer")["closes_in"].min()
    overdue = deals.groupby("customer")["closes_in"].max()
    return stated.fillna(ahead.reindex(past.index)).fillna(overdue.reindex(past.index))


@feature("word", "deals", words=("open", "won", "lost"))
def renewal_deal(past: Past) -> pd.Series:
    """How the renewal deal that closes last stands; of several on one day the worst counts."""
    deals = _renewals(past)
    severity = deals["status"].map({"lost": 0, "open": 1, "won": 2})
    deals = deals.assign(severity=severity)[severity.notna()]
    order = deals.sort_values(["closes_in", "severity"], ascending=[False, True], na_position="last", kind="stable")
    latest = order.drop_duplicates("customer").set_index("customer")["status"]
    return latest.reindex(past.index).astype("object").replace({np.nan: None})
