"""The inbox as a person sees it: what waits, what is parked and why, and what is to become of it."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, and_, select, update

from adapters.records import Ref
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


def forget(db: Connection, emails: Collection[str], refs: Collection[Ref], now: datetime) -> int:
    """Take a person out of what is kept: the bytes that hold an address of theirs, and their name among the records.

    A delivery of which nothing is left is done. How many were touched.
    """
    touched = mentioning(db, emails, refs)
    for row in db.execute(select(inbox.c.id, inbox.c.connection, inbox.c.refs, inbox.c.done_at)).all():
        if row.id in touched:
            kept = [named for named in row.refs if Ref(row.connection, *named[:2]) not in refs]
            values = {"refs": kept, "body": None, "digest": None, "done_at": row.done_at or (None if kept else now)}
            db.execute(update(inbox).where(inbox.c.id == row.id).values(**values))
    return len(touched)


def mentioning(db: Connection, emails: Collection[str], refs: Collection[Ref]) -> list[int]:
    """The deliveries that name one of these records, or whose bytes hold one of these addresses.

    A body of our own (an answer to a survey) names whom it is of as ``{"connection": …, "person": …}``.
    """
    persons = [{"connection": ref.connection, "person": ref.id} for ref in refs if ref.kind == "person"]
    needles = [email.encode() for email in emails] + [orjson.dumps(person)[1:-1].lower() for person in persons]
    found = []
    for row in db.execute(select(inbox.c.id, inbox.c.connection, inbox.c.refs, inbox.c.body).order_by(inbox.c.id)):
        body = zlib.decompress(row.body).lower() if row.body is not None else b""
        named = any(Ref(row.connection, *named[:2]) in refs for named in row.refs)
        if named or any(needle in body for needle in needles):
            found.append(row.id)
    return found
