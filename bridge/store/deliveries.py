"""The inbox as a person sees it: what waits, what is parked and why, and what is to become of it."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true, update

from adapters.records import Ref
from bridge.store.schema import inbox

DROPPED: Final = "dropped"
"""The cause of a delivery that a person gave up."""


def open_deliveries(
    db: Connection, limit: int | None = None, source: str | None = None, parked: bool = False
) -> list[dict[str, Any]]:
    """What waits and what is parked (or that alone), oldest first, without the bodies; of one source, or of all."""
    columns = (inbox.c.id, inbox.c.connection, inbox.c.received_at, inbox.c.attempts, inbox.c.parked, inbox.c.cause)
    query = select(*columns, inbox.c.refs).where(_open(source, parked)).order_by(inbox.c.id).limit(limit)
    rows = [dict(row) for row in db.execute(query).mappings()]
    return [{**row, "records": len(row.pop("refs"))} for row in rows]


def count_open(db: Connection, source: str | None = None, parked: bool = False) -> int:
    return db.execute(select(func.count()).where(_open(source, parked)).select_from(inbox)).scalar_one()


def _open(source: str | None, parked: bool) -> ColumnElement[bool]:
    return and_(
        inbox.c.done_at.is_(None),
        inbox.c.connection == source if source is not None else true(),
        inbox.c.parked.is_(True) if parked else true(),
    )


def one(db: Connection, id: int) -> dict[str, Any] | None:
    """All that is kept of a delivery; ``body`` as it was, None where it is not kept any more."""
    row = db.execute(select(inbox).where(inbox.c.id == id)).mappings().one_or_none()
    if row is None:
        return None
    found = {name: value for name, value in row.items() if name not in ("digest", "lease_token")}
    return found | {"body": zlib.decompress(row["body"]) if row["body"] is not None else None}


def retry(db: Connection, ids: Sequence[int], now: datetime) -> list[int]:
    """Take deliveries up again; returns those that are open."""
    return _change(db, ids, {"parked": False, "attempts": 0, "retry_at": None})


def drop(db: Connection, ids: Sequence[int], now: datetime) -> list[int]:
    """Give deliveries up; returns those that were open."""
    return _change(db, ids, {"done_at": now, "cause": DROPPED})


def replay(db: Connection, since: datetime, until: datetime, source: str | None = None) -> int:
    """Take up again what came in from ``since`` to before ``until`` and was acted on; how many that is.

    Not what was given up, nor what nothing is kept of. Acting on a delivery twice changes nothing twice.
    """
    chosen = [
        inbox.c.done_at.is_not(None),
        inbox.c.received_at >= since,
        inbox.c.received_at < until,
        or_(inbox.c.cause.is_(None), inbox.c.cause != DROPPED),
        or_(inbox.c.body.is_not(None), inbox.c.refs != []),
    ]
    if source is not None:
        chosen.append(inbox.c.connection == source)
    again = {"done_at": None, "parked": False, "attempts": 0, "cause": None, "retry_at": None}
    return db.execute(update(inbox).where(*chosen).values(**again)).rowcount


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
