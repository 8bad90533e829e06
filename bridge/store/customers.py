"""Customers, the accounts they are made of, and which of them are to be scored: affected ones and due ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, and_, func, insert, literal, or_, select, update

from adapters.records import Ref
from bridge.store.rows import among, chunks, insert_all, repeated
from bridge.store.schema import affected, customer_refs, customers

NOT_YET: Final = date.max
"""The last closed day of a customer whose connection is being read for the first time: there is none to close."""


def ensure(db: Connection, accounts: Iterable[Ref], now: datetime, closed_through: date) -> dict[Ref, int]:
    """Give every account a customer of its own unless it has one; returns the customer of each.

    Closing begins after ``closed_through``.
    """
    wanted = set(accounts)
    owners = of_accounts(db, wanted)
    missing = sorted(wanted - owners.keys(), key=lambda account: (account.connection, account.id))
    if not missing:
        return owners
    alike = {"created_at": now, "closed_through": closed_through, "inside": False}  # so that any order of ids will do
    values = [literal(value, customers.c[name].type) for name, value in alike.items()]
    several = select(*values).select_from(repeated(db, len(missing)))
    created = db.execute(insert(customers).from_select(list(alike), several).returning(customers.c.id))
    fresh = dict(zip(missing, sorted(created.scalars()), strict=True))
    rows = [(account.connection, account.id, id, id) for account, id in fresh.items()]
    insert_all(db, customer_refs, ("connection", "account_id", "customer_id", "own_id"), rows)
    return owners | fresh


def of_accounts(db: Connection, accounts: Iterable[Ref]) -> dict[Ref, int]:
    """The customer that each account belongs to; accounts without one are left out."""
    by_connection: dict[str, list[str]] = {}
    for account in accounts:
        by_connection.setdefault(account.connection, []).append(account.id)
    found: dict[Ref, int] = {}
    for connection, ids in by_connection.items():
        query = select(customer_refs.c.account_id, customer_refs.c.customer_id).where(
            customer_refs.c.connection == connection, among(db, customer_refs.c.account_id, ids)
        )
        for account_id, customer_id in db.execute(query):
            found[Ref(connection, "account", account_id)] = customer_id
    return found


def refs_of(db: Connection, ids: Sequence[int]) -> dict[int, list[Ref]]:
    """The account refs of each customer, in a fixed order."""
    found: dict[int, list[Ref]] = {}
    for some in chunks(ids):
        query = select(customer_refs.c.connection, customer_refs.c.account_id, customer_refs.c.customer_id)
        mine = query.where(customer_refs.c.customer_id.in_(some))
        ordered = mine.order_by(customer_refs.c.connection, customer_refs.c.account_id)
        for connection, account_id, customer_id in db.execute(ordered):
            found.setdefault(customer_id, []).append(Ref(connection, "account", account_id))
    return found


def mark_affected(db: Connection, ids: Iterable[int], now: datetime) -> None:
    """Something about these customers changed. Marking again makes a new version: a claim in work does not clear it."""
    rows = [(id, 1, now) for id in sorted(set(ids))]
    insert_all(db, affected, ("customer_id", "version", "since"), rows, _AGAIN)


_AGAIN: Final = """ON CONFLICT (customer_id) DO UPDATE
    SET version = affected.version + 1, since = coalesce(affected.since, excluded.since)"""


def mark_all(db: Connection, now: datetime) -> None:
    """Mark everybody who has an account, in two statements."""
    awake = select(customer_refs.c.customer_id)
    again = {
        "version": affected.c.version + 1,
        "since": func.coalesce(affected.c.since, literal(now, affected.c.since.type)),
    }
    db.execute(update(affected).where(affected.c.customer_id.in_(awake)).values(again))
    unmarked = select(customers.c.id, literal(1), literal(now, affected.c.since.type)).where(
        customers.c.id.not_in(select(affected.c.customer_id)), customers.c.id.in_(awake)
    )
    db.execute(insert(affected).from_select(["customer_id", "version", "since"], unmarked))


def claim_affected(db: Connection, limit: int) -> dict[int, int]:
    """Up to ``limit`` affected customers, longest waiting first, each with the token to hand to ``done``.

    Not those of a connection whose first sync is not over: half of its records would decide about all of it.
    """
    ready = and_(customers.c.id == affected.c.customer_id, customers.c.closed_through < NOT_YET)
    query = select(affected.c.customer_id, affected.c.version).join(customers, ready)
    query = query.where(affected.c.since.is_not(None))
    longest = query.order_by(affected.c.since, affected.c.customer_id)
    return dict(db.execute(longest.limit(limit)).all())


def done(db: Connection, claimed: Mapping[int, int]) -> set[int]:
    """Clear what was claimed; returns whom. Left out: who was marked anew since, or cleared by somebody else."""
    cleared: set[int] = set()
    for some in chunks(list(claimed.items()), 300):
        same = [and_(affected.c.customer_id == id, affected.c.version == token) for id, token in some]
        clear = update(affected).where(or_(*same), affected.c.since.is_not(None)).values(since=None)
        cleared.update(db.execute(clear.returning(affected.c.customer_id)).scalars())
    return cleared


def count_affected(db: Connection) -> int:
    return db.execute(select(func.count()).where(affected.c.since.is_not(None))).scalar_one()


def furthest_behind(db: Connection, last: date) -> date | None:
    """The last closed day of the customer that is furthest behind ``last``; None when all are closed through it."""
    query = select(func.min(customers.c.closed_through)).where(customers.c.closed_through < last)
    day: date | None = db.execute(query).scalar_one()
    return day


def closed_through(db: Connection, day: date, limit: int) -> list[int]:
    """Up to ``limit`` customers whose last closed day is ``day``."""
    query = select(customers.c.id).where(customers.c.closed_through == day)
    return list(db.execute(query.order_by(customers.c.id).limit(limit)).scalars())


def begin_closing(db: Connection, connection: str, after: date) -> None:
    """The connection's first sync is over: its customers' days are closed from the one after ``after``."""
    mine = select(customer_refs.c.customer_id).where(customer_refs.c.connection == connection)
    waiting = update(customers).where(customers.c.id.in_(mine), customers.c.closed_through == NOT_YET)
    db.execute(waiting.values(closed_through=after))


def close_day(db: Connection, ids: Sequence[int], day: date) -> set[int]:
    """Close a day for these; returns for whom. Left out: those for whom somebody else closed it meanwhile."""
    closed: set[int] = set()
    for some in chunks(ids):
        open_ones = update(customers).where(customers.c.id.in_(some), customers.c.closed_through < day)
        closed.update(db.execute(open_ones.values(closed_through=day).returning(customers.c.id)).scalars())
    return closed


def keep_scope(db: Connection, inside: Iterable[int], outside: Iterable[int]) -> set[int]:
    """Remember who is in scope; returns those of whom that is new."""
    turned: set[int] = set()
    for ids, value in ((inside, True), (outside, False)):
        for some in chunks(sorted(ids)):
            other = update(customers).where(customers.c.id.in_(some), customers.c.inside.is_not(value))
            turned.update(db.execute(other.values(inside=value).returning(customers.c.id)).scalars())
    return turned


def inside(db: Connection, ids: Sequence[int]) -> list[int]:
    """Those of ``ids`` that are in scope."""
    found: list[int] = []
    for some in chunks(ids):
        query = select(customers.c.id).where(customers.c.id.in_(some), customers.c.inside.is_(True))
        found += db.execute(query).scalars()
    return sorted(found)


def all_ids(db: Connection, size: int) -> Iterator[list[int]]:
    """Every customer id, in pieces of ``size``."""
    last = 0
    while True:
        query = select(customers.c.id).where(customers.c.id > last).order_by(customers.c.id).limit(size)
        ids = list(db.execute(query).scalars())
        if not ids:
            return
        yield ids
        last = ids[-1]


def first_known(db: Connection) -> datetime | None:
    """When the store first knew a customer; None before the first sync."""
    first: datetime | None = db.execute(select(func.min(customers.c.created_at))).scalar_one()
    return first
