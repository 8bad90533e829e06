"""What the store knows of CRM records: the present, and every version it had before.

A record's digest leaves out its stamp and csbridge's own fields, so that our own write-back is not a change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    bindparam,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy import Row as SqlRow

from adapters.records import RECORD_TYPES, Item, Record, Ref, Tombstone
from bridge.store.rows import Row, among, chunks, insert_all, insert_missing
from bridge.store.schema import Utc, links, records, versions
from config.words import Kind

OUTSIDE = frozenset({"ref", "changed_at", "own"})
"""Fields of a record that are not part of its payload."""

REFERENCES: Mapping[Kind, tuple[tuple[str, Kind], ...]] = {
    "account": (("parent", "account"),),
    "person": (("accounts", "account"),),
    "activity": (("accounts", "account"), ("persons", "person")),
    "deal": (("account", "account"),),
    "ticket": (("account", "account"), ("person", "person")),
    "contract": (("account", "account"),),
    "response": (("account", "account"), ("person", "person")),
    "invoice": (("account", "account"),),
    "usage": (("account", "account"), ("person", "person")),
}
"""Per kind: the fields that name an account or a person."""


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
    _link(db, (item for item in latest.values() if isinstance(item, Record)))
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


def _row(ref: Ref, item: Item, now: datetime) -> Row:
    """The values of ``COLUMNS``."""
    if isinstance(item, Tombstone):
        return ref.connection, ref.kind, ref.id, None, None, item.at, now
    payload = payload_of(item)
    digest = blake2b(payload, digest_size=16).digest()
    return ref.connection, ref.kind, ref.id, payload.decode(), digest, item.changed_at, now


def _stored(db: Connection, refs: Iterable[Ref]) -> dict[Ref, SqlRow[Any]]:
    columns = [records.c[name] for name in ("id", "digest", "changed_at", "known_from")]
    found: dict[Ref, SqlRow[Any]] = {}
    for (connection, kind), ids in grouped(refs).items():
        query = select(*columns).where(*_these(db, connection, kind, ids))
        found.update({Ref(connection, kind, row.id): row for row in db.execute(query)})
    return found


def _these(db: Connection, connection: str, kind: str, ids: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return records.c.connection == connection, records.c.kind == kind, among(db, records.c.id, ids)


def _supersede(db: Connection, rows: Sequence[Row], now: datetime) -> None:
    """Keep what is stored as versions that end now; what became known at this very moment is none."""
    ended = literal(now, versions.c.known_to.type)
    before = (*(records.c[name] for name in (*KEY, "known_from")), ended, records.c.payload)
    for (connection, kind), ids in grouped(Ref(*row[:3]) for row in rows).items():
        ending = select(*before).where(*_these(db, connection, kind, ids), records.c.known_from < now)
        db.execute(insert(versions).from_select([*KEY, "known_from", "known_to", "payload"], ending))


def _overwrite(db: Connection, rows: Sequence[Row], names: Sequence[str]) -> None:
    """Set the columns ``names`` of stored records; ``rows`` hold the values of ``COLUMNS``."""
    if rows:
        same = [records.c[name] == bindparam("b_" + name) for name in KEY]
        new: dict[str, Any] = {name: bindparam("b_" + name) for name in names if name not in KEY}
        places = [(COLUMNS.index(name), "b_" + name) for name in names]
        db.execute(update(records).where(*same).values(new), [{name: row[at] for at, name in places} for row in rows])


LINK = ("connection", "to_kind", "to_id", "kind", "id")


def _link(db: Connection, present: Iterable[Record]) -> None:
    rows = [
        (record.ref.connection, to_kind, to_id, record.ref.kind, record.ref.id)
        for record in present
        for field, to_kind in REFERENCES.get(record.ref.kind, ())
        for to_id in named(getattr(record, field))
    ]
    insert_missing(db, links, LINK, rows)


def link_parents(db: Connection, parents: Mapping[Ref, str | None]) -> None:
    """Index the parents of accounts that were taken in when nobody asked for them."""
    rows = [(ref.connection, "account", parent, "account", ref.id) for ref, parent in parents.items() if parent]
    insert_missing(db, links, LINK, rows)


def named(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """A reference field's ids, whether it holds one, several or none."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def grouped(refs: Iterable[Ref]) -> dict[tuple[str, Kind], list[str]]:
    """Ids by (connection, kind), in the order given."""
    groups: dict[tuple[str, Kind], list[str]] = {}
    for ref in refs:
        groups.setdefault((ref.connection, ref.kind), []).append(ref.id)
    return groups


