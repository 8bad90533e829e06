"""Whom a sender means by a name of its own, such as a customer's number, as far as it has told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from bridge.store.emails import each_spelled
from bridge.store.rows import among, insert_or_update
from bridge.store.schema import payers


@dataclass(frozen=True, slots=True)
class Payer:
    name: str
    email: str | None = field(repr=False)
    account: str | None
    """As the source names accounts."""
    told_at: datetime


def introduce(db: Connection, source: str, some: Collection[Payer]) -> set[str]:
    """From now on these names mean these. What one does not say stays as it was; an older one changes nothing.

    Gives the names that mean somebody else than before, or somebody at all.
    """
    found = of(db, source, {one.name for one in some})
    before = dict(found)
    for one in sorted(some, key=lambda one: one.told_at):
        known = found.get(one.name)
        if known is None:
            found[one.name] = one
        elif one.told_at >= known.told_at:
            found[one.name] = Payer(one.name, one.email or known.email, one.account or known.account, one.told_at)
    changed = [one for name, one in found.items() if before.get(name) != one]
    rows = [
        {"source": source, "name": one.name, "email": one.email, "account": one.account, "told_at": one.told_at}
        for one in changed
    ]
    insert_or_update(db, payers, rows)
    return {one.name for one in changed if _who(before.get(one.name)) != _who(one)}


def of(db: Connection, source: str, names: Collection[str]) -> dict[str, Payer]:
    if not names:
        return {}
    query = select(payers).where(payers.c.source == source, among(db, payers.c.name, names))
    return {row.name: Payer(row.name, row.email, row.account, row.told_at) for row in db.execute(query)}


def of_addresses(db: Connection, emails: Iterable[str]) -> list[tuple[str, Payer]]:
    """Those who have one of these addresses, each with the source that told of them."""
    query = select(payers).where(among(db, payers.c.email, each_spelled(emails)))
    rows = db.execute(query.order_by(payers.c.source, payers.c.name))
    return [(row.source, Payer(row.name, row.email, row.account, row.told_at)) for row in rows]


def forget_person(db: Connection, emails: Iterable[str]) -> int:
    """Nobody has heard of these addresses: the names stay, of whom they are does not. How many that were."""
    theirs = among(db, payers.c.email, each_spelled(emails))
    return db.execute(update(payers).where(theirs).values(email=None)).rowcount


def _who(payer: Payer | None) -> tuple[str | None, str | None]:
    return (payer.email, payer.account) if payer else (None, None)
