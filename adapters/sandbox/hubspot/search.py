"""Finds the rows of a search over one type. Reads the shelf, changes nothing; parsing is ``query``.

Archived records are never found; times compare in milliseconds.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.sandbox.hubspot.portal import Row, Shelf
from adapters.sandbox.hubspot.query import CAP, Comparable, Filter, Query
from adapters.sandbox.hubspot.values import comparable


@dataclass(frozen=True, slots=True)
class Found:
    total: int
    rows: Sequence[Row]
    after: int | None
    """Offset of the next page, None on the last."""


def find(shelf: Shelf, query: Query, visible_until: int) -> Found:
    """The page that the query asks for; records changed after ``visible_until`` (ms) are not in the index yet.

    Limits on the stamp are bisected, not scanned: the way a sync walks stays cheap with 100,000 records.
    """
    stamps, changed = shelf.stamps(), shelf.kind.changed
    only = query.groups[0] if len(query.groups) == 1 else ()
    limits = [item for item in only if item.name == changed and item.operator in _RANGES]
    low, high = _bounds(stamps, limits, visible_until)
    rest = [[item for item in group if item not in limits] for group in query.groups]
    if query.sort == changed and not query.text and not any(rest):
        return _slice(shelf, query, low, high)
    rows = [shelf.rows[record] for _, record in stamps[low : max(low, high)]]
    rows = [row for row in rows if _matches(shelf, query.text, rest, row)]
    return _page(_sorted(shelf, query, rows), query)


def _slice(shelf: Shelf, query: Query, low: int, high: int) -> Found:
    """A page straight from the sorted stamps between two places."""
    stamps, total = shelf.stamps(), max(0, high - low)
    first, last = query.after, min(query.after + query.limit, total, CAP)
    places = range(high - 1 - first, high - 1 - last, -1) if query.descending else range(low + first, low + last)
    return Found(total, [shelf.rows[stamps[place][1]] for place in places], last if last < total else None)


_RANGES: Final = ("EQ", "LT", "LTE", "GT", "GTE", "BETWEEN")


def _bounds(stamps: Sequence[tuple[int, int]], limits: Sequence[Filter], visible_until: int) -> tuple[int, int]:
    low, high = 0, bisect_right(stamps, (visible_until + 1,))
    for item in limits:
        value = int(item.values[0])
        if item.operator in ("GTE", "EQ", "BETWEEN"):
            low = max(low, bisect_left(stamps, (value,)))
        elif item.operator == "GT":
            low = max(low, bisect_left(stamps, (value + 1,)))
        top = {"LT": value, "LTE": value + 1, "EQ": value + 1}.get(item.operator)
        top = int(item.high) + 1 if item.high is not None else top
        if top is not None:
            high = min(high, bisect_left(stamps, (top,)))
    return low, high


def _matches(shelf: Shelf, text: str, groups: Sequence[Sequence[Filter]], row: Row) -> bool:
    if text and not any(text in (shelf.value(row, name) or "").lower() for name in shelf.kind.searched):
        return False
    return not groups or any(all(_holds(shelf, item, row) for item in group) for group in groups)


def _holds(shelf: Shelf, item: Filter, row: Row) -> bool:
    if item.operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return (shelf.value(row, item.name) is not None) == (item.operator == "HAS_PROPERTY")
    if item.tokens:
        return _has_token(item.tokens, shelf.value(row, item.name) or "") == (item.operator == "CONTAINS_TOKEN")
    held = _held(shelf, item.name, item.kind, row)
    return held is not None and _COMPARE[item.operator](held, item)


def _held(shelf: Shelf, name: str, kind: str, row: Row) -> Comparable | None:
    """A record's value as it compares; id and stamp are taken as they are, since walks ask for nothing else."""
    if name == "hs_object_id":
        return row.id
    if name == shelf.kind.changed:
        return row.updated
    text = shelf.value(row, name)
    return None if text is None else comparable(kind, text)


def _has_token(wanted: str, text: str) -> bool:
    """Whole words; ``*`` stands for any letters."""
    pattern = r"\b" + r"\w*".join(re.escape(part) for part in wanted.split("*")) + r"(?!\w)"
    return re.search(pattern if wanted[0] != "*" else pattern[2:], text.lower()) is not None


def _between(held: Any, item: Filter) -> bool:
    return bool(item.values[0] <= held <= item.high)


_COMPARE: Final[Mapping[str, Callable[[Any, Filter], bool]]] = {
    "EQ": lambda held, item: held == item.values[0],
    "NEQ": lambda held, item: held != item.values[0],
    "LT": lambda held, item: held < item.values[0],
    "LTE": lambda held, item: held <= item.values[0],
    "GT": lambda held, item: held > item.values[0],
    "GTE": lambda held, item: held >= item.values[0],
    "BETWEEN": _between,
    "IN": lambda held, item: held in item.values,
    "NOT_IN": lambda held, item: held not in item.values,
}


def _sorted(shelf: Shelf, query: Query, rows: list[Row]) -> list[Row]:
    """Rows without the property come last; equal ones stay in order of id."""
    kind = shelf.definitions[query.sort].type
    rows.sort(key=lambda row: row.id)
    keyed = [(_held(shelf, query.sort, kind, row), row) for row in rows]
    known = [(value, row) for value, row in keyed if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=query.descending)
    return [row for _, row in known] + [row for value, row in keyed if value is None]


def _page(rows: Sequence[Row], query: Query) -> Found:
    last = min(query.after + query.limit, len(rows), CAP)
    return Found(len(rows), rows[query.after : last], last if last < len(rows) else None)
