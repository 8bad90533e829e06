"""What the store knew of a record at some moment, and since when it has known it so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, CompoundSelect, Connection, Table, bindparam, literal, select, union_all

from bridge.store.column_types import Utc
from bridge.store.rows import among_named, travelling
from bridge.store.schema import records, versions


@dataclass(frozen=True, slots=True)
class Known:
    """A record's content as the store knew it at some moment."""

    connection: str
    id: str
    known_from: datetime
    changed_at: datetime | None
    """The vendor's stamp; None for a version that was superseded since."""
    content: Mapping[str, Any]


def known(db: Connection, connection: str, kind: str, ids: Sequence[str], at: datetime) -> list[Known]:
    """Those records as they were known at ``at``, by id; those gone or not yet known then are left out."""
    if not ids:
        return []
    asked = {"connection": connection, "kind": kind, "ids": travelling(db, ids), "at": at}
    found = [
        Known(connection, id, known_from, changed_at, orjson.loads(payload))
        for id, known_from, changed_at, payload in db.execute(_known(db.dialect.name), asked)
        if payload is not None
    ]
    return sorted(found, key=lambda known: known.id)


@cache
def _known(dialect: str) -> CompoundSelect[Any]:
    """Asked many times of every scoring: to put it together costs more than the answer."""
    at = bindparam("at", type_=Utc())

    def of(table: Table) -> tuple[ColumnElement[bool], ...]:
        mine = (table.c.connection == bindparam("connection"), table.c.kind == bindparam("kind"))
        return *mine, among_named(dialect, table.c.id, "ids"), table.c.known_from <= at

    present = select(records.c.id, records.c.known_from, records.c.changed_at, records.c.payload).where(*of(records))
    past = select(versions.c.id, versions.c.known_from, literal(None, Utc()), versions.c.payload)
    return union_all(present, past.where(*of(versions), versions.c.known_to > at))


def known_since(db: Connection, record: Known, kind: str, names: Sequence[str]) -> datetime:
    """Since when the store has known these fields of a record as they are in ``record``, without a break."""
    return _unbroken(db, record, kind, names)[0]


def turned(db: Connection, record: Known, kind: str, name: str) -> datetime | None:
    """When the store learnt that a field had become what it is in ``record``; None where it never knew it otherwise."""
    since, was_otherwise = _unbroken(db, record, kind, (name,))
    return since if was_otherwise else None


def _unbroken(db: Connection, record: Known, kind: str, names: Sequence[str]) -> tuple[datetime, bool]:
    """Since when these fields have been as they are, and whether a living version before that had them otherwise."""
    query = select(versions.c.known_from, versions.c.payload).where(
        versions.c.connection == record.connection,
        versions.c.kind == kind,
        versions.c.id == record.id,
        versions.c.known_from < record.known_from,
    )
    since = record.known_from
    for known_from, payload in db.execute(query.order_by(versions.c.known_from.desc())):
        before = orjson.loads(payload) if payload else {}
        if any(before.get(name) != record.content.get(name) for name in names):
            return since, bool(before)
        since = known_from
    return since, False
