"""Features of product usage. What counts as zero and what as unknown is settled in ``scoring.use``.

They have no limit of freshness of their own: the watermark of the source is one already.
"""

import numpy as np
import pandas as pd

from scoring.features.registry import feature
from scoring.past import Past


def _age(past: Past) -> pd.Series:
    return past.use["watermark"]


def _trend(past: Past) -> pd.Series:
    """A customer that has gone quiet stays at 0 however long it lasts; one that comes back has no average yet."""
    use = past.use
    gone = use["ever"].eq(1) & use["user_days"].eq(0) & use["baseline"].eq(0)
    return (use["user_days"] / use["baseline"].where(use["baseline"] > 0)).mask(gone, 0.0)


@feature("persons", "usage", age=_age)
def active_persons(past: Past) -> pd.Series:
    """Distinct persons who used the product in the last 28 days."""
    return past.use["persons"]


@feature("persons", "usage", age=_age)
def active_persons_before(past: Past) -> pd.Series:
    """The same in the 28 days before those; unknown for a customer that was not seen so early."""
    return past.use["persons_before"]


@feature("share of seats", "usage", age=_age)
def seat_use(past: Past) -> pd.Series:
    """Active persons in 28 days ÷ seats bought; without seats it is unknown."""
    seats = past.customers["seats_bought"]
    return past.use["persons"] / seats.where(seats > 0)


@feature("ratio", "usage", age=_age)
def active_trend(past: Past) -> pd.Series:
    """User days in 28 days ÷ the customer's own average before; 1 = as ever, 0.5 = half."""
    return _trend(past)


@feature("percent", "usage", age=_age)
def usage_drop(past: Past) -> pd.Series:
    """How far use lies below the customer's own average before; 0 where it does not."""
    return (100 * (1 - _trend(past))).clip(lower=0)


@feature("features", "usage", age=_age)
def breadth(past: Past) -> pd.Series:
    """Different features used in 28 days."""
    return past.use["features"]


@feature("days", "usage", age=_age)
def days_since_login(past: Past) -> pd.Series:
    """Days since anybody last used the product; since it was first heard of, when nobody ever did."""
    return past.use["last"].replace([np.inf, -np.inf], np.nan)
