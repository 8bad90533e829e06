"""Features of product usage. What counts as zero and what as unknown is settled in ``scoring.use``.

They have no limit of freshness of their own: the watermark of the source is one already. A "user day" is a day on
which one person used the product.
"""

import numpy as np

from scoring.columns import ratio, where
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column
from scoring.use.people import RECENT


def told(past: Past) -> Column:
    """Days since the newest row of the customer's live sources: how old any figure of usage is."""
    return past.used("watermark")


def _trend(past: Past) -> Column:
    """A customer that has gone quiet stays at 0 however long it lasts; one that comes back has no average yet."""
    days, baseline = past.used("user_days"), past.used("baseline")
    gone = (past.used("ever") == 1) & (days == 0) & (baseline == 0)
    return np.where(gone, 0.0, ratio(days, baseline))


@feature("persons", "usage", age=told)
def active_persons_1d(past: Past) -> Column:
    """Distinct persons who used the product on the day itself; unknown until a source has told of that day."""
    return past.used("persons_1d")


@feature("persons", "usage", age=told)
def active_persons_7d(past: Past) -> Column:
    """Distinct persons who used the product in the last 7 days; unknown while a source has told of none of them."""
    return past.used("persons_7d")


@feature("persons", "usage", age=told)
def active_persons(past: Past) -> Column:
    """Distinct persons who used the product in the last 28 days; unknown where the source names nobody."""
    return past.used("persons")


@feature("persons", "usage", age=told)
def active_persons_before(past: Past) -> Column:
    """The same in the 28 days before those; unknown for a customer that was not seen so early."""
    return past.used("persons_before")


@feature("share", "usage", age=told)
def dau_mau(past: Past) -> Column:
    """Stickiness: persons on an average day of the last 28 ÷ persons in those 28 days; 1 = everybody every day.

    Days that no source has told of yet are not counted. Unknown where nobody was active, or nobody is named.
    """
    daily = past.used("named_days") / (RECENT - np.minimum(past.used("watermark"), RECENT - 1))
    return np.asarray(np.minimum(ratio(daily, past.used("persons")), 1))


@feature("ratio", "usage", age=told)
def active_growth(past: Past) -> Column:
    """Active persons in 28 days ÷ in the 28 days before; 1 = as many, 1.5 = half more.

    Unknown where nobody was active before, or the customer was not there for the whole of that time.
    """
    before = where(past.used("first") >= 2 * RECENT - 1, past.used("persons_before"))
    return ratio(past.used("persons"), before)


@feature("ratio", "usage", age=told)
def active_trend(past: Past) -> Column:
    """User days in 28 days ÷ the customer's own average before; 1 = as ever, 0.5 = half."""
    return _trend(past)


@feature("percent", "usage", age=told)
def usage_drop(past: Past) -> Column:
    """How far use lies below the customer's own average before; 0 where it does not."""
    return np.asarray(np.maximum(100 * (1 - _trend(past)), 0))


@feature("ratio", "usage", age=told)
def usage_trend_robust(past: Past) -> Column:
    """The typical week of the last four ÷ the typical week of the 4 to 12 before them; 1 = as ever.

    By medians of whole weeks, so that a wild week or a holiday does not count; a drop that came a year ago too is
    excused as far as it came then (``scoring.use.levels``). Unknown where fewer than half of the weeks before had
    any use; 0 where use has stopped for good.
    """
    return past.used("trend")


@feature("days", "usage", age=told)
def days_since_login(past: Past) -> Column:
    """Days since anybody last used the product; since it was first heard of, when nobody ever did."""
    last = past.used("last")
    return where(np.isfinite(last), last)


@feature("days", "usage")
def usage_days_since_newest(past: Past) -> Column:
    """Days since any source of the customer told of anybody: how old what we know of its use is.

    Known, and growing, also while all of its sources are silent.
    """
    return past.used("newest")
