"""Everything the store ever knew of some accounts, in the order of time: every version, and the vendors' histories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, union_all

from bridge.store.records import these
from bridge.store.rows import among
from bridge.store.schema import past_values, records, usage, versions


@dataclass(frozen=True, slots=True)
class Told:
    """What was learnt of a record at some moment: all of its fields, or only some; None: it was gone."""

    at: datetime
    content: Mapping[str, Any] | None
    whole: bool = True


def of_accounts(db: Connection, connection: str, ids: Sequence[str]) -> dict[str, list[Told]]:
    """By id, oldest first. A vendor's history of a field counts as of the moment at which the field turned."""
    past = select(versions.c.id, versions.c.known_from, versions.c.payload).where(
        versions.c.connection == connection, versions.c.kind == "account", among(db, versions.c.id, ids)
    )
    present = select(records.c.id, records.c.known_from, records.c.payload).where(
        *these(db, connection, "account", ids)
    )
    found: dict[str, list[Told]] = {}
    for id, at, payload in db.execute(union_all(past, present)):
        found.setdefault(id, []).append(Told(at, orjson.loads(payload) if payload else None))
    for id, at, field, value in _turns(db, connection, ids):
        found.setdefault(id, []).append(Told(at, {field: value}, whole=False))
    return {id: sorted(told, key=lambda one: (one.at, one.whole)) for id, told in found.items()}


def _turns(db: Connection, connection: str, ids: Sequence[str]) -> Iterable[Any]:
    query = select(past_values.c.id, past_values.c.since, past_values.c.field, past_values.c.value).where(
        past_values.c.connection == connection,
        past_values.c.kind == "account",
        past_values.c.field.in_(("status", "arr")),
        among(db, past_values.c.id, ids),
    )
    return db.execute(query)


def first_day_of_use(db: Connection, sources: Sequence[str]) -> date | None:
    """The first day that any of these usage sources tells of."""
    day: date | None = db.execute(select(func.min(usage.c.day)).where(usage.c.source.in_(sources))).scalar_one()
    return day
