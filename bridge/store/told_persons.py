"""Persons in what endpoints are, or were, told, what they wrote and that it was they: found, and taken out."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, or_, select, type_coerce, update

from adapters.records import Ref
from bridge.store.rows import chunks
from bridge.store.schema import notifications


def forget_person(db: Connection, refs: Sequence[Ref]) -> int:
    """Blank the persons ``refs`` (of kind person) in notifications, delivered ones included; in how many."""
    names = _names(refs)
    changed = 0
    for row in _naming(db, names):
        document = without(row.document, names)
        if document != row.document:
            db.execute(update(notifications).where(notifications.c.id == row.id).values(document=document))
            changed += 1
    return changed


def told_of(db: Connection, refs: Sequence[Ref]) -> list[dict[str, Any]]:
    """What endpoints are, or were, told of the persons ``refs``: where to, when, and the parts that are about them."""
    names = _names(refs)
    columns = ("endpoint", "event", "type", "created_at", "done_at")
    return [
        {name: row._mapping[name] for name in columns} | {"about": parts}
        for row in _naming(db, names)
        if (parts := list(about(row.document, names)))
    ]


def _names(refs: Sequence[Ref]) -> set[str]:
    return {f"{ref.connection}:{ref.id}" for ref in refs}


def _naming(db: Connection, names: Collection[str]) -> Iterator[Row[Any]]:
    text = type_coerce(notifications.c.document, Text)
    for some in chunks(sorted(names), 200):
        naming = or_(*(text.contains(f'"{name}"', autoescape=True) for name in some))
        yield from db.execute(select(notifications).where(naming).order_by(notifications.c.id)).all()


def about(document: Any, persons: Collection[str]) -> Iterator[dict[str, Any]]:
    """The parts of a document that are about one of these: of a digest, nothing of what it tells of others."""
    if isinstance(document, list):
        yield from (part for item in document for part in about(item, persons))
    elif isinstance(document, dict) and document.get("person") in persons:
        yield document
    elif isinstance(document, dict):
        yield from about(list(document.values()), persons)


def without(document: Any, persons: Collection[str]) -> Any:
    """The document with person and comment blank wherever it is about one of these."""
    if isinstance(document, list):
        return [without(item, persons) for item in document]
    if not isinstance(document, dict):
        return document
    blank = {"person": None, "comment": None} if document.get("person") in persons else {}
    return {name: without(value, persons) for name, value in document.items()} | blank
