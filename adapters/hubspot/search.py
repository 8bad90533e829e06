"""The walk through HubSpot's search: everything changed in a window of time, each row once, nothing skipped.

Search sorts by one property, pages by plain offset and stops at 10,000 rows. So a walk restarts at the stamp of
the last row: before the cap; when rows left the window behind it, which shifts the offsets; and, where a page's
worth of rows shares a stamp, by draining that millisecond in the order of ids. Decides only; sends nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters import times

EARLIEST: Final = 1000
"""A search from the epoch itself fails at the vendor: everything is "since the first second of 1970"."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """The vendor's bounds of search."""

    limit: int = 200
    """Most rows of one answer."""
    cap: int = 10_000
    """Most rows of one query that paging reaches."""


VENDOR: Final = Reach()
LIMIT: Final = VENDOR.limit


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands. Times are milliseconds since 1970, both ends included."""

    start: int
    until: int | None = None
    """None before the first answer, whose ``Date`` is the vendor's now."""
    offset: str | None = None
    total: int | None = None
    """Rows of this query at the last answer; fewer now means that the offsets have shifted."""
    drain: int | None = None
    """While the millisecond ``start`` is drained: the id after which to go on."""
    last: int | None = None
    """The newest stamp delivered."""
    seen: frozenset[str] = frozenset()
    """The ids delivered with that stamp: a restart there returns them again."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one answer brought: the rows to deliver, and how to go on (None: the window is done)."""

    rows: tuple[Row, ...]
    walk: Walk | None


def query(walk: Walk, stamp: str, properties: Sequence[str], reach: Reach = VENDOR) -> dict[str, Any]:
    """The body of the next search."""
    if walk.drain is not None:
        filters = [_filter(stamp, "EQ", walk.start), _filter("hs_object_id", "GT", walk.drain)]
    else:
        filters = [_filter(stamp, "GTE", walk.start)]
        filters += [_filter(stamp, "LTE", walk.until)] if walk.until is not None else []
    by = stamp if walk.drain is None else "hs_object_id"
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": by, "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": reach.limit,
    }
    return body | ({"after": walk.offset} if walk.offset else {})


def advance(
    walk: Walk, rows: Sequence[Row], stamp: str, total: int | None, after: str | None, reach: Reach = VENDOR
) -> Step:
    """What to do with one answer. ``walk.until`` is known by now; ``after`` is where its next page starts."""
    if walk.drain is not None:
        return _drained(walk, rows, stamp, reach)
    if walk.offset and total is not None and walk.total is not None and total < walk.total:
        return Step((), _restarted(walk, reach))
    fresh = tuple(row for row in rows if _wanted(walk, row, stamp))
    gone_on = _delivered(walk, fresh, stamp)
    if after is None or not rows:
        return Step(fresh, None)
    if not after.isdigit() or int(after) + reach.limit > reach.cap:
        return Step(fresh, _restarted(gone_on, reach))
    return Step(fresh, replace(gone_on, offset=after, total=total))


def milliseconds(moment: datetime) -> int:
    """Integer arithmetic: through a float of seconds a stamp can be off by one."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def changed(row: Row, stamp: str) -> datetime:
    """When a row last changed; the epoch where the vendor does not say, so that any other version wins."""
    properties = row.get("properties") or {}
    return times.instant(properties.get(stamp)) or times.instant(row.get("updatedAt")) or _EPOCH


def _filter(name: str, operator: str, value: int) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _wanted(walk: Walk, row: Row, stamp: str) -> bool:
    """Search rounds at its bounds, and a restart repeats the rows of its first millisecond."""
    at = milliseconds(changed(row, stamp))
    in_window = walk.start <= at and (walk.until is None or at <= walk.until)
    return in_window and not (at == walk.last and str(row.get("id")) in walk.seen)


def _delivered(walk: Walk, rows: Sequence[Row], stamp: str) -> Walk:
    last, seen = walk.last, set(walk.seen)
    for row in rows:
        at = milliseconds(changed(row, stamp))
        if last is None or at > last:
            last, seen = at, set()
        if at == last:
            seen.add(str(row.get("id")))
    return replace(walk, last=last, seen=frozenset(seen))


def _restarted(walk: Walk, reach: Reach) -> Walk:
    """From the newest stamp delivered; by id, where so many rows share it that a page might not get past them."""
    start = walk.start if walk.last is None else walk.last
    drain = 0 if len(walk.seen) >= reach.limit else None
    return Walk(start, walk.until, drain=drain, last=walk.last, seen=walk.seen)


def _drained(walk: Walk, rows: Sequence[Row], stamp: str, reach: Reach) -> Step:
    here = [row for row in rows if milliseconds(changed(row, stamp)) == walk.start]
    fresh = tuple(row for row in here if str(row.get("id")) not in walk.seen)
    if len(rows) >= reach.limit:
        return Step(fresh, replace(walk, drain=int(rows[-1]["id"])))
    if walk.until is not None and walk.start >= walk.until:
        return Step(fresh, None)
    return Step(fresh, Walk(walk.start + 1, walk.until))
