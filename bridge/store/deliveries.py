"""The inbox as a person sees it: what waits, what is parked and why, and what is to become of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select, update

from bridge.store.schema import inbox


def open_deliveries(db: Connection) -> list[dict[str, Any]]:
    """What waits and what is parked, oldest first, without the bodies."""
    columns = (inbox.c.id, inbox.c.connection, inbox.c.received_at, inbox.c.attempts, inbox.c.parked, inbox.c.cause)
    query = select(*columns, inbox.c.refs).where(inbox.c.done_at.is_(None)).order_by(inbox.c.id)
    rows = [dict(row) for row in db.execute(query).mappings()]
    return [{**row, "records": len(row.pop("refs"))} for row in rows]


def retry(db: Connection, ids: Sequence[int], now: datetime) -> list[int]:
    """Take deliveries up again; returns those that are open."""
    return _change(db, ids, {"parked": False, "attempts": 0, "retry_at": None})


def drop(db: Connection, ids: Sequence[int], now: datetime) -> list[int]:
    """Give deliveries up; returns those that were open."""
    return _change(db, ids, {"done_at": now, "cause": "dropped"})


def _change(db: Connection, ids: Sequence[int], values: Mapping[str, Any]) -> list[int]:
    chosen = and_(inbox.c.id.in_(ids), inbox.c.done_at.is_(None))
    found = list(db.execute(select(inbox.c.id).where(chosen)).scalars())
    db.execute(update(inbox).where(inbox.c.id.in_(found)).values(**values))
    return found
