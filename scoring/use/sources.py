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
    own = list(names)
    every = [*own, *(name for name in stated if name not in set(own))]
    said = [stated.get(name, NOTHING) for name in every]
    lag, began, limit = np.array(said, dtype=np.float64).reshape(-1, 3).T
    if np.isinf(lag).any():
        lag = np.where(np.isinf(lag), _newest(codes, ago, len(every)), lag)
    announced = np.array([name in stated for name in every], dtype=bool)
    return Sources(pd.Index(every, dtype=object), lag, limit, began, announced)


NOTHING: Final = (np.inf, np.inf, STALE_AFTER)


def _stated(sources: pd.DataFrame, as_of: date) -> dict[str | None, tuple[float, float, float]]:
    """By source: days since its newest and its oldest row (infinite: not said), and its limit.

    What it tells of days after ``as_of`` is not heard.
    """
    found: dict[str | None, tuple[float, float, float]] = {}
    newest, oldest = (days_before(sources[name], as_of).tolist() for name in ("newest", "oldest"))
    names = sources["source"].astype(object).where(sources["source"].notna(), None)
    for name, new, old, limit in zip(names, newest, oldest, sources["stale_after_days"], strict=True):
        lag, began, before = found.get(name, (np.inf, np.inf, np.nan))
        if old >= 0:
            began = old if np.isinf(began) else max(began, old)
        found[name] = (min(lag, new) if new >= 0 else lag, began, limit if np.isnan(before) else before)
    return {
        name: (lag, began, STALE_AFTER if np.isnan(limit) else limit) for name, (lag, began, limit) in found.items()
    }


def _newest(codes: NDArray[Any], ago: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Days since the newest past row of each source; infinite where there is none."""
    newest = np.full(size, np.iinfo(ago.dtype).max, ago.dtype)
    past = ago >= 0
    np.minimum.at(newest, codes[past].astype(np.intp), ago[past])
    told = newest < np.iinfo(ago.dtype).max
    return np.where(told, newest, np.inf)
