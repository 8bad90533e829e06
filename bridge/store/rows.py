"""Ways of talking to both databases alike: lists cut to what a statement holds, inserts that skip or overwrite."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

STATEMENT_VALUES = 5_000
"""Values in one IN list; both databases take more, and plan well below it."""


def chunks(values: Sequence[T], size: int = STATEMENT_VALUES) -> Iterator[Sequence[T]]:
    """``values`` in pieces of at most ``size``; nothing for an empty list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def insert_missing(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        db.execute(_insert(db, table).on_conflict_do_nothing(), list(rows))


def insert_or_update(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or overwrite those whose primary key is there."""
    if not rows:
        return
    statement = _insert(db, table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), list(rows))


def _insert(db: Connection, table: Table) -> Any:
    return sqlite.insert(table) if db.dialect.name == "sqlite" else postgresql.insert(table)
