"""How much a customer uses the product now against its own past: by mean and, robustly, by the typical week.

    level = median of weekly user days
    trend = level of the 4 recent weeks ÷ level of the 4 to 12 weeks before
    season = (level of the same 4 weeks a year ago + 1) ÷ (level of the 12 weeks before those + 1), 0.5 to 1
    a trend below 1 becomes min(1, trend ÷ season)

Weeks are counted back from ``as_of``, so each holds every weekday once. A season may excuse a drop, never make one:
with a single year of history nobody can tell last year's growth from a season. Must not know rows.
"""

from typing import Final

import numpy as np

from scoring.use.people import RECENT, WEEK, WEEKS
from scoring.use.rows import Flags, Floats

NOW: Final = RECENT // WEEK
"""Weeks of the recent window."""
LEAST: Final = 4
"""Weeks without which there is no past to compare with."""
DEEPEST: Final = 0.5
"""Of any drop, a season explains half at most."""
A_YEAR_AGO: Final = 52 * WEEK


def weeks_before(first: Floats) -> Floats:
    """Whole weeks before the recent ones since the customer was first seen, 12 at most; NaN below 4."""
    whole = np.clip(np.floor((first - RECENT + 1) / WEEK), 0, WEEKS - NOW)
    return np.where(whole >= LEAST, whole, np.nan)


def average_before(weeks: Floats, span: Floats) -> Floats:
    """User days per 28 days over the ``span`` weeks before the recent ones; weeks without use are 0."""
    inside = np.arange(WEEKS - NOW) < span[:, None]
    total: Floats = np.where(inside, weeks[:, NOW:], 0).sum(axis=1)
    return total * NOW / span


def typical(weeks: Floats, counted: Floats) -> Floats:
    """The median of the first ``counted`` weeks of each row; NaN where none counts."""
    if not weeks.size:
        return np.full(len(weeks), np.nan)
    ordered = np.sort(np.where(np.arange(weeks.shape[1]) < counted[:, None], weeks, np.inf), axis=1)
    some = np.where(counted > 0, counted, 1).astype(np.intp)
    each = np.arange(len(weeks))
    middle = (ordered[each, (some - 1) // 2] + ordered[each, some // 2]) / 2
    return np.where(counted > 0, middle, np.nan)


def trend(weeks: Floats, span: Floats) -> Floats:
    """Typical recent week ÷ typical week before; NaN where the product was not used in most weeks before."""
    now, before = typical(weeks[:, :NOW], np.full(len(weeks), float(NOW))), typical(weeks[:, NOW:], span)
    return now / np.where(before > 0, before, np.nan)


def season(year_ago: Floats) -> Floats:
    """Of 16 weeks a year ago: how far the first 4 fell below the 12 before. Where use was small it stays near 1."""
    size = len(year_ago)
    then = typical(year_ago[:, :NOW], np.full(size, float(NOW)))
    before = typical(year_ago[:, NOW:], np.full(size, float(WEEKS - NOW)))
    return np.clip((then + 1) / (before + 1), DEEPEST, 1)


def excused(trends: Floats, seasons: Floats, known: Flags) -> Floats:
    """A drop that came a year ago too is none, as far as it came then."""
    milder = np.minimum(1, trends / seasons)
    return np.where(known & (trends < 1), milder, trends)
