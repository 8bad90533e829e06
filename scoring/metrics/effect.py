"""Effect of a programme: before and after on the accounts that had it, against matched accounts that had not.

Nearest-neighbour matching without replacement (Rosenbaum & Rubin 1985) on segment, size and prior trend, optimal in
total distance; then difference in differences (Card & Krueger 1994), bootstrapped over the pairs. What the matching
cannot see (that CSMs chose the promising ones) it cannot take away: the report says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from scoring.metrics import estimates
from scoring.metrics.book import Book, cut, days
from scoring.metrics.estimates import Estimate, Floats

CALIPER: Final = 0.5
"""How far apart a pair may be in size and in trend, in standard deviations of all candidates."""
BALANCED: Final = 0.25
"""Standardised differences above this leave the groups unlike (Stuart 2010)."""
MEASURES: Final = ("size", "trend")
_FAR: Final = 1e6


@dataclass(frozen=True, slots=True)
class Balance:
    """How alike the two groups were at the base, before and after matching: standardised mean differences."""

    measure: str
    treated: float
    others: float
    matched: float
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Moved:
    """Mean ARR of both groups so many months after the base (negative: before), as a share of that at the base."""

    month: int
    treated: float | None
    matched: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """``retention``: difference in the share still there; ``growth``: in ARR, as a share of the ARR at the base, lost
    accounts included; each treated less its match, ``months`` after the base. ``arr``: growth in money.
    """

    months: int
    treated: int
    pairs: tuple[tuple[object, object], ...]
    retention: Estimate
    growth: Estimate
    arr: float | None
    balance: tuple[Balance, ...]
    path: tuple[Moved, ...] = ()
    missing: str = ""
    """Why there is no number."""

    @property
    def unmatched(self) -> int:
        return self.treated - len(self.pairs)

    @property
    def balanced(self) -> bool:
        return all(one.after is None or abs(one.after) <= BALANCED for one in self.balance)


def effect(book: Book, started: pd.Series, months: int = 6, trend: int = 3, least_n: int = estimates.LEAST) -> Effect:
    """``started``: by customer, the day on which the programme began with it (missing = never).

    An account's base is the last month's end before that day. Candidates to be matched are those who had not begun by
    the end of the window, looked at from the same base on. Accounts need a known ARR above 0 at the base and a known
    outcome ``months`` later; they are taken only once.
    """
    begun = days(started).dropna()
    units = list(_windows(book, begun, months, trend))
    everybody = pd.concat(units) if units else pd.DataFrame(columns=_COLUMNS)
    treated, others = everybody[everybody["treated"].eq(True)], everybody[everybody["treated"].eq(False)]
    pairs = _matched(treated, others)
    n = len(begun)
    if n == 0:
        return Effect(
            months, 0, (), Estimate(None), Estimate(None), None, (), (), "no account has a day on which it began"
        )
    if len(pairs) < least_n:
        why = f"{len(pairs)} of {n} accounts with the programme have {months} months of known ARR after it began and "
        why += f"a like account without it; {least_n} are needed"
        return Effect(months, n, _ids(pairs), Estimate(None), Estimate(None), None, (), (), why)
    kept = (pairs["kept"] - pairs["match_kept"]).to_numpy("float64")
    grown = (pairs["growth"] - pairs["match_growth"]).to_numpy("float64")
    growth = estimates.mean(grown)
    return Effect(
        months=months,
        treated=n,
        pairs=_ids(pairs),
        retention=estimates.mean(kept).within(-1.0, 1.0),
        growth=growth,
        arr=float((grown * pairs["arr"].to_numpy("float64")).sum()),
        balance=tuple(_balance(name, treated, others, pairs) for name in MEASURES),
        path=_path(book, pairs, range(-trend, months + 1)),
    )


_COLUMNS: Final = ["customer", "treated", "base", "segment", "arr", "size", "trend", "kept", "growth"]


def _windows(book: Book, begun: pd.Series, months: int, trend: int) -> Iterator[pd.DataFrame]:
    """For every base: the accounts that began right after it, and those that had not begun by the window's end."""
    ends = pd.DatetimeIndex(book.whole)
    base_of = pd.Series(ends.searchsorted(begun.to_numpy(), side="left") - 1, index=begun.index)
    for base in sorted(base_of.unique()):
        if base < 0 or base + months >= len(ends):
            continue
        rows = _unit(book, ends, base, months, trend)
        start = begun.reindex(rows["customer"]).to_numpy()
        mine = base_of.reindex(rows["customer"]).eq(base).to_numpy()
        never = np.isnat(start) | (start > ends[base + months].to_numpy())
        yield rows.assign(treated=mine)[mine | never]


