"""HubSpot's owners as users: a short list that is read whole, since it can be asked neither by date nor by batch."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson

from adapters.contract import Page, Sighting
from adapters.errors import Unauthorized
from adapters.hubspot import mapping, paths, search
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.shapes import OWNERS
from adapters.records import Item, Ref, Tombstone, User

LIMIT: Final = 100


def pull(
    client: Client, connection: str, cursor: str | None, until: datetime | None, overlap: timedelta
) -> Iterator[Page]:
    """Owners that changed since the cursor, those who left (archived) included, as inactive users."""
    since = int(orjson.loads(cursor)[OWNERS]["from"]) if cursor else 0
    held: Page | None = None
    for reply in _visible(client):
        bound = until or reply.at
        users = (mapping.user(row, connection) for row in reply.results)
        changed = tuple(user for user in users if since <= search.milliseconds(user.changed_at))
        end = max(since, search.milliseconds(bound - overlap))
        if held is None:
            # until the list is complete a resumed pull starts over
            final, start = _cursor(end), _cursor(since)
        elif held.items:
            yield held
        held = Page(changed, start)
    if held is not None:
        yield Page(held.items, final)


def read(client: Client, connection: str, ids: Sequence[str]) -> list[Item]:
    found: dict[str, User] = {}
    at = client.now()
    for reply in _visible(client):
        at = reply.at
        found |= {str(row.get("id")): mapping.user(row, connection) for row in reply.results}
    return [found.get(one) or Tombstone(Ref(connection, "user", one), at) for one in dict.fromkeys(ids)]


def sightings(client: Client) -> Iterator[Sequence[Sighting]]:
    """All owners with their stamps, those who left included: they are inactive users, and not gone."""
    for reply in _replies(client):
        yield [Sighting(str(row.get("id")), search.changed(row, "")) for row in reply.results]


def _visible(client: Client) -> Iterator[Reply]:
    """Nothing where owners may not be read; ``check`` reports that."""
    try:
        yield from _replies(client)
    except Unauthorized as error:
        if error.status != 403:
            raise


def _replies(client: Client) -> Iterator[Reply]:
    """Pages of the active, then of the archived."""
    for archived in ("false", "true"):
        after: str | None = ""
        while after is not None:
            query = [("limit", str(LIMIT)), ("archived", archived), *([("after", after)] if after else [])]
            reply = client.get(paths.OWNERS, "page", query)
            yield reply
            after = reply.after


def _cursor(since: int) -> str:
    return orjson.dumps({OWNERS: {"from": since}}).decode()
