"""Words that a CRM's records hold and the map does not translate: they count as unknown, but an admin can see them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from adapters.readers import UNREAD
from bridge.store import lookup
from config.checks import MAPPED_WORDS
from config.connections import ConnectionSettings
from config.maps import default_maps
from config.words import Kind


@dataclass(frozen=True, slots=True)
class Strange:
    """One value of one field, and how many records hold it."""

    kind: Kind
    field: str
    value: str
    count: int


def untranslated(db: Connection, crm: str, connection: ConnectionSettings) -> list[Strange]:
    """The most frequent first. What the map calls unknown itself is no news."""
    tables = [(kind, table) for kind, several in default_maps(crm).items() for table in several]
    known = {
        (kind, field, value.casefold())
        for kind, table in [*tables, *connection.map.items()]
        for field, words in table.values.items()
        for value in words
    }
    counted = Counter(
        (kind, field, str(value))
        for kind, field, value in _told(db, connection.name)
        if (kind, field, str(value).casefold()) not in known
    )
    return [Strange(*what, count) for what, count in counted.most_common()]


def _told(db: Connection, connection: str) -> Iterator[tuple[Kind, str, object]]:
    for kind in dict.fromkeys(kind for kind, _ in MAPPED_WORDS):
        names = [field for mapped, field in MAPPED_WORDS if mapped == kind]
        for extra in lookup.extras(db, connection, kind, [field + UNREAD for field in names]):
            yield from ((kind, field, extra[field + UNREAD]) for field in names if extra.get(field + UNREAD))
