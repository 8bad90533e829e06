"""The band of a score: ``band(d) = f(score(d), band(d−1), since(d−1))``, with margin and dwell.

Decided from the rounded score, over many customers at once: arrays in, arrays out. Must not know how a score came
about, except whether a cap or a pulse speaks, which do not wait.
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
from scoring.scorecard import BLANK, GREEN, RED, YELLOW, ScoredFrame

__all__ = [
    "BLANK",
    "GREEN",
    "RED",
    "YELLOW",
    "BandStates",
    "Banded",
    "decide_band",
    "decide_bands",
    "next_bands",
    "next_states",
    "states",
]  # fmt: skip

ORDER: Final[tuple[Band, ...]] = ("red", "yellow", "green", "unknown")
"""The band of each code."""
_CODES: Final[Mapping[Band, int]] = {band: code for code, band in enumerate(ORDER)}

Codes = NDArray[np.integer]
Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Banded:
    """Band and the day since when, per customer, as plain lists."""

    band: list[Band]
    since: list[date]


@dataclass(frozen=True, slots=True)
class BandStates:
    """The same as arrays: codes, and days (NaT without a band)."""

    code: Codes
    since: Days

    def listed(self) -> Banded:
        return Banded([ORDER[code] for code in self.code.tolist()], self.since.tolist())


def states(customers: list[int], previous: Mapping[int, Previous]) -> BandStates:
    """Yesterday's bands of the customers, in their order; BLANK where there was none."""
    found = [previous.get(customer) for customer in customers]
    codes = [BLANK if state is None else _CODES[state.band] for state in found]
    since = [None if state is None else state.since for state in found]
    return BandStates(np.array(codes, dtype=np.int8), np.array(since, dtype="datetime64[D]"))


def decide_bands(scored: ScoredFrame, bands: Bands, previous: Mapping[int, Previous], day: date) -> Banded:
    """The bands at the close of ``day``. A customer without a previous band, or whose was unknown, starts afresh."""
    return next_states(scored, bands, states(scored.index.tolist(), previous), day).listed()


def next_states(scored: ScoredFrame, bands: Bands, before: BandStates, day: date) -> BandStates:
    """The bands at the close of ``day`` after those ``before``, and since when."""
    today = np.datetime64(day, "D")
    held = np.where(np.isnat(before.since), 0, (today - before.since).astype(np.int64))
    code = next_bands(scored.score, before.code, held, scored.cap >= 0, scored.judged, bands)
    goes_on = (code == before.code) & ~np.isnat(before.since)
    return BandStates(code, np.where(goes_on, before.since, today))


def decide_band(score: float, bands: Bands, previous: Previous | None, day: date) -> tuple[Band, date]:
    """The band of one known score, which no cap and no pulse moved, and the day since when."""
    old = BLANK if previous is None else _CODES[previous.band]
    held = 0 if previous is None else (day - previous.since).days
    given, state, lasted = np.array([score]), np.array([old]), np.array([held])
    (now,) = next_bands(given, state, lasted, np.array([False]), np.array([BLANK]), bands).tolist()
    return ORDER[now], previous.since if previous is not None and now == old else day


def next_bands(score: Floats, old: Codes, held: Codes, capped: NDArray[np.bool_], pulse: Codes, bands: Bands) -> Codes:
    """Codes of the bands. ``held``: days the old one has lasted. A cap moves for the worse, and a pulse, at once.

    ``pulse``: the band that the CSM gives, BLANK = none; where the score is unknown it is all there is.
    """
    good = np.round(100 - score, 1) if bands.falling else score
    green, yellow = bands.edges
    plain = np.where(np.isnan(good), pulse, _between(good, yellow, green))
    # An edge counts only once it is passed by the margin, seen from the old band.
    lower = np.where(old == RED, yellow + bands.margin, yellow - bands.margin)
    upper = np.where(old == GREEN, green - bands.margin, green + bands.margin)
    moved = np.where(held >= bands.dwell_days, _between(good, lower, upper), old)
    at_once = (pulse != BLANK) | (capped & (plain < old))
    return np.where((plain == BLANK) | (old == BLANK) | at_once, plain, moved).astype(np.int8)


def _between(good: Floats, yellow: Floats | float, green: Floats | float) -> NDArray[np.int8]:
    """The band by its edges alone: RED, YELLOW, GREEN are 0, 1, 2."""
    return (good >= yellow).astype(np.int8) + (good >= green)
