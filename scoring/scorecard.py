"""A scorecard over many customers at once: weighted mean or index, coverage, caps, pulse, parts that add up.

Columnar, in pieces that fit a processor's cache: no loop over customers, nothing of N × M held in floats. Works in
tenths of a point (integers), so that parts add up exactly. Must not know where features come from; bands, flags
and words are decided elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.scorecards import AdditiveCard, Bands, Measure, Scorecard
from scoring import additive, weighted
from scoring.apportioning import apportioned
from scoring.conditions import mask
from scoring.features.table import FEATURES
from scoring.measures import Reader, number_reader, reader
from scoring.pieces import NOISE, TENTHS, WHOLE, Piece
from scoring.scorecard_check import check

__all__ = ["BLANK", "GREEN", "RED", "TENTHS", "WHOLE", "YELLOW", "ScoredFrame", "check", "score_frame"]

RED, YELLOW, GREEN, BLANK = range(4)
"""Codes of the bands; BLANK is unknown, or no pulse."""
CODES: Final = {"red": RED, "yellow": YELLOW, "green": GREEN}
ROWS: Final = 8_192
"""Customers in a piece: twenty measures of them in floats are a megabyte."""

Floats = NDArray[np.float64]
Tenths = NDArray[np.integer]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class ScoredFrame:
    """What a card makes of N customers and M measures. Points are in tenths, 1000 = 100.0.

    ``points`` of all measures + ``base`` + ``clamped`` + ``capped`` + ``pulsed`` = the score.
    """

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
    """N × M: what each measure gives; of an index, it may be negative."""
    losses: Tenths
    """N × M: what each measure keeps from 100; of an index, from its own best (see ``scoring.additive``)."""
    cap: NDArray[np.int16]
    """Which cap of the card moves the score; −1 = none."""
    capped: Tenths
    """What the cap takes (or adds, where it says at_least)."""
    pulsed: Tenths
    """What the CSM's pulse adds or takes."""
    pulse: NDArray[np.object_]
    """The valid pulse (green, yellow, red), or None; it speaks even where the score is unknown."""
    judged: Codes
    """The same as codes; BLANK = none."""
    base: Tenths
    """Of an index, what its range begins with; 0 where the range begins at 0, and of a weighted card."""
    clamped: Tenths
    """What lies outside the index's range; 0 of a weighted card."""


def score_frame(
    features: pd.DataFrame,
    card: Scorecard,
    ages: pd.DataFrame | None = None,
    pulse: pd.Series | None = None,
) -> ScoredFrame:
    """The card applied to a row of features per customer; a column that is not there is unknown.

    ``ages``: days since each feature's newest input, for the limits of freshness. ``pulse``: the pulses that
    are valid. Caps may name any column. Of an index, ``features`` has a column per action (``scoring.actions``).
    """
    names, size = tuple(sorted(card.measures)), len(features)
    readers = [_reader(features, card.measures[name], ages) for name in names]
    caps, limit, raised = _caps(features, card)
    said, judged = _pulses(pulse, size)
    wide: np.dtype[np.signedinteger] = np.dtype(np.int32 if isinstance(card, AdditiveCard) else np.int16)
    known = np.empty((len(names), size), dtype=np.bool_)
    points, losses = (np.empty((len(names), size), dtype=wide) for _ in range(2))
    score, coverage = np.empty(size), np.empty(size)
    base, clamped, capped, pulsed = (np.zeros(size, dtype=wide) for _ in range(4))
    for rows in _pieces(size):
        piece = _piece(card, names, _matrix(readers, rows))
        exact = np.floor(piece.exact.sum(axis=0) + 0.5 + NOISE)
        parts = apportioned(piece.exact, exact, piece.takes_part)
        tenths = np.clip(exact, 0, WHOLE) if isinstance(card, AdditiveCard) else exact
        moved = np.where(piece.decided, _held(tenths, limit[rows], raised[rows]) - tenths, 0.0)
        edge = np.where(piece.decided, _to_edge(tenths + moved, judged[rows], card.bands), 0.0)
        known[:, rows], losses[:, rows], points[:, rows] = piece.known, piece.losses, parts[: len(names)]
        base[rows] = parts[len(names)] if len(parts) > len(names) else 0
        clamped[rows], capped[rows], pulsed[rows] = tenths - exact, moved, edge
        score[rows] = np.where(piece.decided, (tenths + moved + edge) / TENTHS, np.nan)
        coverage[rows] = piece.coverage
    which = np.where(capped < 0, caps[0], np.where(capped > 0, caps[1], np.int16(-1)))
    return ScoredFrame(
        index=features.index, measures=names, score=score, coverage=coverage, known=known.T, points=points.T,
        losses=losses.T, cap=which, capped=capped, pulsed=pulsed, pulse=said, judged=judged, base=base,
        clamped=clamped,
    )  # fmt: skip


