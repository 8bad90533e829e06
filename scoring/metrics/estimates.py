"""A number with the interval around it and the n it rests on: shares, ratios of sums, means.

Owns the intervals; must not know what is counted. Everything here is deterministic: draws have a fixed seed.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z: Final = 1.959963984540054
"""Of a 95 % interval."""
DRAWS: Final = 1_000
LEAST: Final = 10
"""Fewer units than this give a number, but no interval that would be worth it."""
MANY: Final = 2_000
"""From here on, the interval of a ratio comes from its variance: redrawing would say the same, slowly."""
SEED: Final = 20_240_229


@dataclass(frozen=True, slots=True)
class Estimate:
    """``value`` None = unknown; ``low`` and ``high``: 95 % interval, None where none can be given honestly."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0

    def within(self, least: float, most: float) -> "Estimate":
        """The same with its interval kept to what is possible."""
        low, high = (None if one is None else min(max(one, least), most) for one in (self.low, self.high))
        return Estimate(self.value, low, high, self.n)


UNKNOWN: Final = Estimate(None)


def share(hits: int, of: int) -> Estimate:
    """Hits among ``of``, with the interval of Wilson (1927): honest at 0 and at all, and for small n."""
    if of <= 0:
        return UNKNOWN
    p = hits / of
    centre = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * sqrt(p * (1 - p) / of + Z * Z / (4 * of * of))
    return Estimate(p, max(0.0, centre - half), min(1.0, centre + half), of)


def ratio(parts: Floats, wholes: Floats) -> Estimate:
    """Σ parts ÷ Σ wholes over units (customers), with a percentile bootstrap over the units (Efron 1979).

    Of many units: the linearised variance of a ratio (Cochran 1977, chapter 6). No interval of fewer than
    ``LEAST`` units, nor where all units have the same ratio: redrawing them would claim a certainty that is none.
    """
    n, total = len(wholes), float(wholes.sum())
    if n == 0 or total <= 0:
        return Estimate(None, n=n)
    value = float(parts.sum()) / total
    residual = parts - value * wholes
    if n < LEAST or np.allclose(residual, 0.0):
        return Estimate(value, n=n)
    if n >= MANY:
        half = Z * sqrt(float((residual**2).sum()) * n / (n - 1)) / total
        return Estimate(value, value - half, value + half, n)
    weights = _draws(n)
    above, below = weights @ parts, weights @ wholes
    drawn = above[below > 0] / below[below > 0]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Estimate(value, float(low), float(high), n)


def mean(values: Floats) -> Estimate:
    """The mean of known values, bootstrapped like ``ratio``."""
    known = values[np.isfinite(values)]
    return ratio(known, np.ones(len(known)))


_cache: dict[int, Floats] = {}


def _draws(n: int) -> Floats:
    """How often each unit is drawn, per draw; kept for the next ratio of as many units."""
    if n not in _cache:
        if len(_cache) >= 8:
            _cache.clear()
        chosen = np.random.default_rng(SEED).integers(0, n, size=(DRAWS, n)) + n * np.arange(DRAWS)[:, None]
        _cache[n] = np.bincount(chosen.ravel(), minlength=DRAWS * n).reshape(DRAWS, n).astype(np.float64)
    return _cache[n]
