"""How often each flag is raised on the book, so that an admin sees alert fatigue before it starts. Pure.

Counts what was decided; must not know how a flag is raised, nor where decisions are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from scoring.flags.scene import Before

NOISY: Final = 0.2
"""Share of the book from which on a flag is no news to anybody."""
CROWDED: Final = 5
"""A customer that carries more flags than this has none that stands out."""
FRESH: Final = 7
"""Days within which a flag counts as new."""
LEAST: Final = 10
"""Customers below which no share of the book is called too much."""


@dataclass(frozen=True, slots=True)
class FlagRate:
    """One flag on the book. ``share``: of customers; ``arr_share``: of the ARR that is known (None = none is)."""

    name: str
    customers: int
    share: float
    arr: float | None
    arr_share: float | None
    fresh: int
    """Raised within seven days."""
    alongside: Mapping[str, int]
    """Other flag → how many of these customers carry it too, the most frequent first."""
    noisy: bool


@dataclass(frozen=True, slots=True)
class FlagRates:
    """All flags that are on, in their order. ``flagged``: customers with any; ``arr_known``: those whose ARR is."""

    customers: int
    flagged: int
    arr_known: int
    flags: tuple[FlagRate, ...]
    crowded: tuple[int, ...]
    """Customers that carry more than five flags."""

    def document(self) -> dict[str, Any]:
        """As plain data that JSON can hold."""
        return asdict(self)


def rates(raised: Before, on: Sequence[str], as_of: date, arr: Mapping[int, float | None]) -> FlagRates:
    """``raised``: every customer in scope, those without a flag included, with the flags it carries and since when.

    ``on``: the flags that are reported, in their order; ``arr``: in one currency, None or absent = unknown.
    """
    rows = [(customer, name, since) for customer, flags in raised.items() for name, since in flags.items()]
    told = pd.DataFrame(rows, columns=["customer", "name", "since"])
    told = told[told["name"].isin(on)].drop_duplicates(["customer", "name"])
    told = told.assign(fresh=[(as_of - since).days < FRESH for since in told["since"]])
    worth = pd.Series({one: arr.get(one) for one in raised}, dtype="float64", index=list(raised))
    worth = worth.where(worth >= 0)
    carried = told.groupby("customer").size()
    found = tuple(_rate(name, told, worth) for name in on)
    crowded = tuple(sorted(int(str(one)) for one in carried.index[carried > CROWDED]))
    return FlagRates(len(raised), len(carried), int(worth.count()), found, crowded)


def _rate(name: str, told: pd.DataFrame, worth: pd.Series) -> FlagRate:
    mine = told[told["name"].eq(name)]
    others = told[told["customer"].isin(mine["customer"]) & told["name"].ne(name)]
    alongside = others.groupby("name").size().reset_index(name="times")
    alongside = alongside.sort_values(["times", "name"], ascending=[False, True])
    book, known = len(worth), float(worth.sum())
    share = len(mine) / book if book else 0.0
    held = worth.reindex(mine["customer"])
    return FlagRate(
        name=name,
        customers=len(mine),
        share=share,
        arr=float(held.sum()) if worth.notna().any() else None,
        arr_share=float(held.sum()) / known if known > 0 else None,
        fresh=int(mine["fresh"].sum()),
        alongside={str(one): int(n) for one, n in zip(alongside["name"], alongside["times"], strict=True)},
        noisy=book >= LEAST and share > NOISY,
    )