def linked(db: Connection, connection: str, to_kind: str, to_ids: Sequence[str], kind: str) -> list[str]:
    """Ids of the records of ``kind`` that ever named one of ``to_ids``."""
    query = select(links.c.id).where(
        links.c.connection == connection,
        links.c.to_kind == to_kind,
        among(db, links.c.to_id, to_ids),
        links.c.kind == kind,
    )
    return sorted(set(db.execute(query).scalars()))


def naming(db: Connection, connection: str, kind: Kind, targets: Sequence[Ref]) -> list[str]:
    """Ids of the living records of ``kind`` that name one of these now."""
    wanted = {to_kind: {ref.id for ref in targets if ref.kind == to_kind} for to_kind in ("account", "person")}
    found: set[str] = set()
    for field, to_kind in REFERENCES.get(kind, ()):
        for some in chunks(linked(db, connection, to_kind, sorted(wanted[to_kind]), kind) if wanted[to_kind] else []):
            query = select(records.c.id, records.c.payload).where(
                records.c.connection == connection,
                records.c.kind == kind,
                among(db, records.c.id, some),
                records.c.payload.is_not(None),
            )
            now = {id: named(orjson.loads(payload).get(field)) for id, payload in db.execute(query)}
            found |= {id for id, ids in now.items() if wanted[to_kind].intersection(ids)}
    return sorted(found)


def accounts_of(db: Connection, refs: Iterable[Ref], new: Iterable[Record] = ()) -> set[Ref]:
    """The accounts that the given records concern, directly or through a person, now or ever before.

    ``new``: records that were never known before, so that they say it all themselves.
    """
    found = {ref for record in new for ref in _concerned(record)}
    for (connection, kind), ids in grouped(refs).items():
        if kind in ("account", "person"):
            found.update(Ref(connection, kind, id) for id in ids)
        else:
            found |= _targets(db, connection, kind, ids)
    for (connection, _), ids in grouped(ref for ref in found if ref.kind == "person").items():
        found |= _targets(db, connection, "person", ids)
    return {ref for ref in found if ref.kind == "account"}


def _concerned(record: Record) -> Iterator[Ref]:
    """Itself, if it is an account or a person, and whom it names."""
    if record.ref.kind in ("account", "person"):
        yield record.ref
    if record.ref.kind != "account":
        for field, to_kind in REFERENCES.get(record.ref.kind, ()):
            for to_id in named(getattr(record, field)):
                yield Ref(record.ref.connection, to_kind, to_id)


def _targets(db: Connection, connection: str, kind: str, ids: Sequence[str]) -> set[Ref]:
    query = select(links.c.to_kind, links.c.to_id).where(
        links.c.connection == connection, links.c.kind == kind, among(db, links.c.id, ids)
    )
    return {Ref(connection, to_kind, to_id) for to_kind, to_id in db.execute(query.distinct()).all()}


@dataclass(frozen=True, slots=True)
class Known:
    """A record's content as the store knew it at some moment."""

    connection: str
    id: str
    known_from: datetime
    changed_at: datetime | None
    """The vendor's stamp; None for a version that was superseded since."""
    content: Mapping[str, Any]


