"""What a score has to be measured against: recency alone, and a logistic regression on what the card looks at. Pure.

The regression is always asked about months later than those it learnt from, and learns only what had come of them
by then. Must not know the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scoring.proof import regression
from scoring.proof.resampling import Flags, Floats, Ints

RECENCY: Final = ("days_since_login", "days_since_touch")
"""Days since the last use; where that is unknown, since the last touch."""
LEAST_EVENTS: Final = 10
"""Losses, and as many others, without which the regression learns nothing."""
FOLDS: Final = 5
EDGES: Final = (0.005, 0.995)
"""What lies beyond these shares of a column's numbers counts as they do: a few giants would bend the whole line."""
MOST_ROWS: Final = 20_000
"""Rows without a loss from which more of them teach nothing new."""


def recency(rows: pd.DataFrame) -> pd.Series | None:
    """Days since the customer was last seen: the more, the higher the risk. Unknown counts as the middle.

    None where no row knows it.
    """
    days = pd.Series(np.nan, index=rows.index)
    for name in RECENCY:
        if name in rows.columns:
            days = days.fillna(pd.Series(pd.to_numeric(rows[name], errors="coerce")).astype("float64"))
    return None if days.isna().all() else days.fillna(days.median())


@dataclass(frozen=True)
class Foretold:
    """``risk``: per row, the probability of a loss; NaN where no earlier month could be learnt from."""

    risk: pd.Series
    features: tuple[str, ...]


def logistic(rows: pd.DataFrame, features: Sequence[str], horizon: int) -> Foretold:
    """A logistic regression for every cut, on all rows whose horizon was over by then (expanding window, embargo).

    ``rows``: ``cut``, ``lost`` (1, 0, NaN = unknown) and the features, numbers or words.
    """
    names = _told(rows, features)
    told = _frame(rows, names)
    cut = rows["cut"].to_numpy("datetime64[D]")
    lost = rows["lost"].to_numpy(np.float64)
    risk = np.full(len(rows), np.nan)
    for day in np.unique(cut):
        known = (cut + np.timedelta64(horizon, "D") <= day) & ~np.isnan(lost)
        events = int(lost[known].sum())
        if not names or min(events, int(known.sum()) - events) < LEAST_EVENTS:
            continue
        here = cut == day
        risk[here] = _foretold(told, lost, np.flatnonzero(known), here)
    return Foretold(pd.Series(risk, index=rows.index), names)


def logistic_in_folds(rows: pd.DataFrame, features: Sequence[str], seed: int) -> Foretold:
    """Where nothing is earlier or later: each fifth of the customers is foretold by what the others teach."""
    names = _told(rows, features)
    told, lost = _frame(rows, names), rows["lost"].to_numpy(np.float64)
    codes, customers = pd.factorize(rows["customer"])
    fold = np.random.default_rng(seed).permutation(len(customers))[codes] % FOLDS
    risk = np.full(len(rows), np.nan)
    for one in range(FOLDS):
        known = np.flatnonzero((fold != one) & ~np.isnan(lost))
        events = int(lost[known].sum())
        if names and min(events, len(known) - events) >= LEAST_EVENTS:
            risk[fold == one] = _foretold(told, lost, known, fold == one)
    return Foretold(pd.Series(risk, index=rows.index), names)


def _told(rows: pd.DataFrame, features: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(features) if name in rows.columns and rows[name].notna().any())


def _foretold(told: pd.DataFrame, lost: Floats, known: Ints, here: Flags) -> Floats:
    """The probabilities of some rows, by a regression on the known ones."""
    some, weight = _thinned(known, lost)
    return regression.fit(told.iloc[some], lost[some], weight)(told[here])


def _thinned(known: Ints, lost: Floats) -> tuple[Ints, Floats]:
    """Of very many rows all losses and evenly spaced others, which then weigh more; each row's weight beside it."""
    losses, others = known[lost[known] == 1], known[lost[known] == 0]
    step = max(1, len(others) // MOST_ROWS)
    kept = others[::step]
    weight = np.concatenate([np.ones(len(losses)), np.full(len(kept), len(others) / len(kept))])
    return np.concatenate([losses, kept]), weight


def _frame(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The features as the regression takes them."""
    return pd.DataFrame({name: _column(rows[name]) for name in names}, index=rows.index)


def _column(column: pd.Series) -> pd.Series:
    if column.dtype.kind not in "fiub":
        return column.map(str, na_action="ignore").astype(object)
    finite = column.astype("float64").where(np.isfinite(column.to_numpy(np.float64)))
    return finite.clip(*finite.quantile(list(EDGES)))
