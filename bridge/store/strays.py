"""Records that senders told of and whose person or account nobody knows, until somebody does; and names for payers.

Finds and keeps; who is who is decided in ``bridge.attributing``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, tuple_, update

from adapters.records import Ref
from bridge.store.emails import spelled
from bridge.store.rows import among, chunks, grouped, insert_or_update
from bridge.store.schema import links, payers, person_emails
from bridge.store.schema import strays as table
from config.words import Kind

Why = Literal["unknown", "ambiguous", "deleted"]
"""Why it is nobody's: nobody is known under that name; several are; or it is gone, and an older telling may follow."""

PIECE: Final = 500
"""Keys in one statement."""


@dataclass(frozen=True, slots=True)
class Stray:
    source: str
    kind: Kind
    id: str
    """As the source names it."""
    email: str | None
    account: str | None
    payer: str | None
    why: Why
    told_at: datetime
    received_at: datetime
    document: Mapping[str, Any] = field(default_factory=dict)
    """Canonical fields."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.source, self.kind, self.id


@dataclass(frozen=True, slots=True)
class Payer:
    """Whom a source means by a name of its own."""

    name: str
    email: str | None
    account: str | None
    told_at: datetime


def keep(db: Connection, some: Sequence[Stray]) -> None:
    """Keep these; one that is there already is replaced."""
    insert_or_update(db, table, [asdict(one) for one in some])


def forget(db: Connection, keys: Collection[tuple[str, str, str]]) -> None:
    for part in chunks(sorted(keys), PIECE):
        db.execute(delete(table).where(tuple_(table.c.source, table.c.kind, table.c.id).in_(part)))


def of(db: Connection, source: str, kind: Kind, ids: Collection[str]) -> dict[str, Stray]:
    """Those of a source that have these ids."""
    found = _read(db, and_(table.c.source == source, table.c.kind == kind, among(db, table.c.id, ids)))
    return {one.id: one for one in found}


def of_payers(db: Connection, source: str, names: Collection[str]) -> list[Stray]:
    """Those of a source that are about one of these payers."""
    return _read(db, and_(table.c.source == source, among(db, table.c.payer, names)))


def any_waits(db: Connection) -> bool:
    return db.execute(select(table.c.id).limit(1)).first() is not None


def of_persons(db: Connection, persons: Iterable[Ref]) -> list[Stray]:
    """Those about somebody who has the e-mail address of one of these persons, by itself or as a payer."""
    found: dict[tuple[str, str, str], Stray] = {}
    for (connection, _), ids in grouped(persons).items():
        mine = person_emails.c.connection == connection, among(db, person_emails.c.person_id, ids)
        found |= _about(db, select(person_emails.c.email).where(*mine))
    return list(found.values())


def of_accounts(db: Connection, accounts: Iterable[Ref]) -> list[Stray]:
    """Those about somebody who has the e-mail address of a person of one of these accounts."""
    found: dict[tuple[str, str, str], Stray] = {}
    for (connection, _), ids in grouped(accounts).items():
        theirs = and_(
            links.c.connection == connection,
            links.c.to_kind == "account",
            among(db, links.c.to_id, ids),
            links.c.kind == "person",
        )
        same = and_(person_emails.c.connection == links.c.connection, person_emails.c.person_id == links.c.id)
        found |= _about(db, select(person_emails.c.email).select_from(links.join(person_emails, same)).where(theirs))
    return list(found.values())


def named(db: Connection, source: str, accounts: Collection[str]) -> list[Stray]:
    """Those of a source that are about an account that it calls so, by themselves or through a payer."""
    through = exists().where(_PAYER, among(db, payers.c.account, accounts))
    return _read(db, and_(table.c.source == source, or_(among(db, table.c.account, accounts), through)))


def after(db: Connection, key: tuple[str, str, str], most: int) -> list[Stray]:
    """The next ones in the order of their keys."""
    mine = tuple_(table.c.source, table.c.kind, table.c.id)
    query = select(table).where(mine > tuple_(*key), table.c.why != "deleted")
    return _strays(db.execute(query.order_by(table.c.source, table.c.kind, table.c.id).limit(most)))


def listed(db: Connection, most: int) -> tuple[list[Stray], int]:
    """The longest waiting, and how many there are in all."""
    waits = table.c.why != "deleted"
    number = db.execute(select(func.count()).select_from(table).where(waits)).scalar_one()
    oldest = select(table).where(waits).order_by(table.c.received_at, table.c.source, table.c.id).limit(most)
    return _strays(db.execute(oldest)), number


def forget_deleted(db: Connection, before: datetime) -> None:
    """An older telling of what is gone does not come that late."""
    db.execute(delete(table).where(table.c.why == "deleted", table.c.received_at < before))


def introduce(db: Connection, source: str, some: Iterable[Payer]) -> None:
    """From now on these names mean these. What is not said stays as it was."""
    newest = {one.name: one for one in sorted(some, key=lambda one: one.told_at)}
    before = payers_of(db, source, newest)
    rows = []
    for name, one in newest.items():
        known = before.get(name)
        if known is None or one.told_at >= known.told_at:
            email, account = one.email or (known and known.email), one.account or (known and known.account)
            told = {"email": email, "account": account, "told_at": one.told_at}
            rows.append({"source": source, "name": name, **told})
    insert_or_update(db, payers, rows)


def payers_of(db: Connection, source: str, names: Collection[str]) -> dict[str, Payer]:
    query = select(payers).where(payers.c.source == source, among(db, payers.c.name, names))
    return {row.name: Payer(row.name, row.email, row.account, row.told_at) for row in db.execute(query)}


def forget_person(db: Connection, emails: Iterable[str]) -> int:
    """Nobody has heard of these addresses: what waits for them is gone. How many records that were."""
    wanted = [email for each in emails if (email := spelled(each))]
    known = select(payers.c.name).where(_PAYER, among(db, payers.c.email, wanted)).exists()
    gone = db.execute(delete(table).where(or_(among(db, table.c.email, wanted), known))).rowcount
    db.execute(update(payers).where(among(db, payers.c.email, wanted)).values(email=None))
    return int(gone)


_PAYER = and_(payers.c.source == table.c.source, payers.c.name == table.c.payer)


def _about(db: Connection, emails: Any) -> dict[tuple[str, str, str], Stray]:
    through = exists().where(_PAYER, payers.c.email.in_(emails))
    return {one.key: one for one in _read(db, or_(table.c.email.in_(emails), through))}


def _read(db: Connection, wanted: ColumnElement[bool]) -> list[Stray]:
    return _strays(db.execute(select(table).where(wanted).order_by(table.c.source, table.c.kind, table.c.id)))


def _strays(rows: Iterable[Any]) -> list[Stray]:
    return [Stray(**row._mapping) for row in rows]
