"""Return on customer success: (retention + expansion + referral revenue) − (people + tools + programmes); the ratio.

Every revenue term is a sum over accounts, which it names. Must not know where costs are written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scoring.metrics.book import Book, years
from scoring.metrics.retention import movement

COSTS: Final = ("people", "tools", "programmes")


@dataclass(frozen=True, slots=True)
class Term:
    """``amount`` = Σ of the accounts' parts, to the cent; None = not known."""

    name: str
    amount: float | None
    accounts: Mapping[object, float]


@dataclass(frozen=True, slots=True)
class Roi:
    """Of a period. ``missing``: what would be needed; while anything is missing, net and ratio are unknown."""

    start: pd.Timestamp
    end: pd.Timestamp
    revenue: tuple[Term, ...]
    costs: Mapping[str, float | None]
    net: float | None
    ratio: float | None
    """Revenue ÷ costs."""
    baseline: float | None
    """Share of a year's revenue that would have stayed without customer success, as the admin judges; None: none is
    taken off, so that the whole of the kept revenue counts, which overstates what customer success did."""
    without_arr: int
    missing: tuple[str, ...]


def roi(
    book: Book,
    start: pd.Timestamp,
    end: pd.Timestamp,
    costs: Mapping[str, float | None],
    baseline: float | None = None,
) -> Roi:
    """``costs`` a year, by name; the period takes its share. Revenue is a year's, times the same share.

    retention: kept ARR of those there at both ends, at most what it was, less what of all of theirs at the start would
    have stayed anyway: × ``baseline`` to the power of the years (of lost ones, too; without a baseline they count 0).
    expansion: what they pay more.
    referral: ARR of those who came in the period and were referred by somebody.
    """
    share = years(start, end)
    moved = movement(book, start, end)
    there = moved["there"].fillna(False).astype(bool)
    known = moved[there & moved["still"].notna() & moved["before"].notna() & moved["after"].notna()]
    kept = (
        np.minimum(known["before"], known["after"]) - (0.0 if baseline is None else baseline**share) * known["before"]
    )
    more = (known["after"] - known["before"]).clip(lower=0.0)
    came = moved[~there & moved["still"].fillna(False).astype(bool) & _referred(book, moved.index)]
    terms = (
        _term("retention", kept if len(known) else None, share),
        _term("expansion", more if len(known) else None, share),
        _term("referral", came["after"].dropna(), share),
    )
    spent = {name: None if (cost := costs.get(name)) is None else cost * share for name in COSTS}
    missing = [f"economics.costs.{name}" for name, cost in spent.items() if cost is None]
    missing += [] if len(known) else ["ARR at both ends of the period"]
    missing += ["a rate for every currency"] if moved.loc[there | moved["still"].eq(True), "unrated"].any() else []
    earned, cost = sum(term.amount or 0.0 for term in terms), sum(one or 0.0 for one in spent.values())
    return Roi(
        start=start,
        end=end,
        revenue=terms,
        costs=spent,
        net=None if missing else earned - cost,
        ratio=None if missing or cost <= 0 else earned / cost,
        baseline=baseline,
        without_arr=int(there.sum()) - len(known),
        missing=tuple(missing),
    )


def _referred(book: Book, index: pd.Index) -> pd.Series:
    return book.customers["referred_by"].reindex(index).notna()


def _term(name: str, parts: pd.Series | None, share: float) -> Term:
    if parts is None:
        return Term(name, None, {})
    parts = (parts * share)[parts.ne(0)]
    accounts = {customer: round(float(amount), 2) for customer, amount in parts.items()}
    return Term(name, round(sum(accounts.values()), 2), accounts)
