"""The rows of one window of one object: page by page in order, or by a bulk job where many are still to come.

A query cursor is no snapshot. It gives rows as they are now, expires after two days, and an answer may break off: each
page says behind which row to go on, and nothing counts as the end but an answer that says so.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from adapters.errors import Lost, Refused
from adapters.salesforce import soql
from adapters.salesforce.answers import is_done, next_url, records, total
from adapters.salesforce.bulk_query import BulkQuery, JobUseless
from adapters.salesforce.client import Reply
from adapters.salesforce.cursor import JobPlace
from adapters.salesforce.mapping import Row, stamp
from adapters.salesforce.soql import After, Window
from adapters.salesforce.view import View
from adapters.salesforce.wide import Asker

Part = tuple[Sequence[Row], tuple[After | None, JobPlace | None], bool]
"""Rows; the place behind them, in the order of the object or in a job; and whether they are the object's last."""


def pages(asker: Asker, bulk: BulkQuery, view: View, window: Window, job: JobPlace | None) -> Iterator[Part]:
    """Goes on with ``job``; else the first page says at no further cost how many rows there are: one may pay.

    No job reads the persons of shared activities, which hang on the rows.
    """
    if job and (yield from _in_bulk(bulk, view, window, job)):
        return
    undecided = True
    reply, asked = _first(asker, view, window)
    while True:
        rows, done = records(reply), is_done(reply)
        if not (rows or done or next_url(reply)):
            raise Lost(f"the rows of {view.object} broke off", connection=view.connection)
        seen = replace(window, last=_place(rows, window))
        yield _whole(asker, view, asked, rows, seen), (seen.last, None), done
        if done:
            return
        window = replace(window, after=seen.last)
        if undecided and not view.within and not window.only and bulk.pays(total(reply) - len(rows)):
            job = bulk.begun(soql.job(view, window))
            if job and (yield from _in_bulk(bulk, view, window, job)):
                return
        undecided = False
        if followed := _follow(asker, reply):
            reply = followed
        else:
            reply, asked = _first(asker, view, window)


def _place(rows: Sequence[Row], window: Window) -> After | None:
    """That of the last row, but of none that changed behind the first page: it has moved past the bound."""
    places = (After(*stamp(row)) for row in reversed(rows))
    return next((place for place in places if place.stamp <= window.until), window.after)


def _in_bulk(bulk: BulkQuery, view: View, window: Window, job: JobPlace) -> Generator[Part, None, bool]:
    """Rows of a job, and whether it gave them all. If not, the window is read page by page: it has not moved.

    A job's rows are in no order, so none of them is a place to go on from; what comes twice does no harm.
    """
    yield (), (window.after, job), False  # whoever stops while it is waited for finds it again
    try:
        for rows, place, done in bulk.rows(view, job):
            yield rows, (window.after, place), done
    except JobUseless as exc:
        bulk.useless(view, job, exc)
        return False
    return True


def _first(asker: Asker, view: View, window: Window) -> tuple[Reply, Sequence[str]]:
    return asker.first(view.columns, lambda columns: soql.page(view, columns, window), "page")


def _whole(asker: Asker, view: View, asked: Sequence[str], rows: Sequence[Row], seen: Window) -> Sequence[Row]:
    """Who changed between two of the queries is left out: stamped past the bound, it is in the next pull."""
    return asker.completed(view.columns, asked, rows, lambda columns: soql.page(view, columns, seen), "page")


def _follow(asker: Asker, reply: Reply) -> Reply | None:
    """The next page; None when the locator expired (after two days), so that the query is asked again from here."""
    try:
        return asker.following(reply, "page") if next_url(reply) else None
    except Refused as exc:
        if exc.code == "INVALID_QUERY_LOCATOR":
            return None
        raise
