"""What a score is expected to be on the renewal day, and the ARR that stands on it. Pure, columnar.

An expectation from the score's own course, no probability of churn. Must not know how the course was made.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from config.rules import as_text
from scoring.closes import HIGHEST, WEEK, Floats
from scoring.flags.scene import NOT_OURS

DAMPING: Final = 0.9
"""What is left of the slope from week to week: a fall does not go on for ever."""
LEAST_WEEKS: Final = 6
"""Known weeks below which nothing is expected."""
FARTHEST: Final = 365
"""Days ahead beyond which nothing is expected."""
LEAST_SPREAD: Final = 1.5
"""Points by which a week differs from the one before, however quiet the past was."""
EIGHTY: Final = 1.2816
"""Standard deviations on either side that hold 80 % of a normal spread."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The score on the renewal day and the interval that holds it in four cases of five; NaN = not known."""

    score: Floats
    low: Floats
    high: Floats


def expect(scores: Floats, weeks: Floats, slope: Floats, ahead: Floats) -> Expected:
    """From closes and weekly medians (see ``scoring.closes``), ``ahead`` days from now.

    Level plus damped trend, Σ φⁱ · ``slope`` over the weeks ahead (Gardner and McKenzie 1985); the level lies midway
    between today and the last week's median, so that one night counts for half. The interval is that of a random walk
    with that drift: its variance grows with the weeks ahead, by the spread of the changes from week to week about the
    slope, by what the slope itself is uncertain, and by how far today is from the level. Unknown where the renewal is
    unknown, over or more than a year ahead, where fewer than six weeks are known, and where today's score is not.
    """
    known = (~np.isnan(weeks)).sum(axis=1)
    usable = ~np.isnan(scores[:, 0]) & (ahead >= 0) & (ahead <= FARTHEST) & (known >= LEAST_WEEKS)
    horizon = np.where(usable, ahead, 0.0) / WEEK
    damped = DAMPING * (1 - DAMPING**horizon) / (1 - DAMPING)
    level = (scores[:, 0] + weeks[:, 0]) / 2
    middle = level + slope * damped
    walked = _spread(scores, slope) ** 2 * (horizon + damped**2 / np.maximum(known, 1))
    half = EIGHTY * np.sqrt(walked + (scores[:, 0] - level) ** 2)

    def shown(bound: Floats) -> Floats:
        return np.asarray(np.round(np.where(usable, np.clip(bound, 0, HIGHEST), np.nan), 1), dtype=np.float64)

    return Expected(shown(middle), shown(middle - half), shown(middle + half))


def _spread(scores: Floats, slope: Floats) -> Floats:
    """Standard deviation of the changes over seven days, of every day that has both closes, about the slope."""
    off = scores[:, :-WEEK] - scores[:, WEEK:] - slope[:, None]
    seen = np.maximum((~np.isnan(off)).sum(axis=1), 1)
    return np.asarray(np.maximum(np.sqrt(np.nansum(off**2, axis=1) / seen), LEAST_SPREAD))


def arr_at_risk(values: pd.DataFrame, *, within: int = 90, below: float = 40.0) -> pd.DataFrame:
    """Per currency, the ARR of customers that renew ``within`` days and whose score then is expected under ``below``.

    ``values``: a row per customer with ``arr``, ``currency``, ``days_to_renewal``, ``score``, and where there are such
    ``expected``, ``band`` and ``status``. Without an expectation today's score counts, and a red band. Columns:
    ``renewing`` and ``at_risk``, sums of ARR; ``unknown``, that of renewals of which nothing is known; ``customers``,
    those at risk; ``without_arr``, those of them whose ARR is unknown and in no sum. Amounts of different currencies
    are never added; the currency "" is the unknown one.
    """
    given = values.reindex(columns=["arr", "currency", "days_to_renewal", "score", "expected", "band", "status"])
    ours = ~given["status"].map(as_text, na_action="ignore").isin(NOT_OURS)
    due = given[ours & given["days_to_renewal"].between(0, within)]
    arr = due["arr"].where(due["arr"].ge(0) & np.isfinite(due["arr"].astype("float64")))
    then = due["expected"].astype("float64").fillna(due["score"].astype("float64"))
    risk = then.lt(below) | (due["expected"].isna() & due["band"].eq("red"))
    parts = pd.DataFrame(
        {
            "renewing": arr.fillna(0.0),
            "at_risk": arr.where(risk).fillna(0.0),
            "unknown": arr.where(then.isna() & ~risk).fillna(0.0),
            "customers": risk.astype("int64"),
            "without_arr": (risk & arr.isna()).astype("int64"),
        }
    )
    return parts.groupby(due["currency"].astype("object").fillna("").rename("currency")).sum()
