"""Finds records in the store as it is now: by name, by kind, by what they say. Changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, Connection, cast, func, or_, select, type_coerce

from adapters.records import Ref
from bridge.store.memory import known
from bridge.store.records import THE_CRMS, these
from bridge.store.rows import grouped
from bridge.store.schema import records, versions
from config.words import Kind


def find_accounts(db: Connection, word: str) -> list[Ref]:
    """Accounts by exact id, domain or name."""
    try:
        spelled = orjson.dumps(word).decode()
    except orjson.JSONEncodeError:  # bytes of a terminal that are no text name nothing
        return []
    query = select(records.c.connection, records.c.id, records.c.payload).where(
        records.c.kind == "account",
        records.c.payload.is_not(None),
        or_(
            records.c.id == word,
            records.c.payload.contains(f'"name":{spelled}', autoescape=True),
            records.c.payload.contains(f'"domain":{spelled}', autoescape=True),
        ),
    )
    found = []
    for connection, id, payload in db.execute(query):
        content = orjson.loads(payload)
        if word in (id, content["name"], content["domain"]):
            found.append(Ref(connection, "account", id))
    return sorted(found, key=str)


def ids(db: Connection, connection: str, kind: Kind) -> list[str]:
    """Ids of the living records of a kind that the CRM has."""
    query = select(records.c.id).where(
        records.c.connection == connection, records.c.kind == kind, records.c.payload.is_not(None), THE_CRMS
    )
    return list(db.execute(query.order_by(records.c.id)).scalars())


def ids_after(db: Connection, connection: str, kind: Kind, after: str, most: int) -> list[str]:
    """The next ids of living records behind ``after`` that the CRM has."""
    query = select(records.c.id).where(
        records.c.connection == connection,
        records.c.kind == kind,
        records.c.payload.is_not(None),
        records.c.id > after,
        THE_CRMS,
    )
    return list(db.execute(query.order_by(records.c.id).limit(most)).scalars())


def stamps(db: Connection, connection: str, kind: Kind, ids: Sequence[str]) -> list[tuple[str, datetime]]:
    """The vendor's stamps of those records."""
    query = select(records.c.id, records.c.changed_at).where(*these(db, connection, kind, ids))
    return [(id, at) for id, at in db.execute(query)]


def living(db: Connection, refs: Iterable[Ref]) -> set[Ref]:
    """Those of the refs that are known and not gone."""
    found: set[Ref] = set()
    for (connection, kind), ids in grouped(refs).items():
        query = select(records.c.id).where(*these(db, connection, kind, ids), records.c.payload.is_not(None))
        found.update(Ref(connection, kind, id) for id in db.execute(query).scalars())
    return found


def names(db: Connection, accounts: Iterable[Ref]) -> dict[Ref, str]:
    """The names of those accounts that have one."""
    return _said(db, accounts, "name")


def currencies(db: Connection, accounts: Iterable[Ref]) -> dict[Ref, str]:
    """The currencies of those accounts that say theirs."""
    return _said(db, accounts, "currency")


def _said(db: Connection, accounts: Iterable[Ref], field: str) -> dict[Ref, str]:
    found: dict[Ref, str] = {}
    for (connection, kind), ids in grouped(accounts).items():
        for known_one in known(db, connection, kind, ids, datetime.max.replace(tzinfo=UTC)):
            if said := known_one.content.get(field):
                found[Ref(connection, kind, known_one.id)] = said
    return found


def extras(db: Connection, connection: str, kind: str, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """``extra`` of the living records that hold one of these names there."""
    query = select(records.c.payload).where(
        records.c.connection == connection,
        records.c.kind == kind,
        or_(*(records.c.payload.contains(f'"{name}":', autoescape=True) for name in names)),
    )
    for payload in db.execute(query).scalars():
        yield orjson.loads(payload)["extra"]


def newest_day(db: Connection, connection: str, as_of: date, at: datetime) -> date | None:
    """The newest day of any account's usage that the connection had told of at ``at``; later days do not count."""
    return days_told(db, connection, as_of, at)[1]


def days_told(db: Connection, connection: str, as_of: date, at: datetime) -> tuple[date | None, date | None]:
    """The oldest and the newest such day."""
    told = []
    for table in (records, versions):
        day = _member(db, table.c.payload, "day")
        query = select(func.min(day), func.max(day)).where(
            table.c.connection == connection,
            table.c.kind == "usage",
            table.c.known_from <= at,
            day <= as_of.isoformat(),
        )
        told += [date.fromisoformat(day) for day in db.execute(query).one() if day]
    return min(told, default=None), max(told, default=None)


def _member(db: Connection, payload: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """One text of a payload, taken out by the database."""
    document: Any = cast(payload, JSON) if db.dialect.name == "postgresql" else type_coerce(payload, JSON)
    found: ColumnElement[Any] = document[name].as_string()
    return found


def payloads(db: Connection, connection: str) -> Iterator[tuple[Ref, bytes]]:
    """Every living record's content, as ``payload_of`` gives it."""
    query = select(records.c.kind, records.c.id, records.c.payload).where(
        records.c.connection == connection, records.c.payload.is_not(None)
    )
    for kind, id, payload in db.execute(query):
        yield Ref(connection, kind, id), payload.encode()


def counts(db: Connection) -> dict[tuple[str, str], int]:
    """Living records by (connection, kind)."""
    query = select(records.c.connection, records.c.kind, func.count()).where(records.c.payload.is_not(None))
    rows = db.execute(query.group_by(records.c.connection, records.c.kind))
    return {(connection, kind): number for connection, kind, number in rows}
