"""The list of an object: in the order of ids, without a cap, and never behind the records as search's index is.

Twice the calls of a search by id (100 rows each, not 200), and worth them: what a reconcile does not see it holds to
be gone, and a record made a minute ago is not in the index. Knows ids and stamps only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from adapters import times
from adapters.contract import Sighting
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import owners, paths, search
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.shapes import OWNERS, Shape

LIMIT: Final = 100


def sightings(client: Client, connection: str, shapes: Sequence[Shape]) -> Iterator[Sequence[Sighting]]:
    """The living records of every object of a kind. One that is hidden from us raises: it is not empty."""
    for shape in shapes:
        if shape.object == OWNERS:
            yield from owners.sightings(client)
            continue
        try:
            for reply in replies(client, shape):
                yield [
                    Sighting(shape.id(str(row.get("id"))), search.changed(row, shape.stamp)) for row in reply.results
                ]
        except (Unauthorized, Refused) as error:
            if error.status == 403 or shape.kind == "account" or not is_absent(error):
                raise


def replies(client: Client, shape: Shape, *, archived: bool = False) -> Iterator[Reply]:
    """Pages of the living, or of those that were archived in the last 90 days; of properties the stamp alone."""
    basis = [("limit", str(LIMIT)), ("properties", shape.stamp), *([("archived", "true")] if archived else [])]
    after: str | None = ""
    while after is not None:
        reply = client.get(paths.LIST, "page", [*basis, *([("after", after)] if after else [])], object=shape.object)
        yield reply
        after = reply.after


def deleted(rows: Sequence[Mapping[str, Any]], since: int) -> list[str]:
    """Ids of the rows that were archived since then (milliseconds)."""
    return [str(row.get("id")) for row in rows if row.get("archived") and _archived_at(row) >= since]


def _archived_at(row: Mapping[str, Any]) -> float:
    at = times.instant(row.get("archivedAt"))
    return float("inf") if at is None else search.milliseconds(at)


def is_absent(error: Unauthorized | Refused) -> bool:
    """No such object here, or no right to it (403; ``check`` reports that): the connection has no such rows."""
    unknown = error.status == 400 and "infer object type" in str(error)
    return error.status in (403, 404) or unknown
