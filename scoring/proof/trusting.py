"""How far a model's logits can be trusted: what came true where it spoke of rows that it had not learnt from.

A straight line, or one with bends where the rows show them clearly; it never falls. Must not know the model.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.proof import additive

Floats = NDArray[np.float64]
Line = tuple[tuple[float, float], ...]
"""Points from logit to logit, the first coordinate rising: straight between them, and straight on beyond the ends."""

_BENDS: Final = 6
_CLEARLY: Final = 15.0
"""Deviance by which a line with bends must beat the straight one."""


def trust(said: Floats, truth: Floats) -> Line:
    """``said``: logits of rows left out; ``truth``: 1 where it came."""
    if said.size == 0 or said.std() < 1e-9 or not 0 < truth.mean() < 1:
        return ((0.0, 0.0), (1.0, 1.0))
    shift, slope = additive.straight(said, truth)
    if slope <= 0:
        level = float(np.log(truth.mean() / (1 - truth.mean())))
        return ((0.0, level), (1.0, level + 1e-3))
    line: Line = ((0.0, shift), (1.0, shift + slope))
    bent = _bent(said, truth)
    losses = [additive.log_loss(trusted(tried, said), truth) for tried in (line, bent)]
    return bent if 2 * len(said) * (losses[0] - losses[1]) > _CLEARLY else line


def trusted(line: Line, said: Floats) -> Floats:
    """What logits become."""
    x, y = np.array(line).T
    place = np.clip(np.searchsorted(x, said) - 1, 0, len(x) - 2)
    return np.asarray(y[place] + (np.diff(y) / np.diff(x))[place] * (said - x[place]))


def _bent(said: Floats, truth: Floats) -> Line:
    knots = np.unique(np.quantile(said, np.linspace(0.02, 0.98, _BENDS)))
    if len(knots) < 2:
        return ((0.0, 0.0), (1.0, 1.0))
    along = (said[:, None] - knots[:-1]) / np.diff(knots)
    steps = np.clip(along, [-np.inf, *[0.0] * (len(knots) - 2)], [*[1.0] * (len(knots) - 2), np.inf])
    found = additive.fit(steps, truth, np.zeros(len(knots) - 1, dtype=np.bool_), 0.0)
    heights = found[0] + np.append(0.0, np.cumsum(found[1:]))
    return tuple(zip(knots.tolist(), heights.tolist(), strict=True))
