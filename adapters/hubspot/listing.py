"""The list of an object: in the order of ids, without a cap, and never behind the records as search's index is.

Twice the calls of a search by id (100 rows each, not 200), and worth them: what a reconcile does not see it holds to
be gone, and a record made a minute ago is not in the index. The list tells associations, too, which move no stamp.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from adapters import times
from adapters.contract import Sighting
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import associations, owners, paths, search
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.search import Row
from adapters.hubspot.shapes import KEY, OWNERS, SETS, Shape, is_ours

LIMIT: Final = 100


def sightings(client: Client, shapes: Sequence[Shape]) -> Iterator[Sequence[Sighting]]:
    """The living records of every object of a kind. One that is hidden from us raises: it is not empty."""
    for shape in shapes:
        if shape.object == OWNERS:
            yield from owners.sightings(client)
            continue
        try:
            for reply in replies(client, shape, targets=sorted(set(_linking(shape).values()))):
                yield _seen(client, shape, reply.results)
        except (Unauthorized, Refused) as error:
            if error.status == 403 or shape.kind == "account" or not is_absent(error):
                raise


def _linking(shape: Shape) -> dict[str, str]:
    """The references that associations alone decide: a property that names one moves the stamp."""
    return {} if shape.custom else {name: to for name, to in shape.references.items() if name not in shape.mapped}


def _seen(client: Client, shape: Shape, rows: Sequence[Row]) -> list[Sighting]:
    by_id = {str(row.get("id")): row for row in rows if not is_ours(row)}
    links = {name: _linked(client, shape, to, by_id) for name, to in _linking(shape).items()}
    return [
        Sighting(
            shape.id(one),
            search.changed(row, shape.stamp),
            {name: linked[one] if name in SETS else linked[one][:1] for name, linked in links.items()},
        )
        for one, row in by_id.items()
    ]


def _linked(client: Client, shape: Shape, to: str, rows: Mapping[str, Row]) -> dict[str, tuple[str, ...]]:
    """A list shows a hundred associations of a record: who has more is asked for."""
    told = {one: (row.get("associations") or {}).get(to) or {} for one, row in rows.items()}
    long = [one for one, page in told.items() if page.get("paging")]
    shown = {one: associations.inline(page.get("results") or ()) for one, page in told.items()}
    return shown | (associations.linked(client, shape.object, to, long) if long else {})


def replies(client: Client, shape: Shape, *, archived: bool = False, targets: Sequence[str] = ()) -> Iterator[Reply]:
    """Pages of the living, or of those that were archived in the last 90 days; of properties the stamp alone.

    ``targets``: objects whose associations come with the rows, which costs no call.
    """
    told = f"{shape.stamp},{KEY}" if shape.may_be_ours else shape.stamp
    basis = [("limit", str(LIMIT)), ("properties", told), *([("archived", "true")] if archived else [])]
    basis += [("associations", ",".join(targets))] if targets else []
    after: str | None = ""
    while after is not None:
        reply = client.get(paths.LIST, "page", [*basis, *([("after", after)] if after else [])], object=shape.object)
        yield reply
        after = reply.after


def deleted(rows: Sequence[Row], now: int) -> dict[str, int]:
    """Id → when it was archived (milliseconds; ``now`` where HubSpot does not say)."""
    return {str(row.get("id")): _archived_at(row, now) for row in rows if row.get("archived")}


def _archived_at(row: Row, now: int) -> int:
    at = times.instant(row.get("archivedAt"))
    return now if at is None else search.milliseconds(at)


def is_absent(error: Unauthorized | Refused) -> bool:
    """No such object here, or no right to it (403; ``check`` reports that): the connection has no such rows."""
    unknown = error.status == 400 and "infer object type" in str(error)
    return error.status in (403, 404) or unknown


def has_no_archive(error: Unauthorized | Refused) -> bool:
    """Asked for its first page: some objects, such as survey answers, keep no list of the deleted; 400 says so."""
    return error.status == 400
