"""Which records name which accounts and persons, now or ever before: an index; the payload decides.

A person who was merged away names whom they live on in (``bridge.store.survivors``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import orjson
from sqlalchemy import Connection, select

from adapters.records import Item, Record, Ref, Tombstone
from bridge.store.rows import among, chunks, grouped, insert_missing
from bridge.store.schema import links, records
from config.words import AnyKind, Kind

REFERENCES: Mapping[AnyKind, tuple[tuple[str, Kind], ...]] = {
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

LINK = ("connection", "to_kind", "to_id", "kind", "id")


def link(db: Connection, items: Iterable[Item]) -> None:
    rows = [
        (item.ref.connection, to_kind, to_id, item.ref.kind, item.ref.id)
        for item in items
        for to_kind, to_id in _named_by(item)
    ]
    insert_missing(db, links, LINK, rows)


def _named_by(item: Item) -> Iterator[tuple[Kind, str]]:
    if isinstance(item, Tombstone):
        if item.merged_into and item.ref.kind == "person":
            yield "person", item.merged_into
        return
    for field, to_kind in REFERENCES.get(item.ref.kind, ()):
        yield from ((to_kind, id) for id in named(getattr(item, field)))


def link_parents(db: Connection, parents: Mapping[Ref, str | None]) -> None:
    """Index the parents of accounts that were taken in when nobody asked for them."""
    rows = [(ref.connection, "account", parent, "account", ref.id) for ref, parent in parents.items() if parent]
    insert_missing(db, links, LINK, rows)


def named(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """A reference field's ids, whether it holds one, several or none."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def linked(db: Connection, connection: str, to_kind: str, to_ids: Sequence[str], kind: str) -> list[str]:
    """Ids of the records of ``kind`` that ever named one of ``to_ids``."""
    query = select(links.c.id).where(
        links.c.connection == connection,
        links.c.to_kind == to_kind,
        among(db, links.c.to_id, to_ids),
        links.c.kind == kind,
    )
    return sorted(set(db.execute(query).scalars()))


def linked_by_kind(
    db: Connection, connection: str, to_kind: str, to_ids: Sequence[str], kinds: Collection[str]
) -> dict[str, set[str]]:
    """The same of several kinds at once; each of them is there."""
    found: dict[str, set[str]] = {kind: set() for kind in kinds}
    query = select(links.c.kind, links.c.id).where(
        links.c.connection == connection, links.c.to_kind == to_kind, among(db, links.c.to_id, to_ids)
    )
    for kind, id in db.execute(query) if to_ids else ():
        if kind in found:
            found[kind].add(id)
    return found


def naming(db: Connection, connection: str, kind: AnyKind, targets: Sequence[Ref]) -> list[str]:
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
