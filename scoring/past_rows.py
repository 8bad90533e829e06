"""The rows of each frame as they stood at the close of a day: what had happened, what was open, what lay ahead.

The rules behind ``scoring.past``. Must not know any feature.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from scoring.days import days_ago
from scoring.records import Column, Floats, Records, is_in, is_marked, is_said, only
from scoring.titles import are_executive

TOUCHES: Final = ("call", "email", "meeting")
"""Kinds of activity that reach a person; a task or a note does not, nor does an e-mail that only went out."""
NO_ROLE: Final = "unknown"


def happened(rows: Records, dated: str, as_of: date) -> Records:
    """Rows dated up to the day, with ``ago``: days before it."""
    ago = days_ago(rows[dated], as_of)
    return rows.having(ago=ago).where(ago >= 0)


def distinct(rows: Records, key: str, order: Sequence[Column]) -> Records:
    """One row per customer and ``key``: the one that is largest by ``order``. Rows without a key count each."""
    if not len(rows) or not rows.again(key).any():
        return rows
    place = np.lexsort([-column.astype(np.float64) for column in reversed(order)])
    ordered = rows.where(place)
    return rows.where(np.sort(place[~ordered.said(key) | ~ordered.again(key)]))


def persons(rows: Records, as_of: date) -> Records:
    """With ``left``, and a ``role`` where the CRM has none but the title is an executive's."""
    role = rows["role"]
    untold = ~rows.said("role") | (role == NO_ROLE)
    led = untold & are_executive(rows["title"])
    return rows.having(left=days_ago(rows["left_on"], as_of) >= 0, role=np.where(led, "executive", role))


def tickets(rows: Records, as_of: date) -> Records:
    """A ticket closed only later was open, one escalated only later was not; one opened again has that status."""
    rows = happened(rows, "opened", as_of)
    ago = rows["ago"]
    closed_ago, reply_ago = days_ago(rows["closed"], as_of), days_ago(rows["first_reply"], as_of)
    undated = np.isnan(closed_ago) & (rows["status"] != "closed")
    is_open = is_in(rows["status"], ("open", "pending")) | (closed_ago < 0) | undated
    closed_ago = np.where((closed_ago >= 0) & ~is_open, closed_ago, np.nan)
    reply_ago = np.where((reply_ago >= 0) & (reply_ago <= ago), reply_ago, np.nan)
    since = days_ago(rows["escalated_since"], as_of)
    escalated = np.where(since < 0, False, rows["escalated"])
    escalated_ago = np.where(np.isnan(since), ago, np.minimum(since, ago))
    loud, again = is_marked(escalated, True), np.where(np.isnan(rows["reopened"]), -1, rows["reopened"])
    rows = rows.having(
        open=is_open,
        closed_ago=closed_ago,
        reply_ago=reply_ago,
        escalated=escalated,
        escalated_ago=escalated_ago,
        dated=~np.isnan(since),
    )
    return distinct(rows, "ticket", (is_open, loud, ago, escalated_ago, again, closed_ago, reply_ago))


def touches(rows: Records) -> Records:
    """Those that reached somebody; of those that still lie ahead, none."""
    one_way = (rows["kind"] == "email") & (rows["direction"] == "out")
    not_yet = is_marked(rows["done"], False) | is_marked(rows["booked"], True)
    return rows.where(is_in(rows["kind"], TOUCHES) & ~one_way & ~not_yet)


def booked(rows: Records, as_of: date) -> Records:
    """Meetings that lay ahead and were known, with ``in_days``; what is cancelled (not done) is none."""
    in_days = -days_ago(rows["day"], as_of)
    ahead = is_marked(rows["booked"], True) & (rows["kind"] == "meeting") & ~rows.said("done")
    return rows.having(in_days=in_days).where(ahead & (in_days >= 0))


def deals(rows: Records, as_of: date) -> Records:
    """A deal without an opening date is known; one that was opened later is not."""
    known = ~(days_ago(rows["opened"], as_of) < 0)
    return rows.having(closes_in=-days_ago(rows["closes"], as_of)).where(known)


def contracts(rows: Records, as_of: date) -> Records:
    """Active ones that had begun, with ``ends_in`` and ``days``: how long they run, both days included."""
    ago, ends_in = days_ago(rows["starts"], as_of), -days_ago(rows["ends"], as_of)
    length = ago + ends_in + 1
    days = np.where(length > 0, length, np.nan)
    active = rows.having(ends_in=ends_in, days=days).where(~(ago < 0) & (rows["status"] == "active"))
    return distinct(active, "contract", (-active["ends_in"], active["days"], active["arr"], active["seats"]))


def invoices(rows: Records, as_of: date) -> Records:
    """Those due by then, with ``late``: days since the due date, and ``paid_ago`` where they were paid by then."""
    late, paid_ago = days_ago(rows["due"], as_of), days_ago(rows["paid"], as_of)
    paid_ago = np.where(paid_ago >= 0, paid_ago, np.nan)
    due = rows.having(late=late, paid_ago=paid_ago).where(late >= 0)
    return distinct(due, "invoice", (due["late"], due["paid_ago"], due["amount"]))


def completed(customers: pd.DataFrame, contracts: Records) -> pd.DataFrame:
    """ARR, seats and plan that the account does not state, from its running contracts.

    A sum only where each of them says it; a plan only where they agree.
    """
    running = contracts.where(~(contracts["ends_in"] < 0))
    if not len(running):
        return customers
    agreed = running.once("plan").number() == 1
    told = {
        "arr": _whole(running, "arr"),
        "seats_bought": _whole(running, "seats"),
        "plan": only(agreed, running.firsts("plan")),
    }
    return customers.assign(
        **{name: customers[name].where(customers[name].notna(), pd.Series(value, customers.index, value.dtype))
           for name, value in told.items()}
    )  # fmt: skip


def _whole(rows: Records, name: str) -> Floats:
    """The sum of each customer where each of its rows says it."""
    counted = rows.where(is_said(plausible(rows[name])))
    return np.where(counted.number() == rows.number(), counted.total(name), np.nan)


def plausible(amounts: Floats) -> Floats:
    """Without what no sum can be: negative or infinite."""
    return np.where((amounts >= 0) & np.isfinite(amounts), amounts, np.nan)
