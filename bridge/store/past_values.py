"""What fields held before the first sync, as the vendors' own histories tell.

A record that is gone keeps its past as it keeps its versions: a day rebuilt does not change because somebody deletes
today, and an undeleted record has it at once. Erasing a person takes both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from adapters.contract import Past
from bridge.store.rows import chunks, insert_or_update
from bridge.store.schema import past_values
from config.words import Kind


@dataclass(frozen=True, slots=True)
class Turn:
    """What a field held at some moment, as the payload of a record would say it, and since when."""

    value: Any
    since: datetime


Turns = Mapping[str, Mapping[str, Turn]]
"""By record id and field; what is not there is unknown."""


def keep(db: Connection, pasts: Sequence[Past]) -> None:
    rows = [
        {
            "connection": past.ref.connection,
            "kind": past.ref.kind,
            "id": past.ref.id,
            "field": past.field,
            "since": since,
            "value": value,
        }
        for past in pasts
        for since, value in dict(past.turns).items()
    ]
    insert_or_update(db, past_values, rows)


def held(db: Connection, connection: str, kind: Kind, ids: Sequence[str], at: datetime) -> Turns:
    """What these records held at a moment. Whatever turned later changes nothing of it."""
    found: dict[str, dict[str, Turn]] = {}
    columns = (past_values.c.id, past_values.c.field, past_values.c.since, past_values.c.value)
    for some in chunks(ids):
        query = select(*columns).where(
            past_values.c.connection == connection,
            past_values.c.kind == kind,
            past_values.c.id.in_(some),
            past_values.c.since <= at,
        )
        for id, field, since, value in db.execute(query.order_by(past_values.c.since)):
            found.setdefault(id, {})[field] = Turn(value, since)
    return found


def forget(db: Connection, connection: str) -> None:
    """Other fields are mapped now: their past is another."""
    db.execute(delete(past_values).where(past_values.c.connection == connection))
