"""Where each pull stopped, and which org each connection was pinned to at its first use."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from bridge.store.rows import insert_or_update
from bridge.store.schema import connections, cursors, facts
from config.errors import ConfigError, Problem
from config.fields import OwnField


def cursor(db: Connection, connection: str, kind: str) -> str | None:
    query = select(cursors.c.cursor).where(cursors.c.connection == connection, cursors.c.kind == kind)
    return db.execute(query).scalar_one_or_none()


def save_cursor(db: Connection, connection: str, kind: str, value: str, now: datetime) -> None:
    insert_or_update(db, cursors, [{"connection": connection, "kind": kind, "cursor": value, "saved_at": now}])


def forget_cursors(db: Connection, connection: str, kind: str | None = None) -> None:
    """The next pull reads everything (of that kind, where one is named) again."""
    query = delete(cursors).where(cursors.c.connection == connection)
    db.execute(query if kind is None else query.where(cursors.c.kind == kind))


def last_sync(db: Connection) -> datetime | None:
    """When a page was last taken in, on any connection."""
    return db.execute(select(cursors.c.saved_at).order_by(cursors.c.saved_at.desc()).limit(1)).scalar_one_or_none()


def adopt(db: Connection, connection: str, fields: Iterable[OwnField]) -> None:
    """From now on these fields of the admin's are ours in that org, although they hold values (ours)."""
    for own in fields:
        save_fact(db, f"adopted: {connection}: {own.name}: {own.to}", "")


def is_adopted(db: Connection, connection: str, own: OwnField) -> bool:
    return fact(db, f"adopted: {connection}: {own.name}: {own.to}") is not None


def note_written(db: Connection, connection: str) -> None:
    save_fact(db, f"written: {connection}", "")


def has_written(db: Connection, connection: str) -> bool:
    """Whether anything was ever written to that org from this store."""
    return fact(db, f"written: {connection}") is not None


def targets(db: Connection) -> dict[str, str]:
    """Own field that may hold values of ours → where it was kept at the last run; "" for our own."""
    kept: dict[str, str] = json.loads(fact(db, "targets") or "{}")
    return kept


def save_targets(db: Connection, kept: Mapping[str, str]) -> None:
    save_fact(db, "targets", json.dumps(kept))


def is_complete(db: Connection, connection: str) -> bool:
    """Whether the connection's first sync came to its end."""
    return fact(db, f"complete: {connection}") is not None


def save_complete(db: Connection, connection: str, now: datetime) -> None:
    save_fact(db, f"complete: {connection}", now.isoformat())


def completed_at(db: Connection, connection: str) -> datetime | None:
    """When the connection's first sync came to its end."""
    told = fact(db, f"complete: {connection}")
    return datetime.fromisoformat(told) if told else None


def complete(db: Connection) -> list[str]:
    """The connections whose first sync came to its end."""
    found = db.execute(select(facts.c.name).where(facts.c.name.startswith("complete: "))).scalars()
    return [name.removeprefix("complete: ") for name in found]


def pinned_org(db: Connection, connection: str) -> str | None:
    return db.execute(select(connections.c.org_id).where(connections.c.name == connection)).scalar_one_or_none()


def pin_org(db: Connection, connection: str, crm: str, org_id: str, now: datetime) -> None:
    """Pin the org at first use. Raises ConfigError when the name was used for another org."""
    pinned = pinned_org(db, connection)
    if pinned is None:
        db.execute(insert(connections).values(name=connection, crm=crm, org_id=org_id, pinned_at=now))
    elif pinned != org_id:
        raise ConfigError(
            [
                Problem(
                    where=f"connections.{connection}",
                    what=f"this connection belongs to org {pinned}, but the login leads to org {org_id}",
                    expected="the same org as before; another org needs another connection name (or another store)",
                )
            ]
        )


def fact(db: Connection, name: str) -> str | None:
    return db.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()


def facts_of(db: Connection, start: str) -> dict[str, str]:
    """Facts whose name begins so."""
    query = select(facts.c.name, facts.c.value).where(facts.c.name.startswith(start, autoescape=True))
    return {row.name: row.value for row in db.execute(query.order_by(facts.c.name))}


def save_fact(db: Connection, name: str, value: str) -> None:
    insert_or_update(db, facts, [{"name": name, "value": value}])


def forget_facts(db: Connection, *names: str) -> None:
    db.execute(delete(facts).where(facts.c.name.in_(names)))
