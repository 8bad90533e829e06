"""Every living id of an object with its stamp: what a reconcile compares with the store.

Whoever is not listed is held to be gone, so a listing ends only where Salesforce says that it does: behind an
expired locator, or an answer that breaks off without a word, it goes on in the order of ids.
"""

from collections.abc import Iterator, Sequence

from adapters.contract import Sighting
from adapters.errors import Lost, Refused
from adapters.salesforce import soql
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.mapping import stamp
from adapters.salesforce.view import View
from adapters.salesforce.wide import next_url, records


def sightings(client: Client, views: Sequence[View]) -> Iterator[Sequence[Sighting]]:
    """Pages of all ``views``, archived activities included, deleted rows not."""
    for view in views:
        yield from _sightings(client, view)


def _sightings(client: Client, view: View) -> Iterator[Sequence[Sighting]]:
    reply = _behind(client, view, "")
    while True:
        found = [Sighting(id, at) for at, id in map(stamp, records(reply))]
        if found:
            yield found
        if (reply.body or {}).get("done") is True:
            return
        if not found:
            raise Lost(f"the list of {view.object} broke off", connection=client.connection)
        reply = _following(client, reply) or _behind(client, view, found[-1].id)


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