def _unit(book: Book, ends: pd.DatetimeIndex, base: int, months: int, trend: int) -> pd.DataFrame:
    at, after = book.at(ends[base]), book.at(ends[base + months])
    at = at[at["active"].eq(True) & at["arr"].gt(0)]
    still = after["active"].reindex(at.index, fill_value=False)
    later = after["arr"].reindex(at.index).mask(still.eq(False), 0.0)
    before = book.at(ends[base - trend])["arr"].reindex(at.index) if base >= trend else pd.Series(np.nan, at.index)
    known = still.notna() & later.notna()
    rows = pd.DataFrame(
        {
            "base": base,
            "segment": cut(at["segment"]),
            "arr": at["arr"],
            "size": np.log(at["arr"]),
            "trend": np.log(at["arr"] / before.where(before > 0)),
            "kept": still.eq(True).astype("float64"),
            "growth": later / at["arr"] - 1.0,
        },
        index=at.index,
    )
    return rows[known].rename_axis("customer").reset_index()


def _matched(treated: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Pairs within segment, base and (where the trend is unknown) among those whose trend is unknown too."""
    spread = {name: float(pd.concat([treated[name], others[name]]).std()) or 1.0 for name in MEASURES}
    pools = dict(list(others.groupby(["base", "segment", others["trend"].isna()])))
    taken: set[object] = set()
    found: list[pd.DataFrame] = []
    for key, mine in treated.groupby(["base", "segment", treated["trend"].isna()]):
        if key not in pools:
            continue
        pool = pools[key]
        pool = pool[~pool["customer"].isin(taken)]
        if pool.empty:
            continue
        apart = _distances(mine, pool, spread)
        left, right = linear_sum_assignment(apart)
        near = apart[left, right] < _FAR
        chosen = pool.iloc[right[near]]
        taken.update(chosen["customer"])
        matches = chosen.add_prefix("match_").reset_index(drop=True)
        found.append(pd.concat([mine.iloc[left[near]].reset_index(drop=True), matches], axis=1))
    columns = [*_COLUMNS, *(f"match_{name}" for name in _COLUMNS)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _distances(mine: pd.DataFrame, pool: pd.DataFrame, spread: dict[str, float]) -> Floats:
    total: Floats = np.zeros((len(mine), len(pool)))
    far = np.zeros(total.shape, bool)
    for name in MEASURES:
        scale = spread[name] if np.isfinite(spread[name]) and spread[name] > 0 else 1.0
        apart = np.abs(mine[name].to_numpy()[:, None] - pool[name].to_numpy()[None, :]) / scale
        apart = np.nan_to_num(apart)
        total += apart**2
        far |= apart > CALIPER
    total[far] = _FAR
    return total


def _balance(name: str, treated: pd.DataFrame, others: pd.DataFrame, pairs: pd.DataFrame) -> Balance:
    spread = float(np.sqrt((treated[name].var() + others[name].var()) / 2))
    usable = np.isfinite(spread) and spread > 0
    before = float(treated[name].mean() - others[name].mean()) / spread if usable else None
    after = float((pairs[name] - pairs[f"match_{name}"]).mean()) / spread if usable else None
    return Balance(
        measure=name,
        treated=float(treated[name].mean()),
        others=float(others[name].mean()),
        matched=float(pairs[f"match_{name}"].mean()),
        before=before if before is not None and np.isfinite(before) else None,
        after=after if after is not None and np.isfinite(after) else None,
    )


def _path(book: Book, pairs: pd.DataFrame, offsets: range) -> tuple[Moved, ...]:
    """Before and after, month by month; a lost account counts 0, one whose ARR is not known counts in no mean."""
    ends = book.whole
    arr = book.monthly["arr"].mask(book.monthly["active"].eq(False), 0.0)
    wide = book.monthly.assign(arr=arr).pivot(index="customer", columns="month", values="arr").reindex(columns=ends)
    base = pairs["base"].to_numpy("int64")

    def mean(customers: pd.Series, offset: int) -> float | None:
        place = base + offset
        inside = (place >= 0) & (place < len(ends))
        rows, values = wide.index.get_indexer(pd.Index(customers)), wide.to_numpy("float64")
        index = values[rows, np.clip(place, 0, len(ends) - 1)] / values[rows, base]
        known = index[inside & np.isfinite(index)]
        return float(known.mean()) if len(known) else None

    return tuple(Moved(k, mean(pairs["customer"], k), mean(pairs["match_customer"], k)) for k in offsets)


def _ids(pairs: pd.DataFrame) -> tuple[tuple[object, object], ...]:
    return tuple(zip(pairs["customer"].tolist(), pairs["match_customer"].tolist(), strict=True))
