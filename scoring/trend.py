"""Where a score is going: changes, slope, the word up, flat or down, the fall below its own usual. Pure, columnar.

Decided from weeks, never from last night alone. Must not know measures or bands; what is expected at the renewal is
``scoring.forecast``'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final, Literal

import numpy as np
import pandas as pd

from scoring.closes import DAYS, WEEK, WEEKS, Floats, median, spread, weekly
from scoring.forecast import expect

Trend = Literal["up", "flat", "down"]

SPANS: Final = (7, 30, 90)
LEAST_HISTORY: Final = 14
"""Days of known closes below which there is no trend."""
LEAST_WEEKS: Final = 3
"""Weeks of history, and known ones, below which there is no slope."""
LEAST_MOVE: Final = 3.0
"""Points that a score must have moved, however quiet it is."""
NOISE: Final = 2.0
"""Times the account's own spread within a week that it must have moved."""
PER_SIGMA: Final = 1.4826
"""Median absolute deviation to standard deviation, for a normal spread (Hampel 1974)."""
MONTH: Final = 30
PIECE: Final = 20_000
"""Customers at a time: a row of closes each is held in memory."""


@dataclass(frozen=True, slots=True)
class _Moves:
    """How far the last week's median lies from an earlier week's, and how many weeks before that is; NaN = unknown."""

    points: Floats
    weeks: Floats


def trends(steps: pd.DataFrame, today: pd.Series, as_of: date, renewal_in: pd.Series | None = None) -> pd.DataFrame:
    """A row per customer of ``today`` (the scores as of now); see ``scoring.closes.spread`` for ``steps``.

    ``change_7d``, ``change_30d``, ``change_90d``: today's score less that day's close. ``slope``: points in 30 days.
    ``trend``: up, flat, down, None = unknown; ``moved`` and ``weeks`` are what it stands on: points against the week
    that many weeks before. ``drop_own``: points below the account's own median of the 90 days before.
    ``expected``, ``expected_low``, ``expected_high``: the score on the renewal day, ``renewal_in`` days ahead, with an
    interval of 80 %. Everything is NaN or None where it is not known.
    """
    given = pd.Series(np.nan, index=today.index) if renewal_in is None else renewal_in.reindex(today.index)
    ahead = np.asarray(given, dtype=np.float64)
    pieces = list(_pieces(steps, today, as_of, ahead))
    return pd.concat(pieces) if pieces else _row_each(today, spread(steps, today, as_of), ahead)


def _pieces(steps: pd.DataFrame, today: pd.Series, as_of: date, ahead: Floats) -> Iterator[pd.DataFrame]:
    order = steps.assign(row=today.index.get_indexer(pd.Index(steps["customer"]))).sort_values("row", kind="stable")
    for start in range(0, len(today), PIECE):
        some = today.iloc[start : start + PIECE]
        first, last = order["row"].searchsorted([start, start + PIECE])
        yield _row_each(some, spread(order.iloc[first:last], some, as_of), ahead[start : start + PIECE])


def _row_each(today: pd.Series, scores: Floats, ahead: Floats) -> pd.DataFrame:
    weeks = weekly(scores)
    slope = np.where(_history(scores) < LEAST_WEEKS * WEEK, np.nan, theil_sen(weeks))
    word, moves = direction(scores, weeks)
    # what goes neither up nor down is expected to stay: a slope that is no trend is noise
    found = expect(scores, weeks, np.where(word == "flat", 0.0, slope), ahead)
    return pd.DataFrame(
        {
            **{f"change_{span}d": np.round(scores[:, 0] - scores[:, span], 1) for span in SPANS},
            "slope": np.round(slope * MONTH / WEEK, 1),
            "trend": pd.Series(word, index=today.index, dtype=object),
            "moved": np.round(moves.points, 1),
            "weeks": moves.weeks,
            "drop_own": drop_own(scores),
            "expected": found.score,
            "expected_low": found.low,
            "expected_high": found.high,
        },
        index=today.index,
    )


