"""The ledger of write-back in the database: one row per CRM record, its state as one document.

Fulfils ``webhooks.writeback.entry.Ledger``. Which entries have work is decided there and kept here as a column.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, func, or_, select, tuple_, update

from adapters import keyed
from adapters.records import Ref, Value
from bridge.store.engine import Store
from bridge.store.rows import chunks, grouped, insert_or_update
from bridge.store.schema import entries
from config.fields import OwnField
from config.words import KEYED_KINDS, WRITE_URGENCIES, Kind, WriteUrgency
from webhooks.writeback.entry import Entry, Lease, Refusal, Standing, standing
from webhooks.writeback.urgency import urgency

COLUMNS = frozenset({"ref", "lease", "retry_at"})
"""Fields of an entry that stand in columns of their own; the rest is the document."""


WORK: Final[Mapping[Standing, int]] = {"quiet": 0, "waiting": 1, "unknown": 2, "refused": -1, "contested": -1}
"""What the column ``work`` says of an entry: above 0 there is something to do, below it a person has to."""

PIECE = 2_000
"""Entries in one transaction when all of them are gone through."""


class StoreLedger:
    """``known`` are all own fields csbridge has; those of them that are on are ``fields``, to which the parts of tasks
    and notes are added: their entries stand beside those of records."""

    def __init__(
        self,
        store: Store,
        fields: Mapping[str, OwnField],
        known: Mapping[str, OwnField],
        narrowed: Sequence[ColumnElement[bool]] = (),
    ) -> None:
        self._store = store
        self.fields = {**keyed.FIELDS, **fields}
        self._known = {**keyed.FIELDS, **known}
        self._narrowed = narrowed

    def only(self, kinds: Collection[Kind]) -> "StoreLedger":
        """The same ledger, whose work is that of these kinds only."""
        return StoreLedger(self._store, self.fields, self._known, [entries.c.kind.in_(kinds)])

    def without(self, kinds: Collection[Kind]) -> "StoreLedger":
        """The same ledger, in which these kinds have no work for now."""
        return StoreLedger(self._store, self.fields, self._known, [entries.c.kind.not_in(kinds)] if kinds else [])

    def update(self, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Entry]:
        """See ``Ledger.update``: one transaction, rows locked."""
        with self._store.write() as db:
            return self.update_in(db, refs, change)

    def update_in(self, db: Connection, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Entry]:
        """The same as part of a transaction that the caller holds."""
        stored = self._load(db, refs)
        after: list[Entry] = []
        altered: list[Entry] = []
        for ref in dict.fromkeys(refs):
            before = stored.get(ref)
            entry = change(before or Entry(ref=ref))
            if entry is not None:
                after.append(entry)
                if entry != before:
                    altered.append(entry)
            elif before is not None:
                self._drop(db, ref)
        insert_or_update(db, entries, [self._row(entry) for entry in altered])
        return after

    def claim(
        self, connection: str, limit: int, lease: Lease, now: datetime, least: WriteUrgency = "cosmetic"
    ) -> list[Entry]:
        """See ``Ledger.claim``."""
        free = (
            select(entries)
            .where(entries.c.connection == connection)
            .where(or_(entries.c.lease_until.is_(None), entries.c.lease_until <= now))
            .where(_may_act(now), *self._narrowed)
            .order_by(entries.c.priority, entries.c.kind, entries.c.id)
            .with_for_update(skip_locked=True)
        )
        claimed: list[Entry] = []
        with self._store.write() as db:
            if least != "cosmetic" and not _any(db, free, least):
                return []
            for work in (
                WORK["unknown"],
                WORK["waiting"],
            ):  # each by itself, so that the index has them in order already
                query = free.where(entries.c.work == work).limit(limit - len(claimed))
                if claimed:
                    query = query.where(entries.c.kind == claimed[0].ref.kind)
                found = [self._entry(row) for row in db.execute(query).mappings()]
                claimed += [replace(entry, lease=lease) for entry in found if entry.ref.kind == found[0].ref.kind]
            self._set_lease(db, [entry.ref for entry in claimed], lease)
        return claimed

    def has_work(self, connection: str, now: datetime, least: WriteUrgency = "cosmetic") -> bool:
        """Whether anything so urgent may now be written to that CRM, or found out about."""
        with self._store.read() as db:
            query = select(entries).where(entries.c.connection == connection, _may_act(now), *self._narrowed)
            return _any(db, query, least)

    def is_at_rest(self) -> bool:
        """Whether every record holds what it should, and none waits for anything or anybody."""
        with self._store.read() as db:
            return db.execute(select(entries.c.id).where(entries.c.work != WORK["quiet"]).limit(1)).first() is None

    def held_back(self, connection: str, now: datetime) -> int:
        """How many records have work that could be done now."""
        mine = entries.c.connection == connection, entries.c.work > 0, _may_act(now), *self._narrowed
        query = select(func.count()).where(*mine)
        with self._store.read() as db:
            return int(db.execute(query.select_from(entries)).scalar_one())

    def parked(self, connection: str) -> list[Entry]:
        """Records that do not hold what they should, until a person does something: refused or contested."""
        with self._store.read() as db:
            query = select(entries).where(entries.c.connection == connection, entries.c.work < 0)
            return [self._entry(row) for row in db.execute(query.order_by(entries.c.id)).mappings()]

    def bury(self, connection: str) -> None:
        """End every lease on that connection: their holders are known to be dead."""
        with self._store.write() as db:
            db.execute(
                update(entries)
                .where(entries.c.connection == connection, entries.c.lease_token.is_not(None))
                .values(lease_token=None, lease_until=None)
            )

    def entries(self, connection: str) -> Iterable[Entry]:
        """Every entry of a connection, in the order of their refs."""
        with self._store.read() as db:
            query = select(entries).where(entries.c.connection == connection).order_by(entries.c.kind, entries.c.id)
            for row in db.execute(query).mappings():
                yield self._entry(row)

    def held(self, db: Connection, refs: Sequence[Ref]) -> list[Entry]:
        """The entries of those refs that have one."""
        return list(self._load(db, refs, lock=False).values())

    def resting(self, db: Connection, connection: str, kind: Kind, after: str) -> Iterator[Entry]:
        """Entries without any work, in the order of their ids, behind that one."""
        query = (
            select(entries)
            .where(entries.c.connection == connection, entries.c.kind == kind, entries.c.work == WORK["quiet"])
            .where(entries.c.id > after)
            .order_by(entries.c.id)
        )
        for row in db.execute(query.execution_options(yield_per=PIECE)).mappings():
            yield self._entry(row)

    def present(self, db: Connection, refs: Sequence[Ref]) -> set[Ref]:
        """Those refs that have an entry."""
        found: set[Ref] = set()
        for (connection, kind), ids in grouped(refs).items():
            for some in chunks(ids):
                query = select(entries.c.id).where(
                    entries.c.connection == connection, entries.c.kind == kind, entries.c.id.in_(some)
                )
                found.update(Ref(connection, kind, id) for id in db.execute(query).scalars())
        return found

    def drop_about(self, db: Connection, accounts: Collection[Ref]) -> None:
        """Forget the tasks and notes that were still to be written on these accounts, which are gone."""
        gone = {(ref.connection, ref.id) for ref in accounts}
        query = select(entries).where(
            entries.c.kind.in_(KEYED_KINDS),
            entries.c.work != WORK["quiet"],
            entries.c.connection.in_({connection for connection, _ in gone}),
        )
        for row in db.execute(query).mappings().all() if gone else ():
            entry = self._entry(row)
            if (entry.ref.connection, (entry.desired or {}).get("account")) in gone:
                self._drop(db, entry.ref)

    def refresh(self, change: Callable[[Entry], Entry]) -> None:
        """Apply a change to every entry, and decide anew which have work, piece by piece: own fields are others now."""
        key = tuple_(entries.c.connection, entries.c.kind, entries.c.id)
        last: tuple[str, str, str] | None = None
        while True:
            with self._store.write() as db:
                query = select(entries).order_by(*entries.primary_key.columns).limit(PIECE)
                rows = db.execute(query.where(key > last) if last else query).mappings().all()
                fresh = [(row, self._row(change(self._entry(row)))) for row in rows]
                insert_or_update(db, entries, [row for before, row in fresh if row != dict(before)])
            if not rows:
                return
            last = (rows[-1]["connection"], rows[-1]["kind"], rows[-1]["id"])

    def _load(self, db: Connection, refs: Sequence[Ref], lock: bool = True) -> dict[Ref, Entry]:
        found: dict[Ref, Entry] = {}
        for (connection, kind), ids in grouped(refs).items():
            for some in chunks(ids):
                query = select(entries).where(
                    entries.c.connection == connection, entries.c.kind == kind, entries.c.id.in_(some)
                )
                for row in db.execute(query.with_for_update() if lock else query).mappings():
                    entry = self._entry(row)
                    found[entry.ref] = entry
        return found

    def _drop(self, db: Connection, ref: Ref) -> None:
        db.execute(
            delete(entries).where(
                entries.c.connection == ref.connection, entries.c.kind == ref.kind, entries.c.id == ref.id
            )
        )

    def _set_lease(self, db: Connection, refs: Sequence[Ref], lease: Lease) -> None:
        for (connection, kind), ids in grouped(refs).items():
            db.execute(
                update(entries)
                .where(entries.c.connection == connection, entries.c.kind == kind, entries.c.id.in_(ids))
                .values(lease_token=lease.token, lease_until=lease.until)
            )

    def _row(self, entry: Entry) -> dict[str, Any]:
        return {
            "connection": entry.ref.connection,
            "kind": entry.ref.kind,
            "id": entry.ref.id,
            "work": WORK[standing(entry, self.fields)],
            "priority": WRITE_URGENCIES.index(urgency(entry, self.fields)),
            "retry_at": entry.retry_at,
            "lease_token": entry.lease.token if entry.lease else None,
            "lease_until": entry.lease.until if entry.lease else None,
            "document": {name: getattr(entry, name) for name in _DOCUMENT},
        }

    def _entry(self, row: RowMapping) -> Entry:
        document = row["document"]
        lease = Lease(row["lease_token"], row["lease_until"]) if row["lease_token"] else None
        refusal = document.pop("refusal")
        repaired_on = document.pop("repaired_on")
        observed_at, pending_at = document.pop("observed_at"), document.pop("pending_at")
        return Entry(
            ref=Ref(row["connection"], row["kind"], row["id"]),
            lease=lease,
            retry_at=row["retry_at"],
            refusal=self._refusal(refusal) if refusal else None,
            repaired_on=date.fromisoformat(repaired_on) if repaired_on else None,
            observed_at=datetime.fromisoformat(observed_at) if observed_at else None,
            pending_at=datetime.fromisoformat(pending_at) if pending_at else None,
            confirmed_at={name: datetime.fromisoformat(at) for name, at in document.pop("confirmed_at").items()},
            **{name: self._values(document.pop(name)) for name in _FIELDS},
            **document,
        )

    def _refusal(self, document: Mapping[str, Any]) -> Refusal:
        values = self._values(document["fields"])
        return Refusal(**{**document, "at": datetime.fromisoformat(document["at"]), "fields": values})

    def _values(self, values: Mapping[str, Any] | None) -> Any:
        if values is None:
            return None
        return {name: typed(value, self._known.get(name)) for name, value in values.items()}


_FIELDS = ("desired", "confirmed", "sent", "pending", "accepted")
_DOCUMENT = tuple(field.name for field in dataclass_fields(Entry) if field.name not in COLUMNS)


def _any(db: Connection, query: Select[Any], least: WriteUrgency) -> bool:
    """Whether one of these entries has work that is at least so urgent."""
    found = query.where(entries.c.work > 0, entries.c.priority <= WRITE_URGENCIES.index(least)).limit(1)
    return db.execute(found.with_only_columns(entries.c.id)).first() is not None


def _may_act(now: datetime) -> ColumnElement[bool]:
    return or_(entries.c.retry_at.is_(None), entries.c.retry_at <= now)


def typed(value: Any, field: OwnField | None) -> Value:
    """A value as it was before it became JSON."""
    restore = _RESTORED.get(field.type) if field is not None else None
    restored: Value = value if value is None or restore is None else restore(value)
    return restored


_RESTORED: Final[Mapping[str, Callable[[Any], Value]]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "multi_picklist": tuple,
}
"""What JSON does not keep as it was, by a field's type."""
