"""How one column bears on the outcome, by itself: which way it points, at which points its curve bends, which words
belong together. The steps that a card's curve is made of. Must not know other columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.rules import as_text

Direction = Literal["up", "down"]
"""``up``: more is better; ``down``: less is."""
Floats = NDArray[np.float64]

MOST_POINTS: Final = 6
_BINS: Final = 14
_FEW_VALUES: Final = 10
_FEW_ROWS: Final = 20
_NEWS: Final = 6.0
"""Deviance that a column by itself must explain to be tried at all."""
_BEND: Final = 15.0
"""Deviance, and a fifth of the whole, by which a curve with a turn must beat one without."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One column as steps, each of which adds to the risk or (``signs`` −1) takes from it."""

    column: str
    gain: float
    """Deviance that the column explains by itself."""
    knots: tuple[float, ...] = ()
    signs: tuple[int, ...] = ()
    """Per interval between knots: whether more of it means more risk (1) or less (−1)."""
    levels: tuple[tuple[str, ...], ...] = ()
    """For words: groups in the order of rising risk."""

    @property
    def steps(self) -> int:
        return max(len(self.knots), len(self.levels)) - 1


def steps(shape: Shape, values: pd.Series) -> Floats:
    """N × steps: how far each row is along each step, with its sign; NaN where the value is missing or not known."""
    if shape.levels:
        place = {word: rank for rank, words in enumerate(shape.levels) for word in words}
        codes, found = pd.factorize(values)
        table = np.array([place.get(as_text(word), np.nan) for word in found] + [np.nan], dtype=np.float64)
        rank = table[codes][:, None]
        return np.where(np.isnan(rank), np.nan, (rank > np.arange(shape.steps)).astype(np.float64))
    knots, given = np.array(shape.knots), values.to_numpy(np.float64)[:, None]
    part = np.clip((given - knots[:-1]) / np.diff(knots), 0.0, 1.0)
    return np.asarray(part * np.array(shape.signs), dtype=np.float64)


def find_shape(column: str, values: pd.Series, happened: Floats, direction: Direction | None = None) -> Shape | None:
    """The column's shape among the rows given; None where it says nothing by itself, or not in its direction."""
    if values.dtype == object:
        return _of_words(column, values, happened)
    known = values.notna().to_numpy()
    found = _of_numbers(column, values.to_numpy(np.float64)[known], happened[known], direction)
    if direction is None and 2 < values.nunique() <= _FEW_VALUES:
        named = _of_words(column, values[known], happened[known])
        if named and named.gain > (found.gain if found else 0.0) + _BEND:
            return named
    return found


def _of_numbers(column: str, values: Floats, happened: Floats, direction: Direction | None) -> Shape | None:
    if len(values) == 0 or not 0 < happened.mean() < 1:
        return None
    edges = _edges(values)
    place = np.searchsorted(edges, values, side="left")
    rows = np.asarray(np.bincount(place), dtype=np.float64)
    hits = np.asarray(np.bincount(place, weights=happened), dtype=np.float64)
    filled = rows > 0
    centre = np.bincount(place, weights=np.clip(values, *_ends(values)))[filled] / rows[filled]
    rows, hits = rows[filled], hits[filled]
    if len(rows) < 2:
        return None
    fitted, turn, gain = _best(rows, hits, direction)
    if gain < _NEWS:
        return None
    knots = _knots(values, centre, rows, fitted, turn)
    if len(knots) < 2:
        return None
    rising = bool(fitted[-1] > fitted[0]) if turn is None else bool(fitted[turn] > fitted[0])
    first = 1 if (direction == "down" if direction else rising) else -1
    at = float("inf") if turn is None else centre[turn]
    signs = tuple(first if (left + right) / 2 <= at else -first for left, right in pairwise(knots))
    return Shape(column, gain, tuple(knots), signs)


def _ends(values: Floats) -> tuple[float, float]:
    """Where few rows lie beyond: a curve ends there, and a mistyped value counts as no more than that."""
    low, high = np.quantile(values, [0.0025, 0.9975], method="inverted_cdf").tolist()
    return (low, high) if low < high else (float(values.min()), float(values.max()))


def _edges(values: Floats) -> Floats:
    """The upper ends of all bins but the last: of few values one each, else equal shares of the rows."""
    found, rows = np.unique(values, return_counts=True)
    if len(found) <= _FEW_VALUES and rows.min() >= _FEW_ROWS:
        return found[:-1]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1], method="inverted_cdf"))
    if len(edges) == 1 and (values == edges[0]).any():  # nearly all are equal: those and the others
        return np.unique([edges[0], np.nextafter(edges[0], -np.inf)])
    return edges


def _best(rows: Floats, hits: Floats, direction: Direction | None) -> tuple[Floats, int | None, float]:
    """The rates of the bins by the best curve, where it turns (None = nowhere), and the deviance it explains."""
    tried = {way: monotone(rows, hits, rising=way == "down") for way in ("up", "down")}
    if direction is not None:
        return tried[direction], None, _deviance(rows, hits, tried[direction])
    way = max(tried, key=lambda name: _deviance(rows, hits, tried[name]))
    gain, best, turn = _deviance(rows, hits, tried[way]), tried[way], None
    enough = gain + max(_BEND, 0.2 * gain)
    for at in range(1, len(rows) - 1):
        for rising in (True, False):
            left = monotone(rows[: at + 1], hits[: at + 1], rising=rising)
            bent = np.append(left, monotone(rows[at + 1 :], hits[at + 1 :], rising=not rising))
            if (found := _deviance(rows, hits, bent)) > enough:
                gain, best, turn, enough = found, bent, at, found
    return best, turn, gain


