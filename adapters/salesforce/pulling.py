"""A pull: what changed up to the vendor's now, page by page, in the order of (SystemModstamp, Id).

One query per object and one call per page of it. The upper bound is part of the query, because a Salesforce
query cursor is no snapshot; the cursor left behind is that bound less the overlap, because a record becomes
visible only when its transaction commits, which may be after its stamp. It also says which columns of which objects
it covers: an object or a column that becomes visible later is read from the beginning, within the next pull.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.contract import Page
from adapters.errors import Refused
from adapters.salesforce import soql
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.cursor import Cursor, encoded
from adapters.salesforce.mapping import Row, mapper, stamp
from adapters.salesforce.soql import After
from adapters.salesforce.view import View


def pull(client: Client, views: Sequence[View], cursor: Cursor, bound: datetime, overlap: timedelta) -> Iterator[Page]:
    """Pages of all ``views`` under one upper bound; the last one's cursor starts the next pull."""
    if not views:
        return
    if cursor.start and cursor.start > bound:
        yield Page((), encoded(cursor))
        return
    covered = _still_covered(cursor, views)  # grows as objects are begun, and with it what these two say
    finished = Cursor(max(bound - overlap, cursor.start or bound - overlap), covered=covered)
    under_way = Cursor(cursor.start, bound, covered=covered)
    remaining = _remaining(views, cursor)
    for position, view in enumerate(remaining):
        after = cursor.after if position == 0 and view.object == cursor.object else None
        start = cursor.start if view.covered <= covered.get(view.object, frozenset()) else None
        if after is None:
            covered[view.object] = view.covered
        last_view = position == len(remaining) - 1
        behind = finished if last_view else replace(under_way, object=remaining[position + 1].object)
        to_item = mapper(view)
        for rows, done in _pages(client, view, start, after, bound):
            here = behind if done else replace(under_way, object=view.object, after=After(*stamp(rows[-1])))
            if rows or (done and last_view):
                yield Page(tuple(map(to_item, rows)), encoded(here))


def _still_covered(cursor: Cursor, views: Sequence[View]) -> dict[str, frozenset[str]]:
    """What the cursor covers of that which is visible now: what has been hidden meanwhile is covered no more."""
    covered = {view.object: view.covered for view in views}
    if cursor.covered is None:
        return covered
    return {name: columns & cursor.covered[name] for name, columns in covered.items() if name in cursor.covered}


def _remaining(views: Sequence[View], cursor: Cursor) -> Sequence[View]:
    """The object that the cursor has come to and those behind it; all, when the map no longer has that object."""
    names = [view.object for view in views]
    return views[names.index(cursor.object) :] if cursor.object in names else views


def _pages(
    client: Client, view: View, start: datetime | None, after: After | None, bound: datetime
) -> Iterator[tuple[Sequence[Row], bool]]:
    """Rows, and whether they are the object's last."""
    reply = _query(client, view, start, after, bound)
    while True:
        body: Mapping[str, Any] = reply.body or {}
        rows: Sequence[Row] = body.get("records") or ()
        done = bool(body.get("done", True)) or not rows
        yield rows, done
        if done:
            return
        after = After(*stamp(rows[-1]))
        following = body.get("nextRecordsUrl")
        followed = _follow(client, str(following)) if following else None
        reply = followed or _query(client, view, start, after, bound)


def _query(client: Client, view: View, start: datetime | None, after: After | None, bound: datetime) -> Reply:
    return client.query(soql.page(view, start, after, bound), "page", deleted=True)


def _follow(client: Client, url: str) -> Reply | None:
    """The next page; None when the locator expired (after two days), so that the query is asked again from here."""
    try:
        return client.more(url, "page")
    except Refused as exc:
        if exc.code == "INVALID_QUERY_LOCATOR":
            return None
        raise
