"""Takes persons out of what endpoints are, or were, told: what they wrote, and that it was they."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Text, or_, select, type_coerce, update

from adapters.records import Ref
from bridge.store.rows import chunks
from bridge.store.schema import notifications


def forget_person(db: Connection, refs: Sequence[Ref]) -> int:
    """Blank the persons ``refs`` (of kind person) in notifications, delivered ones included; in how many."""
    names = {f"{ref.connection}:{ref.id}" for ref in refs}
    text = type_coerce(notifications.c.document, Text)
    changed = 0
    for some in chunks(sorted(names), 200):
        naming = or_(*(text.contains(f'"{name}"', autoescape=True) for name in some))
        for row in db.execute(select(notifications.c.id, notifications.c.document).where(naming)).all():
            document = without(row.document, names)
            if document != row.document:
                db.execute(update(notifications).where(notifications.c.id == row.id).values(document=document))
                changed += 1
    return changed


def without(document: Any, persons: Collection[str]) -> Any:
    """The document with person and comment blank wherever it is about one of these."""
    if isinstance(document, list):
        return [without(item, persons) for item in document]
    if not isinstance(document, dict):
        return document
    blank = {"person": None, "comment": None} if document.get("person") in persons else {}
    return {name: without(value, persons) for name, value in document.items()} | blank
