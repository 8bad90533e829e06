"""What the store knows of CRM records: the present, and every version it had before.

A record's digest leaves out its stamp and csbridge's own fields, so that our own write-back is not a change.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, bindparam, insert, literal, select, update
from sqlalchemy import Row as SqlRow

from adapters.records import RECORD_TYPES, Item, Record, Ref, Tombstone
from bridge.store.references import link
from bridge.store.rows import Row, among, grouped, insert_all
from bridge.store.schema import records, versions
from config.words import Kind

OUTSIDE = frozenset({"ref", "changed_at", "own"})
"""Fields of a record that are not part of its payload."""

FOREIGN: Final = "@"
"""What begins the ids of records that are no CRM's: others told of them, and its silence says nothing of these."""
THE_CRMS: Final = records.c.id.not_like(FOREIGN + "%")


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an upsert found: refs that are new or differ (gone ones too), and how many were as before."""

    changed: tuple[Ref, ...]
    unchanged: int
    reverted: tuple[Ref, ...] = ()
    """Living records whose stamp went back: somebody restored a backup."""
    new: tuple[Record, ...] = ()
    """What was never known before."""


def payload_of(record: Record) -> bytes:
    """The record's canonical content as JSON; equal content gives equal bytes."""
    names, values = _payload_reader(record.ref.kind)
    return orjson.dumps(dict(zip(names, values(record), strict=True)), option=orjson.OPT_SORT_KEYS)


@cache
def _payload_reader(kind: Kind) -> tuple[tuple[str, ...], Callable[[Record], tuple[Any, ...]]]:
    names = payload_fields(kind)
    return names, attrgetter(*names)


@cache
def payload_fields(kind: Kind) -> tuple[str, ...]:
    """Names of the fields that the payload of such a record holds."""
    return tuple(field.name for field in fields(RECORD_TYPES[kind]) if field.name not in OUTSIDE)


def upsert(db: Connection, items: Sequence[Item], now: datetime) -> Upserted:
    """Take in records and tombstones; the last of several with one ref wins. Linear in ``items``.

    An item older than what is stored (a page read before a webhook's re-read) is not taken in again: the newer
    stamp stays, and the next pull repeats it. What has long been stored gives way to what is there, however stamped.
    """
    latest = {item.ref: item for item in items}
    changed: list[Ref] = []
    fresh: list[Row] = []
    differing: list[Row] = []
    restamped: list[Row] = []
    reverted: list[Ref] = []
    new: list[Record] = []
    stored = _stored(db, latest)
    for ref, item in latest.items():
        row, before = _row(ref, item, now), stored.get(ref)
        if before is not None and _went_back(row, before, now):
            reverted.append(ref)
        digest, changed_at = row[DIGEST], row[CHANGED_AT]
        if before is None:
            if isinstance(item, Record):
                new.append(item)
                fresh.append(row)
                changed.append(ref)
        elif digest == before.digest:
            if changed_at != before.changed_at and _holds(row, before, now):
                restamped.append(row)
        elif _holds(row, before, now):
            differing.append(row)
            changed.append(ref)
    insert_all(db, records, COLUMNS, fresh)
    _supersede(db, differing, now)
    _overwrite(db, differing, COLUMNS)
    _overwrite(db, restamped, (*KEY, "changed_at"))
    link(db, (item for ref, item in latest.items() if isinstance(item, Record) or ref in stored))
    return Upserted(tuple(changed), len(latest) - len(changed), tuple(reverted), tuple(new))


def _holds(row: Row, before: SqlRow[Any], now: datetime) -> bool:
    """Whether what was read replaces what is stored: it is not older; or it is, and the CRM itself went back.

    A right to see the record was restored, or a backup of it. Not at once: a search index may show a deleted record,
    or its earlier content, for a while.
    """
    if row[CHANGED_AT] >= before.changed_at:
        return True
    return row[DIGEST] is not None and now - before.known_from > LAG


def _went_back(row: Row, before: SqlRow[Any], now: datetime) -> bool:
    """Whether a living record is as it was before a change that nobody can be late to show: a backup was restored."""
    older = row[DIGEST] is not None and row[CHANGED_AT] < before.changed_at
    return older and now - before.changed_at > LAG and _holds(row, before, now)


LAG = timedelta(hours=1)

KEY = ("connection", "kind", "id")

COLUMNS = (*KEY, "payload", "digest", "changed_at", "known_from")

DIGEST, CHANGED_AT = COLUMNS.index("digest"), COLUMNS.index("changed_at")


def until(db: Connection, refs: Iterable[Ref], now: datetime) -> dict[Ref, dict[str, Any]]:
    """What those of the records held that were superseded at ``now``, canonical fields as JSON has them."""
    found: dict[Ref, dict[str, Any]] = {}
    for (connection, kind), ids in grouped(refs).items():
        query = select(versions.c.id, versions.c.payload).where(
            versions.c.connection == connection,
            versions.c.kind == kind,
            among(db, versions.c.id, ids),
            versions.c.known_to == now,
            versions.c.payload.is_not(None),
        )
        found |= {Ref(connection, kind, id): orjson.loads(payload) for id, payload in db.execute(query)}
    return found


def _row(ref: Ref, item: Item, now: datetime) -> Row:
    """The values of ``COLUMNS``."""
    if isinstance(item, Tombstone):
        return ref.connection, ref.kind, ref.id, None, None, item.at, now
    payload = payload_of(item)
    return ref.connection, ref.kind, ref.id, payload.decode(), digest_of(payload), item.changed_at, now


def digest_of(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=16).digest()


def _stored(db: Connection, refs: Iterable[Ref]) -> dict[Ref, SqlRow[Any]]:
    columns = [records.c[name] for name in ("id", "digest", "changed_at", "known_from")]
    found: dict[Ref, SqlRow[Any]] = {}
    for (connection, kind), ids in grouped(refs).items():
        query = select(*columns).where(*these(db, connection, kind, ids))
        found.update({Ref(connection, kind, row.id): row for row in db.execute(query)})
    return found


def these(db: Connection, connection: str, kind: str, ids: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return records.c.connection == connection, records.c.kind == kind, among(db, records.c.id, ids)


def _supersede(db: Connection, rows: Sequence[Row], now: datetime) -> None:
    """Keep what is stored as versions that end now; what became known at this very moment is none."""
    ended = literal(now, versions.c.known_to.type)
    before = (*(records.c[name] for name in (*KEY, "known_from")), ended, records.c.payload)
    for (connection, kind), ids in grouped(Ref(*row[:3]) for row in rows).items():
        ending = select(*before).where(*these(db, connection, kind, ids), records.c.known_from < now)
        db.execute(insert(versions).from_select([*KEY, "known_from", "known_to", "payload"], ending))


def _overwrite(db: Connection, rows: Sequence[Row], names: Sequence[str]) -> None:
    """Set the columns ``names`` of stored records; ``rows`` hold the values of ``COLUMNS``."""
    if rows:
        same = [records.c[name] == bindparam("b_" + name) for name in KEY]
        new: dict[str, Any] = {name: bindparam("b_" + name) for name in names if name not in KEY}
        places = [(COLUMNS.index(name), "b_" + name) for name in names]
        db.execute(update(records).where(*same).values(new), [{name: row[at] for at, name in places} for row in rows])
