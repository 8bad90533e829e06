"""By what else than its id an account is named: the values of ``usage[].account_key``, and whose they are.

An index over all accounts, so that a name that fits several customers fits none, however few are asked about.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, func, select

from bridge.store.rows import chunks, insert_missing
from bridge.store.schema import account_keys, customer_refs


def keep(db: Connection, account_key: str, named: Iterable[tuple[int, str | None]]) -> None:
    """(customer, value): from now on these customers have these values, and no other."""
    pairs = list(named)
    for some in chunks(sorted({customer for customer, _ in pairs})):
        db.execute(
            delete(account_keys).where(account_keys.c.account_key == account_key, account_keys.c.customer_id.in_(some))
        )
    rows = [(account_key, value, customer) for customer, value in pairs if value]
    insert_missing(db, account_keys, ("account_key", "value", "customer_id"), rows)


def customers_of(db: Connection, account_key: str, values: Collection[str]) -> dict[str, int]:
    """Value → customer, for the values that fit exactly one."""
    return {value: owner for value, (owner, owners) in _owners(db, account_key, values).items() if owners == 1}


def ambiguous(db: Connection, account_key: str, values: Collection[str]) -> set[str]:
    """The values that fit several customers."""
    return {value for value, (_, owners) in _owners(db, account_key, values).items() if owners > 1}


def _owners(db: Connection, account_key: str, values: Collection[str]) -> dict[str, tuple[int, int]]:
    """Value → (a customer it fits, how many it fits)."""
    connection, _, field = account_key.rpartition(".")
    if field == "id":
        table, value = customer_refs, customer_refs.c.account_id
        mine = customer_refs.c.connection == connection if connection else customer_refs.c.connection.is_not(None)
    else:
        table, value = account_keys, account_keys.c.value
        mine = account_keys.c.account_key == account_key
    owner = table.c.customer_id
    found: dict[str, tuple[int, int]] = {}
    for some in chunks(sorted(values)):
        query = select(value, func.min(owner), func.count(owner.distinct())).where(mine, value.in_(some))
        found.update({name: (first, owners) for name, first, owners in db.execute(query.group_by(value))})
    return found
