"""The book as it stood at many closes of day: a row per customer and cut, with what was known then. Pure.

Owns who counts as a customer at a cut. Must not know how the frames were read, nor what came of anybody
(``scoring.proof.outcomes``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from scoring.days import days_before
from scoring.decision import Previous
from scoring.evaluation import evaluate
from scoring.frames import Frames
from scoring.policy import Policy

KEYS: Final = ("customer", "cut", "dated", "score", "coverage", "band", "version")
"""The columns of a panel that come before the features and account fields."""

AHEAD: Final = ("outcome", "days_to_loss", "arr_change_ahead", "lost", "probability")
"""What is told of a row only afterwards: no mapped field may pass for it."""


def judge(frames: Frames, policy: Policy, previous: Mapping[int, Previous], *, dated: bool = False) -> pd.DataFrame:
    """The rows of one cut: ``KEYS``, then every feature and account field by name. ``dated``: as dated, not as known.

    The only place of the proof that asks the engine. Who has no health card is left out.
    """
    found = evaluate(frames, policy, previous)
    values = found.table.values
    parts = []
    for group in found.groups.get("health", ()):
        some = values.iloc[group.rows]
        keys = {
            "customer": some.index,
            "cut": np.datetime64(frames.as_of, "s"),
            "dated": dated,
            "score": group.scored.score,
            "coverage": group.scored.coverage,
            "band": group.banded.band,
            "version": group.card.version,
        }
        more = some[[name for name in some.columns if name not in keys and name not in AHEAD]]
        parts.append(pd.DataFrame(keys, index=some.index).join(more).reset_index(drop=True))
    return stacked(parts)


def stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all cuts, in the order of cut and customer; the keys alone where there are none."""
    told = [part for part in parts if len(part)]
    if not told:
        return pd.DataFrame({name: pd.Series(dtype=_TYPES.get(name, "object")) for name in (*KEYS, "status")})
    rows = pd.concat([_plain(part) for part in told], ignore_index=True)
    return rows.sort_values(["cut", "customer"], kind="stable", ignore_index=True)


_TYPES: Final = {
    "customer": "int64",
    "cut": "datetime64[s]",
    "dated": "bool",
    "score": "float64",
    "coverage": "float64",
}


def _plain(part: pd.DataFrame) -> pd.DataFrame:
    """Columns of words as objects, so that one that is all missing at some cut does not change the others."""
    return part.astype({name: "object" for name in part.columns if part[name].dtype.kind not in "fiubmM"})


@dataclass(frozen=True)
class Customers:
    """Who of a panel was a customer at the cut, and how many rows were left out, by reason."""

    rows: pd.DataFrame
    assumed: int
    """Rows whose status then is unknown, taken as customers because there is enough about them for a score."""
    left_out: Mapping[str, int]


def customers_only(rows: pd.DataFrame, gone: pd.Series) -> Customers:
    """Leave out prospects, those who had left already, and those of whom nobody knows whether they were there.

    ``gone``: per row, whether a loss had happened by the cut and no return since (see ``outcomes.gone_by``).
    """
    status = rows["status"].astype("object")
    unknown = status.isna()
    left = (status.eq("churned") | gone) & ~status.eq("prospect")
    prospect = status.eq("prospect")
    unsure = unknown & ~left & rows["score"].isna()
    kept = rows[~(left | prospect | unsure)].reset_index(drop=True)
    reasons = {
        "prospects then": int(prospect.sum()),
        "left before the day": int(left.sum()),
        "not known to be customers then": int(unsure.sum()),
    }
    return Customers(kept, int((unknown & ~left & ~unsure).sum()), {why: n for why, n in reasons.items() if n})


def cut_days(first: date, last: date) -> list[date]:
    """The last days of the months from ``first`` to ``last``, both included."""
    months = pd.date_range(first, last, freq="ME")
    return [day.date() for day in months]


EVENTS: Final = {
    "usage": ("day",), "tickets": ("opened", "closed"), "responses": ("day",), "activities": ("day",),
    "invoices": ("paid",), "customers": ("churned_on",),
}  # fmt: skip
"""Frames → the columns that say when something happened."""


def span(frames: Frames) -> tuple[date, date] | None:
    """The first and the last day, up to ``as_of``, on which anything is recorded to have happened."""
    until = np.datetime64(frames.as_of, "s")
    days = [getattr(frames, name)[column] for name, columns in EVENTS.items() for column in columns]
    happened = pd.concat(days).dropna()
    happened = happened[happened.le(until)]
    if happened.empty:
        return None
    return happened.min().date(), happened.max().date()


def usage_until(usage: pd.DataFrame, day: date, days: int) -> pd.DataFrame:
    """Of all usage, what is read for ``day``: the last ``days`` days whole, of the time before each one's last day."""
    ago = days_before(usage["day"], day)
    recent = usage[ago.ge(0) & ago.lt(days)]
    older = usage[ago.ge(days)]
    if older.empty:
        return recent
    last = (
        older[["customer", "source", "day"]]
        .groupby(["customer", "source"], sort=False, observed=True)
        .max()
        .reset_index()
    )
    whole = last.assign(person=None, feature="", count=1.0).reindex(columns=usage.columns)
    return pd.concat([recent, whole], ignore_index=True)
