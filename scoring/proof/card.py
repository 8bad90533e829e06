"""A sum of curves written as a scorecard: points 0–100, weights in per cent, bands, and the score's probability.

The card's own score, rounded as it is published, is what everything is judged by. Must not know how curves were found.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.scorecards import RESERVED, WHOLE, Bands, Measure, Scorecard
from config.words import Purpose
from scoring.proof.additive import sigmoid
from scoring.proof.fitting import Additive, Part, logits
from scoring.proof.trusting import Line, trusted
from scoring.scorecard import score_frame

Floats = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]

GROUP: Final = "learnt"
_STRAIGHT: Final = 1.0
"""Points by which a curve's point may differ from the line between its neighbours without being kept."""
COVERAGE: Final = 0.3
LEAST_COVERAGE: Final = 0.05
_EVERY: Final = 5
"""Points of score from one point of the calibration to the next."""


@dataclass(frozen=True)
class Fitted:
    """A card, and the probability of the bad outcome for its score."""

    card: Scorecard
    calibration: Points
    base_rate: float


@dataclass(frozen=True)
class Said:
    """What a card says of rows: ``score`` (NaN = unknown), ``risk`` of the bad outcome, whether the band is red."""

    score: Floats
    risk: Floats
    red: NDArray[np.bool_]
    coverage: Floats


def to_card(model: Additive, frame: pd.DataFrame, happened: Floats, red_catches: float, purpose: Purpose) -> Fitted:
    """The model as a card. ``frame`` and ``happened``: the rows it was learnt from, for bands and probability."""
    measures = {_name(part.shape.column): measure for part in model.parts if (measure := _measure(part, model))}
    card = Scorecard.model_validate({"purpose": purpose, "measures": measures, "min_coverage": 0.0})
    scored = score_frame(frame, card)
    floor = _floor(scored.coverage)
    card, score = card.model_copy(update={"min_coverage": floor}), scored.score
    score = np.where(scored.coverage < floor, np.nan, score)
    calibration = _calibration(score, logits(model, frame), model.line, happened)
    bands = _bands(score, happened, calibration, red_catches)
    return Fitted(card.model_copy(update={"bands": bands}), calibration, float(happened.mean()))


def apply_card(fitted: Fitted, frame: pd.DataFrame) -> Said:
    """The card on rows; where too little is known the risk is that of all rows it was learnt from."""
    scored = score_frame(frame, fitted.card)
    unknown = np.isnan(scored.score)
    risk = np.where(unknown, fitted.base_rate, probability(fitted.calibration, scored.score))
    return Said(scored.score, risk, scored.score < fitted.card.bands.yellow, scored.coverage)


def probability(calibration: Points, score: Floats) -> Floats:
    """Straight between the points of the calibration; NaN for an unknown score."""
    scores, chances = zip(*calibration, strict=True)
    return np.asarray(np.interp(score, scores, chances), dtype=np.float64)


def _floor(coverage: Floats) -> float:
    """As shipped, unless the table is so full of holes that more than a twentieth of its rows would have no score."""
    usual = float(np.quantile(coverage, 0.05)) if coverage.size else LEAST_COVERAGE
    return min(COVERAGE, max(LEAST_COVERAGE, float(np.floor(usual * 100)) / 100))


def _name(column: str) -> str:
    return f"{column}_" if column.strip().lower() in RESERVED else column


def _measure(part: Part, model: Additive) -> Measure | None:
    whole = sum(_reach(each) for each in model.parts)
    heights = part.heights if part.missing is None else np.append(part.heights, part.missing)
    reach = _reach(part)
    weight = round(100 * reach / whole, 1)
    if reach <= 0 or weight <= 0:
        return None
    points = np.round(WHOLE * (heights.max() - heights) / reach)
    said = {
        "feature": part.shape.column,
        "group": GROUP,
        "weight": weight,
        "missing": "unknown" if part.missing is None else float(points[-1]),
    }
    given = points[: len(part.heights)].tolist()
    if part.shape.levels:
        words = {word: score for group, score in zip(part.shape.levels, given, strict=True) for word in group}
        return Measure.model_validate({**said, "categories": words})
    return Measure.model_validate({**said, "curve": _simple(list(zip(part.shape.knots, given, strict=True)))})


def _reach(part: Part) -> float:
    """The difference between a column's worst and best on the logit scale: what its weight stands for."""
    heights = part.heights if part.missing is None else np.append(part.heights, part.missing)
    return float(heights.max() - heights.min())


def _simple(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without the points that lie on the line between their neighbours, as nearly as matters."""
    kept = list(points)
    while len(kept) > 2:
        (off, at) = min((_off(kept[at - 1], kept[at], kept[at + 1]), at) for at in range(1, len(kept) - 1))
        if off > _STRAIGHT:
            break
        del kept[at]
    return kept


def _off(left: tuple[float, float], middle: tuple[float, float], right: tuple[float, float]) -> float:
    line = left[1] + (right[1] - left[1]) * (middle[0] - left[0]) / (right[0] - left[0])
    return abs(middle[1] - line)


def _calibration(score: Floats, logit: Floats, line: Line, happened: Floats) -> Points:
    """What comes true of the logits that the score stands for, moved until the mean probability is what came true."""
    known = ~np.isnan(score)
    grid = np.arange(0, 100 + _EVERY, _EVERY, dtype=np.float64)
    if known.sum() < 2 or float(score[known].std()) < 1e-9:
        rate = float(happened.mean())
        return ((0.0, round(rate, 4)), (100.0, round(rate, 4)))
    slope, intercept = np.polyfit(score[known], logit[known], 1)

    def expected(scores: Floats) -> Floats:
        return trusted(line, intercept + min(float(slope), 0.0) * scores)

    here = expected(score[known])
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(here + middle).mean() < happened[known].mean() else (low, middle)
    chances = np.round(sigmoid(expected(grid) + low), 4)
    return tuple((float(at), float(chance)) for at, chance in zip(grid, chances, strict=True))


def _bands(score: Floats, happened: Floats, calibration: Points, red_catches: float) -> Bands:
    """Red holds the lowest scores with ``red_catches`` of the bad outcomes; green begins at half the usual risk."""
    margin = Bands().margin
    bad = score[~np.isnan(score) & (happened == 1)]
    edge = float(np.quantile(bad, red_catches, method="higher")) + 0.1 if bad.size else 40.0
    yellow = round(min(max(edge, margin + 0.1), WHOLE - 3 * margin), 1)
    half = happened.mean() / 2
    calm = next((at for at, chance in calibration if chance <= half), WHOLE)
    green = round(min(max(calm, yellow + 2 * margin), WHOLE - margin), 1)
    return Bands(green=green, yellow=yellow)


def rising(calibration: Points) -> Points:
    """The calibration of the opposite outcome."""
    return tuple((score, round(1 - chance, 4)) for score, chance in calibration)


def is_monotone(measure: Measure) -> bool:
    """Whether a measure's curve only rises or only falls."""
    steps = [right[1] - left[1] for left, right in pairwise(measure.curve or ())]
    return all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
