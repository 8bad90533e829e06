"""Where a judgement out of time cuts the rows, and the gap it leaves between those that teach and those it judges.

A label that looks ahead is known only when its horizon is over: of the last rows before the cut it tells what happened
after it. Must not know what is learnt.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LATER: Final = 0.3
"""Share of the rows, the latest, that an out-of-time judgement keeps back."""
LEAST: Final = 10
"""Rows of either outcome that the later rows need; the earlier ones need twice as many."""
PERIODS: Final = (4, 60)
"""So many different moments are periods, such as months; fewer leave no room for a gap, more are instants."""


@dataclass(frozen=True, slots=True)
class Embargo:
    """How much time before the cut teaches nothing: moments of the time column, or days."""

    number: int
    unit: Literal["periods", "days"] = "periods"

    def __str__(self) -> str:
        return f"{self.number:,} {self.unit if self.number != 1 else self.unit.removesuffix('s')}"


@dataclass(frozen=True)
class Split:
    """Positions of the rows that teach and of those that are judged."""

    earlier: Ints
    later: Ints
    embargo: Embargo


def usual(when: Floats) -> Embargo:
    """One period, the least that a label can look ahead; none where moments are no periods."""
    fewest, most = PERIODS
    return Embargo(1 if fewest <= len(np.unique(when)) <= most else 0)


def split(when: Floats, happened: Floats, embargo: Embargo) -> Split | None:
    """As near to the latest 30 % as whole moments allow. None where no cut leaves both outcomes on both sides."""
    moments, unit = np.unique(when, return_inverse=True)
    rows, hits = (_summed(unit, weights) for weights in (np.ones(len(when)), happened))
    taught = _taught(moments, embargo)
    fit = [
        at
        for at in range(1, len(moments))
        if _both(rows[-1] - rows[at], hits[-1] - hits[at]) >= LEAST
        and _both(rows[taught[at]], hits[taught[at]]) >= 2 * LEAST
    ]
    if not fit:
        return None
    best = min(fit, key=lambda at: abs((rows[-1] - rows[at]) / rows[-1] - LATER))
    return Split(np.flatnonzero(unit < taught[best]), np.flatnonzero(unit >= best), embargo)


def _taught(moments: Floats, embargo: Embargo) -> Ints:
    """Per moment, how many moments teach where the judged rows begin with it."""
    if embargo.unit == "periods":
        return np.maximum(np.arange(len(moments)) - embargo.number, 0)
    before = np.searchsorted(moments, moments - embargo.number, side="right")
    return np.minimum(before, np.arange(len(moments)))


def _summed(unit: Ints, weights: Floats) -> Floats:
    """Sums over the moments before each, and over all."""
    return np.append(0.0, np.cumsum(np.bincount(unit, weights=weights)))


def _both(rows: float, hits: float) -> float:
    return min(hits, rows - hits)
