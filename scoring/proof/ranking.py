"""How well numbers rank and foretell: AUC, Brier, lift, precision and recall, and their bootstrap intervals.

Everything is a function of weights per row, so that a resample costs one pass. Must not know how numbers came about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED: Final = 20_240_229
MANY: Final = 20_000
"""Rows from which fewer resamples do."""


@dataclass(frozen=True)
class Ranked:
    """Numbers in rising order, ready to be weighed again and again. Only rows of the same ``part`` are compared."""

    orders: tuple[Ints, ...]
    ends: tuple[Ints, ...]
    """Per part, the last position of each run of equal numbers."""
    happened: Floats

    def auc(self, weights: Floats | None = None) -> float:
        """Probability that one that happened ranks above one that did not, ties half; NaN without both."""
        won = pairs = 0.0
        for order, ends in zip(self.orders, self.ends, strict=True):
            weight = np.ones(len(order)) if weights is None else weights[order]
            hit = weight * self.happened[order]
            hits = np.diff(np.cumsum(hit)[ends], prepend=0.0)
            misses = np.diff(np.cumsum(weight - hit)[ends], prepend=0.0)
            won += float(pairs_won(hits, misses))
            pairs += float(hits.sum() * misses.sum())
        return won / pairs if pairs > 0 else float("nan")


def pairs_won(hits: Floats, misses: Floats) -> Floats:
    """Of all pairs of a hit and a miss, how many have the hit at the higher level; ties count half.

    ``hits``, ``misses``: how many at each level, the lowest first, along the last axis.
    """
    below = np.cumsum(misses, axis=-1) - misses
    return np.asarray((hits * (below + misses / 2)).sum(axis=-1))


def ranked(values: Floats, happened: Floats, part: Ints | None = None) -> Ranked:
    """``part``: the fold of each row; rows of different folds were given their numbers by different cards."""
    parts = np.zeros(len(values), dtype=np.int64) if part is None else part
    orders, ends = [], []
    for one in np.unique(parts):
        rows = np.flatnonzero(parts == one)
        order = rows[np.argsort(values[rows], kind="stable")]
        orders.append(order)
        ordered = values[order]
        ends.append(np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)))
    return Ranked(tuple(orders), tuple(ends), happened)


def auc(values: Floats, happened: Floats) -> float:
    return ranked(values, happened).auc()


def brier(probability: Floats, happened: Floats) -> float:
    return float(np.mean((probability - happened) ** 2))


def resamples(size: int, groups: Ints | None = None, times: int | None = None, seed: int = SEED) -> Iterator[Floats]:
    """Weights of rows, one array per resample with replacement; whole groups are drawn where rows come in groups."""
    generator = np.random.default_rng(seed)
    units, unit = (size, None) if groups is None else _numbered(groups)
    for _ in range(times or (500 if size <= MANY else 200)):
        drawn = np.bincount(generator.integers(0, units, units), minlength=units).astype(np.float64)
        yield drawn if unit is None else drawn[unit]


def interval(values: Floats) -> tuple[float, float]:
    """The middle 95 % of resampled figures."""
    known = values[np.isfinite(values)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def lift(happened: Floats, weights: Floats, order: Ints, share: float = 0.1) -> float:
    """How many times the base rate the most likely tenth holds. ``order``: of the rows, the likeliest first."""
    weight = weights[order]
    upto = np.cumsum(weight)
    take = np.clip(share * upto[-1] - (upto - weight), 0.0, weight)
    rate = float((take * happened[order]).sum() / take.sum())
    base = float((weights * happened).sum() / weights.sum())
    return rate / base if base > 0 else float("nan")


def _numbered(groups: Ints) -> tuple[int, Ints]:
    found, unit = np.unique(groups, return_inverse=True)
    return len(found), unit.astype(np.int64)
