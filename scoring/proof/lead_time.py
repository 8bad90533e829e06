"""How long before a customer left its score had been red: did the warning come early enough? Pure."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from scoring.proof.resampling import Estimate, Floats, estimate

LOOK_BACK: Final = 365
"""Days before the loss within which a red band counts as a warning of it."""
AHEAD: Final = (30, 60, 90)


@dataclass(frozen=True)
class LeadTime:
    """``days``: per customer that left, from the first red month's end of its last year to the loss; NaN: never red."""

    days: Floats
    median: Estimate
    """Of those that were red at all."""
    caught: dict[int, Estimate]
    """Days ahead → the share of those seen so early that had been red by then."""
    seen: dict[int, int]
    """Days ahead → how many were seen so early."""

    def as_data(self) -> dict[str, Any]:
        return {
            "customers_lost": len(self.days),
            "ever_red": int(np.isfinite(self.days).sum()),
            "median_days": self.median.as_data(),
            "caught": {
                f"{ahead}d": {"customers": self.seen[ahead], **(self.caught[ahead].as_data() or {"value": None})}
                for ahead in AHEAD
            },
            "days": [None if np.isnan(value) else int(value) for value in self.days.tolist()],
        }


def lead_time(rows: pd.DataFrame, losses: pd.DataFrame, until: np.datetime64, draws: int, seed: int) -> LeadTime:
    """``rows``: ``customer``, ``cut``, ``band``, the months that are not over included. ``losses`` as in ``Lives``."""
    dated = losses[losses["day"].notna() & losses["day"].le(until)].drop_duplicates("customer", keep="last")
    met = rows[["customer", "cut", "band"]].merge(dated[["customer", "day"]], on="customer")
    ahead = (met["day"] - met["cut"]).dt.days.astype("float64")
    met = met.assign(ahead=ahead)[ahead.gt(0) & ahead.le(LOOK_BACK)]
    earliest = met.groupby("customer")["ahead"].max()
    red = met[met["band"].eq("red")].groupby("customer")["ahead"].max().reindex(earliest.index)
    days, seen = red.to_numpy(np.float64), earliest.to_numpy(np.float64)
    chosen = _chosen(len(days), draws, seed)
    return LeadTime(
        days=days,
        median=_over(days, chosen, _median),
        caught={
            least: _over(np.where(seen >= least, _at_least(days, least), np.nan), chosen, _mean) for least in AHEAD
        },
        seen={least: int((seen >= least).sum()) for least in AHEAD},
    )


def _at_least(days: Floats, least: int) -> Floats:
    return np.where(np.nan_to_num(days, nan=-1.0) >= least, 1.0, 0.0)


def _chosen(customers: int, draws: int, seed: int) -> Any:
    """Rows of draws: everybody once, then as many at random."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, max(customers, 1), (draws, customers))
    return np.concatenate([np.arange(customers)[None, :], drawn])


def _over(values: Floats, chosen: Any, figure: Any) -> Estimate:
    if not np.isfinite(values).any():
        return Estimate(float("nan"), float("nan"), float("nan"))
    return estimate(figure(values[chosen]))


def _median(values: Floats) -> Floats:
    ranked = np.sort(values, axis=1)  # NaN last
    known = np.isfinite(ranked).sum(axis=1)
    rows = np.arange(len(ranked))
    low, high = ranked[rows, np.maximum(known - 1, 0) // 2], ranked[rows, np.minimum(known // 2, ranked.shape[1] - 1)]
    return np.where(known > 0, (low + high) / 2, np.nan)


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values).sum(axis=1)
    return np.asarray(np.nansum(values, axis=1) / np.where(known > 0, known, np.nan))
