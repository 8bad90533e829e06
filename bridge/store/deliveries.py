"""The inbox as a person sees it: what waits, what is parked and why, and what is to become of it."""

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote_plus

import orjson
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true, update

from adapters.records import Ref
from bridge.store.emails import quoted
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


def has_any(db: Connection, source: str) -> bool:
    """Whether anything is kept of that source, open or acted on."""
    return db.execute(select(inbox.c.id).where(inbox.c.connection == source).limit(1)).first() is not None


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


def forget(
    db: Connection, emails: Collection[str], refs: Collection[Ref], now: datetime, names: Collection[str] = ()
) -> int:
    """Take a person out of what is kept: the bytes that tell of them, and their name among the records.

    Of a batch only their part goes: the others' is yet to be acted on, or may be again. A delivery of which nothing is
    left is done. ``names``: what usage sources call them. How many were touched.
    """
    touched, telling = mentioning(db, emails, refs, names), _telling(emails, refs, names)
    for id in touched:
        row = db.execute(select(inbox).where(inbox.c.id == id)).one()
        kept = [named for named in row.refs if Ref(row.connection, *named[:2]) not in refs]
        body = _without(zlib.decompress(row.body), telling) if row.body is not None and not row.refs else None
        done_at = row.done_at or (None if kept or body else now)
        values = {"refs": kept, "body": body and zlib.compress(body, 1), "digest": None, "done_at": done_at}
        db.execute(update(inbox).where(inbox.c.id == id).values(**values))
    return len(touched)


def mentioning(
    db: Connection, emails: Collection[str], refs: Collection[Ref], names: Collection[str] = ()
) -> list[int]:
    """The deliveries that name one of these records, or whose bytes hold one of these addresses or user ids."""
    telling = _telling(emails, refs, names)
    found = []
    for row in db.execute(select(inbox.c.id, inbox.c.connection, inbox.c.refs, inbox.c.body).order_by(inbox.c.id)):
        named = any(Ref(row.connection, *named[:2]) in refs for named in row.refs)
        if named or (row.body is not None and _holds(zlib.decompress(row.body), telling)):
            found.append(row.id)
    return found


def _telling(emails: Collection[str], refs: Collection[Ref], names: Collection[str]) -> re.Pattern[str]:
    """Finds in a body, in lower case, what tells of them.

    A body of our own (an answer to a survey) names whom it is of as ``{"connection": …, "person": …}``; one of usage
    names users by id, which may be a number.
    """
    persons = [{"connection": ref.connection, "person": ref.id} for ref in refs if ref.kind == "person"]
    users = [
        f'"{key}":{value}'
        for name in names
        for key in ("userid", "anonymousid", "previousid")
        for value in (orjson.dumps(name.lower()).decode(), *((f"{name},", f"{name}}}") if name.isdecimal() else ()))
    ]
    others = (*(orjson.dumps(person)[1:-1].decode().lower() for person in persons), *users)
    return re.compile("|".join((quoted(map(str.lower, emails)), *map(re.escape, others))))


def _holds(body: bytes, telling: re.Pattern[str]) -> bool:
    """Whether it tells of them, however its sender has escaped it: as forms do, or as JSON may."""
    text = body.decode("utf-8", "replace").lower()
    texts = [text]
    if "%40" in text:
        texts.append(unquote_plus(text).lower())
    if "\\u" in text and (said := _read(body)) is not None:
        texts.append(orjson.dumps(said).decode().lower())
    return any(map(telling.search, texts))


def _without(body: bytes, telling: re.Pattern[str]) -> bytes | None:
    """A batch without the parts that tell of them; None where nothing may be left, or it is no batch."""
    said = _read(body)
    parts = said.get("batch") if isinstance(said, dict) else None
    if not isinstance(parts, list):
        return None
    kept = [part for part in parts if not _holds(orjson.dumps(part), telling)]
    left = orjson.dumps({**said, "batch": []})
    return orjson.dumps({**said, "batch": kept}) if kept and not _holds(left, telling) else None


def _read(body: bytes) -> Any:
    """The JSON of a body; None where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
