"""Which measures count most for each of many customers: positions in columns, the largest first. No words.

For "why not higher" of losses, for "what carries it" of points.
"""

import numpy as np
from numpy.typing import NDArray

ROWS = 16_384
NONE = -1
"""Instead of a measure, where fewer than asked for count at all."""

Ranked = NDArray[np.int16]


def largest(amounts: NDArray[np.integer], count: int = 3) -> Ranked:
    """N × ``count``: the columns of the ``count`` largest positive amounts of each row, of equal ones the first.

    Amount and column are one number, so that no row is sorted: the best so far are kept while the columns pass.
    """
    size, width = amounts.shape
    ranked = np.empty((count, size), dtype=np.int16)
    kind = np.int16 if width <= 32 and amounts.dtype == np.int16 and amounts.max(initial=0) < 1024 else np.int64
    for start in range(0, size, ROWS):
        rows = slice(start, min(start + ROWS, size))
        ranked[:, rows] = _piece(amounts[rows], count, np.dtype(kind))
    return ranked.T


def _piece(amounts: NDArray[np.integer], count: int, kind: "np.dtype[np.signedinteger]") -> NDArray[np.integer]:
    width = amounts.shape[1]
    room = 1 << max(width - 1, 1).bit_length()
    best = [np.zeros(len(amounts), dtype=kind) for _ in range(count)]
    for column in range(width):
        key = np.maximum(amounts[:, column].astype(kind), 0) * kind.type(room) + kind.type(width - 1 - column)
        for held in best:
            key, held[:] = np.minimum(held, key), np.maximum(held, key)
    found = np.array(best)
    return np.where(found >= room, width - 1 - found % room, NONE)
