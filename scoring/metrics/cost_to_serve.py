"""What each account costs to serve, and what of its margin is left: people, tools, tickets, meetings.

Must not know where costs or contacts come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.metrics.book import Book, cut, years


@dataclass(frozen=True, slots=True)
class Served:
    """``accounts``: by customer, for the period: ``tickets``, ``touches``, ``cost``, ``revenue``, ``margin`` (after the
    cost to serve; NaN = unknown), and the cuts.
    """

    accounts: pd.DataFrame
    years: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    customers: int
    cost: float
    revenue: float | None
    margin: float | None
    unknown: int
    """Accounts whose revenue is not known: in the cost, not in revenue and margin."""

    @property
    def share(self) -> float | None:
        """Margin after serving, of the revenue."""
        return self.margin / self.revenue if self.margin is not None and self.revenue else None


def serve(
    book: Book,
    start: pd.Timestamp,
    contacts: pd.DataFrame,
    costs: Mapping[str, float | None],
    margin: float | None,
) -> Served:
    """Of the customers that are there at the book's end, since ``start``.

    ``contacts``: customer, tickets, touches, meetings in the period. ``costs``: people and tools a year; each ticket,
    each meeting. People go by each account's share of touches and tickets (evenly where there are none), tools evenly.
    """
    end = pd.Timestamp(book.until)
    share = years(start, end)
    rows = book.at(end)
    rows = rows[rows["active"].eq(True)]
    seen = contacts.set_index("customer").reindex(rows.index).fillna(0.0)
    work = seen["tickets"] + seen["touches"]
    even = pd.Series(1.0 / len(rows) if len(rows) else 0.0, index=rows.index)
    part = work / work.sum() if work.sum() > 0 else even
    cost = (
        part * share * (costs.get("people") or 0.0)
        + even * share * (costs.get("tools") or 0.0)
        + seen["tickets"] * (costs.get("ticket") or 0.0)
        + seen["meetings"] * (costs.get("meeting") or 0.0)
    )
    revenue = rows["arr"] * share
    left = revenue * (np.nan if margin is None else margin) - cost
    missing = [f"economics.costs.{name}" for name in ("people", "tools", "ticket") if costs.get(name) is None]
    missing += [] if margin is not None else ["economics.gross_margin"]
    accounts = rows[["segment", "csm", "industry", "plan", "cohort"]].assign(
        tickets=seen["tickets"], touches=seen["touches"], cost=cost, revenue=revenue, margin=left
    )
    return Served(accounts, share, tuple(missing))


def grouped(served: Served, name: str) -> dict[str, Group]:
    """Per value of a cut."""
    found: dict[str, Group] = {}
    for value, rows in served.accounts.groupby(cut(served.accounts[name])):
        known = rows[rows["revenue"].notna()]
        margin = known["margin"].dropna()
        found[str(value)] = Group(
            customers=len(rows),
            cost=float(rows["cost"].sum()),
            revenue=float(known["revenue"].sum()) if len(known) else None,
            margin=float(margin.sum()) if len(margin) else None,
            unknown=len(rows) - len(known),
        )
    return found
