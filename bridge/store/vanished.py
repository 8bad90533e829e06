"""Accounts and persons that are gone, until whoever names them was read again: as durable as their being gone."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from adapters.records import Ref
from bridge.store.rows import among, grouped, insert_missing
from bridge.store.schema import vanished


def note(db: Connection, gone: Iterable[Ref]) -> None:
    insert_missing(db, vanished, ("connection", "kind", "id"), ((ref.connection, ref.kind, ref.id) for ref in gone))


def some(db: Connection, connection: str, most: int) -> list[Ref]:
    query = select(vanished.c.kind, vanished.c.id).where(vanished.c.connection == connection)
    return [Ref(connection, kind, id) for kind, id in db.execute(query.order_by(*vanished.primary_key).limit(most))]


def forget(db: Connection, gone: Sequence[Ref]) -> None:
    for (connection, kind), ids in grouped(gone).items():
        mine = vanished.c.connection == connection, vanished.c.kind == kind, among(db, vanished.c.id, ids)
        db.execute(delete(vanished).where(*mine))
