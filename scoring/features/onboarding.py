"""Features of onboarding: how far along its milestones a customer is, and how long the first value took.

Milestones are said in the configuration (``product.milestones``, ``product.first_value``). They count from the day
on which the account became a customer; without that day nothing is late. That one was *not* reached is known only
where usage is known from that day until now, through sources that are all alive; else it is unknown, not missed.
"""

from datetime import timedelta

import numpy as np

from scoring.columns import since, where
from scoring.features.registry import feature
from scoring.features.usage import told
from scoring.past import Past
from scoring.records import Column, Flags, only


def _started(past: Past) -> Column:
    """Days since the account became a customer; unknown without that day, or before it."""
    return since(past)


def _certain(past: Past) -> Flags:
    """Whether what was not seen did not happen."""
    return past.used("whole") & past.used("told")


@feature("days", "customers")
def onboarding_days(past: Past) -> Column:
    """Days since the account became a customer."""
    return _started(past)


@feature("days", "usage")
def days_since_first_use(past: Past) -> Column:
    """Days since anybody first used the product; unknown where use may have begun before usage was recorded."""
    return past.used("first_use")


@feature("share of milestones", "usage", age=told)
def milestones_done(past: Past) -> Column:
    """Milestones reached ÷ milestones there are."""
    done = ~np.isnan(past.reached.to_numpy()[:, 1:])
    if done.shape[1] == 0:
        return np.full(len(done), np.nan)
    return where(done.all(axis=1) | _certain(past), done.mean(axis=1))


@feature("milestones", "usage", age=told)
def milestones_overdue(past: Past) -> Column:
    """Milestones not reached although their time (``within``, since the start) is over."""
    due = {
        number: milestone.within / timedelta(days=1)
        for number, milestone in enumerate(past.product.milestones, start=1)
        if milestone.within
    }
    started = _started(past)
    if not due:
        return np.full(len(started), np.nan)
    missing = np.isnan(past.reached.to_numpy()[:, list(due)])
    overdue = missing & (started[:, None] > list(due.values()))
    known = ~np.isnan(started) & (~missing.any(axis=1) | _certain(past))
    return where(known, overdue.sum(axis=1).astype(np.float64))


@feature("word", "usage", words=("yes", "no"), age=told)
def first_value(past: Past) -> Column:
    """Whether the customer has got what it came for (``product.first_value``)."""
    got = ~np.isnan(past.reached[0].to_numpy())
    asked = past.product.first_value is not None
    return only((got | _certain(past)) & asked, np.where(got, "yes", "no"))


@feature("days", "usage")
def days_to_first_value(past: Past) -> Column:
    """Days from the start to the first value, 0 where it came before; unknown until then."""
    return where(past.used("whole"), np.maximum(_started(past) - past.reached[0].to_numpy(), 0))
