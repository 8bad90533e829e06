"""Whole tenths per part that add up to a whole total: rounded down, the rest to the largest remainders.

Works on matrices with a row per part and a column per customer, pieces that fit a processor's cache. Must not know
what the parts are.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def apportioned(exact: Floats, total: Floats, takes_part: Flags) -> Floats:
    """``total`` (whole, a number per column) divided as ``exact`` (M × N) says; of equal remainders the first wins.

    A part that does not take part gets nothing beyond its whole share.
    """
    whole = np.floor(exact)
    remainder = exact - whole
    remainder[~takes_part] = -1.0
    rest = np.where(takes_part.any(axis=0), total, 0.0) - whole.sum(axis=0)
    whole += _largest(remainder, rest.astype(np.int64))
    return whole


def _largest(remainder: Floats, rest: NDArray[np.int64]) -> Flags:
    """Where each column's ``rest`` largest remainders stand.

    Only the remainder at the edge is looked for; columns in which it stands on both sides are put in order whole.
    """
    size, count = remainder.shape
    ordered = np.sort(remainder.T, axis=1)
    columns = np.arange(count)
    edge = np.where(rest > 0, ordered[columns, np.clip(size - rest, 0, size - 1)], np.inf)
    chosen = remainder >= edge
    doubtful = (rest > 0) & (rest < size) & (ordered[columns, np.clip(size - rest - 1, 0, size - 1)] == edge)
    if doubtful.any():
        some = np.flatnonzero(doubtful)
        order = np.argsort(-remainder[:, some], axis=0, kind="stable")
        ranked = np.empty(order.shape, dtype=np.bool_)
        np.put_along_axis(ranked, order, np.arange(size)[:, None] < rest[some], axis=0)
        chosen[:, some] = ranked
    return chosen