def monotone(rows: Floats, hits: Floats, *, rising: bool) -> Floats:
    """The rates closest to the bins' own that never fall (or never rise): neighbours that disagree are pooled."""
    order = slice(None) if rising else slice(None, None, -1)
    pooled: list[list[float]] = []
    for size, hit in zip(rows[order].tolist(), hits[order].tolist(), strict=True):
        pooled.append([size, hit, 1])
        while len(pooled) > 1 and pooled[-2][1] * pooled[-1][0] >= pooled[-1][1] * pooled[-2][0]:
            last = pooled.pop()
            pooled[-1] = [old + new for old, new in zip(pooled[-1], last, strict=True)]
    rates = np.concatenate([np.full(int(bins), hit / size) for size, hit, bins in pooled])
    return np.asarray(rates[order], dtype=np.float64)


def _deviance(rows: Floats, hits: Floats, rates: Floats) -> float:
    base = np.full(len(rows), hits.sum() / rows.sum())
    return 2 * (_likelihood(rows, hits, rates) - _likelihood(rows, hits, base))


def _likelihood(rows: Floats, hits: Floats, rates: Floats) -> float:
    sure = np.clip(rates, 1e-9, 1 - 1e-9)
    return float((hits * np.log(sure) + (rows - hits) * np.log(1 - sure)).sum())


def _knots(values: Floats, centre: Floats, rows: Floats, rates: Floats, turn: int | None) -> list[float]:
    """At most six points among the bins' centres that keep the curve; the first and last lie where few are beyond."""
    sure = (rates * rows + 0.5) / (rows + 1)
    height = np.log(sure / (1 - sure))
    low, high = _ends(values)
    places, curve, weight = np.concatenate([[low], centre[1:-1], [high]]), height, rows
    fixed = {0} if turn is None else {0, int(np.argmin(np.abs(places - centre[turn])))}
    kept = list(range(len(places)))
    while len(kept) > MOST_POINTS:
        inner = [at for at in kept[1:-1] if at not in fixed]
        kept.remove(min(inner, key=lambda at: _lost(places, curve, weight, [one for one in kept if one != at])))
    whole = bool((values[:1000] % 1 == 0).all()) and high - low >= MOST_POINTS
    return sorted(
        {float(round(places[at])) if whole and abs(places[at]) < 1000 else rounded(places[at]) for at in kept}
    )


def _lost(places: Floats, curve: Floats, weight: Floats, kept: Sequence[int]) -> float:
    return float((weight * (np.interp(places, places[kept], curve[kept]) - curve) ** 2).sum())


def rounded(value: float) -> float:
    """To three figures: what a person would write."""
    return float(f"{value:.3g}")


def _of_words(column: str, values: pd.Series, happened: Floats) -> Shape | None:
    codes, found = pd.factorize(values)
    known = codes >= 0
    if not known.any() or len(found) < 2 or not 0 < happened[known].mean() < 1:
        return None
    rows = np.bincount(codes[known], minlength=len(found)).astype(np.float64)
    hits = np.bincount(codes[known], weights=happened[known], minlength=len(found))
    enough = rows >= max(10.0, 0.002 * rows.sum()) if rows.sum() >= 100 else rows >= 3
    base = hits.sum() / rows.sum()
    shrunk = (hits + 10 * base) / (rows + 10)
    names = [as_text(word) for word in found]
    order = sorted(np.flatnonzero(enough).tolist(), key=lambda at: (shrunk[at], names[at]))
    if len(order) < 2:
        return None
    groups = _merged([([names[at]], rows[at], hits[at]) for at in order])
    size, hit = (np.array([group[part] for group in groups], dtype=np.float64) for part in (1, 2))
    gain = _deviance(size, hit, hit / size) - 1.5 * (len(order) - 2)
    if len(groups) < 2 or gain < _NEWS:
        return None
    return Shape(column, gain, levels=tuple(tuple(sorted(group[0])) for group in groups))


Group = tuple[list[str], float, float]


def _merged(groups: list[Group]) -> list[Group]:
    """Neighbours that do not differ are put together until six are left, and all of those differ."""
    least = 3.0 + 2 * np.log(max(len(groups) / 4, 1))
    while len(groups) > 1:
        gaps = [_apart(left, right) for left, right in pairwise(groups)]
        at = int(np.argmin(gaps))
        if len(groups) <= MOST_POINTS and gaps[at] >= least:
            break
        left, right = groups[at], groups[at + 1]
        groups = [*groups[:at], (left[0] + right[0], left[1] + right[1], left[2] + right[2]), *groups[at + 2 :]]
    return groups


def _apart(left: Group, right: Group) -> float:
    """χ² of two shares."""
    size = left[1] + right[1]
    share = (left[2] + right[2]) / size
    spread = share * (1 - share) * (1 / left[1] + 1 / right[1])
    return (left[2] / left[1] - right[2] / right[1]) ** 2 / spread if spread > 0 else 0.0
