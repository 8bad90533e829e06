"""Logistic regression whose coefficients may not turn round: non-negative where a direction is given, and sparse.

Newton steps, each solved by coordinate descent, in float64 and without chance. Must not know what a column means.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RIDGE: Final = 1e-4
"""A little of it keeps equal columns apart from deciding by chance."""
_STEPS: Final = 20
_SWEEPS: Final = 40
_CLOSE: Final = 1e-5


def sigmoid(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -35, 35))), dtype=np.float64)


def strongest(matrix: Floats, happened: Floats) -> float:
    """The penalty from which every coefficient is 0."""
    pull = matrix.T @ (happened - happened.mean()) / len(happened)
    return float(max(np.abs(pull).max(initial=0.0), 1e-6))


def fit(matrix: Floats, happened: Floats, free: Flags, penalty: float, start: Floats | None = None) -> Floats:
    """Intercept and coefficients that minimise mean log loss + ``penalty`` × Σ|c|, c ≥ 0 where not ``free``."""
    rate = float(np.clip(happened.mean(), 1e-6, 1 - 1e-6))
    size = matrix.shape[1] + 1
    found = np.zeros(size) if start is None else start.copy()
    if start is None:
        found[0] = np.log(rate / (1 - rate))
    cost = np.append(0.0, np.full(size - 1, penalty))
    ridge = np.append(0.0, np.full(size - 1, RIDGE))
    least = np.where(np.append(True, free), -np.inf, 0.0)
    loss = _loss(matrix, happened, found, cost, ridge)
    for _ in range(_STEPS):
        move = _descend(*_curvature(matrix, happened, found, ridge), found, cost, least)
        found, before, loss = _halved(matrix, happened, found, move, loss, cost, ridge)
        if before - loss < _CLOSE:
            break
    return found


def fit_path(matrix: Floats, happened: Floats, free: Flags, penalties: Sequence[float]) -> list[Floats]:
    """``fit`` for each penalty, from the strongest down, each from where the last one ended."""
    fits: list[Floats] = []
    for penalty in penalties:
        fits.append(fit(matrix, happened, free, penalty, fits[-1] if fits else None))
    return fits


def log_loss(logit: Floats, happened: Floats) -> float:
    return float(np.mean(np.logaddexp(0.0, logit) - happened * logit))


def straight(values: Floats, happened: Floats) -> tuple[float, float]:
    """Intercept and slope of a plain logistic regression on one column, the slope held back a little."""
    spread = float(values.std()) or 1.0
    scaled = ((values - values.mean()) / spread)[:, None]
    intercept, slope = fit(scaled, happened, np.array([True]), 0.0).tolist()
    return intercept - slope * float(values.mean()) / spread, slope / spread


def _loss(matrix: Floats, happened: Floats, found: Floats, cost: Floats, ridge: Floats) -> float:
    plain = log_loss(found[0] + matrix @ found[1:], happened)
    return plain + float((cost * np.abs(found)).sum() + (ridge * found**2).sum() / 2)


def _curvature(matrix: Floats, happened: Floats, found: Floats, ridge: Floats) -> tuple[Floats, Floats]:
    chance = sigmoid(found[0] + matrix @ found[1:])
    wrong, weight = chance - happened, np.maximum(chance * (1 - chance), 1e-6)
    rows = len(happened)
    gradient = np.append(wrong.mean(), matrix.T @ wrong / rows) + ridge * found
    weighed = matrix * weight[:, None]
    inner = matrix.T @ weighed / rows
    edge = weighed.mean(axis=0)
    hessian = np.block([[np.array([[weight.mean()]]), edge[None, :]], [edge[:, None], inner]])
    return gradient, hessian + np.diag(ridge + 1e-9)


def _descend(gradient: Floats, hessian: Floats, found: Floats, cost: Floats, least: Floats) -> Floats:
    """The move that minimises the quadratic around ``found``, one coordinate at a time."""
    slope, curve, root = gradient.copy(), np.diag(hessian).tolist(), np.sqrt(np.diag(hessian)).tolist()
    at_least, price, now = least.tolist(), cost.tolist(), found.tolist()
    active: Sequence[int] = range(len(now))
    for sweep in range(_SWEEPS):
        biggest = 0.0
        for at in active:
            wanted = _shrunk(now[at] - float(slope[at]) / curve[at], price[at] / curve[at])
            step = max(wanted, at_least[at]) - now[at]
            if step:
                now[at] += step
                slope += hessian[at] * step
                biggest = max(biggest, abs(step) * root[at])
        if biggest < 1e-5:
            if len(active) == len(now):
                break
            active = range(len(now))
        elif sweep == 0 or len(active) == len(now):
            active = [at for at in range(len(now)) if now[at] != 0 or at == 0]
    return np.array(now) - found


def _shrunk(value: float, by: float) -> float:
    return value - by if value > by else value + by if value < -by else 0.0


def _halved(
    matrix: Floats, happened: Floats, found: Floats, move: Floats, loss: float, cost: Floats, ridge: Floats
) -> tuple[Floats, float, float]:
    """As much of the move as lowers the loss; what was found, the loss before and after."""
    share = 1.0
    for _ in range(12):
        tried = found + share * move
        after = _loss(matrix, happened, tried, cost, ridge)
        if after <= loss:
            return tried, loss, after
        share /= 2
    return found, loss, loss
