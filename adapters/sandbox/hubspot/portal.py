"""The state of one sandbox portal: records, property definitions, links, owners. Knows neither HTTP nor JSON.

Sorted orders are kept until the next change, so that walking 100,000 companies by search stays cheap.
"""

import itertools
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.sandbox.hubspot.links import Links
from adapters.sandbox.hubspot.options import Options
from adapters.sandbox.hubspot.schema import TYPES, Definition, ObjectType, group_name, shipped_definitions
from adapters.sandbox.hubspot.values import iso

FIRST_IDS: Final[Mapping[str, int]] = {kind.name: (place + 1) * 10_000_000_000 for place, kind in enumerate(TYPES)}
"""Ids do not fit 32 bits, as in real portals."""


@dataclass(frozen=True, slots=True)
class Version:
    """One past or present value of a property. ``source``: IMPORT, CRM_UI or INTEGRATION."""

    value: str
    at: int
    source: str


@dataclass(slots=True)
class Row:
    """One record: properties that have a value, stamps in epoch ms; ``archived`` is when it was deleted."""

    id: int
    props: dict[str, str]
    created: int
    updated: int
    archived: int | None = None
    history: dict[str, list[Version]] | None = None


class Shelf:
    """All records and properties of one type."""

    def __init__(self, kind: ObjectType) -> None:
        self.kind = kind
        self.rows: dict[int, Row] = {}
        self.merged: dict[int, int] = {}
        """Ids that live on in another record."""
        self.definitions = shipped_definitions(kind)
        self.archived: dict[str, Definition] = {}
        """Properties that were taken away."""
        self.groups: dict[str, dict[str, Any]] = {}
        self.add_group(group_name(kind), group_name(kind).capitalize(), -1)
        self._ids: dict[bool, list[int]] = {}
        self._stamps: list[tuple[int, int]] | None = None
        self._indexes: dict[str, dict[str, int]] = {}

    def add_group(self, name: str, label: str, order: int) -> dict[str, Any]:
        self.groups[name] = {"name": name, "label": label, "displayOrder": order, "archived": False}
        return self.groups[name]

    def put(self, row: Row) -> None:
        """Add a new record."""
        self.rows[row.id] = row
        self.moved(row, dict.fromkeys(row.props))

    def moved(self, row: Row, before: Mapping[str, str | None] | None = None) -> None:
        """Something about the row changed; ``before`` holds the earlier values of what did."""
        self._stamps = None
        self._ids = {}
        for name in set(before or ()) & set(self._indexes):
            self._reindex(name, row, (before or {})[name])

    def _reindex(self, name: str, row: Row, before: str | None) -> None:
        """Keep an index right; when its holder of a value is gone, another may hold it too: build it anew on demand."""
        if before is not None:
            del self._indexes[name]
        elif name in row.props and row.archived is None:
            self._indexes[name].setdefault(row.props[name].lower(), row.id)

    def live(self, record: int) -> Row | None:
        """The record unless it is archived; an id that was merged finds the survivor."""
        row = self.rows.get(self.merged.get(record, record))
        return row if row is not None and row.archived is None else None

    def by_value(self, name: str, value: str) -> Row | None:
        """The live record with this value of a property, compared without case; the oldest of several."""
        if name not in self._indexes:
            index: dict[str, int] = {}
            for record in self.ids(False):
                held = self.value(self.rows[record], name)
                if held is not None:
                    index.setdefault(held.lower(), record)
            self._indexes[name] = index
        found = self._indexes[name].get(value.lower())
        row = self.rows.get(found) if found is not None else None
        return row if row is not None and row.archived is None else None

    def ids(self, archived: bool) -> list[int]:
        """Ids in ascending order."""
        if archived not in self._ids:
            self._ids[archived] = sorted(i for i, row in self.rows.items() if (row.archived is not None) is archived)
        return self._ids[archived]

    def page(self, after: int, limit: int, archived: bool) -> tuple[list[Row], bool]:
        """Rows with an id above ``after``, and whether there are more."""
        ids = self.ids(archived)
        start = bisect_right(ids, after)
        chosen = ids[start : start + limit]
        return [self.rows[record] for record in chosen], start + limit < len(ids)

    def stamps(self) -> list[tuple[int, int]]:
        """(updated ms, id) of all live records, ascending."""
        if self._stamps is None:
            self._stamps = sorted((row.updated, row.id) for row in self.rows.values() if row.archived is None)
        return self._stamps

    def value(self, row: Row, name: str) -> str | None:
        """One property of a record as the API shows it."""
        if name == "hs_object_id":
            return str(row.id)
        if name == self.kind.changed:
            return iso(row.updated)
        if name in (self.kind.created, "hs_createdate") and name not in row.props:
            return iso(row.created)
        return row.props.get(name)


@dataclass(slots=True)
class Owner:
    id: int
    user_id: int
    email: str
    first: str
    last: str
    active: bool
    created: int


@dataclass(slots=True)
class Portal:
    """Everything; ``lock`` is held by whoever reads or writes."""

    options: Options
    shelves: dict[str, Shelf] = field(default_factory=lambda: {kind.name: Shelf(kind) for kind in TYPES})
    links: Links = field(default_factory=Links)
    owners: dict[int, Owner] = field(default_factory=dict)
    pipelines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _next: dict[str, Iterator[int]] = field(default_factory=dict)

    def new_id(self, name: str) -> int:
        if name not in self._next:
            highest = max(self.shelves[name].rows, default=FIRST_IDS[name])
            self._next[name] = itertools.count(highest + 1)
        return next(self._next[name])

    def counts(self) -> dict[str, int]:
        return {name: len(shelf.ids(False)) for name, shelf in self.shelves.items()}


def definitions_of(shelf: Shelf, names: Sequence[str]) -> list[Definition]:
    """Those of ``names`` that exist; unknown ones are ignored, as HubSpot does on reads."""
    return [shelf.definitions[name] for name in names if name in shelf.definitions]
