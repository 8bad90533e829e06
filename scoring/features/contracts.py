"""Features of the contract: what it is worth, how long it runs, whether it renews itself, and where ARR is going."""

from typing import Final

import numpy as np
import pandas as pd

from scoring.features.registry import feature
from scoring.past import Past
from scoring.past_rows import plausible

MONTH: Final = 45
QUARTER: Final = 120
YEAR: Final = 400
"""Days up to which a term counts as monthly, quarterly, yearly; a longer one covers several years."""
KINDS: Final = ("monthly", "quarterly", "yearly", "multi_year")


def _term(past: Past, column: str) -> pd.Series:
    """A column of the active contract that ends last (of several, the one that runs shortest)."""
    order = past.contracts.sort_values(["ends_in", "days"], ascending=[False, True], na_position="last", kind="stable")
    return order.drop_duplicates("customer").set_index("customer")[column].reindex(past.index)


@feature("days", "contracts")
def contract_days(past: Past) -> pd.Series:
    """How many days the active contract runs, both ends included; unknown where it does not say when it ends."""
    return _term(past, "days")


@feature("word", "contracts", words=KINDS)
def contract_kind(past: Past) -> pd.Series:
    """By the length of the active contract: up to 45 days monthly, 120 quarterly, 400 yearly, else several years."""
    days = _term(past, "days")
    kind = np.select([days.isna(), days.le(MONTH), days.le(QUARTER), days.le(YEAR)], ["", *KINDS[:3]], KINDS[3])
    return pd.Series(kind, index=past.index, dtype=object).where(days.notna(), None)


@feature("word", "contracts", words=("yes", "no"))
def auto_renew(past: Past) -> pd.Series:
    """Whether the active contract renews itself; unknown where it does not say."""
    return _term(past, "auto_renew").map({True: "yes", False: "no"}).astype("object").replace({np.nan: None})


@feature("a year's revenue", "customers")
def arr(past: Past) -> pd.Series:
    """Annual recurring revenue in the account's currency: as the account states it, else the sum of its contracts."""
    return plausible(past.customers["arr"])


@feature("ratio", "customers")
def arr_change(past: Past) -> pd.Series:
    """ARR now ÷ a year ago, in the same currency; unknown where it is not known what it was then, or it was nothing."""
    before = plausible(past.customers["arr_year_ago"])
    return arr(past) / before.where(before.gt(0))
