"""A scorecard over many customers at once: weighted mean, coverage, caps, pulse, contributions that add up.

Columnar: no loop over customers. Works in tenths of a point (integers), so that contributions add up
exactly. Must not know where features come from; bands, flags and words are decided elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import Problem
from config.problems import did_you_mean
from config.scorecards import Bands, Measure, Scorecard
from scoring import measures
from scoring.conditions import mask
from scoring.features.table import FEATURES, FIELDS

TENTHS: Final = 10
WHOLE: Final = 1000
_NOISE: Final = 1e-9
"""Below what a curve or a weight can mean: keeps 0.3 ≥ 0.3 and 69.95 → 70.0 true in floating point."""

Floats = NDArray[np.float64]
Tenths = NDArray[np.int16]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ScoredFrame:
    """What a card makes of N customers and M measures. Points are in tenths, 1000 = 100.0."""

    index: pd.Index
    measures: tuple[str, ...]
    """Names of the measures, in the order of the columns of ``points`` and ``losses``."""
    score: Floats
    """0–100 with one decimal; NaN = unknown."""
    coverage: Floats
    """Share (0–1) of the weight whose feature is known."""
    known: Flags
    """N × M: whether the measure's feature is known."""
    points: Tenths
    """N × M: what each measure gives; with ``capped`` and ``pulsed`` it adds up to the score."""
    losses: Tenths
    """N × M: what each measure keeps from 100."""
    cap: NDArray[np.int64]
    """Which cap of the card lowers the score; −1 = none."""
    capped: Tenths
    """What the cap takes, never positive."""
    pulsed: Tenths
    """What the CSM's pulse adds or takes."""
    pulse: NDArray[np.object_]
    """The valid pulse (green, yellow, red), or None; it speaks even where the score is unknown."""


def score_frame(
    features: pd.DataFrame,
    card: Scorecard,
    ages: pd.DataFrame | None = None,
    pulse: pd.Series | None = None,
) -> ScoredFrame:
    """The card applied to a row of features per customer; a column that is not there is unknown.

    ``ages``: days since each feature's newest input, for the limits of freshness. ``pulse``: the pulses that
    are valid. Caps may name any column.
    """
    names = tuple(sorted(card.measures))
    scores, known = _scores(features, card, names, ages)
    weights = np.array([card.measures[name].weight for name in names])
    used = np.where(np.isnan(scores), 0.0, weights)
    total = used.sum(axis=1)
    coverage = _covered(known, weights)
    decided = (total > 0) & (coverage + _NOISE >= card.min_coverage)
    share = np.where(decided, TENTHS / np.where(total > 0, total, 1.0), 0.0)[:, None] * used
    exact = np.nan_to_num(scores) * share
    tenths = np.floor(exact.sum(axis=1) + 0.5 + _NOISE)
    cap, capped = _cap(features, card, tenths, decided)
    judged = _pulse(pulse, len(features))
    pulsed = np.where(decided, _to_edge(tenths + capped, judged, card.bands), 0.0)
    final = (tenths + capped + pulsed) / TENTHS
    return ScoredFrame(
        index=features.index,
        measures=names,
        score=np.where(decided, final, np.nan),
        coverage=coverage,
        known=known,
        points=_apportioned(exact, tenths, used > 0),
        losses=np.rint((100 - np.nan_to_num(scores, nan=100.0)) * share).astype(np.int16),
        cap=cap,
        capped=capped.astype(np.int16),
        pulsed=pulsed.astype(np.int16),
        pulse=judged,
    )


def check(card: Scorecard) -> list[Problem]:
    """What the card names and scoring does not have: features, fields of caps; and curves where words are needed."""
    found = [problem for name, measure in card.measures.items() for problem in _check_measure(name, measure)]
    fields = (*FEATURES, *FIELDS)
    for position, cap in enumerate(card.caps):
        for field in cap.condition.fields:
            if field not in fields:
                what = f"there is no feature or account field {field}{did_you_mean(field, fields)}"
                found.append(Problem(f"caps[{position}].if", what, expected=f"one of {', '.join(fields)}"))
    return found