def theil_sen(weeks: Floats) -> Floats:
    """Points per week: the median of the slopes between any two weeks (Theil 1950, Sen 1968).

    NaN with fewer than three known weeks, or without the last one.
    """
    pairs = np.array(list(combinations(range(WEEKS), 2)))
    newer, older = pairs[:, 0], pairs[:, 1]
    slope = median((weeks[:, newer] - weeks[:, older]) / (older - newer))
    enough = ((~np.isnan(weeks)).sum(axis=1) >= LEAST_WEEKS) & ~np.isnan(weeks[:, 0])
    return np.asarray(np.where(enough, slope, np.nan))


def direction(scores: Floats, weeks: Floats) -> tuple[np.ndarray, _Moves]:
    """The word, and what it stands on.

    The last week's median is compared with that of one, two, four and twelve weeks before (or the earliest from two,
    and from eight, where less is known). A difference counts where it exceeds both three points and twice the account's
    own spread within its weeks. The month decides, unless the last one or two weeks went against it; a month that moved
    by half of that in the direction of the quarter follows the quarter; a history of two weeks has only the last one.
    """
    least = np.maximum(LEAST_MOVE, NOISE * noise(scores, weeks))
    moves = [_against(weeks, *span) for span in ((1, 1), (2, 2), (2, 4), (8, 12))]
    week, fortnight, month, quarter = (_votes(move.points, least) for move in moves)
    by_month = np.where((week == -month) | (fortnight == -month), 0.0, month)
    leaning = _votes(moves[2].points, least / 2)
    drifting = (month == 0) & (quarter != 0) & (leaning == quarter) & (week != -quarter)
    alone = np.isnan(moves[2].points)
    chosen = [alone, drifting]
    sign = np.select(chosen, [week, quarter], by_month)
    unknown = np.isnan(moves[0].points) | (_history(scores) < LEAST_HISTORY)
    word = np.array(["down", "flat", "up"], dtype=object)[(sign + 1).astype(np.int64)]
    word[unknown] = None
    points = np.select(chosen, [moves[0].points, moves[3].points], moves[2].points)
    over = np.select(chosen, [moves[0].weeks, moves[3].weeks], moves[2].weeks)
    return word, _Moves(np.where(unknown, np.nan, points), np.where(unknown, np.nan, over))


def _votes(points: Floats, least: Floats) -> Floats:
    """1 and −1 for what moved by more than the least, 0 for what did not or is unknown."""
    return np.asarray(np.where(np.abs(points) > least, np.sign(points), 0.0))


def noise(scores: Floats, weeks: Floats) -> Floats:
    """The account's own spread within a week, in points: robust standard deviation of closes about their week's median.

    0 where nothing is known.
    """
    off = np.abs(scores[:, :DAYS] - np.repeat(weeks, WEEK, axis=1))
    return np.asarray(np.nan_to_num(PER_SIGMA * median(off)))


def drop_own(scores: Floats) -> Floats:
    """Points of today below the median of the 90 days before, 0 where it is not below; NaN with too little history."""
    drop = np.maximum(median(scores[:, 1:DAYS]) - scores[:, 0], 0.0)
    return np.asarray(np.round(np.where(_history(scores) < LEAST_HISTORY, np.nan, drop), 1))


def _history(scores: Floats) -> Floats:
    """Days since the earliest known close, as far as closes are looked at."""
    known = ~np.isnan(scores)
    return np.asarray(np.where(known.any(axis=1), scores.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1), 0))


def _against(weeks: Floats, nearest: int, farthest: int) -> _Moves:
    """The last week against the farthest known of some weeks before."""
    some = weeks[:, farthest : nearest - 1 : -1]
    known = ~np.isnan(some)
    which = np.argmax(known, axis=1)
    points = weeks[:, 0] - some[np.arange(len(weeks)), which]
    return _Moves(points, np.where(np.isnan(points), np.nan, farthest - which))
