"""What a HubSpot cursor holds, per object: how far each of its passes came. Decides which window comes next; pure.

Three passes make a pull complete. **changed**: search, from where it stopped less the overlap. **late**: search again
over what was changed an hour ago, for the index shows some changes late; this is the pass that must be complete, and
the only one that knows it is. **archived**: the list of deleted records, which no search returns.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import orjson

from adapters.hubspot.search import EARLIEST, Walk

Mark = Mapping[str, int]
"""``from``; in mid-walk also ``until``, and ``id`` where a millisecond is drained. Milliseconds since 1970.

In mid-walk ``from`` only says where to go on: the window's end alone decides where the next one begins.
"""
Marks = dict[str, Mark]
"""By object and pass: ``companies``, ``companies late``, ``companies archived``; and ``companies binned``, which is
what the last of these listed, id → when it was deleted, as long as that is one page."""

_HOUR: Final = 3_600_000
LAG: Final = _HOUR
"""How far the late pass stays behind: nothing is known to have come into the index later than this."""
LATE_EVERY: Final = _HOUR // 4
"""The least width of a late window: one search per quarter of an hour, not one per poll."""
ARCHIVED_EVERY: Final = _HOUR // 12
"""The list of deleted records cannot be asked for what is new. One page of it is read by every pull; of a longer one
this much time passes per further page, so that it never costs more than two calls in five minutes."""

ARCHIVED_KEPT: Final = 90 * 24 * _HOUR
"""How long HubSpot lists a deleted record."""


def opened(cursor: str | None) -> Marks:
    marks: Marks = orjson.loads(cursor) if cursor else {}
    return marks


def closed(marks: Marks) -> str:
    return orjson.dumps(marks).decode()


def late(vendor_object: str) -> str:
    return f"{vendor_object} late"


def archived(vendor_object: str) -> str:
    return f"{vendor_object} archived"


def binned(vendor_object: str) -> str:
    return f"{vendor_object} binned"


def of_object(marks: Marks, vendor_object: str) -> Marks:
    names = (vendor_object, late(vendor_object), archived(vendor_object), binned(vendor_object))
    return {name: marks[name] for name in names if name in marks}


def resumed(mark: Mark, until: int | None = None) -> Walk:
    """The walk that a mark stopped in; where it stopped in none, the next one, up to ``until``."""
    return Walk(max(mark.get("from", 0), EARLIEST), mark.get("until", until), drain=mark.get("id"))


def is_under_way(mark: Mark) -> bool:
    return "until" in mark


def under_way(walk: Walk) -> Mark:
    mark = {"from": walk.start} | ({} if walk.until is None else {"until": walk.until})
    return mark | ({} if walk.drain is None else {"id": walk.drain})


def after(end: int, overlap: timedelta) -> Mark:
    """What follows the window's last millisecond, in whole seconds, less the overlap: search shows changes late.

    Not bounded by where the walk started: after a crash in mid-walk that is the stamp of the last row that was kept,
    and bounding by it would eat the overlap.
    """
    following = end + 1
    return {"from": following - following % 1000 - overlap // timedelta(milliseconds=1)}


def beside(marks: Marks, vendor_object: str, start: int, end: int) -> Marks:
    """The marks of the other two passes, as a new window [start, end] of the first one begins."""
    window = late_window(marks.get(late(vendor_object)), start, end)
    unseen: Mark = {"from": start if vendor_object in marks else end, "pages": 1}
    return {late(vendor_object): window, archived(vendor_object): marks.get(archived(vendor_object), unseen)}


def late_window(before: Mark | None, start: int, end: int) -> Mark:
    """The late pass beside a new window [start, end] of the first one: with ``until`` where it has something to do.

    What that window itself sees now of changes older than the lag needs no second look; ``then`` is where the late
    pass goes on from afterwards. A first pull sees everything, and so leaves nothing for this one.
    """
    if before is not None and is_under_way(before):
        return before
    since = start - LAG if before is None else before["from"]
    edge = end - LAG
    if edge - since < LATE_EVERY:
        return {"from": since}
    until = min(start - 1, edge)
    if until < max(since, EARLIEST):
        return {"from": edge + 1}
    return {"from": since, "until": until, "then": edge + 1}


def archived_is_due(mark: Mark, now: int) -> bool:
    return now - mark["from"] >= (mark["pages"] - 1) * ARCHIVED_EVERY


def gap(since: int, now: int) -> str:
    """Why deletions may have been missed for good; empty when none can have been."""
    if now - since < ARCHIVED_KEPT:
        return ""
    return "the last look at HubSpot's deleted records was more than 90 days ago, and it lists them for no longer"
