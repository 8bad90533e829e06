"""What the present base will bring: ARR by month ahead, with an interval, from how the base has moved until now.

Of today's customers only: new ones are sales' forecast, not the base's. Must not know why it moves.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scoring.metrics.book import Book, total
from scoring.metrics.estimates import SEED, Floats
from scoring.metrics.retention import monthly

LEAST_MONTHS: Final = 6
PATHS: Final = 4_000
LEVEL: Final = 0.8
"""Of the interval: four times in five."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """One month ahead: the middle of what may come, and the interval that holds it four times in five."""

    months: int
    arr: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    ahead: tuple[Ahead, ...]
    now: float | None
    observed: int
    """Months whose net movement is known."""
    missing: str = ""


def forecast(book: Book, months: int = 12) -> Forecast:
    """Each path multiplies today's ARR by monthly net revenue retentions drawn from those observed.

    The observed months are themselves redrawn for every path, so that few of them make a wide interval. The last
    month counts only when it is whole.
    """
    observed = np.array([one.nrr.value for one in monthly(book) if one.nrr.value is not None])
    last = book.at(pd.Timestamp(book.until))
    now = total(last[last["active"].eq(True)])
    if now is None or len(observed) < LEAST_MONTHS:
        why = f"{len(observed)} months of known ARR movements; {LEAST_MONTHS} are needed"
        return Forecast((), now, len(observed), why if now is not None else "today's ARR is not known")
    paths = now * np.cumprod(_drawn(observed, months), axis=1)
    edge = (1 - LEVEL) / 2
    low, middle, high = np.quantile(paths, (edge, 0.5, 1 - edge), axis=0)
    ahead = (Ahead(month + 1, float(middle[month]), float(low[month]), float(high[month])) for month in range(months))
    return Forecast(tuple(ahead), now, len(observed))


def _drawn(observed: Floats, months: int) -> Floats:
    random = np.random.default_rng(SEED)
    seen = random.choice(observed, size=(PATHS, len(observed)))
    which = random.integers(0, len(observed), size=(PATHS, months))
    found: Floats = np.take_along_axis(seen, which, axis=1)
    return found
