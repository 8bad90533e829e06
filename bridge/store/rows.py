"""Ways of talking to both databases alike: long lists as one parameter, inserts that are quick, skip or overwrite."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Dialect, FromClause, String, Table, any_, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from adapters.records import Ref
from config.words import AnyKind

T = TypeVar("T")
Row = tuple[Any, ...]

STATEMENT_VALUES = 5_000
"""Values in one IN list; both databases take more, and plan well below it."""


def chunks(values: Sequence[T], size: int = STATEMENT_VALUES) -> Iterator[Sequence[T]]:
    """``values`` in pieces of at most ``size``; nothing for an empty list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def among(db: Connection, column: ColumnElement[Any], texts: Collection[str]) -> ColumnElement[bool]:
    """Whether ``column`` is one of ``texts``, however many: they travel as one parameter."""
    if db.dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(texts)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(None, list(texts), type_=postgresql.ARRAY(String)))


def among_named(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The same in a statement that is kept: the texts are its parameter ``name``, as ``travelling`` gives them."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam(name, type_=String)).table_valued("value").c.value))
    return column == any_(bindparam(name, type_=postgresql.ARRAY(String)))


def travelling(db: Connection, texts: Collection[str]) -> str | list[str]:
    return orjson.dumps(list(texts)).decode() if db.dialect.name == "sqlite" else list(texts)


def repeated(db: Connection, number: int) -> FromClause:
    """A table of so many rows, to insert as many that are alike in one statement."""
    if db.dialect.name == "sqlite":
        return func.json_each(orjson.dumps([0] * number).decode()).table_valued("value")
    return func.generate_series(1, number).table_valued("value")


def insert_all(db: Connection, table: Table, names: Sequence[str], rows: Iterable[Row], otherwise: str = "") -> None:
    """Insert rows, given as tuples of the columns ``names``, as fast as the driver takes them.

    ``otherwise``: an ON CONFLICT clause (both databases read it alike); without one every row must be new.
    """
    by_column = list(zip(*rows, strict=True))
    if not by_column:
        return
    binds = zip(_binds(db.dialect, table, tuple(names)), by_column, strict=True)
    values = list(zip(*(map(bind, column) if bind else column for bind, column in binds), strict=True))
    columns = f"{table.name} ({', '.join(names)})"
    if db.dialect.name != "sqlite" and not otherwise:
        driver: Any = db.connection.driver_connection
        with driver.cursor().copy(f"COPY {columns} FROM STDIN") as copy:
            for one in values:
                copy.write_row(one)
        return
    place = "?" if db.dialect.name == "sqlite" else "%s"
    db.exec_driver_sql(f"INSERT INTO {columns} VALUES ({', '.join([place] * len(names))}) {otherwise}", values)


@lru_cache(64)
def _binds(dialect: Dialect, table: Table, names: tuple[str, ...]) -> Sequence[Callable[[Any], Any] | None]:
    """What turns the values of each column into those that the driver takes; None where they are so already."""
    return [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]


def insert_missing(db: Connection, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert the rows whose primary key is not there yet."""
    insert_all(db, table, names, rows, "ON CONFLICT DO NOTHING")


def insert_new(
    db: Connection, table: Table, names: Sequence[str], rows: Sequence[Row], key: Sequence[str]
) -> list[int | None]:
    """Insert rows in one statement, and give the number of each; None for one whose values of ``key`` are there.

    Rows with a NULL in ``key`` are always new.
    """
    binds = _binds(db.dialect, table, tuple(names))
    values = [bind(value) if bind else value for row in rows for bind, value in zip(binds, row, strict=True)]
    place = "?" if db.dialect.name == "sqlite" else "%s"
    places = ", ".join([f"({', '.join([place] * len(names))})"] * len(rows))
    statement = (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {places} "
        f"ON CONFLICT ({', '.join(key)}) DO NOTHING RETURNING id, {', '.join(key)}"
    )
    given = db.exec_driver_sql(statement, tuple(values)).all()
    numbers = {tuple(row[1:]): row.id for row in given if None not in row}
    others = iter(sorted(row.id for row in given if None in row))  # numbers grow in the order of the VALUES
    places_of = [names.index(name) for name in key]
    found: list[int | None] = []
    for row in rows:
        values_of = tuple(row[place] for place in places_of)
        found.append(next(others) if None in values_of else numbers.pop(values_of, None))
    return found


def insert_or_update(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or overwrite those whose primary key is there."""
    if not rows:
        return
    statement = _insert(db, table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), list(rows))


def insert_or_add(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]], sum_of: str) -> None:
    """Insert rows, or add the number ``sum_of`` to that of those whose primary key is there."""
    if not rows:
        return
    statement = _insert(db, table)
    keys = [column.name for column in table.primary_key]
    total = {sum_of: table.c[sum_of] + statement.excluded[sum_of]}
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_=total), list(rows))


def _insert(db: Connection, table: Table) -> Any:
    return sqlite.insert(table) if db.dialect.name == "sqlite" else postgresql.insert(table)


def grouped(refs: Iterable[Ref]) -> dict[tuple[str, AnyKind], list[str]]:
    """Ids by (connection, kind), in the order given."""
    groups: dict[tuple[str, AnyKind], list[str]] = {}
    for ref in refs:
        groups.setdefault((ref.connection, ref.kind), []).append(ref.id)
    return groups
