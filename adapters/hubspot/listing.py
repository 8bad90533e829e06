"""Every living id of an object with its stamp, by the list, which has no cap: what a reconcile compares."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from adapters.contract import Sighting
from adapters.hubspot import owners, paths, search
from adapters.hubspot.client import Client
from adapters.hubspot.shapes import OWNERS, Shape

LIMIT: Final = 100


def sightings(client: Client, connection: str, shapes: Sequence[Shape]) -> Iterator[Sequence[Sighting]]:
    for shape in shapes:
        if shape.object == OWNERS:
            for page in owners.pull(client, connection, None, None, timedelta(0)):
                yield [Sighting(item.ref.id, item.changed_at) for item in page.items if hasattr(item, "changed_at")]
            continue
        after: str | None = ""
        while after is not None:
            query = [("limit", str(LIMIT)), ("properties", shape.stamp), *([("after", after)] if after else [])]
            reply = client.get(paths.LIST, "page", query, object=shape.object)
            yield [Sighting(shape.id(str(row.get("id"))), search.changed(row, shape.stamp)) for row in reply.results]
            after = reply.after
