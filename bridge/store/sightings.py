"""What a reconcile under way has seen in a CRM, set against what the store knows.

The comparison is the database's: of millions of ids, a few at a time are in memory.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select

from adapters.contract import Sighting
from bridge.store.records import THE_CRMS
from bridge.store.references import named
from bridge.store.rows import among, insert_or_update
from bridge.store.schema import records, sightings
from config.words import Kind


def forget(db: Connection, connection: str, kind: Kind) -> None:
    db.execute(delete(sightings).where(sightings.c.connection == connection, sightings.c.kind == kind))


def note(db: Connection, connection: str, kind: Kind, seen: Sequence[Sighting]) -> None:
    """Keep what a page of ids showed; a listing that shows an id twice is believed the second time."""
    otherwise = _linked_otherwise(db, connection, kind, {one.id: one.links for one in seen if one.links})
    rows = [
        {
            "connection": connection,
            "kind": kind,
            "id": one.id,
            "changed_at": one.changed_at,
            "relinked": one.id in otherwise,
        }
        for one in seen
    ]
    insert_or_update(db, sightings, rows)


def _linked_otherwise(
    db: Connection, connection: str, kind: Kind, seen: Mapping[str, Mapping[str, Sequence[str]]]
) -> set[str]:
    """The ids of living records that name other records here than the CRM says they do."""
    found: set[str] = set()
    query = select(records.c.id, records.c.payload).where(
        records.c.connection == connection, records.c.kind == kind, among(db, records.c.id, seen)
    )
    for id, payload in db.execute(query) if seen else ():
        content = orjson.loads(payload) if payload else {}
        if any(set(named(content[field])) != set(ids) for field, ids in seen[id].items() if field in content):
            found.add(id)
    return found


def differing(db: Connection, connection: str, kind: Kind, after: str, most: int) -> list[str]:
    """The next ids behind ``after`` that the CRM lists and the store lacks, holds to be gone, or stamps or links
    otherwise.

    An older stamp is a difference, too: somebody may have restored a backup.
    """
    query = (
        select(sightings.c.id)
        .outerjoin(records, _SAME)
        .where(sightings.c.connection == connection, sightings.c.kind == kind, sightings.c.id > after)
        .where(or_(records.c.payload.is_(None), records.c.changed_at != sightings.c.changed_at, sightings.c.relinked))
    )
    return list(db.execute(query.order_by(sightings.c.id).limit(most)).scalars())


def unlisted(
    db: Connection, connection: str, kind: Kind, known_by: datetime, after: str, most: int
) -> list[tuple[str, datetime]]:
    """The next living records behind ``after`` that the CRM does not list, with their stamps."""
    query = select(records.c.id, records.c.changed_at).where(
        _unlisted(connection, kind, known_by), records.c.id > after
    )
    return [(id, at) for id, at in db.execute(query.order_by(records.c.id).limit(most))]


def count_unlisted(db: Connection, connection: str, kind: Kind, known_by: datetime) -> int:
    query = select(func.count()).select_from(records).where(_unlisted(connection, kind, known_by))
    return db.execute(query).scalar_one()


def count_living(db: Connection, connection: str, kind: Kind) -> int:
    living = and_(records.c.connection == connection, records.c.kind == kind, records.c.payload.is_not(None), THE_CRMS)
    return db.execute(select(func.count()).select_from(records).where(living)).scalar_one()


def _unlisted(connection: str, kind: Kind, known_by: datetime) -> ColumnElement[bool]:
    """``known_by``: when the listing began; it need not show what was learnt of since."""
    return and_(
        records.c.connection == connection,
        records.c.kind == kind,
        records.c.payload.is_not(None),
        records.c.known_from <= known_by,
        THE_CRMS,
        ~exists().where(_SAME),
    )


_SAME = and_(
    records.c.connection == sightings.c.connection,
    records.c.kind == sightings.c.kind,
    records.c.id == sightings.c.id,
)
