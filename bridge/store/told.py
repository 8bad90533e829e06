"""What senders told of and whom they meant: what is a record, what waits because nobody is found, and what is gone.

Finds and keeps; who is who is decided in ``bridge.senders.attributing``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select, tuple_, update

from adapters.records import Ref
from bridge.store.emails import each_spelled
from bridge.store.rows import among, grouped, insert_or_update
from bridge.store.schema import ASTRAY, links, payers, person_emails
from bridge.store.schema import told as table
from config.words import AnyKind

State = Literal["placed", "unknown", "ambiguous", "deleted"]
"""placed     it is a record
unknown    nobody is known by what the sender calls them
ambiguous  several are
deleted    it is gone there; kept for a while, because an older telling may follow
"""

Key = tuple[str, AnyKind, str]
BEFORE_ALL: Final[Key] = ("", "account", "")


@dataclass(frozen=True, slots=True)
class Row:
    source: str
    kind: AnyKind
    id: str
    """As the source names it."""
    email: str | None = field(repr=False)
    account: str | None
    payer: str | None
    state: State
    told_at: datetime
    received_at: datetime
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Canonical fields, until they are a record's."""

    @property
    def key(self) -> Key:
        return self.source, self.kind, self.id


def keep(db: Connection, rows: Iterable[Row]) -> None:
    """Keep these; one that is there already is replaced."""
    insert_or_update(db, table, [asdict(row) for row in rows])


def of(db: Connection, keys: Iterable[Key]) -> dict[Key, Row]:
    groups: dict[tuple[str, AnyKind], list[str]] = {}
    for source, kind, id in keys:
        groups.setdefault((source, kind), []).append(id)
    found: dict[Key, Row] = {}
    for (source, kind), ids in groups.items():
        mine = and_(table.c.source == source, table.c.kind == kind, among(db, table.c.id, ids))
        found |= {row.key: row for row in _read(db, mine)}
    return found


def any_at_all(db: Connection) -> bool:
    return db.execute(select(table.c.id).limit(1)).first() is not None


def of_payers(db: Connection, source: str, names: Collection[str]) -> list[Row]:
    """Those of a source that are about one of these payers."""
    return _read(db, and_(table.c.source == source, among(db, table.c.payer, names))) if names else []


def of_persons(db: Connection, persons: Iterable[Ref]) -> dict[Key, Row]:
    """Those about somebody who has the e-mail address of one of these persons, by itself or as a payer."""
    found: dict[Key, Row] = {}
    for (connection, _), ids in grouped(persons).items():
        mine = person_emails.c.connection == connection, among(db, person_emails.c.person_id, ids)
        found |= _about(db, select(person_emails.c.email).where(*mine))
    return found


def of_accounts(db: Connection, accounts: Iterable[Ref]) -> dict[Key, Row]:
    """Those about somebody who has the e-mail address of a person of one of these accounts."""
    found: dict[Key, Row] = {}
    for (connection, _), ids in grouped(accounts).items():
        theirs = (links.c.connection == connection, links.c.to_kind == "account", among(db, links.c.to_id, ids))
        same = and_(person_emails.c.connection == links.c.connection, person_emails.c.person_id == links.c.id)
        emails = select(person_emails.c.email).select_from(links.join(person_emails, same))
        found |= _about(db, emails.where(*theirs, links.c.kind == "person"))
    return found


def named(db: Connection, source: str, accounts: Collection[str]) -> dict[Key, Row]:
    """Those of a source that are about an account that it calls so, by themselves or through a payer."""
    if not accounts:
        return {}
    directly = _read(db, and_(table.c.source == source, among(db, table.c.account, accounts)))
    through = select(payers.c.name).where(payers.c.source == source, among(db, payers.c.account, accounts))
    indirectly = _read(db, and_(table.c.source == source, table.c.payer.in_(through)))
    return {row.key: row for row in (*directly, *indirectly)}


def astray(db: Connection, after: Key, most: int) -> list[Row]:
    """The next ones, in the order of their keys, that nobody is found for."""
    behind = tuple_(table.c.source, table.c.kind, table.c.id) > tuple_(*after)
    query = select(table).where(ASTRAY, behind).order_by(table.c.source, table.c.kind, table.c.id)
    return _rows(db.execute(query.limit(most)))


def longest_astray(db: Connection, most: int) -> tuple[list[Row], int]:
    """The longest waiting, and how many there are in all."""
    number = db.execute(select(func.count()).select_from(table).where(ASTRAY)).scalar_one()
    oldest = select(table).where(ASTRAY).order_by(table.c.received_at, table.c.source, table.c.id)
    return _rows(db.execute(oldest.limit(most))), number


def astray_of(db: Connection, emails: Iterable[str]) -> list[Row]:
    """What waits for somebody with one of these addresses, by itself or as a payer."""
    return _read(db, and_(ASTRAY, _meant(db, emails)))


def of_addresses(db: Connection, emails: Iterable[str]) -> list[Row]:
    """Those about somebody with one of these addresses, by itself or as a payer."""
    return _read(db, _meant(db, emails))


def forget_deleted(db: Connection, source: str, before: datetime) -> None:
    """An older telling of what is gone does not come that late."""
    gone = table.c.source == source, table.c.state == "deleted", table.c.received_at < before
    db.execute(delete(table).where(*gone))


def forget_person(db: Connection, emails: Iterable[str]) -> int:
    """Nobody has heard of these addresses: what waits for them is gone. How many rows that were."""
    wanted = among(db, table.c.email, each_spelled(emails))
    gone: int = db.execute(delete(table).where(ASTRAY, _meant(db, emails))).rowcount
    named_still: int = db.execute(update(table).where(wanted).values(email=None)).rowcount
    return gone + named_still


_PAYER = and_(payers.c.source == table.c.source, payers.c.name == table.c.payer)


def _meant(db: Connection, emails: Iterable[str]) -> ColumnElement[bool]:
    wanted = each_spelled(emails)
    payer = exists().where(_PAYER, among(db, payers.c.email, wanted))
    return or_(among(db, table.c.email, wanted), payer)


def _about(db: Connection, emails: Select[Any]) -> dict[Key, Row]:
    """In two statements, so that each walks an index."""
    directly = _read(db, table.c.email.in_(emails))
    through = select(payers.c.source, payers.c.name).where(payers.c.email.in_(emails))
    indirectly = _read(db, tuple_(table.c.source, table.c.payer).in_(through))
    return {row.key: row for row in (*directly, *indirectly)}


def _read(db: Connection, wanted: ColumnElement[bool]) -> list[Row]:
    return _rows(db.execute(select(table).where(wanted).order_by(table.c.source, table.c.kind, table.c.id)))


def _rows(found: Iterable[Any]) -> list[Row]:
    return [Row(**row._mapping) for row in found]
