"""Features of onboarding: how far along its milestones a customer is, and how long the first value took.

Milestones are said in the configuration (``product.milestones``, ``product.first_value``). They count from the day
on which the account became a customer; without that day nothing is late. That one was *not* reached is known only
where usage is known from that day until now, through sources that are all alive; else it is unknown, not missed.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from scoring.days import days_before
from scoring.features.registry import feature
from scoring.features.usage import told
from scoring.past import Past


def _started(past: Past) -> pd.Series:
    """Days since the account became a customer; unknown without that day, or before it."""
    return days_before(past.customers["customer_since"], past.as_of).where(lambda days: days >= 0)


def _certain(past: Past) -> pd.Series:
    """Whether what was not seen did not happen."""
    return past.use["whole"] & past.use["told"]


@feature("days", "customers")
def onboarding_days(past: Past) -> pd.Series:
    """Days since the account became a customer."""
    return _started(past)


@feature("days", "usage")
def days_since_first_use(past: Past) -> pd.Series:
    """Days since anybody first used the product; unknown where use may have begun before usage was recorded."""
    return past.use["first_use"]


@feature("share of milestones", "usage", age=told)
def milestones_done(past: Past) -> pd.Series:
    """Milestones reached ÷ milestones there are."""
    done = past.reached.drop(columns=0).notna()
    if done.shape[1] == 0:
        return pd.Series(np.nan, index=past.index)
    return done.mean(axis=1).where(done.all(axis=1) | _certain(past))


@feature("milestones", "usage", age=told)
def milestones_overdue(past: Past) -> pd.Series:
    """Milestones not reached although their time (``within``, since the start) is over."""
    due = {
        number: milestone.within / timedelta(days=1)
        for number, milestone in enumerate(past.product.milestones, start=1)
        if milestone.within
    }
    if not due:
        return pd.Series(np.nan, index=past.index)
    missing, started = past.reached[list(due)].isna(), _started(past)
    overdue = pd.DataFrame({number: missing[number] & started.gt(days) for number, days in due.items()})
    known = started.notna() & (~missing.any(axis=1) | _certain(past))
    return overdue.sum(axis=1).astype("float64").where(known)


@feature("word", "usage", words=("yes", "no"), age=told)
def first_value(past: Past) -> pd.Series:
    """Whether the customer has got what it came for (``product.first_value``)."""
    got = past.reached[0].notna()
    words = pd.Series(np.where(got, "yes", "no"), index=past.index, dtype="object")
    asked = past.product.first_value is not None
    return words.where((got | _certain(past)) & asked, None)


@feature("days", "usage")
def days_to_first_value(past: Past) -> pd.Series:
    """Days from the start to the first value, 0 where it came before; unknown until then."""
    return (_started(past) - past.reached[0]).clip(lower=0).where(past.use["whole"])
