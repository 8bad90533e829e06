"""Which accounts make a customer, as they join and part. Who belongs together is decided elsewhere."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, and_, bindparam, func, select, update

from adapters.records import Ref
from bridge.rules.succession import Member
from bridge.store.customers import NOT_YET
from bridge.store.rows import among, chunks, grouped
from bridge.store.schema import affected, customer_refs, customers, records


def members(db: Connection, accounts: Iterable[Ref]) -> dict[Ref, Member]:
    """These accounts, and all who belong to the same customers: the living and the gone."""
    ids: set[int] = set()
    for (connection, _), some in grouped(accounts).items():
        mine = customer_refs.c.connection == connection, among(db, customer_refs.c.account_id, some)
        ids.update(db.execute(select(customer_refs.c.customer_id).where(*mine)).scalars())
    found: dict[Ref, Member] = {}
    for together in chunks(sorted(ids)):
        for row in db.execute(select(customer_refs).where(customer_refs.c.customer_id.in_(together))).mappings():
            ref = Ref(row["connection"], "account", row["account_id"])
            found[ref] = Member(row["customer_id"], row["own_id"])
    return found


def any_joint(db: Connection, accounts: Iterable[Ref]) -> bool:
    """Whether one of these accounts is not alone in its customer."""
    for (connection, _), some in grouped(accounts).items():
        mine = customer_refs.c.connection == connection, among(db, customer_refs.c.account_id, some)
        theirs = select(customer_refs.c.customer_id).where(*mine)
        query = select(customer_refs.c.customer_id).where(customer_refs.c.customer_id.in_(theirs))
        joint = query.group_by(customer_refs.c.customer_id).having(func.count() > 1).limit(1)
        if db.execute(joint).first():
            return True
    return False


def all_joint(db: Connection) -> set[Ref]:
    """The accounts of every customer that has several."""
    joint = select(customer_refs.c.customer_id).group_by(customer_refs.c.customer_id).having(func.count() > 1)
    query = select(customer_refs.c.connection, customer_refs.c.account_id)
    found = db.execute(query.where(customer_refs.c.customer_id.in_(joint)))
    return {Ref(connection, "account", id) for connection, id in found}


def count_joint(db: Connection) -> int:
    """How many customers have several living accounts."""
    alive = and_(
        records.c.connection == customer_refs.c.connection,
        records.c.kind == "account",
        records.c.id == customer_refs.c.account_id,
        records.c.payload.is_not(None),
    )
    joint = select(customer_refs.c.customer_id).join(records, alive).group_by(customer_refs.c.customer_id)
    return db.execute(select(func.count()).select_from(joint.having(func.count() > 1).subquery())).scalar_one()


def hand_on(db: Connection, from_: Ref, to: Ref) -> None:
    """A record lives on under another id, which nobody had: its customer, and the one it began as, go along."""
    mine = customer_refs.c.connection == from_.connection, customer_refs.c.account_id == from_.id
    db.execute(update(customer_refs).where(*mine).values(account_id=to.id))


def move(db: Connection, moves: Mapping[Ref, tuple[int, int]]) -> set[int]:
    """Account → (the customer it leaves, the one it comes to). Gives the customers concerned that have accounts.

    One that had none wakes up, and its days are closed from where the one that was left stood. One that has none any
    more sleeps: nothing about it is due or decided, and its history stays.
    """
    statement = update(customer_refs).where(
        customer_refs.c.connection == bindparam("of"), customer_refs.c.account_id == bindparam("account")
    )
    rows = [{"of": ref.connection, "account": ref.id, "new": to} for ref, (_, to) in moves.items()]
    if not rows:
        return set()
    db.execute(statement.values(customer_id=bindparam("new")), rows)
    _wake(db, moves.values())
    left = {left for left, _ in moves.values()}
    return {to for _, to in moves.values()} | left - _let_sleep(db, sorted(left))


def _wake(db: Connection, pairs: Collection[tuple[int, int]]) -> None:
    closed = _closed_through(db, sorted({id for pair in pairs for id in pair}))
    earliest: dict[int, date] = {}
    for left, to in pairs:
        earliest[to] = min(closed[left], earliest.get(to, NOT_YET))
    rows = [{"woken": to, "day": day} for to, day in earliest.items() if closed[to] == NOT_YET and day != NOT_YET]
    if rows:
        statement = update(customers).where(customers.c.id == bindparam("woken"))
        db.execute(statement.values(closed_through=bindparam("day")), rows)


def _closed_through(db: Connection, ids: Sequence[int]) -> dict[int, date]:
    found: dict[int, date] = {}
    for some in chunks(ids):
        query = select(customers.c.id, customers.c.closed_through).where(customers.c.id.in_(some))
        found.update((row.id, row.closed_through) for row in db.execute(query))
    return found


def _let_sleep(db: Connection, ids: Sequence[int]) -> set[int]:
    """Those of ``ids`` that have no account any more."""
    asleep: set[int] = set()
    for some in chunks(ids):
        query = select(customer_refs.c.customer_id).where(customer_refs.c.customer_id.in_(some))
        gone = set(some) - set(db.execute(query).scalars())
        asleep |= gone
        db.execute(update(customers).where(customers.c.id.in_(gone)).values(closed_through=NOT_YET, inside=False))
        db.execute(update(affected).where(affected.c.customer_id.in_(gone)).values(since=None))
    return asleep
