"""Free texts in documents of the store, from which addresses can be taken out wherever they stand."""

import re
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Table, Text, func, or_, select, type_coerce, update

from adapters.records import Ref
from bridge.store.emails import quoted
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


def scrub(db: Connection, emails: Collection[str], mask: str) -> int:
    """Replace the addresses, in any case, by ``mask`` in all documents; how many documents held one."""
    return sum(_scrub(db, table, column, emails, mask) for table, column in DOCUMENTS) if emails else 0


def quoting(db: Connection, emails: Collection[str]) -> list[Ref]:
    """Of which records, tasks and notes something is kept, for write-back, that may hold one of the addresses."""
    query = select(entries.c.connection, entries.c.kind, entries.c.id)
    return [Ref(*row) for row in db.execute(query.where(_holding(entries.c.document, emails)))] if emails else []


def quotes(value: object, emails: Collection[str]) -> bool:
    return bool(_pattern(emails).search(str(value)))


def _pattern(emails: Collection[str]) -> re.Pattern[str]:
    return re.compile(quoted(emails), re.IGNORECASE)


def _holding(column: ColumnElement[Any], emails: Collection[str]) -> ColumnElement[bool]:
    """As far as a database can tell: within a longer address, too."""
    plain = func.lower(type_coerce(column, Text))  # a document as it is written, not as it is read
    return or_(*(plain.contains(email.lower(), autoescape=True) for email in emails))


def _scrub(db: Connection, table: Table, column: Column[Any], emails: Collection[str], mask: str) -> int:
    pattern, changed = _pattern(emails), 0
    plain = type_coerce(column, Text).label("plain")
    for *key, text in db.execute(select(*table.primary_key, plain).where(_holding(column, emails))).all():
        scrubbed = pattern.sub(mask, text)
        if scrubbed != text:
            this = [name == value for name, value in zip(table.primary_key, key, strict=True)]
            db.execute(update(table).where(*this).values({column.name: type_coerce(scrubbed, Text)}))
            changed += 1
    return changed
