"""What came of customers within a horizon: left, shrank, stayed or grew; unknown where it is not over. Pure.

Owns those words. Must not know scores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

OUTCOMES: Final = ("churned", "shrank", "stayed", "grew")
LOST: Final = ("churned", "shrank")
"""What a low health score should come before."""
CHANGED: Final = 0.05
"""ARR that moves by less than this share has stayed."""


@dataclass(frozen=True)
class Lives:
    """What is known today of how customers fared.

    ``losses``: ``customer``, ``day`` (NaT: it left, nobody knows when), ``until`` (the day of its return; NaT: none).
    ``arr``: ``customer``, ``day`` since when, ``arr``, ``currency``; NaN where it was cleared.
    ``removed``: ``customer``, ``day`` on which its record was deleted from the CRM: what came of it is unknown.
    """

    losses: pd.DataFrame
    arr: pd.DataFrame
    removed: pd.DataFrame


def lives(losses: list[tuple[int, date | None, date | None]], arr: list[tuple[int, date, float | None, str | None]],
          removed: list[tuple[int, date]]) -> Lives:  # fmt: skip
    """Lives from plain rows, each in the order of the columns."""
    return Lives(
        _typed(pd.DataFrame(losses, columns=["customer", "day", "until"])),
        _typed(pd.DataFrame(arr, columns=["customer", "day", "arr", "currency"]).astype({"arr": "float64"})),
        _typed(pd.DataFrame(removed, columns=["customer", "day"])),
    )


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    days = {name: pd.to_datetime(rows[name]).astype("datetime64[s]") for name in ("day", "until") if name in rows}
    return rows.assign(**days).astype({"customer": "int64"})


def gone_by(rows: pd.DataFrame, losses: pd.DataFrame) -> pd.Series:
    """Per row, whether the customer had left by its cut and not come back; also when nobody knows the day it left."""
    at = _met(rows, losses)
    before = at["day"].le(at["cut"]) & (at["until"].isna() | at["until"].gt(at["cut"]))
    undated = at["day"].isna() & (at["until"].isna() | at["until"].gt(at["cut"]))
    return _any(rows, at[before | undated])


def outcomes(rows: pd.DataFrame, lives: Lives, horizon: int, until: date) -> pd.DataFrame:
    """A row per row: ``outcome`` (None: not over, or unknown), ``days_to_loss`` (NaN: no loss in the horizon).

    ``until``: the last day of which anything is known. ``rows``: ``customer`` and ``cut``.
    """
    end = (rows["cut"] + pd.Timedelta(days=horizon)).astype("datetime64[s]")
    over = end.le(np.datetime64(until, "s"))
    days = days_to_loss(rows, lives.losses, until)
    left = days.le(horizon)
    removed = _met(rows, lives.removed)
    vanished = _any(rows, removed[removed["day"].gt(removed["cut"]) & removed["day"].le(end.loc[removed["row"]].array)])
    change = _change(rows, end, lives.arr)
    word = np.select(
        [left, vanished & ~left, change.le(-CHANGED), change.ge(CHANGED)], ["churned", "", "shrank", "grew"], "stayed"
    )
    outcome = pd.Series(word, index=rows.index, dtype="object").where(over & (word != ""), None)
    return pd.DataFrame({"outcome": outcome, "days_to_loss": days.where(left), "arr_change_ahead": change})


def days_to_loss(rows: pd.DataFrame, losses: pd.DataFrame, until: date) -> pd.Series:
    """Days from each row's cut to the customer's next loss up to ``until``; NaN where there is none."""
    at = _met(rows, losses[losses["day"].le(np.datetime64(until, "s"))])
    ahead = at[at["day"].gt(at["cut"])]
    first = (ahead["day"] - ahead["cut"]).dt.days.groupby(ahead["row"]).min()
    return first.reindex(rows.index).astype("float64")


def _change(rows: pd.DataFrame, end: pd.Series, arr: pd.DataFrame) -> pd.Series:
    """The share by which ARR changed within the horizon; NaN where it is not known at both ends in one currency."""
    before, after = _arr_at(rows["customer"], rows["cut"], arr), _arr_at(rows["customer"], end, arr)
    same = before["currency"].eq(after["currency"]) | before["currency"].isna() | after["currency"].isna()
    return (after["arr"] / before["arr"].where(before["arr"] > 0) - 1).where(same)


def _arr_at(customer: pd.Series, day: pd.Series, arr: pd.DataFrame) -> pd.DataFrame:
    asked = pd.DataFrame({"customer": customer.astype("int64"), "day": day, "row": customer.index})
    asked = asked.sort_values("day", kind="stable")
    told = pd.merge_asof(asked, arr.sort_values("day", kind="stable"), on="day", by="customer")
    return told.set_index("row").reindex(customer.index)


def _met(rows: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Each row beside each event of its customer."""
    keys = pd.DataFrame({"row": rows.index, "customer": rows["customer"].astype("int64"), "cut": rows["cut"]})
    return keys.merge(events, on="customer")


def _any(rows: pd.DataFrame, at: pd.DataFrame) -> pd.Series:
    return pd.Series(rows.index.isin(at["row"]), index=rows.index)


def counts(outcome: pd.Series) -> Mapping[str, int]:
    """How many rows of each outcome, and how many are open."""
    found = {word: int(outcome.eq(word).sum()) for word in OUTCOMES}
    return {**found, "unknown or not over yet": int(outcome.isna().sum())}
