"""The inbox: verified deliveries, durable before they are acknowledged, cleared when they were acted on."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from adapters.records import Ref
from bridge.store.engine import Store
from bridge.store.rows import chunks, insert_new
from bridge.store.schema import inbox

ATTEMPTS = 5
"""Tries before a delivery is parked with its cause."""
ERASE = "erase"
"""The third word of a stored ref that is to be forgotten, too; others have two."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits to be acted on."""

    id: int
    received_at: datetime
    refs: tuple[Ref, ...]
    attempts: int
    erase: tuple[Ref, ...] = ()
    """Those of ``refs`` that are to be forgotten, too."""


class StoreInbox:
    """What the web room hands its deliveries to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(
        self, source: str, body: bytes, refs: Sequence[Ref], received_at: datetime, erase: Sequence[Ref] = ()
    ) -> int | None:
        """See ``webhooks.inbox.Inbox.put``."""
        row = {
            "connection": source,
            "received_at": received_at,
            "digest": None if refs else blake2b(body, digest_size=16).digest(),
            "body": zlib.compress(body, 1),
            "refs": [[ref.kind, ref.id, ERASE] if ref in erase else [ref.kind, ref.id] for ref in refs],
            "attempts": 0,
            "parked": False,
        }
        with self._store.write() as db:
            return insert_new(db, inbox, row, ("connection", "digest"))


def bodies(db: Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """What these deliveries held, by number; those whose bytes are not kept any more are missing."""
    found: dict[int, bytes] = {}
    for some in chunks(ids):
        query = select(inbox.c.id, inbox.c.body).where(inbox.c.id.in_(some), inbox.c.body.is_not(None))
        found |= {row.id: zlib.decompress(row.body) for row in db.execute(query)}
    return found


def newest(db: Connection, connection: str) -> int:
    """The number of the last delivery that came in; 0 before the first."""
    return db.execute(select(func.max(inbox.c.id)).where(inbox.c.connection == connection)).scalar_one() or 0


def waiting(db: Connection, connection: str, limit: int, now: datetime, last: int) -> list[Waiting]:
    """The oldest deliveries, up to number ``last``, that may be acted on now."""
    query = (
        select(inbox.c.id, inbox.c.received_at, inbox.c.refs, inbox.c.attempts)
        .where(inbox.c.done_at.is_(None), inbox.c.parked.is_(False), inbox.c.connection == connection)
        .where(or_(inbox.c.retry_at.is_(None), inbox.c.retry_at <= now), inbox.c.id <= last)
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [
        Waiting(row.id, row.received_at, _refs(connection, row.refs), row.attempts, _refs(connection, row.refs, ERASE))
        for row in db.execute(query)
    ]


def _refs(connection: str, stored: Sequence[Sequence[Any]], mark: str = "") -> tuple[Ref, ...]:
    """The refs of a row; those that carry the mark, when one is asked for."""
    return tuple(Ref(connection, kind, id) for kind, id, *marks in stored if not mark or mark in marks)


def finish(db: Connection, ids: Sequence[int], now: datetime) -> None:
    """These were acted on."""
    for some in chunks(ids):
        db.execute(update(inbox).where(inbox.c.id.in_(some)).values(done_at=now))


def fail(db: Connection, deliveries: Sequence[Waiting], cause: str, now: datetime) -> None:
    """These could not be acted on: wait twice as long each time, park after ``ATTEMPTS``."""
    for delivery in deliveries:
        attempts = delivery.attempts + 1
        values = {
            "attempts": attempts,
            "cause": cause,
            "parked": attempts >= ATTEMPTS,
            "retry_at": now + timedelta(seconds=5 * 2**attempts),
        }
        db.execute(update(inbox).where(inbox.c.id == delivery.id).values(**values))


def postpone(db: Connection, deliveries: Sequence[Waiting], cause: str, until: datetime) -> None:
    """The CRM cannot be asked before ``until``; that is no fault of the deliveries."""
    for some in chunks([delivery.id for delivery in deliveries]):
        db.execute(update(inbox).where(inbox.c.id.in_(some)).values(retry_at=until, cause=cause))


def forget_done(db: Connection, before: datetime) -> None:
    """Delete the rows of deliveries that were acted on, or given up, before that."""
    db.execute(delete(inbox).where(inbox.c.done_at < before))


def depth(db: Connection) -> dict[str, int]:
    """How many deliveries wait, and how many are parked."""
    query = select(inbox.c.parked, func.count()).where(inbox.c.done_at.is_(None)).group_by(inbox.c.parked)
    numbers: dict[bool, int] = dict(db.execute(query).all())
    return {"waiting": numbers.get(False, 0), "parked": numbers.get(True, 0)}


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
    """The deliveries that name one of these records, or whose bytes hold one of these addresses."""
    needles = [email.encode() for email in emails]
    found = []
    for row in db.execute(select(inbox.c.id, inbox.c.connection, inbox.c.refs, inbox.c.body).order_by(inbox.c.id)):
        body = zlib.decompress(row.body).lower() if row.body is not None else b""
        named = any(Ref(row.connection, *named[:2]) in refs for named in row.refs)
        if named or any(needle in body for needle in needles):
            found.append(row.id)
    return found
