"""A pull: what changed up to the vendor's now, page by page, in the order of (SystemModstamp, Id).

One window per object, up to the same bound for all; ``paging`` reads it. The cursor left behind is the bound less the
overlap, because a record becomes visible only when its transaction commits, which may be after its stamp. It also says
which columns of which objects it covers: an object that becomes visible later, or whose columns become more, fewer or
of another type, is read from the beginning within the next pull, so that no record keeps a value that nobody can see
any more. So is, once a day, an object with columns whose values change without the stamp of the record: each row is
new or not only to the store, and a page of Ids and formulas alone would cost the same call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from adapters.contract import Page
from adapters.records import Item
from adapters.salesforce import deletions, paging, soql
from adapters.salesforce.about import placed
from adapters.salesforce.bulk_query import BulkQuery
from adapters.salesforce.client import Client
from adapters.salesforce.cursor import Cursor, encoded
from adapters.salesforce.deletions import Gone
from adapters.salesforce.mapping import Row, mapper
from adapters.salesforce.reading import Reader
from adapters.salesforce.soql import Window
from adapters.salesforce.view import View

REREAD_EVERY: Final = timedelta(days=1)
MOST: Final = 2000
"""Items of a page; the log of deletions comes as a whole."""


class Pull:
    """One pull of ``views`` under one upper bound, from a cursor on."""

    def __init__(
        self, client: Client, reader: Reader, bulk: BulkQuery, views: Sequence[View], cursor: Cursor, bound: datetime,
        overlap: timedelta,
    ) -> None:  # fmt: skip
        self._client, self._reader, self._bulk, self._bound = client, reader, bulk, bound
        self._views, self._cursor = views, cursor
        self._covered = _covered(cursor, views)  # these three grow as objects are begun and done,
        self._deletions = dict(cursor.deletions)  # and with them what the cursors of the pages say
        self._reread = dict(cursor.reread)
        self._finished = Cursor(
            max(bound - overlap, cursor.start or bound - overlap),
            covered=self._covered, deletions=self._deletions, reread=self._reread,
        )  # fmt: skip
        self._under_way = replace(self._finished, start=cursor.start, until=bound)

    def pages(self) -> Iterator[Page]:
        """The last one's cursor starts the next pull."""
        if not self._views:
            return
        if self._cursor.start and self._cursor.start > self._bound:
            yield Page((), encoded(self._cursor))
            return
        remaining = _remaining(self._views, self._cursor)
        for view, following in zip(remaining, [*remaining[1:], None], strict=True):
            yield from self._object(view, following)

    def _object(self, view: View, following: View | None) -> Iterator[Page]:
        """The pages of one object; a quiet one has none, but for the last object's, which moves the cursor."""
        window = self._begin(view)
        behind = replace(self._under_way, object=following.object) if following else self._finished
        begun = self._cursor.bulk if window.after else None
        here = replace(self._under_way, object=view.object, after=window.after, bulk=begun)
        to_item = mapper(view)
        for rows in self._unplaced(view, window):
            yield Page(tuple(map(to_item, placed(self._reader, view, rows))), encoded(here))
        for rows, (after, job), done in paging.pages(self._reader.asker, self._bulk, view, window, begun):
            here = replace(here, after=after, bulk=job)
            items: Sequence[Item] = tuple(map(to_item, placed(self._reader, view, rows)))
            if not done:
                yield Page(tuple(items), encoded(here))
        gone = self._gone(view)
        items = (*items, *gone.tombstones)
        while len(items) > MOST:
            yield Page(tuple(items[:MOST]), encoded(here))
            items = items[MOST:]
        self._deletions[view.object] = gone.until
        if items or gone.gap or not following:
            yield Page(tuple(items), encoded(behind), gone.gap)

    def _begin(self, view: View) -> Window:
        """Where the object is to be read from: behind the last row taken, from the cursor on, or all of it."""
        cursor, name = self._cursor, view.object
        if cursor.after and cursor.object == name:
            return Window(cursor.start, cursor.after, self._bound)
        self._deletions.setdefault(name, cursor.start or self._bound)
        start = cursor.start if view.covered == self._covered.get(name) else None
        self._covered[name] = view.covered
        if view.drifting and start and self._is_due(view, start):
            start = None
        if start is None and (view.drifting or view.about):
            self._reread[name] = self._bound
        return Window(start, None, self._bound)

    def _is_due(self, view: View, start: datetime) -> bool:
        """Whether a day has passed since all was read whose values change without the stamp of the record."""
        return self._bound - self._reread.setdefault(view.object, start) >= REREAD_EVERY

    def _unplaced(self, view: View, window: Window) -> Iterator[Sequence[Row]]:
        """Once a day, the activities whose account is that of a case or the like: it may have changed there since."""
        if not view.about or not window.start or window.after or not self._is_due(view, window.start):
            return
        whole = Window(None, None, self._bound, only=soql.unplaced(view))
        for rows, _, _ in paging.pages(self._reader.asker, self._bulk, view, whole, None):
            if rows:
                yield rows
        self._reread[view.object] = self._bound

    def _gone(self, view: View) -> Gone:
        """After the rows, so that a record which a query still shows is told of by the query."""
        since = self._deletions.get(view.object, self._bound)
        if not deletions.is_due(view, since, self._bound):
            return Gone((), since)
        return deletions.gone(self._client, view, since, self._bound)


def _covered(cursor: Cursor, views: Sequence[View]) -> dict[str, frozenset[str]]:
    """What the cursor covers of the objects that are visible now."""
    if cursor.covered is None:
        return {view.object: view.covered for view in views}
    return {view.object: cursor.covered[view.object] for view in views if view.object in cursor.covered}


def _remaining(views: Sequence[View], cursor: Cursor) -> Sequence[View]:
    """The object that the cursor has come to and those behind it; all, when the map no longer has that object."""
    names = [view.object for view in views]
    return views[names.index(cursor.object) :] if cursor.object in names else views
