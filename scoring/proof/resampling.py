"""Intervals by resampling whole customers, because the rows of one are not independent of each other. Pure.

Everything is counted in histograms over levels of risk, one per draw, so that a thousand draws are a few products of
sparse matrices. The same seed gives the same draws, so that two scores over the same rows can be compared in pairs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from scoring.proof.ranking import pairs_won

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Weights = NDArray[np.float32]
"""Whole numbers, exact as long as a sum stays below 2²⁴."""

LEVELS: Final = 2_000
"""Scores with more different values than this are ranked in as many steps: it costs less than 0.0005 of AUC."""
BLOCK: Final = 2_000_000
"""Weights made at a time."""
KEPT: Final = 20_000_000
"""Weights that are kept between figures, in 4 bytes each."""
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95 %; NaN where there is nothing to reckon it from."""

    value: float
    low: float
    high: float

    def known(self) -> bool:
        return not np.isnan(self.value)

    def contains(self, value: float) -> bool:
        """Whether ``value`` lies inside; also where nothing is known, for then nothing is excluded."""
        return not (value < self.low or value > self.high)

    def as_data(self) -> dict[str, Any] | None:
        return {"value": self.value, "interval": [self.low, self.high]} if self.known() else None


def estimate(draws: Floats) -> Estimate:
    """The first draw is the figure itself (everybody once), the others make the interval."""
    others = draws[1:][~np.isnan(draws[1:])]
    if np.isnan(draws[0]) or not len(others):
        return Estimate(float(draws[0]), float("nan"), float("nan"))
    low, high = np.quantile(others, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return Estimate(float(draws[0]), float(low), float(high))


@dataclass(frozen=True)
class Draws:
    """Who is drawn how often: ``number`` times as many customers as there are, with replacement."""

    customers: int
    number: int = 1_000
    seed: int = 20_260_301

    def weights(self) -> Iterable[Weights]:
        """Blocks of draws × customers. The very first row is everybody once. Kept while there are not too many."""
        return self._kept if self.customers * self.number <= KEPT else self._drawn()

    @cached_property
    def _kept(self) -> list[Weights]:
        return list(self._drawn())

    def _drawn(self) -> Iterator[Weights]:
        rng = np.random.default_rng(self.seed)
        yield np.ones((1, self.customers), dtype=np.float32)
        size = max(1, BLOCK // max(self.customers, 1))
        for start in range(0, self.number, size):
            rows = min(size, self.number - start)
            drawn = rng.integers(0, self.customers, (rows, self.customers))
            shifted = drawn + self.customers * np.arange(rows)[:, None]
            flat = np.bincount(shifted.ravel(), minlength=rows * self.customers)
            yield flat.reshape(rows, self.customers).astype(np.float32)

    def over(self, figure: Callable[[Weights], Floats]) -> Floats:
        """A figure of each draw, from its weights."""
        return np.concatenate([figure(weights) for weights in self.weights()]).astype(np.float64)


@dataclass(frozen=True)
class Histogram:
    """Per draw and level of risk, the highest first, how many rows were lost and how many were not."""

    lost: Floats
    kept: Floats

    def auc(self) -> Floats:
        """The chance that a row that was lost had the lower score than one that was not; ties count half."""
        return ratio(pairs_won(self.kept, self.lost), self.pairs())

    def losses(self) -> Floats:
        return np.asarray(self.lost.sum(axis=1))

    def pairs(self) -> Floats:
        """Of a row that was lost and one that was not."""
        return np.asarray(self.lost.sum(axis=1) * self.kept.sum(axis=1))

    def caught(self, shares: Floats) -> Floats:
        """Draws × shares: which part of all losses lies in the lowest ``shares`` of the rows."""
        return _caught(shares, self.lost + self.kept, self.lost)

    def roc(self, false_alarms: Floats) -> Floats:
        """Draws × points: which part of the losses is caught at these shares of false alarms."""
        return _caught(false_alarms, self.kept, self.lost)


@dataclass(frozen=True)
class Ranking:
    """Rows in the order of a score, the lowest first, each compared with those of its own cut alone.

    On one day a CSM asks whom to call first. Between days scores drift and losses come more or less often, which would
    look like skill, or like the lack of it. Figures are means over the cuts, weighed by what each has to tell.
    """

    cuts: tuple[tuple[Any, Any], ...]
    """Levels × customers: how many rows were lost, and were not."""
    draws: Draws

    def auc(self) -> Floats:
        return self._auc

    @cached_property
    def _auc(self) -> Floats:
        """Kept: every rival is compared with it."""
        return self._mean(Histogram.auc, Histogram.pairs)

    def lift(self, share: float = 0.1) -> Floats:
        """How many times the average rate of losses the lowest ``share`` of scores has."""
        return self.caught(np.array([share]))[:, 0] / share

    def caught(self, shares: Floats) -> Floats:
        return self._mean(lambda one: one.caught(shares), lambda one: one.losses()[:, None])

    def roc(self, false_alarms: Floats) -> Floats:
        return self._mean(lambda one: one.roc(false_alarms), lambda one: one.pairs()[:, None])

    def _mean(self, figure: Callable[[Histogram], Floats], weight: Callable[[Histogram], Floats]) -> Floats:
        part, whole = np.zeros(1), np.zeros(1)
        for losing, keeping in self.cuts:
            one = Histogram(self._drawn(losing), self._drawn(keeping))
            by = weight(one)
            part = part + np.where(by > 0, by * figure(one), 0)
            whole = whole + by
        return ratio(part, whole)

    def _drawn(self, table: Any) -> Floats:
        return self.draws.over(lambda weights: np.asarray(table @ weights.T).T)


def ranking(score: Floats, lost: Flags, customer: Ints, draws: Draws, cut: Ints | None = None) -> Ranking:
    """``customer``: numbers from 0, below ``draws.customers``. ``cut``: likewise; None where all may be compared."""
    cuts = [np.ones(len(score), dtype=np.bool_)] if cut is None else [cut == one for one in np.unique(cut)]
    return Ranking(tuple(_tables(score[here], lost[here], customer[here], draws.customers) for here in cuts), draws)


def _tables(score: Floats, lost: Flags, customer: Ints, customers: int) -> tuple[Any, Any]:
    level = _levels(score)
    shape = (customers, int(level.max(initial=0)) + 1)

    def table(some: Flags) -> Any:
        ones = np.ones(int(some.sum()), dtype=np.float32)
        return csr_matrix((ones, (customer[some], level[some])), shape=shape).T.tocsr()

    return table(lost), table(~lost)


def _caught(shares: Floats, rows: Floats, lost: Floats) -> Floats:
    """Draws × shares: which part of ``lost`` stands at the levels where these shares of ``rows`` are."""
    among, losses = rows.sum(axis=1), lost.sum(axis=1)
    x = _from_zero(np.cumsum(rows, axis=1)) / np.where(among > 0, among, 1)[:, None]
    y = _from_zero(np.cumsum(lost, axis=1)) / np.where(losses > 0, losses, np.nan)[:, None]
    return np.array([np.interp(shares, one, other) for one, other in zip(x, y, strict=True)])


def _levels(score: Floats) -> Ints:
    values, level = np.unique(score, return_inverse=True)
    if len(values) <= LEVELS:
        return level.astype(np.int64)
    edges = np.unique(np.quantile(score, np.linspace(0, 1, LEVELS + 1)[1:-1]))
    return np.searchsorted(edges, score, side="right").astype(np.int64)


def sums(columns: Floats, customer: Ints, draws: Draws) -> Floats:
    """Draws × columns: the sums of these columns over the rows drawn."""
    per_customer = np.zeros((draws.customers, columns.shape[1]))
    np.add.at(per_customer, customer, columns)
    return draws.over(lambda weights: np.asarray(weights @ per_customer))


def _from_zero(curve: Floats) -> Floats:
    return np.concatenate([np.zeros((len(curve), 1)), curve], axis=1)


def ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where the whole is nothing."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan))
