"""Every living id of an object with its stamp: what a reconcile compares with the store.

Whoever is not listed is held to be gone, so a listing ends only where Salesforce says that it does: behind an
expired locator, or an answer that breaks off without a word, it goes on in the order of ids.
"""

from collections.abc import Generator, Iterator, Sequence

from adapters.contract import Sighting
from adapters.errors import Lost, Refused
from adapters.salesforce import soql
from adapters.salesforce.answers import is_done, next_url, records, total
from adapters.salesforce.bulk_query import BulkQuery, JobUseless
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.mapping import Row, stamp
from adapters.salesforce.view import View


def sightings(client: Client, bulk: BulkQuery, views: Sequence[View]) -> Iterator[Sequence[Sighting]]:
    """Pages of all ``views``, archived activities included, deleted rows not."""
    for view in views:
        yield from _sightings(client, bulk, view)


def _sightings(client: Client, bulk: BulkQuery, view: View) -> Iterator[Sequence[Sighting]]:
    reply, undecided = _behind(client, view, ""), True
    while True:
        found = _seen(records(reply))
        if found:
            yield found
        if is_done(reply):
            return
        if not found:
            raise Lost(f"the list of {view.object} broke off", connection=client.connection)
        last = found[-1].id
        if undecided and bulk.pays(total(reply) - len(found)) and (yield from _in_bulk(bulk, view, last)):
            return
        undecided = False
        reply = _following(client, reply) or _behind(client, view, last)


def _in_bulk(bulk: BulkQuery, view: View, last: str) -> Generator[Sequence[Sighting], None, bool]:
    """What is behind ``last`` by a job, and whether it gave it all. What comes again by pages does no harm."""
    job = bulk.begun(soql.listing(view, last, ordered=False))
    if job is None:
        return False
    try:
        for rows, _, _ in bulk.rows(view, job):
            yield _seen(rows)
    except JobUseless as exc:
        bulk.useless(view, job, exc)
        return False
    return True


def _seen(rows: Sequence[Row]) -> list[Sighting]:
    return [Sighting(id, at) for at, id in map(stamp, rows)]


def _behind(client: Client, view: View, after: str) -> Reply:
    return client.query(soql.listing(view, after), "page", deleted=True)


def _following(client: Client, reply: Reply) -> Reply | None:
    """The next page; None where there is no way to it any more."""
    url = next_url(reply)
    try:
        return client.more(url, "page") if url else None
    except Refused as exc:
        if exc.code == "INVALID_QUERY_LOCATOR":
            return None
        raise
