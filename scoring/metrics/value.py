"""What customers are worth: ARR and MRR, and lifetime value of a subscription by its survival curve.

CLV here is what a new average customer brings over the months that were really observed: nothing is extrapolated
beyond them. Where customers buy without a contract, see ``scoring.metrics.purchases``.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scoring.metrics.book import MONTH_DAYS, Book, cut, total
from scoring.metrics.estimates import Estimate
from scoring.metrics.survival import Curve

HORIZON: Final = 60
"""Months of a customer's life that count at most: what lies further is discounted, and known to nobody."""


@dataclass(frozen=True, slots=True)
class Revenue:
    """Recurring revenue at one month's end, in the book's currency."""

    month: pd.Timestamp
    customers: int
    arr: float | None
    """Of the customers whose ARR is known; None where it is known of none."""
    unknown: int
    """Customers whose ARR is not."""

    @property
    def mrr(self) -> float | None:
        return None if self.arr is None else self.arr / 12


def revenue(book: Book) -> list[Revenue]:
    """At each month's end, oldest first."""
    return [_revenue(month, book.at(month)) for month in book.months]


def revenue_by(book: Book, name: str) -> dict[str, Revenue]:
    """At the last month's end, per value of a cut."""
    if not book.months:
        return {}
    last = book.at(book.months[-1])
    last = last[last["active"].eq(True)]
    return {str(value): _revenue(book.months[-1], rows) for value, rows in last.groupby(cut(last[name]))}


def _revenue(month: pd.Timestamp, rows: pd.DataFrame) -> Revenue:
    active = rows[rows["active"].eq(True)]
    return Revenue(month, len(active), total(active), int(active["arr"].isna().sum()))


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """``value``: discounted margin of a customer over ``months``; ``ratio``: to what winning one costs."""

    value: Estimate
    months: int
    monthly: float | None
    """Mean margin a month of a customer that is there."""
    cac: float | None
    ratio: Estimate
    missing: tuple[str, ...] = ()
    """What would be needed to know it."""


def contractual(
    book: Book,
    life: Curve,
    margin: float | None,
    discount: float = 0.10,
    cac: float | None = None,
    least_n: int = 10,
) -> LifetimeValue:
    """CLV = Σ over months of margin × survival ÷ (1 + discount)^(month ÷ 12) (Gupta & Lehmann 2003, with the
    Kaplan–Meier curve in place of a constant retention rate).

    ``margin``: gross margin 0–1. ``discount``: a year. The interval is the curve's. Counts months, each at its start,
    that at least ``least_n`` customers have been watched for; none = unknown.
    """
    missing = [] if margin is not None else ["economics.gross_margin"]
    latest = book.at(pd.Timestamp(book.until))
    latest = latest[latest["active"].eq(True)]
    arr = latest["arr"].dropna()
    if total(latest) is None:
        missing.append("a rate for every currency" if len(arr) else "ARR of any customer")
    months = _horizon(book, least_n)
    if months < 1:
        missing.append(f"{least_n} customers whose first month was observed")
    if missing or margin is None:
        return LifetimeValue(Estimate(None), months, None, cac, Estimate(None), tuple(missing))
    monthly = float(arr.mean()) / 12 * margin
    points = [life.at(float(month)) for month in range(months)]
    rates = np.array([(1 + discount) ** (-month / 12) for month in range(months)])
    sums = [
        monthly * float((rates * np.array([_or(getattr(point, side), point.value) for point in points])).sum())
        for side in ("value", "low", "high")
    ]
    certain = any(point.low is not None for point in points)
    value = Estimate(sums[0], sums[1] if certain else None, sums[2] if certain else None, life.n)
    return LifetimeValue(value, months, monthly, cac, over(value, cac))


def over(value: Estimate, cost: float | None) -> Estimate:
    """A value and its interval divided by a cost; unknown where that is unknown or nothing."""
    if cost is None or cost <= 0 or value.value is None:
        return Estimate(None, n=value.n)
    low, high = (None if one is None else one / cost for one in (value.low, value.high))
    return Estimate(value.value / cost, low, high, value.n)


def _horizon(book: Book, least_n: int) -> int:
    """Whole months that at least ``least_n`` customers were there at the start of, at most ``HORIZON``."""
    lives = book.lives
    if len(lives) < least_n:
        return 0
    last = lives["churned_on"].fillna(pd.Timestamp(book.until))
    months = np.sort((last - lives["customer_since"]).dt.days.to_numpy("float64") / MONTH_DAYS)
    reached = months[months >= 0]
    return 0 if len(reached) < least_n else min(HORIZON, int(reached[-least_n]) + 1)


def _or(value: float | None, other: float | None) -> float:
    return value if value is not None else float(other or 0.0)
