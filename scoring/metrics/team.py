"""What each CSM looks after: accounts, ARR, and how much of it stands at risk; and what became of their customers."""

from dataclasses import dataclass

import pandas as pd

from scoring.metrics.book import Book, cut, total
from scoring.metrics.estimates import UNKNOWN, Estimate
from scoring.metrics.retention import by


@dataclass(frozen=True, slots=True)
class Desk:
    """One CSM's customers now; ``retention`` and ``nrr`` of those who were theirs at the period's start."""

    csm: str
    customers: int
    arr: float | None
    without_arr: int
    red: int
    red_arr: float | None
    flagged: int
    unscored: int
    retention: Estimate
    nrr: Estimate


def team(book: Book, health: pd.DataFrame, start: pd.Timestamp) -> list[Desk]:
    """Most ARR first. ``health``: by customer, ``band`` and ``flags`` (how many are raised)."""
    if not book.months:
        return []
    rows = book.at(book.months[-1])
    rows = rows[rows["active"].eq(True)]
    rows = rows.assign(band=health["band"].reindex(rows.index), flags=health["flags"].reindex(rows.index).fillna(0))
    past = by(book, start, book.months[-1], "csm") if start in book.months else {}
    desks = []
    for name, mine in rows.groupby(cut(rows["csm"])):
        arr, red = total(mine), mine[mine["band"].eq("red")]
        was = past.get(str(name))
        desk = Desk(
            csm=str(name),
            customers=len(mine),
            arr=arr,
            without_arr=int(mine["arr"].isna().sum()),
            red=len(red),
            red_arr=total(red) if len(red) else None if arr is None else 0.0,
            flagged=int(mine["flags"].gt(0).sum()),
            unscored=int((mine["band"].isna() | mine["band"].eq("unknown")).sum()),
            retention=was.retention if was else UNKNOWN,
            nrr=was.nrr if was else UNKNOWN,
        )
        desks.append(desk)
    return sorted(desks, key=lambda desk: (-(desk.arr or 0.0), desk.csm))
