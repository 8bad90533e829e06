"""The SOQL that csbridge asks, and how long it may be. Pure text; every literal is escaped here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote_plus

from adapters import times
from adapters.salesforce.view import KEY, STAMP, View

BUDGET: Final = 13_000
"""Bytes of an encoded query. URI and headers together may have 16,384; a longer one is answered 414 in HTML."""

MOST_IDS: Final = 200

COMPOUND: Final = ("address", "location")
"""Describe's types of fields that are made of others."""

_KEYS: Final = ("Id", STAMP)
_CONDITIONS: Final = 1_000
"""Bytes kept free for what stands behind the columns: the bounds of a page, or the first few ids of a list."""
_PER_ID: Final = len(quote_plus("'000000000000000000',"))


@dataclass(frozen=True, slots=True)
class After:
    """A place within one object, in the order of (SystemModstamp, Id): that of this row."""

    stamp: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of one object: those behind ``after``, else from ``start`` on (inclusive; None: all), up to ``until``.

    ``last`` (inclusive) ends it at one row: the window of a page that was read already. ``only`` narrows it.
    """

    start: datetime | None
    after: After | None
    until: datetime
    last: After | None = None
    only: str = ""


def groups(columns: Sequence[str], room: int = BUDGET) -> list[tuple[str, ...]]:
    """The columns in as few groups as have room in an address; each with Id and stamp, on which they are joined.

    A column too long for any room stands alone: nothing is left out.
    """
    keys = sum(map(_length, _KEYS))
    found: list[list[str]] = [[]]
    taken = keys
    for column in columns:
        if column in _KEYS:
            continue
        if found[-1] and taken + _length(column) > room - _CONDITIONS:
            found.append([])
            taken = keys
        found[-1].append(column)
        taken += _length(column)
    return [(*_KEYS, *group) for group in found]


def page(view: View, columns: Sequence[str], window: Window) -> str:
    """The rows of a window, in order."""
    return f"{_select(view, columns)} WHERE {_within(view, window)} ORDER BY {STAMP} ASC, Id ASC"


def job(view: View, window: Window) -> str:
    """The rows of a window for a bulk job: not in order, which would keep it from reading in parallel chunks.

    Without compound fields, which a job refuses; their parts are fields of their own.
    """
    columns = [column for column in view.columns if view.types.get(column) not in COMPOUND]
    return f"{_select(view, columns)} WHERE {_within(view, window)}"


def _within(view: View, window: Window) -> str:
    """SystemModstamp is not unique, so a place in the order is the pair with Id; AND and OR need parentheses."""
    where = [_upper(window)]
    if window.after:
        where.insert(0, _beyond(">", window.after))
    elif window.start:
        where.insert(0, f"{STAMP} >= {moment(window.start)}")
    where += _originals(view)
    return " AND ".join([*where, window.only] if window.only else where)


def _originals(view: View) -> list[str]:
    """An event is copied for every invitee: only the original counts. What csbridge created is nobody's touch."""
    conditions = {"IsChild": "IsChild = false", KEY: f"{KEY} = null"}
    return [said for name, said in conditions.items() if name in view.columns]


def unplaced(view: View) -> str:
    """The condition of activities that are about something, of which Salesforce does not say whose it is."""
    return f"{view.mapped['accounts']} = null AND WhatId != null"


def listing(view: View, after: str = "", *, ordered: bool = True) -> str:
    """Ids and stamps of all living rows behind ``after``, in the order of ids; to be asked of queryAll.

    ``ordered``: a bulk job would be slower for it.
    """
    where = ["IsDeleted = false"] if "IsDeleted" in view.columns else []
    where += _originals(view)
    where += [f"Id > {quoted(after)}"] if after else []
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    return f"SELECT {', '.join(_KEYS)} FROM {view.object}{condition}{' ORDER BY Id ASC' if ordered else ''}"


def by_ids(view: View, columns: Sequence[str], ids: Sequence[str]) -> str:
    return f"{_select(view, columns)} WHERE Id IN ({listed(ids)})"


def ids_at_once(view: View, room: int = BUDGET) -> int:
    """How many ids have room in an address beside the columns; at most 200."""
    left = room - max(len(quote_plus(by_ids(view, group, ()))) for group in groups(view.columns, room))
    return max(1, min(MOST_IDS, left // _PER_ID))


def moment(value: datetime) -> str:
    """A datetime literal (never quoted), with milliseconds only where there are some."""
    return times.iso_milliseconds(value) if value.microsecond else times.iso_seconds(value)


def listed(texts: Sequence[str]) -> str:
    return ",".join(map(quoted, texts))


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _upper(window: Window) -> str:
    return _beyond("<", window.last, "<=") if window.last else f"{STAMP} <= {moment(window.until)}"


def _beyond(op: str, row: After, id_op: str = "") -> str:
    at = moment(row.stamp)
    return f"(({STAMP} = {at} AND Id {id_op or op} {quoted(row.id)}) OR {STAMP} {op} {at})"


def _select(view: View, columns: Sequence[str]) -> str:
    return f"SELECT {', '.join(columns)} FROM {view.object}"


def _length(column: str) -> int:
    return len(quote_plus(f", {column}"))
