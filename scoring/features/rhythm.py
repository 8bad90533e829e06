"""Features of how regularly a customer uses or buys: days of use in a year, and silence against the own rhythm.

They serve products that are used now and then (a shop, a tax tool) as well as daily ones: nothing here is
compared with other customers. What counts as zero and what as unknown is settled in ``scoring.use``.
"""

from typing import Final

import numpy as np

from scoring.columns import where
from scoring.features.registry import feature
from scoring.features.usage import told
from scoring.past import Past
from scoring.records import Column

EARLY: Final = 7
"""Days from the first row of a customer on, in which it has no habit yet."""
LEAST_DAYS: Final = 4
"""Days of use that make a rhythm: three gaps between them."""


@feature("days", "usage", age=told)
def use_days_365d(past: Past) -> Column:
    """Different days on which anybody used the product in the last 365; 0 for a customer seen before and not since.

    Unknown in the first week, when there can be no habit yet.
    """
    return where(past.used("first") >= EARLY, past.used("year_days"))


@feature("days", "usage", age=told)
def usual_gap(past: Past) -> Column:
    """Mean days from one day of use to the next, within a year; unknown with fewer than four days of use.

    The mean, not the median: who comes in bursts is away for long as a matter of course.
    """
    days = where(past.used("year_days") >= LEAST_DAYS, past.used("year_days"))
    return (past.used("year_first") - past.used("year_last")) / (days - 1)


@feature("times the usual gap", "usage", age=told)
def silence_ratio(past: Past) -> Column:
    """Days since the last use ÷ the customer's own usual gap; 1 = due now, 3 = three times as long as usual.

    A gap counts as a week at least: a weekend is not silence to somebody who comes every working day.
    """
    last = past.used("last")
    return where(np.isfinite(last), last) / np.maximum(usual_gap.column(past), 7.0)
