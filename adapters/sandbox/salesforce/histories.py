"""The history objects: a row for each change of a tracked field, two for a lookup (names, and ids)."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.sandbox.salesforce.fields import Field, ObjectType
from adapters.sandbox.salesforce.org import Actor, Org
from adapters.sandbox.salesforce.standard import TRACKED, history_of
from adapters.sandbox.salesforce.tables import Row


def remember(org: Org, actor: Actor, kind: ObjectType, before: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Write down what ``changes`` do to the tracked fields of a row."""
    for name in TRACKED.get(kind.name, ()):
        field = kind.field(name)
        if field and name in changes and changes[name] != before.get(name):
            for called, old, new in _rows(org, field, before.get(name), changes[name]):
                _add(org, actor, kind, before["Id"], {"Field": called, "OldValue": old, "NewValue": new})


def _rows(org: Org, field: Field, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if field.type != "reference":
        yield field.name, old, new
        return
    called = field.name.removesuffix("Id")
    yield called, _name(org, old), _name(org, new)
    yield called, old, new


def _name(org: Org, row_id: str | None) -> Any:
    row = org.row(row_id) if row_id else None
    return row.get("Name") if row else None


def _add(org: Org, actor: Actor, kind: ObjectType, row_id: str, told: Row) -> None:
    now = org.stamp()
    stamps = {"CreatedDate": now, "CreatedById": actor.user, "SystemModstamp": now}
    row = {"Id": org.new_id("017"), f"{kind.name}Id": row_id, **told, **stamps}
    org.tables[history_of(kind.name)].add({name: value for name, value in row.items() if value is not None})