def _check_measure(name: str, measure: Measure) -> Iterator[Problem]:
    where = f"measures.{name}"
    if (known := FEATURES.get(measure.feature)) is None:
        what = f"there is no feature {measure.feature}{did_you_mean(measure.feature, tuple(FEATURES))}"
        yield Problem(f"{where}.feature", what, expected=f"one of {', '.join(FEATURES)}")
    elif known.words and measure.categories is None:
        example = "categories: {" + ", ".join(f"{word}: 50" for word in known.words) + "}"
        yield Problem(f"{where}.curve", f"{known.name} is a word, not a number", expected="categories", example=example)
    elif not known.words and measure.curve is None:
        yield Problem(f"{where}.categories", f"{known.name} is a number ({known.unit})", expected="a curve")
    else:
        for word in measure.categories or {}:
            if word not in known.words:
                what = f"{known.name} is never {word}{did_you_mean(word, known.words)}"
                yield Problem(f"{where}.categories.{word}", what, expected=f"one of {', '.join(known.words)}")


def _scores(
    features: pd.DataFrame, card: Scorecard, names: tuple[str, ...], ages: pd.DataFrame | None
) -> tuple[Floats, Flags]:
    """N × M scores with NaN for what does not count, and whether the feature itself is known."""
    scores = np.full((len(features), len(names)), np.nan)
    for column, name in enumerate(names):
        measure = card.measures[name]
        if measure.feature in features.columns:
            found = measures.scores(measure, features[measure.feature])
            scores[:, column] = np.where(_stale(measure, ages, len(features)), np.nan, found)
    known = ~np.isnan(scores)
    for column, name in enumerate(names):
        missing = card.measures[name].missing
        if missing != "unknown":
            scores[~known[:, column], column] = missing
    return scores, known


def _stale(measure: Measure, ages: pd.DataFrame | None, size: int) -> Flags:
    if ages is None or measure.feature not in ages.columns:
        return np.zeros(size, dtype=np.bool_)
    declared = FEATURES[measure.feature].fresh_for if measure.feature in FEATURES else None
    limit = measure.fresh_for.days if measure.fresh_for is not None else declared
    return np.asarray(ages[measure.feature].to_numpy() > (np.inf if limit is None else limit), dtype=np.bool_)


def _covered(known: Flags, weights: Floats) -> Floats:
    return np.asarray(np.where(known, weights, 0.0).sum(axis=1) / weights.sum())


def _cap(features: pd.DataFrame, card: Scorecard, tenths: Floats, decided: Flags) -> tuple[NDArray[np.int64], Floats]:
    """The lowest cap that holds and lowers the score (of equal ones the first), and what it takes."""
    limit, which = np.full(len(features), np.inf), np.full(len(features), -1)
    for position, cap in enumerate(card.caps):
        lower = mask(cap.condition, features).to_numpy() & (cap.at_most < limit)
        limit, which = np.where(lower, cap.at_most, limit), np.where(lower, position, which)
    taken = np.minimum(np.rint(np.minimum(limit, 100) * TENTHS) - tenths, 0.0)
    bites = decided & (which >= 0) & (taken < 0)
    return np.where(bites, which, -1), np.where(bites, taken, 0.0)


def _pulse(pulse: pd.Series | None, size: int) -> NDArray[np.object_]:
    judged = np.full(size, None, dtype=np.object_)
    if pulse is not None:
        valid = pulse.notna().to_numpy()
        judged[valid] = pulse.to_numpy(object)[valid]
    return judged


def _to_edge(tenths: Floats, pulse: NDArray[np.object_], bands: Bands) -> Floats:
    """How far each score is from the nearest edge of the band that the CSM gave."""
    green, yellow = round(bands.green * TENTHS), round(bands.yellow * TENTHS)
    moved = np.zeros(len(tenths))
    for band, least, most in (("green", green, WHOLE), ("yellow", yellow, green - 1), ("red", 0, yellow - 1)):
        moved = np.where(pulse == band, np.clip(tenths, least, most) - tenths, moved)
    return moved


def _apportioned(exact: Floats, total: Floats, takes_part: Flags) -> Tenths:
    """Whole tenths per measure that add up to ``total``: rounded down, the rest to the largest remainders."""
    floors = np.floor(exact)
    remainder = np.where(takes_part, exact - floors, -1.0)
    rest = (np.where(takes_part.any(axis=1), total, 0) - floors.sum(axis=1))[:, None]
    order = np.argsort(-remainder, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(exact.shape[1])[None, :], axis=1)
    return np.asarray(floors + (rank < rest), dtype=np.int16)
