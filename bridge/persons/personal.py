"""All that the store keeps of one person, as a document for them to read (access and portability)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Column, Connection, func, select

from adapters.records import Ref
from bridge.persons.persons import Someone, by_connection
from bridge.store import deliveries, payers, references, told, told_persons
from bridge.store.rows import among
from bridge.store.schema import records, unplaced_usage, usage, versions
from bridge.workspace import Workspace


def export(workspace: Workspace, someone: Someone) -> dict[str, Any]:
    """What is known of a person, where from, and since when; times in UTC."""
    with workspace.store.read() as db:
        return {
            "records": list(_own(db, someone)),
            "named_in": list(_named_in(db, someone)),
            "usage": list(_usage(db, someone)),
            "usage_without_account": list(_unplaced(db, someone)),
            "waiting_for_somebody": [asdict(row) for row in told.astray_of(db, someone.emails)],
            "payers": [
                {"source": source, **asdict(payer)} for source, payer in payers.of_addresses(db, someone.emails)
            ],
            "notifications": told_persons.told_of(db, sorted(someone.refs, key=str)),
            "deliveries": deliveries.mentioning(db, someone.emails, someone.refs, someone.names),
            "fields_in_crm": [_written(workspace, db, ref) for ref in sorted(someone.refs, key=str)],
        }


def _own(db: Connection, someone: Someone) -> Iterator[dict[str, Any]]:
    for connection, ids in by_connection(someone).items():
        for table in (records, versions):
            query = select(table.c.id, table.c.known_from, table.c.payload).where(
                table.c.connection == connection, table.c.kind == "person", among(db, table.c.id, ids)
            )
            for id, known_from, payload in db.execute(query.where(table.c.payload.is_not(None))):
                name = f"{connection}:{id}"
                yield {"person": name, "known_from": known_from, "present": table is records} | orjson.loads(payload)


def _named_in(db: Connection, someone: Someone) -> Iterator[dict[str, Any]]:
    """Activities, tickets, answers and the like that name the person."""
    for connection, ids in by_connection(someone).items():
        targets = [Ref(connection, "person", id) for id in ids]
        for kind in references.REFERENCES:
            naming = references.naming(db, connection, kind, targets)
            query = select(records.c.id, records.c.payload).where(
                records.c.connection == connection, records.c.kind == kind, among(db, records.c.id, naming)
            )
            for id, payload in db.execute(query) if naming else ():
                yield {"record": f"{connection}:{kind}:{id}"} | orjson.loads(payload)


def _usage(db: Connection, someone: Someone) -> Iterator[dict[str, Any]]:
    columns = (usage.c.source, usage.c.account_key, usage.c.person, usage.c.day, usage.c.feature, usage.c.count)
    return _totals(db, someone, columns)


def _unplaced(db: Connection, someone: Someone) -> Iterator[dict[str, Any]]:
    return _totals(db, someone, tuple(unplaced_usage.c))


def _totals(db: Connection, someone: Someone, columns: Sequence[Column[Any]]) -> Iterator[dict[str, Any]]:
    table = columns[0].table
    names = sorted(name.lower() for name in someone.names)
    query = select(*columns).where(func.lower(table.c.person).in_(names)).order_by(table.c.day)
    for row in db.execute(query):
        yield {str(name): value for name, value in row._mapping.items()}  # the names are SQLAlchemy's kind of text


def _written(workspace: Workspace, db: Connection, ref: Ref) -> dict[str, Any]:
    found = workspace.ledger.held(db, [ref])
    return {"person": f"{ref.connection}:{ref.id}", "fields": dict(found[0].confirmed) if found else {}}
