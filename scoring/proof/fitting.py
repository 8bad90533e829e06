"""From rows with a known outcome to a readable card: which columns, which curves, which weights, which probability.

One pure function, ``fit_card``, so that every judgement can run all of it again without the rows it judges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.proof import additive
from scoring.proof.shapes import Direction, Shape, find_shape, steps
from scoring.proof.trusting import Line, trust

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_MEASURES: Final = 12
MOST_ROWS: Final = 50_000
"""Rows that a fit looks at; of more, an even sample."""
_TUNING_ROWS: Final = 20_000
_TUNING_FOLDS: Final = 3
_BEST_OF_NOISE: Final = 10.0
"""Deviance, and 2 ln of the number of columns more, that the best of columns that say nothing hardly ever explains."""
_TRIED: Final = 40
"""Columns that go into the fit together, the most telling ones by themselves."""
_FEW_MISSING: Final = 20
_LEAST_SHARE: Final = 0.015
"""Of the spread of all measures, what one must have to stay."""
_PENALTIES: Final = np.geomspace(0.2, 0.001, 6)


@dataclass(frozen=True)
class Part:
    """One column's share in the logit: heights at the knots or for the groups of words, and where it is missing."""

    shape: Shape
    heights: Floats
    missing: float | None
    """Where the value is missing, as rows without it turned out; None where too few were to tell."""
    mean: float
    spread: float
    """Standard deviation over the rows it was learnt from."""


@dataclass(frozen=True)
class Additive:
    """A sum of curves on the logit scale, higher = worse; ``line`` makes of it what came true."""

    parts: tuple[Part, ...]
    intercept: float
    line: Line = ((0.0, 0.0), (1.0, 1.0))


@dataclass(frozen=True)
class _Design:
    """All steps of all columns side by side. ``owner``: which shape; ``blank``: marks of missing values."""

    matrix: Floats
    owner: Ints
    blank: NDArray[np.bool_]


def fit_additive(
    frame: pd.DataFrame, happened: Floats, folds: Ints, directions: Mapping[str, Direction] | None = None
) -> Additive:
    """``happened``: 1 where the bad outcome came. ``folds``: a number per row by which the inner folds are cut;
    equal rows and rows of one customer share theirs."""
    frame, happened, folds = _thinned(frame, happened, folds, MOST_ROWS)
    shapes = _shapes(frame, happened, directions or {})
    if not shapes:
        return Additive((), _log_odds(happened))
    design = _design(frame, shapes)
    penalty, _ = _tuned(design, happened, folds)
    parts = _parts(shapes, design, additive.fit(design.matrix, happened, design.blank, penalty))
    chosen = _chosen(parts)
    if not chosen:
        return Additive((), _log_odds(happened))
    shapes = [shapes[at] for at in chosen]
    design = _only(design, chosen)
    penalty, out_of_fold = _tuned(design, happened, folds)
    found = additive.fit(design.matrix, happened, design.blank, penalty)
    kept = tuple(part for part in _parts(shapes, design, found) if part.spread > 0)
    return Additive(kept, float(found[0]), trust(*out_of_fold))


def logits(model: Additive, frame: pd.DataFrame) -> Floats:
    """What the sum of curves says of each row, before it becomes a card, and before ``line``."""
    total = np.zeros(len(frame))
    for part in model.parts:
        along = np.abs(steps(part.shape, frame[part.shape.column])) @ np.diff(part.heights)
        total += np.where(np.isnan(along), part.mean if part.missing is None else part.missing, along)
    return model.intercept + total


def _thinned(frame: pd.DataFrame, happened: Floats, folds: Ints, most: int) -> tuple[pd.DataFrame, Floats, Ints]:
    if len(frame) <= most:
        return frame, happened, folds
    rows = np.linspace(0, len(frame) - 1, most).astype(np.int64)
    return frame.iloc[rows], happened[rows], folds[rows]


def _shapes(frame: pd.DataFrame, happened: Floats, directions: Mapping[str, Direction]) -> list[Shape]:
    found = [find_shape(str(name), frame[name], happened, directions.get(str(name))) for name in frame.columns]
    telling = sorted((shape for shape in found if shape), key=lambda shape: (-shape.gain, shape.column))
    best_of_noise = _BEST_OF_NOISE + 2 * np.log(max(frame.shape[1], 1))
    return telling[:_TRIED] if telling and telling[0].gain > best_of_noise else []


