"""Features of the contract: what it is worth, how long it runs, whether it renews itself, and where ARR is going."""

from typing import Final

import numpy as np

from scoring.columns import ratio
from scoring.features.registry import feature
from scoring.past import Past
from scoring.past_rows import plausible
from scoring.records import Column, is_marked, only

MONTH: Final = 45
QUARTER: Final = 120
YEAR: Final = 400
"""Days up to which a term counts as monthly, quarterly, yearly; a longer one covers several years."""
KINDS: Final = ("monthly", "quarterly", "yearly", "multi_year")


def _term(past: Past, column: str) -> Column:
    """A column of the active contract that ends last (of several, the one that runs shortest)."""
    rows = past.contracts
    return rows.by(-rows["ends_in"], rows["days"]).firsts(column)


@feature("days", "contracts")
def contract_days(past: Past) -> Column:
    """How many days the active contract runs, both ends included; unknown where it does not say when it ends."""
    return _term(past, "days")


@feature("word", "contracts", words=KINDS)
def contract_kind(past: Past) -> Column:
    """By the length of the active contract: up to 45 days monthly, 120 quarterly, 400 yearly, else several years."""
    days = _term(past, "days")
    kind = np.select([days <= MONTH, days <= QUARTER, days <= YEAR], KINDS[:3], KINDS[3])
    return only(~np.isnan(days), kind)


@feature("word", "contracts", words=("yes", "no"))
def auto_renew(past: Past) -> Column:
    """Whether the active contract renews itself; unknown where it does not say."""
    said = _term(past, "auto_renew")
    yes, no = is_marked(said, True), is_marked(said, False)
    return only(yes | no, np.where(yes, "yes", "no"))


@feature("a year's revenue", "customers")
def arr(past: Past) -> Column:
    """Annual recurring revenue in the account's currency: as the account states it, else the sum of its contracts."""
    return plausible(past.said("arr"))


@feature("ratio", "customers")
def arr_change(past: Past) -> Column:
    """ARR now ÷ a year ago, in the same currency; unknown where it is not known what it was then, or it was nothing."""
    return ratio(arr.column(past), plausible(past.said("arr_year_ago")))
