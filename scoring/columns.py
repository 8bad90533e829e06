"""Arithmetic of plain columns, one value per customer: NaN is unknown, and what is unknown stays so.

Must not know which feature, flag or signal asks.
"""

import numpy as np
import pandas as pd

from scoring.days import days_ago
from scoring.past import Past
from scoring.records import Column, Flags, Floats, Records


def series(column: Column, index: pd.Index) -> pd.Series:
    """A column by customer; words stay objects."""
    return pd.Series(column, index=index, dtype=column.dtype)


def seen(values: Floats, by: Records) -> Floats:
    """The values; what is not known of a customer is 0 where those records mention it, unknown where they never did."""
    return np.where(np.isnan(values) & by.any(), 0.0, values)


def number_of(rows: Records, *, seen: Records) -> Floats:
    """How many there are of each customer; 0 counts where others mention it, and is unknown where they never did."""
    return np.where(seen.any(), rows.number(), np.nan)


def where(holds: Flags, values: Floats) -> Floats:
    """The values, unknown where it does not hold."""
    return np.where(holds, values, np.nan)


def filled(values: Floats, otherwise: Floats) -> Floats:
    """The values; where one is unknown, the other."""
    return np.where(np.isnan(values), otherwise, values)


def since(past: Past) -> Floats:
    """Days since each became a customer; unknown where that is not said, or lies ahead."""
    days = days_ago(past.said("customer_since"), past.as_of)
    return where(days >= 0, days)


def ratio(values: Floats, by: Floats) -> Floats:
    """One divided by the other; unknown where that is not above 0."""
    return values / np.where(by > 0, by, np.nan)
