"""By what accounts can be found to be one customer: the index of their links and domains. Decides nothing."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, delete, func, select, true

from adapters.records import Ref
from bridge.store.rows import among, grouped, insert_all
from bridge.store.schema import account_identities as identities

Values = Mapping[str, str]
"""An account's values, by sort."""


def of(db: Connection, accounts: Iterable[Ref]) -> dict[Ref, dict[str, str]]:
    """The values of these accounts; those without any are left out."""
    found: dict[Ref, dict[str, str]] = {}
    for (connection, _), ids in grouped(accounts).items():
        query = select(identities.c.account_id, identities.c.sort, identities.c.value)
        for id, sort, value in db.execute(query.where(*_these(db, connection, ids))):
            found.setdefault(Ref(connection, "account", id), {})[sort] = value
    return found


def keep(db: Connection, known: Mapping[Ref, Values], before: Collection[Ref]) -> None:
    """From now on these accounts have these values, and no other. ``before``: those of them that have any."""
    for (connection, _), ids in grouped(ref for ref in known if ref in before).items():
        db.execute(delete(identities).where(*_these(db, connection, ids)))
    rows = [(ref.connection, ref.id, sort, value) for ref, values in known.items() for sort, value in values.items()]
    insert_all(db, identities, ("connection", "account_id", "sort", "value"), rows)


def sharing(db: Connection, sort: str, values: Collection[str], across: bool = False) -> set[Ref]:
    """The accounts that have one of these values in common with another; ``across``: with one of another connection."""
    return _sharing(db, sort, among(db, identities.c.value, values), across)


def holding(db: Connection, pairs: Collection[tuple[str, str]]) -> set[Ref]:
    """The accounts that have one of these (sort, value)."""
    found: set[Ref] = set()
    for sort in {sort for sort, _ in pairs}:
        mine = among(db, identities.c.value, [value for one, value in pairs if one == sort])
        query = select(identities.c.connection, identities.c.account_id).where(identities.c.sort == sort, mine)
        found |= {Ref(connection, "account", id) for connection, id in db.execute(query)}
    return found


def all_sharing(db: Connection, sort: str) -> set[Ref]:
    """Every account that has a value in common with another."""
    return _sharing(db, sort, true(), False)


def _sharing(db: Connection, sort: str, wanted: ColumnElement[bool], across: bool) -> set[Ref]:
    number = func.count(identities.c.connection.distinct()) if across else func.count()
    several = select(identities.c.value).where(identities.c.sort == sort, wanted)
    several = several.group_by(identities.c.value).having(number > 1)
    query = select(identities.c.connection, identities.c.account_id)
    found = db.execute(query.where(identities.c.sort == sort, identities.c.value.in_(several)))
    return {Ref(connection, "account", id) for connection, id in found}


def _these(db: Connection, connection: str, ids: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return identities.c.connection == connection, among(db, identities.c.account_id, ids)
