"""The closes of the last days as a table: one row per customer, one column per day back. Pure.

A score holds until the next one, so the store keeps steps only. Must not know what a trend is.
"""

from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.days import days_before

DAYS: Final = 91
"""Days of history that count: thirteen whole weeks, so that weekends weigh the same in each."""
WEEK: Final = 7
WEEKS: Final = DAYS // WEEK
HIGHEST: Final = 100.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def spread(steps: pd.DataFrame, today: pd.Series, as_of: date) -> Floats:
    """N × (DAYS + 1) scores: column k is the close k days before ``as_of``, column 0 is ``today``. NaN = unknown.

    ``steps``: columns ``customer``, ``day`` and ``score`` (NaN: it became unknown); a score holds until the next step,
    the last one older than DAYS included. Steps of that day or later do not count, nor do scores outside 0–100. Of two
    steps of a customer on one day the lower counts.
    """
    ago = days_before(steps["day"], as_of).to_numpy()
    row = pd.Index(today.index).get_indexer(pd.Index(steps["customer"]))
    score = _valid(steps["score"])
    used = np.flatnonzero((row >= 0) & (ago > 0))
    order = used[np.lexsort((-np.nan_to_num(score[used], nan=np.inf), -ago[used]))]
    latest = np.full((len(today), DAYS + 1), -1, dtype=np.int64)
    # the place in the order, written from the oldest to the newest: of several in one cell the last stays
    np.maximum.at(latest, (row[order], np.minimum(ago[order], DAYS).astype(np.int64)), np.arange(len(order)))
    held = np.maximum.accumulate(latest[:, ::-1], axis=1)[:, ::-1]
    scores = np.append(score[order], np.nan)[held]  # −1, no step yet, is the NaN at the end
    scores[:, 0] = _valid(today)
    return np.asarray(scores)


def weekly(scores: Floats) -> Floats:
    """N × WEEKS medians of seven closes each, week 0 the one that ends today: one night moves none of them.

    NaN for a week of which fewer than four closes are known.
    """
    days = scores[:, :DAYS].reshape(-1, WEEK)
    enough = (~np.isnan(days)).sum(axis=1) > WEEK // 2
    return np.where(enough, median(days), np.nan).reshape(len(scores), WEEKS)


def median(rows: Floats) -> Floats:
    """The median of the known values of each row; NaN where there is none."""
    ordered = np.sort(rows, axis=1)  # NaN last
    known = (~np.isnan(rows)).sum(axis=1)
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    each = np.arange(len(rows))
    middle = (ordered[each, low] + ordered[each, np.minimum(high, rows.shape[1] - 1)]) / 2
    return np.asarray(np.where(known > 0, middle, np.nan))


def _valid(scores: pd.Series) -> Floats:
    values = pd.Series(pd.to_numeric(scores, errors="coerce")).to_numpy(np.float64)
    return np.asarray(np.where((values >= 0) & (values <= HIGHEST), values, np.nan))
