"""The rows of each frame as they stood at the close of a day: what had happened, what was open, what lay ahead.

The rules behind ``scoring.past``. Must not know any feature.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from scoring.days import days_before
from scoring.titles import are_executive

TOUCHES: Final = ("call", "email", "meeting")
"""Kinds of activity that reach a person; a task or a note does not, nor does an e-mail that only went out."""
NO_ROLE: Final = ("unknown",)


def happened(rows: pd.DataFrame, dated: str, as_of: date) -> pd.DataFrame:
    """Rows dated up to the day, with ``ago``: days before it."""
    ago = days_before(rows[dated], as_of)
    return rows.assign(ago=ago)[ago.ge(0)]


def distinct(rows: pd.DataFrame, key: str, order: Sequence[str]) -> pd.DataFrame:
    """One row per customer and ``key``: the one that is largest by ``order``. Rows without a key count each."""
    if not rows.duplicated(["customer", key]).any():
        return rows
    ordered = rows.reset_index(drop=True).sort_values(list(order), ascending=False, na_position="last", kind="stable")
    return ordered[ordered[key].isna() | ~ordered.duplicated(["customer", key])].sort_index()


def persons(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """With ``left``, and a ``role`` where the CRM has none but the title is an executive's."""
    untold = rows["role"].isna() | rows["role"].isin(NO_ROLE)
    led = untold & are_executive(rows["title"])
    return rows.assign(left=days_before(rows["left_on"], as_of).ge(0), role=rows["role"].mask(led, "executive"))


def tickets(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """A ticket closed only later was open, one escalated only later was not; one opened again has that status."""
    rows = happened(rows, "opened", as_of)
    closed_ago, reply_ago = days_before(rows["closed"], as_of), days_before(rows["first_reply"], as_of)
    is_open = (
        rows["status"].isin(("open", "pending")) | closed_ago.lt(0) | (closed_ago.isna() & rows["status"].ne("closed"))
    )
    since = days_before(rows["escalated_since"], as_of)
    rows = rows.assign(
        open=is_open,
        closed_ago=closed_ago.where(closed_ago.ge(0) & ~is_open),
        reply_ago=reply_ago.where(reply_ago.ge(0) & reply_ago.le(rows["ago"])),
        escalated=rows["escalated"].mask(since.lt(0), False),
        escalated_ago=since.clip(upper=rows["ago"]).fillna(rows["ago"]),
        dated=since.notna(),
    )
    gravest = rows.assign(loud=rows["escalated"].eq(True), again=rows["reopened"].fillna(-1))
    order = ("open", "loud", "ago", "escalated_ago", "again", "closed_ago", "reply_ago")
    return distinct(gravest, "ticket", order).drop(columns=["loud", "again"])


def touches(rows: pd.DataFrame) -> pd.DataFrame:
    """Those that reached somebody; of those that still lie ahead, none."""
    one_way = rows["kind"].eq("email") & rows["direction"].eq("out")
    ahead = rows["booked"].eq(True)
    return rows[rows["kind"].isin(TOUCHES) & rows["done"].ne(False) & ~one_way & ~ahead]


def booked(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Meetings that lay ahead and were known, with ``in_days``; what is cancelled (not done) is none."""
    in_days = -days_before(rows["day"], as_of)
    ahead = rows["booked"].eq(True) & rows["kind"].eq("meeting") & rows["done"].isna()
    return rows.assign(in_days=in_days)[ahead & in_days.ge(0)]


def deals(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """A deal without an opening date is known; one that was opened later is not."""
    known = ~days_before(rows["opened"], as_of).lt(0)
    return rows.assign(closes_in=-days_before(rows["closes"], as_of))[known]


def contracts(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Active ones that had begun, with ``ends_in`` and ``days``: how long they run, both days included."""
    ago, ends_in = days_before(rows["starts"], as_of), -days_before(rows["ends"], as_of)
    length = (ago + ends_in + 1).where(lambda days: days.gt(0))
    active = rows.assign(ends_in=ends_in, days=length, nearness=-ends_in)[~ago.lt(0) & rows["status"].eq("active")]
    return distinct(active, "contract", ("nearness", "days", "arr", "seats")).drop(columns="nearness")


def invoices(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Those due by then, with ``late``: days since the due date, and ``paid_ago`` where they were paid by then."""
    late, paid_ago = days_before(rows["due"], as_of), days_before(rows["paid"], as_of)
    due = rows.assign(late=late, paid_ago=paid_ago.where(paid_ago.ge(0)))[late.ge(0)]
    return distinct(due, "invoice", ("late", "paid_ago", "amount"))


def completed(customers: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """ARR, seats and plan that the account does not state, from its running contracts.

    A sum only where each of them says it; a plan only where they agree.
    """
    running = contracts[~contracts["ends_in"].lt(0)]
    if running.empty:
        return customers
    sums = running.assign(**{name: plausible(running[name]) for name in ("arr", "seats")}).groupby("customer")
    number = sums.size()
    agreed = sums["plan"].nunique(dropna=False).eq(1)
    told = {
        "arr": sums["arr"].sum().where(sums["arr"].count().eq(number)),
        "seats_bought": sums["seats"].sum().where(sums["seats"].count().eq(number)),
        "plan": sums["plan"].first().where(agreed),
    }
    return customers.assign(
        **{name: customers[name].where(customers[name].notna(), value.reindex(customers.index))
           for name, value in told.items()}
    )  # fmt: skip


def plausible(amounts: pd.Series) -> pd.Series:
    """Without what no sum can be: negative or infinite."""
    return amounts.where(amounts.ge(0) & np.isfinite(amounts))


def of_persons(rows: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Those rows that name one of these persons of the same customer."""
    keys = persons.loc[persons["person"].notna(), ["customer", "person"]].drop_duplicates()
    return rows[rows["person"].notna()].merge(keys, on=["customer", "person"])
