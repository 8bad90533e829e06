"""Every living id of an object with its stamp: what a reconcile compares with the store."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.contract import Sighting
from adapters.salesforce import soql
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.mapping import stamp
from adapters.salesforce.view import View


def sightings(client: Client, views: Sequence[View]) -> Iterator[Sequence[Sighting]]:
    """Pages of all ``views``, archived activities included, deleted rows not."""
    for view in views:
        reply: Reply | None = client.query(soql.listing(view), "page", deleted=True)
        while reply:
            body: Mapping[str, Any] = reply.body or {}
            yield [Sighting(id, at) for at, id in map(stamp, body.get("records") or ())]
            following = body.get("nextRecordsUrl")
            reply = client.more(str(following), "page") if following and not body.get("done") else None
