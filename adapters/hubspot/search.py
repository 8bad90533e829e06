"""The walk through HubSpot's search: everything changed in a window of time, nothing skipped.

Search sorts by one property, pages by plain offset, stops at 10,000 rows and promises no order within a stamp. Offsets
shift whenever a row enters or leaves the window, and nothing tells. So no offset is ever sent: each query starts at
the stamp of the last row, whose rows come twice (one in 200, as a rule); where one millisecond fills a page, it is
drained in the order of ids. Decides only; sends nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters import times

EARLIEST: Final = 1000
"""A search from the epoch itself fails at the vendor: everything is "since the first second of 1970"."""
LIMIT: Final = 200
"""Most rows of one answer."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands. Times are milliseconds since 1970, both ends included."""

    start: int
    until: int | None = None
    """None before the first answer, whose ``Date`` is the vendor's now."""
    drain: int | None = None
    """While the millisecond ``start`` is drained: the id after which to go on."""
    seen: frozenset[str] = frozenset()
    """The ids delivered with the stamp ``start``: the next answer returns them again."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one answer brought: the rows to deliver, and how to go on (None: the window is done)."""

    rows: tuple[Row, ...]
    walk: Walk | None


def query(walk: Walk, stamp: str, properties: Sequence[str], limit: int = LIMIT) -> dict[str, Any]:
    """The body of the next search."""
    if walk.drain is not None:
        filters = [_filter(stamp, "EQ", walk.start), _filter("hs_object_id", "GT", walk.drain)]
    else:
        filters = [_filter(stamp, "GTE", walk.start)]
        filters += [_filter(stamp, "LTE", walk.until)] if walk.until is not None else []
    by = stamp if walk.drain is None else "hs_object_id"
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": by, "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": limit,
    }


def advance(walk: Walk, rows: Sequence[Row], stamp: str, *, more: bool) -> Step:
    """What to do with one answer. ``walk.until`` is known by now; ``more``: it was not all that the query found."""
    if walk.drain is not None:
        return _drained(walk, rows, stamp, more)
    stamped = [(milliseconds(changed(row, stamp)), row) for row in rows]
    # search rounds at its bounds, and returns the rows of its first millisecond again
    within = [(at, row) for at, row in stamped if walk.start <= at and (walk.until is None or at <= walk.until)]
    fresh = tuple(row for at, row in within if not (at == walk.start and str(row.get("id")) in walk.seen))
    if not more or not rows:
        return Step(fresh, None)
    last = within[-1][0] if within else walk.start
    seen = frozenset(str(row.get("id")) for at, row in within if at == last)
    if last == walk.start:
        return Step(fresh, replace(walk, drain=0, seen=walk.seen | seen))
    return Step(fresh, Walk(last, walk.until, seen=seen))


def milliseconds(moment: datetime) -> int:
    """Integer arithmetic: through a float of seconds a stamp can be off by one."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(count: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=count)


def changed(row: Row, stamp: str) -> datetime:
    """When a row last changed; the epoch where the vendor does not say, so that any other version wins."""
    properties = row.get("properties") or {}
    return times.instant(properties.get(stamp)) or times.instant(row.get("updatedAt")) or _EPOCH


def _filter(name: str, operator: str, value: int) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _drained(walk: Walk, rows: Sequence[Row], stamp: str, more: bool) -> Step:
    here = [row for row in rows if milliseconds(changed(row, stamp)) == walk.start]
    fresh = tuple(row for row in here if str(row.get("id")) not in walk.seen)
    if more and rows:
        return Step(fresh, replace(walk, drain=max(int(row["id"]) for row in rows)))
    if walk.until is not None and walk.start >= walk.until:
        return Step(fresh, None)
    return Step(fresh, Walk(walk.start + 1, walk.until))
