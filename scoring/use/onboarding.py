"""When each milestone was reached, and of whom the beginning is known well enough to say that one was not."""

from typing import Final

import numpy as np
import pandas as pd

from config.product import Milestone, Product
from scoring.use.breadth import once
from scoring.use.rows import HISTORY, Flags, Floats, Rows

PIECE: Final = 1 << 24
"""Cells of customers × days that are added up at a time."""
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
    counted = rows.used
    if milestone.feature is not None:
        if milestone.feature not in rows.features:
            return np.full(rows.size, np.nan)
        counted = counted & (rows.feature == rows.features.get_loc(milestone.feature))
    if rows.amount(counted).min(initial=np.inf) >= milestone.count:
        return earliest(rows, counted)
    return _added_up(rows, once(rows, counted), milestone.count)


def earliest(rows: Rows, chosen: Flags) -> Floats:
    """Days since the first of those rows, NaN where there is none."""
    first = np.full(rows.size, -1, rows.ago.dtype)
    np.maximum.at(first, rows.who[chosen].astype(np.intp), rows.ago[chosen])
    return np.where(first < 0, np.nan, first.astype(np.float64))


def _added_up(rows: Rows, chosen: Flags, wanted: float) -> Floats:
    """Days since the counts of those rows added up to ``wanted``, a few customers at a time."""
    who, amount = rows.who[chosen], rows.amount(chosen)
    day = HISTORY - np.minimum(rows.ago[chosen], HISTORY).astype(np.int64)
    result, few = np.full(rows.size, np.nan), PIECE // (HISTORY + 1)
    for start in range(0, rows.size, few):
        end = min(start + few, rows.size)
        its = (who >= start) & (who < end)
        cell = (who[its].astype(np.int64) - start) * (HISTORY + 1) + day[its]
        total = np.bincount(cell, weights=amount[its], minlength=(end - start) * (HISTORY + 1))
        enough = total.reshape(-1, HISTORY + 1).cumsum(axis=1) >= wanted
        result[start:end] = np.where(enough.any(axis=1), HISTORY - enough.argmax(axis=1), np.nan)
    return result


def beginnings(rows: Rows, seen: Flags, since: Floats) -> tuple[Floats, Flags]:
    """Days since the first use where that is known, and of whom everything since the start (``since``) is known.

    ``seen``: customers × sources, which told of whom. Neither is known of a customer whose use goes back beyond the
    history handed over; nor is the beginning where a source began to tell only after the start.
    """
    told_since = np.where(seen, rows.sources.began, np.inf).min(axis=1)
    whole = np.nan_to_num(earliest(rows, np.ones(len(rows.who), bool)), nan=-1) < HISTORY
    from_start = whole & (since >= 0) & (since < HISTORY) & (since <= told_since)
    first = earliest(rows, rows.used)
    known = from_start | (whole & (first <= told_since - SETTLING))
    return np.where(known, first, np.nan), from_start
