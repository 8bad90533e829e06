"""The band of a score: ``band(d) = f(score(d), band(d−1), since(d−1))``, with margin and dwell.

Decided from the rounded score, over many customers at once. Must not know how a score came about, except
whether a cap or a pulse speaks, which do not wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.scorecards import Bands
from config.words import Band
from scoring.decision import Previous
from scoring.scorecard import ScoredFrame

_ORDER: Final[tuple[Band, ...]] = ("red", "yellow", "green", "unknown")
RED, YELLOW, GREEN, BLANK = range(4)
_CODES: Final[Mapping[Band, int]] = {band: code for code, band in enumerate(_ORDER)}

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Banded:
    """Band and the day since when, per customer, as plain lists."""

    band: list[Band]
    since: list[date]


def decide_bands(scored: ScoredFrame, bands: Bands, previous: Mapping[int, Previous], day: date) -> Banded:
    """The bands at the close of ``day``. A customer without a previous band, or whose was unknown, starts afresh."""
    before = [previous.get(int(customer)) for customer in scored.index]
    old = np.array([BLANK if state is None else _CODES[state.band] for state in before], dtype=np.int64)
    held = np.array([0 if state is None else (day - state.since).days for state in before], dtype=np.int64)
    pulse = np.array([_CODES.get(said, BLANK) for said in scored.pulse.tolist()], dtype=np.int64)
    now = next_bands(scored.score, old, held, scored.cap >= 0, pulse, bands)
    since = [
        state.since if state is not None and code == was else day
        for state, code, was in zip(before, now.tolist(), old.tolist(), strict=True)
    ]
    return Banded([_ORDER[code] for code in now.tolist()], since)


def decide_band(score: float, bands: Bands, previous: Previous | None, day: date) -> tuple[Band, date]:
    """The band of one known score, which no cap and no pulse moved, and the day since when."""
    old = BLANK if previous is None else _CODES[previous.band]
    held = 0 if previous is None else (day - previous.since).days
    given, state, lasted = np.array([score]), np.array([old]), np.array([held])
    (now,) = next_bands(given, state, lasted, np.array([False]), np.array([BLANK]), bands).tolist()
    return _ORDER[now], previous.since if previous is not None and now == old else day


def next_bands(score: Floats, old: Codes, held: Codes, capped: NDArray[np.bool_], pulse: Codes, bands: Bands) -> Codes:
    """Codes of the bands. ``held``: days the old one has lasted. A cap lowers, and a pulse moves, at once.

    ``pulse``: the band that the CSM gives, BLANK = none; where the score is unknown it is all there is.
    """
    plain = np.where(np.isnan(score), pulse, _plain(score, bands))
    moved = np.where(held >= bands.dwell_days, _beyond_margin(score, old, bands), old)
    at_once = (pulse != BLANK) | (capped & (plain < old))
    return np.where((plain == BLANK) | (old == BLANK) | at_once, plain, moved)


def _plain(score: Floats, bands: Bands) -> Codes:
    """The band by its edges alone."""
    known = np.where(score >= bands.green, GREEN, np.where(score >= bands.yellow, YELLOW, RED))
    return np.where(np.isnan(score), BLANK, known)


def _beyond_margin(score: Floats, old: Codes, bands: Bands) -> Codes:
    """The band when an edge counts only once it is passed by the margin, seen from the old band."""
    green = np.where(old == GREEN, bands.green - bands.margin, bands.green + bands.margin)
    yellow = np.where(old == RED, bands.yellow + bands.margin, bands.yellow - bands.margin)
    return np.where(score >= green, GREEN, np.where(score >= yellow, YELLOW, RED))
