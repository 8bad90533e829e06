"""When each milestone was reached, and of whom the beginning is known well enough to say that one was not."""

from typing import Final

import numpy as np
import pandas as pd

from config.product import Milestone, Product
from scoring.use.breadth import once
from scoring.use.people import WEEK
from scoring.use.rows import HISTORY, Flags, Floats, Ints, Rows

SETTLING: Final = 28
"""Days after a source began within which a first row may be of somebody who had long used the product."""


def reached(rows: Rows, product: Product) -> pd.DataFrame:
    """Customers × milestones: days since it was reached, NaN where it was not. Column 0 is the first value.

    Reached is reached, whatever became of the source since.
    """
    asked = [product.first_value, *product.milestones]
    columns = {number: _reached(rows, milestone) for number, milestone in enumerate(asked) if milestone}
    return pd.DataFrame(columns, index=rows.index, columns=range(len(asked)), dtype=np.float64)


def _reached(rows: Rows, milestone: Milestone) -> Floats:
    counted = rows.used if milestone.feature is None else rows.of(rows.used, milestone.feature)
    short = counted & (rows.count < milestone.count)
    if milestone.count > 1:
        short |= counted & ~np.isfinite(rows.count)
    return _added_up(rows, once(rows, counted), milestone.count) if short.any() else rows.earliest(counted)


def _added_up(rows: Rows, chosen: Flags, wanted: float) -> Floats:
    """Days since the counts of those rows added up to ``wanted``: first in which week, then on which of its days."""
    who, amount = rows.who[chosen].astype(np.int64), rows.amount(chosen)
    day = HISTORY - np.minimum(rows.ago[chosen], HISTORY).astype(np.int64)
    week = day // WEEK
    by_week = _sums(who, week, amount, rows.size, HISTORY // WEEK + 1).cumsum(axis=1)
    got = by_week[:, -1] >= wanted
    at = (by_week >= wanted).argmax(axis=1)
    before = np.where(at > 0, by_week[np.arange(rows.size), np.maximum(at - 1, 0)], 0)
    its = week == at[who]
    by_day = _sums(who[its], day[its] % WEEK, amount[its], rows.size, WEEK).cumsum(axis=1) + before[:, None]
    ago = HISTORY - (at * WEEK + (by_day >= wanted).argmax(axis=1))
    return np.where(got, ago, np.nan)


def _sums(who: Ints, column: Ints, amount: Floats, size: int, wide: int) -> Floats:
    total: Floats = np.bincount(who * wide + column, weights=amount, minlength=size * wide).astype(np.float64)
    return total.reshape(size, wide)


def beginnings(first_row: Floats, first_use: Floats, told_since: Floats, since: Floats) -> tuple[Floats, Flags]:
    """Days since the first use where that is known, and of whom everything since the start (``since``) is known.

    All per customer, in days: since its first row of any source, its first use, the day from which all of its
    sources tell, and its start. Nothing is known of the beginning of a customer whose rows go back beyond the history
    handed over, nor where a source began to tell only after the start.
    """
    whole = first_row < HISTORY
    from_start = whole & (since >= 0) & (since < HISTORY) & (since <= told_since)
    known = from_start | (whole & (first_use <= told_since - SETTLING))
    return np.where(known, first_use, np.nan), from_start