def _pieces(size: int) -> Iterator[slice]:
    return (slice(start, min(start + ROWS, size)) for start in range(0, size, ROWS))


def _matrix(readers: list[Reader], rows: slice) -> Floats:
    """M × N: what each measure reads of the rows."""
    matrix = np.empty((len(readers), rows.stop - rows.start))
    for number, read in enumerate(readers):
        matrix[number] = read(rows)
    return matrix


def _piece(card: Scorecard, names: tuple[str, ...], matrix: Floats) -> Piece:
    if isinstance(card, AdditiveCard):
        return additive.piece(matrix, card, names)
    return weighted.piece(matrix, card, names)


def _reader(features: pd.DataFrame, measure: Measure, ages: pd.DataFrame | None) -> Reader:
    """The measure's score (of an action: its count) of some rows; NaN where it is unknown or stale."""
    if measure.feature not in features.columns:
        size = len(features)
        return lambda rows: np.full(len(range(size)[rows]), np.nan)
    column = features[measure.feature]
    counted = measure.curve is None and measure.categories is None
    read = number_reader(column) if counted else reader(measure, column)
    limit = _fresh_for(measure)
    if ages is None or limit is None or measure.feature not in ages.columns:
        return read
    age = ages[measure.feature].to_numpy(np.float64)
    return lambda rows: np.where(age[rows] > limit, np.nan, read(rows))


def _fresh_for(measure: Measure) -> int | None:
    """Days after which the measure's input is too old: its own limit, else the feature's."""
    if measure.fresh_for is not None:
        return measure.fresh_for.days
    return FEATURES[measure.feature].fresh_for if measure.feature in FEATURES else None


def _caps(features: pd.DataFrame, card: Scorecard) -> tuple[NDArray[np.int16], Floats, Floats]:
    """Per customer the caps that speak (2 × N: at most, at least; −1 = none), the tenths that each of them sets.

    Of several that hold, the lowest ``at_most`` and the highest ``at_least`` count, of equal ones the first.
    """
    size = len(features)
    which = np.full((2, size), -1, dtype=np.int16)
    limit, raised = np.full(size, float(WHOLE)), np.zeros(size)
    lows = sorted(((-cap.limit, -at) for at, cap in enumerate(card.caps) if cap.at_least is None))
    highs = sorted(((cap.limit, -at) for at, cap in enumerate(card.caps) if cap.at_least is not None))
    for bound, position in [*highs, *lows]:
        cap = card.caps[-position]
        holds = mask(cap.condition, features).to_numpy()
        which[int(cap.at_least is not None), holds] = -position
        (limit if cap.at_least is None else raised)[holds] = np.rint(abs(bound) * TENTHS)
    return which, limit, raised


def _held(tenths: Floats, limit: Floats, raised: Floats) -> Floats:
    """The score as the caps hold it: not below ``raised``, and above all not above ``limit``."""
    return np.minimum(np.maximum(tenths, raised), limit)


def _pulses(pulse: pd.Series | None, size: int) -> tuple[NDArray[np.object_], Codes]:
    said, codes = np.full(size, None, dtype=np.object_), np.full(size, BLANK, dtype=np.int8)
    if pulse is not None:
        rows = np.flatnonzero(pulse.notna().to_numpy())
        said[rows] = pulse.to_numpy(object)[rows]
        codes[rows] = [CODES.get(word, BLANK) for word in said[rows]]
    return said, codes


def _to_edge(tenths: Floats, judged: Codes, bands: Bands) -> Floats:
    """How far each score is from the nearest edge of the band that the CSM gave."""
    moved = np.zeros(len(tenths))
    if (rows := np.flatnonzero(judged != BLANK)).size:
        green, yellow = (round(edge * TENTHS) for edge in bands.edges)
        least, most = np.array([0, yellow, green]), np.array([yellow - 1, green - 1, WHOLE])
        said = judged[rows]
        good = WHOLE - tenths[rows] if bands.falling else tenths[rows]
        shift = np.clip(good, least[said], most[said]) - good
        moved[rows] = -shift if bands.falling else shift
    return moved