def known(db: Connection, connection: str, kind: str, ids: Sequence[str], at: datetime) -> list[Known]:
    """Those records as they were known at ``at``, by id; those gone or not yet known then are left out."""
    present = select(records.c.id, records.c.known_from, records.c.changed_at, records.c.payload).where(
        *_these(db, connection, kind, ids), records.c.known_from <= at
    )
    past = select(versions.c.id, versions.c.known_from, literal(None, Utc()), versions.c.payload).where(
        versions.c.connection == connection,
        versions.c.kind == kind,
        among(db, versions.c.id, ids),
        versions.c.known_from <= at,
        versions.c.known_to > at,
    )
    found = [
        Known(connection, id, known_from, changed_at, orjson.loads(payload))
        for id, known_from, changed_at, payload in db.execute(union_all(present, past))
        if payload is not None
    ]
    return sorted(found, key=lambda known: known.id)


def known_since(db: Connection, record: Known, kind: str, names: Sequence[str]) -> datetime:
    """Since when the store has known these fields of a record as they are in ``record``, without a break."""
    return _unbroken(db, record, kind, names)[0]


def turned(db: Connection, record: Known, kind: str, name: str) -> datetime | None:
    """When the store learnt that a field had become what it is in ``record``; None where it never knew it otherwise."""
    since, was_otherwise = _unbroken(db, record, kind, (name,))
    return since if was_otherwise else None


def _unbroken(db: Connection, record: Known, kind: str, names: Sequence[str]) -> tuple[datetime, bool]:
    """Since when these fields have been as they are, and whether a living version before that had them otherwise."""
    query = select(versions.c.known_from, versions.c.payload).where(
        versions.c.connection == record.connection,
        versions.c.kind == kind,
        versions.c.id == record.id,
        versions.c.known_from < record.known_from,
    )
    since = record.known_from
    for known_from, payload in db.execute(query.order_by(versions.c.known_from.desc())):
        before = orjson.loads(payload) if payload else {}
        if any(before.get(name) != record.content.get(name) for name in names):
            return since, bool(before)
        since = known_from
    return since, False


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
    """Ids of the living records of a kind."""
    query = select(records.c.id).where(
        records.c.connection == connection, records.c.kind == kind, records.c.payload.is_not(None)
    )
    return list(db.execute(query.order_by(records.c.id)).scalars())


def ids_after(db: Connection, connection: str, kind: Kind, after: str, most: int) -> list[str]:
    """The next ids of living records behind ``after``."""
    query = select(records.c.id).where(
        records.c.connection == connection,
        records.c.kind == kind,
        records.c.payload.is_not(None),
        records.c.id > after,
    )
    return list(db.execute(query.order_by(records.c.id).limit(most)).scalars())


def stamps(db: Connection, connection: str, kind: Kind, ids: Sequence[str]) -> list[tuple[str, datetime]]:
    """The vendor's stamps of those records."""
    query = select(records.c.id, records.c.changed_at).where(*_these(db, connection, kind, ids))
    return [(id, at) for id, at in db.execute(query)]


def living(db: Connection, refs: Iterable[Ref]) -> set[Ref]:
    """Those of the refs that are known and not gone."""
    found: set[Ref] = set()
    for (connection, kind), ids in grouped(refs).items():
        query = select(records.c.id).where(*_these(db, connection, kind, ids), records.c.payload.is_not(None))
        found.update(Ref(connection, kind, id) for id in db.execute(query).scalars())
    return found


def names(db: Connection, accounts: Iterable[Ref]) -> dict[Ref, str]:
    """The names of those accounts that have one."""
    found: dict[Ref, str] = {}
    for (connection, kind), ids in grouped(accounts).items():
        for known_one in known(db, connection, kind, ids, datetime.max.replace(tzinfo=UTC)):
            if name := known_one.content.get("name"):
                found[Ref(connection, kind, known_one.id)] = name
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
    newest = [
        db.execute(
            select(func.max(_member(db, table.c.payload, "day"))).where(
                table.c.connection == connection,
                table.c.kind == "usage",
                table.c.known_from <= at,
                _member(db, table.c.payload, "day") <= as_of.isoformat(),
            )
        ).scalar_one()
        for table in (records, versions)
    ]
    return max((date.fromisoformat(day) for day in newest if day), default=None)


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
