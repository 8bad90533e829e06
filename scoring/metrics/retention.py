"""Logo churn and retention, gross and net revenue retention of any period; by any cut; cohorts over their life.

Definitions (net and gross dollar retention as SaaS companies report them, e.g. the SaaS Metrics Standards Board's
"Net Revenue Retention" and "Gross Revenue Retention"): of the customers there at the period's start,
GRR = Σ min(end, start) ÷ Σ start, never above 1; NRR = Σ end ÷ Σ start; logo churn = lost ÷ all.
ARR and MRR give the same ratios.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from scoring.metrics import estimates
from scoring.metrics.book import MONTH_DAYS, Book, cut
from scoring.metrics.estimates import UNKNOWN, Estimate


@dataclass(frozen=True, slots=True)
class Retention:
    """What became of the customers of ``start`` by ``end``. Sums are ARR in the book's currency, of those whose
    ARR is known at both ends (a lost customer's is 0); ``without_arr`` others could not be counted in them.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    customers: int
    lost: int
    new: int
    """Customers at the end that were none at the start."""
    unknown: int
    """Customers of the start of whom it is not known whether they are still there; in no number."""
    without_arr: int
    churn: Estimate
    retention: Estimate
    grr: Estimate
    nrr: Estimate
    start_arr: float | None
    churned_arr: float | None
    contraction: float | None
    expansion: float | None
    new_arr: float | None

    @property
    def end_arr(self) -> float | None:
        """Of the same customers."""
        parts = (self.start_arr, self.expansion, self.contraction, self.churned_arr)
        known = [part for part in parts if part is not None]
        return known[0] + known[1] - known[2] - known[3] if len(known) == len(parts) else None


def movement(book: Book, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Per customer at either end: ``there`` and ``still`` (active at start, at end; NA = unknown), ``before`` and
    ``after`` (ARR; 0 of a lost one), whether one of them lacks its rate, and the cuts as they were at the start.
    """
    first, last = book.at(start), book.at(end)
    index = first.index.union(last.index, sort=False)
    there = first["active"].reindex(index, fill_value=False).astype("boolean")
    still = last["active"].reindex(index, fill_value=False).astype("boolean")
    cuts = {name: first[name].reindex(index) for name in ("segment", "csm", "industry", "plan", "cohort")}
    return pd.DataFrame(
        {
            "there": there,
            "still": still,
            "before": first["arr"].reindex(index),
            "after": last["arr"].reindex(index).mask(still.eq(False).fillna(False), 0.0),
            "unrated": first["unrated"].reindex(index).eq(True) | last["unrated"].reindex(index).eq(True),
            **cuts,
        },
        index=index,
    )


def retention(book: Book, start: pd.Timestamp, end: pd.Timestamp) -> Retention:
    """Of everybody."""
    return _retention(movement(book, start, end), start, end)


def by(book: Book, start: pd.Timestamp, end: pd.Timestamp, name: str) -> dict[str, Retention]:
    """Per value of a cut as it was at the start, e.g. ``segment``; the unknown is a group, new ones are in none."""
    moved = movement(book, start, end)
    were = moved[moved["there"].fillna(False)]
    return {str(value): _retention(rows, start, end) for value, rows in were.groupby(cut(were[name]))}


def monthly(book: Book) -> list[Retention]:
    """Each whole month of the book on its own."""
    return [retention(book, start, end) for start, end in pairwise(book.whole)]


def _retention(moved: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> Retention:
    was = moved["there"].fillna(False).astype(bool)
    known = moved[was & moved["still"].notna()]
    lost = int((~known["still"].astype(bool)).sum())
    counted = known[known["before"].notna() & known["after"].notna()]
    before, after = counted["before"].to_numpy("float64"), counted["after"].to_numpy("float64")
    gone = ~counted["still"].to_numpy(bool)
    fresh = moved[moved["there"].eq(False).fillna(False) & moved["still"].fillna(False)]
    sums = bool(len(counted)) and before.sum() > 0
    return Retention(
        start=start,
        end=end,
        customers=int(was.sum()),
        lost=lost,
        new=len(fresh),
        unknown=int(was.sum()) - len(known),
        without_arr=len(known) - len(counted),
        churn=estimates.share(lost, len(known)),
        retention=estimates.share(len(known) - lost, len(known)),
        grr=estimates.ratio(np.minimum(before, after), before).within(0.0, 1.0) if sums else UNKNOWN,
        nrr=estimates.ratio(after, before) if sums else UNKNOWN,
        start_arr=float(before.sum()) if sums else None,
        churned_arr=float(before[gone].sum()) if sums else None,
        contraction=float(np.maximum(before - after, 0.0)[~gone].sum()) if sums else None,
        expansion=float(np.maximum(after - before, 0.0).sum()) if sums else None,
        new_arr=float(fresh["after"].sum()) if len(fresh) and fresh["after"].notna().all() else None,
    )


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers who began in one month: how many, and the share still there k months after (None = not known)."""

    month: str
    customers: int
    kept: tuple[float | None, ...]


LONGEST: Final = 36
"""Months of its life that a cohort is followed for."""


def cohorts(book: Book, most: int = 24) -> list[Cohort]:
    """The triangle of logo retention, from each customer's own days: it needs no monthly history.

    A cohort's share k months on counts only those who could have come so far; a customer counts as kept at month
    k when it had not churned by then. Cohorts are the last ``most`` months in which anybody began.
    """
    about = book.lives
    if about.empty:
        return []
    until = pd.Timestamp(book.until)
    began = about["customer_since"].dt.to_period("M")
    months = sorted(began.unique())[-most:]
    return [_cohort(about[began.eq(month)], month, until) for month in months]


def _cohort(rows: pd.DataFrame, month: pd.Period, until: pd.Timestamp) -> Cohort:
    """Month k of a cohort counts when its youngest member has come so far."""
    age = (until - rows["customer_since"]).dt.days.to_numpy("float64") / MONTH_DAYS
    life = (rows["churned_on"] - rows["customer_since"]).dt.days.to_numpy("float64") / MONTH_DAYS
    steps = range(int(np.floor(age.min())) + 1)
    kept = tuple(float((~(life <= step)).mean()) if step else 1.0 for step in steps)
    return Cohort(str(month), len(rows), kept[: LONGEST + 1])
