"""The watermark rule: no rows is not no use.

While a source is alive, a customer it has seen before and does not mention now has zero use; a customer it never
saw, or a source gone quiet, means unknown, and the quiet source raises an alarm of its own.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.days import days_before

STALE_AFTER: Final = 7.0
"""Days without any row after which a source no longer counts as alive, where nothing else is set."""


@dataclass(frozen=True)
class Sources:
    """Per source, in the order of its codes."""

    names: pd.Index
    lag: NDArray[np.float64]
    """Days since its newest row of any account; infinite where it never told anything."""
    limit: NDArray[np.float64]
    """Days after which that is too long."""
    began: NDArray[np.float64]
    """Days since its oldest row of any account; infinite where nobody says."""
    stated: NDArray[np.bool_]
    """Whether somebody announced it, rows or not."""

    @property
    def alive(self) -> NDArray[np.bool_]:
        return self.lag <= self.limit


def assess(names: pd.Index, codes: NDArray[Any], ago: NDArray[Any], sources: pd.DataFrame, as_of: date) -> Sources:
    """Judge the sources of rows, ``names`` by their codes; those that are only announced follow.

    The age comes from ``sources``: over all accounts, these or others. Where that is missing, or lies in the
    future, the newest past row at hand counts.
    """
    stated = _stated(sources, as_of)
    names = names.astype(object)
    names = names.append(stated.index.difference(names, sort=False))
    stated = stated.reindex(names)
    lag = stated["lag"].to_numpy(np.float64)
    if np.isnan(lag).any():
        lag = np.where(np.isnan(lag), _newest(codes, ago, len(names)), lag)
    limit = stated["limit"].fillna(STALE_AFTER).to_numpy(np.float64)
    began = stated["began"].fillna(np.inf).to_numpy(np.float64)
    return Sources(names, lag, limit, began, stated["known"].eq(True).to_numpy(bool))


def _stated(sources: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """A row per source; what it tells of days after ``as_of`` is not heard."""
    newest, oldest = days_before(sources["newest"], as_of), days_before(sources["oldest"], as_of)
    rows = sources.assign(lag=newest.where(newest >= 0), began=oldest.where(oldest >= 0), known=True)
    return rows.groupby(rows["source"].astype(object), sort=False).agg(
        lag=("lag", "min"), began=("began", "max"), limit=("stale_after_days", "first"), known=("known", "first")
    )


def _newest(codes: NDArray[Any], ago: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Days since the newest past row of each source; infinite where there is none."""
    newest = np.full(size, np.inf)
    for code in range(size):
        its = ago[(codes == code) & (ago >= 0)]
        newest[code] = its.min() if len(its) else np.inf
    return newest