def _design(frame: pd.DataFrame, shapes: Sequence[Shape]) -> _Design:
    blocks: list[Floats] = []
    owner: list[int] = []
    blank: list[bool] = []
    for at, shape in enumerate(shapes):
        block = steps(shape, frame[shape.column])
        gone = np.isnan(block[:, 0])
        typical = np.nan_to_num(block[~gone].mean(axis=0)) if not gone.all() else np.zeros(block.shape[1])
        block = np.where(gone[:, None], typical, block)
        marked = [gone[:, None].astype(np.float64)] if gone.sum() >= _FEW_MISSING else []
        blocks += [block, *marked]
        owner += [at] * (block.shape[1] + len(marked))
        blank += [False] * block.shape[1] + [True] * len(marked)
    return _Design(np.hstack(blocks), np.array(owner), np.array(blank))


def _only(design: _Design, chosen: Sequence[int]) -> _Design:
    kept = np.isin(design.owner, chosen)
    owner = np.searchsorted(np.array(chosen), design.owner[kept])
    return _Design(design.matrix[:, kept], owner, design.blank[kept])


def _tuned(design: _Design, happened: Floats, folds: Ints) -> tuple[float, tuple[Floats, Floats]]:
    """The penalty that foretells best in inner folds, and what it said there beside what came."""
    rows = np.linspace(0, len(happened) - 1, min(len(happened), _TUNING_ROWS)).astype(np.int64)
    matrix, truth, fold = design.matrix[rows], happened[rows], folds[rows] % _TUNING_FOLDS
    penalties = (_PENALTIES * additive.strongest(matrix, truth)).tolist()
    said = np.full((len(penalties), len(rows)), np.nan)
    for one in range(_TUNING_FOLDS):
        inside, outside = fold != one, fold == one
        if outside.any() and 0 < truth[inside].sum() < inside.sum():
            for at, found in enumerate(additive.fit_path(matrix[inside], truth[inside], design.blank, penalties)):
                said[at, outside] = found[0] + matrix[outside] @ found[1:]
    judged = ~np.isnan(said[0])
    losses = np.logaddexp(0.0, said[:, judged]) - truth[judged] * said[:, judged]
    best = int(np.argmin(losses.mean(axis=1)))
    further = losses - losses[best]
    doubt = further.std(axis=1) / np.sqrt(max(judged.sum(), 1))
    simplest = int(np.argmax(further.mean(axis=1) <= 0.5 * doubt + 1e-12))
    return float(penalties[simplest]), (said[simplest, judged], truth[judged])


def _parts(shapes: Sequence[Shape], design: _Design, found: Floats) -> list[Part]:
    made = []
    for at, shape in enumerate(shapes):
        mine = design.owner == at
        coefficient, block, blank = found[1:][mine], design.matrix[:, mine], design.blank[mine]
        along = coefficient[~blank] * (np.array(shape.signs) if shape.signs else 1)
        heights = np.append(0.0, np.cumsum(along))
        mean = float(block[:, ~blank].mean(axis=0) @ coefficient[~blank])
        marked = float(coefficient[blank][0]) if blank.any() else 0.0
        spread = float((block @ coefficient).std())
        made.append(Part(shape, heights, mean + marked if blank.any() else None, mean, spread))
    return made


def _chosen(parts: Sequence[Part]) -> list[int]:
    whole = sum(part.spread for part in parts)
    by_spread = sorted(range(len(parts)), key=lambda at: (-parts[at].spread, parts[at].shape.column))
    return sorted(at for at in by_spread[:MOST_MEASURES] if parts[at].spread > _LEAST_SHARE * whole)


def _log_odds(happened: Floats) -> float:
    rate = float(np.clip(happened.mean(), 1e-6, 1 - 1e-6)) if happened.size else 0.5
    return float(np.log(rate / (1 - rate)))


__all__ = ["Additive", "Part", "fit_additive", "logits"]
