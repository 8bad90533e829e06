"""The days of a year on which anybody of a customer used the product. Must not know what is made of them."""

from typing import Final

import numpy as np

from scoring.use.rows import Floats, Rows, blocks

YEAR: Final = 365
"""Days that count: a rhythm is of today, and a year holds every season once."""


def days_of_use(rows: Rows) -> dict[str, Floats]:
    """Per customer ``year_days``: how many different ones; ``year_last`` and ``year_first``: days since the last and
    the first of them, NaN without any.
    """
    grid = np.zeros(rows.size * YEAR, bool)
    for part in blocks(len(rows.who)):
        recent = rows.used[part] & (rows.ago[part] < YEAR)
        grid[rows.who[part][recent].astype(np.int64) * YEAR + rows.ago[part][recent]] = True
    used = grid.reshape(rows.size, YEAR)
    some = used.any(axis=1)
    return {
        "year_days": used.sum(axis=1).astype(np.float64),
        "year_last": np.where(some, used.argmax(axis=1), np.nan),
        "year_first": np.where(some, YEAR - 1 - used[:, ::-1].argmax(axis=1), np.nan),
    }
