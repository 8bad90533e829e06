"""Features of product usage. What counts as zero and what as unknown is settled in ``scoring.use``.

They have no limit of freshness of their own: the watermark of the source is one already. A "user day" is a day on
which one person used the product.
"""

import numpy as np
import pandas as pd

from scoring.features.registry import feature
from scoring.past import Past
from scoring.use.people import RECENT


def told(past: Past) -> pd.Series:
    """Days since the newest row of the customer's live sources: how old any figure of usage is."""
    return past.use["watermark"]


def _trend(past: Past) -> pd.Series:
    """A customer that has gone quiet stays at 0 however long it lasts; one that comes back has no average yet."""
    use = past.use
    gone = use["ever"].eq(1) & use["user_days"].eq(0) & use["baseline"].eq(0)
    return (use["user_days"] / use["baseline"].where(use["baseline"] > 0)).mask(gone, 0.0)


@feature("persons", "usage", age=told)
def active_persons_1d(past: Past) -> pd.Series:
    """Distinct persons who used the product on the day itself; unknown until a source has told of that day."""
    return past.use["persons_1d"]


@feature("persons", "usage", age=told)
def active_persons_7d(past: Past) -> pd.Series:
    """Distinct persons who used the product in the last 7 days; unknown while a source has told of none of them."""
    return past.use["persons_7d"]


@feature("persons", "usage", age=told)
def active_persons(past: Past) -> pd.Series:
    """Distinct persons who used the product in the last 28 days; unknown where the source names nobody."""
    return past.use["persons"]


@feature("persons", "usage", age=told)
def active_persons_before(past: Past) -> pd.Series:
    """The same in the 28 days before those; unknown for a customer that was not seen so early."""
    return past.use["persons_before"]


@feature("share", "usage", age=told)
def dau_mau(past: Past) -> pd.Series:
    """Stickiness: persons on an average day of the last 28 ÷ persons in those 28 days; 1 = everybody every day.

    Days that no source has told of yet are not counted. Unknown where nobody was active, or nobody is named.
    """
    use = past.use
    daily = use["named_days"] / (RECENT - use["watermark"].clip(upper=RECENT - 1))
    return (daily / use["persons"].where(use["persons"] > 0)).clip(upper=1)


@feature("ratio", "usage", age=told)
def active_growth(past: Past) -> pd.Series:
    """Active persons in 28 days ÷ in the 28 days before; 1 = as many, 1.5 = half more.

    Unknown where nobody was active before, or the customer was not there for the whole of that time.
    """
    use = past.use
    before = use["persons_before"].where((use["persons_before"] > 0) & (use["first"] >= 2 * RECENT - 1))
    return use["persons"] / before


@feature("ratio", "usage", age=told)
def active_trend(past: Past) -> pd.Series:
    """User days in 28 days ÷ the customer's own average before; 1 = as ever, 0.5 = half."""
    return _trend(past)


@feature("percent", "usage", age=told)
def usage_drop(past: Past) -> pd.Series:
    """How far use lies below the customer's own average before; 0 where it does not."""
    return (100 * (1 - _trend(past))).clip(lower=0)


@feature("ratio", "usage", age=told)
def usage_trend_robust(past: Past) -> pd.Series:
    """The typical week of the last four ÷ the typical week of the 4 to 12 before them; 1 = as ever.

    By medians of whole weeks, so that a wild week or a holiday does not count; a drop that came a year ago too is
    excused as far as it came then (``scoring.use.levels``). Unknown where fewer than half of the weeks before had
    any use; 0 where use has stopped for good.
    """
    return past.use["trend"]


@feature("days", "usage", age=told)
def days_since_login(past: Past) -> pd.Series:
    """Days since anybody last used the product; since it was first heard of, when nobody ever did."""
    return past.use["last"].replace([np.inf, -np.inf], np.nan)


@feature("days", "usage")
def usage_days_since_newest(past: Past) -> pd.Series:
    """Days since any source of the customer told of anybody: how old what we know of its use is.

    Known, and growing, also while all of its sources are silent.
    """
    return past.use["newest"]
