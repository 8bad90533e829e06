"""Free texts in documents of the store, from which something can be taken out wherever it stands."""

import re
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Table, Text, func, or_, select, type_coerce, update

from adapters.records import Ref
from bridge.store.schema import audit, decisions, endpoints, entries, inbox, notifications, past_values, rollups, told

DOCUMENTS: Final = (
    (audit, audit.c.detail),
    (decisions, decisions.c.document),
    (endpoints, endpoints.c.cause),
    (entries, entries.c.document),
    (inbox, inbox.c.cause),
    (notifications, notifications.c.cause),
    (notifications, notifications.c.document),
    (past_values, past_values.c.value),
    (rollups, rollups.c.document),
    (told, told.c.document),
)
"""Where a text of a person may have come to stand in the midst of others."""


def scrub(db: Connection, texts: Collection[str], mask: str) -> int:
    """Replace the texts, in any case, by ``mask`` in all documents; how many documents held one."""
    return sum(_scrub(db, table, column, texts, mask) for table, column in DOCUMENTS) if texts else 0


def quoting(db: Connection, texts: Collection[str]) -> list[Ref]:
    """Of which records, tasks and notes something is kept, for write-back, that holds one of the texts in any case."""
    query = select(entries.c.connection, entries.c.kind, entries.c.id)
    return [Ref(*row) for row in db.execute(query.where(_holding(entries.c.document, texts)))] if texts else []


def quotes(value: object, texts: Collection[str]) -> bool:
    return any(text.lower() in str(value).lower() for text in texts)


def _holding(column: ColumnElement[Any], texts: Collection[str]) -> ColumnElement[bool]:
    plain = func.lower(type_coerce(column, Text))  # a document as it is written, not as it is read
    return or_(*(plain.contains(text.lower(), autoescape=True) for text in texts))


def _scrub(db: Connection, table: Table, column: Column[Any], texts: Collection[str], mask: str) -> int:
    pattern = re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))), re.IGNORECASE)
    plain = type_coerce(column, Text).label("plain")
    rows = db.execute(select(*table.primary_key, plain).where(_holding(column, texts))).all()
    for *key, text in rows:
        this = [name == value for name, value in zip(table.primary_key, key, strict=True)]
        db.execute(update(table).where(*this).values({column.name: type_coerce(pattern.sub(mask, text), Text)}))
    return len(rows)
