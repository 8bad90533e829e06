"""What HubSpot's objects are to csbridge: their names, type ids, stamps, and which properties each kind asks for.

Decides names only; ``mapping`` turns rows into records, ``search`` and ``reading`` fetch them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import tzinfo
from typing import Any, Final

from adapters.records import RECORD_TYPES, Record
from config.connections import KindMap
from config.fields import OwnField
from config.words import KEYED_KINDS, ActivityKind, Kind

OWNERS: Final = "owners"

TYPE_IDS: Final[Mapping[str, str]] = {
    "0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-7": "products", "0-8": "line_items",
    "0-14": "quotes", "0-18": "communications", "0-19": "feedback_submissions", "0-27": "tasks", "0-46": "notes",
    "0-47": "meetings", "0-48": "calls", "0-49": "emails", "0-53": "invoices", "0-69": "subscriptions",
    "0-101": "commerce_payments", "0-116": "postal_mail", "0-123": "orders", "0-136": "leads", "0-142": "carts",
    "0-162": "services", "0-410": "courses", "0-420": "listings", "0-421": "appointments",
}  # fmt: skip
"""What a map may name an object by, and webhooks do. A custom object has its own, such as ``2-123``."""

ACTIVITIES: Final[Mapping[str, ActivityKind]] = {
    "calls": "call", "emails": "email", "meetings": "meeting", "notes": "note", "tasks": "task",
}  # fmt: skip

BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("hs_calculated_merged_vids",),
    "meetings": ("hs_timestamp",),
    "deals": ("hs_is_closed", "hs_is_closed_won"),
}
"""Properties that a mapped one cannot be understood without."""

MERGED: Final = "hs_merged_object_ids"

REFERENCES: Final[Mapping[Kind, Mapping[str, str]]] = {
    "person": {"accounts": "companies"},
    "activity": {"accounts": "companies", "persons": "contacts"},
    "deal": {"account": "companies"},
    "ticket": {"account": "companies", "person": "contacts"},
    "contract": {"account": "companies"},
    "response": {"account": "companies", "person": "contacts"},
    "invoice": {"account": "companies"},
    "usage": {"account": "companies"},
}
"""Canonical field → the object whose associations fill it, where no property names it."""

SETS: Final = frozenset({"accounts", "persons"})
"""References that hold several ids; the others hold the first."""

PULSE: Final = ("pulse", "pulse_reason", "pulse_until")
OWN_OBJECTS: Final[Mapping[str, str]] = {
    "account": "companies", "person": "contacts", "task": "tasks", "note": "notes",
}  # fmt: skip
KEY: Final = "csb_key"
"""On tasks and notes, where it was provisioned: filled on those that csbridge created, which are nobody's touches."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind as it is read from one object."""

    connection: str
    kind: Kind
    object: str
    mapped: Mapping[str, str]
    """Canonical field → property."""
    extra: Mapping[str, str]
    """A name of the admin's → property."""
    words: Mapping[str, Mapping[str, str]]
    constants: Mapping[str, str]
    """What holds of a record that does not say otherwise."""
    own: tuple[OwnField, ...]
    """Own fields that this object carries, the pulse included."""
    zone: tzinfo

    @property
    def name(self) -> str:
        """The object by its name, where the map names it by its type id."""
        return TYPE_IDS.get(self.object, self.object)

    @property
    def stamp(self) -> str:
        """The property that moves with every change."""
        return "lastmodifieddate" if self.object == "contacts" else "hs_lastmodifieddate"

    @property
    def references(self) -> Mapping[str, str]:
        """``REFERENCES`` as this object has them: a feedback submission knows its contact only."""
        known = REFERENCES.get(self.kind, {})
        return {name: to for name, to in known.items() if (self.object, name) != ("feedback_submissions", "account")}

    @property
    def table(self) -> KindMap:
        """The map that it was made of."""
        return KindMap(object=self.object, fields={**self.mapped, **self.extra}, values=self.words)

    @property
    def custom(self) -> bool:
        """An object that the portal made up itself: ``2-123``, ``p_invoices`` or ``p123_invoices``."""
        return self.object.startswith(("2-", "p"))

    @property
    def may_be_ours(self) -> bool:
        """Whether csbridge creates records of this object."""
        return self.kind == "activity" and self.object in ("tasks", "notes")

    @property
    def properties(self) -> tuple[str, ...]:
        """What is asked for, each once. HubSpot ignores names that it does not know."""
        ours = (vendor_name(field) for field in self.own)
        beside = (self.stamp, MERGED, *BESIDE.get(self.object, ()), *([KEY] if self.may_be_ours else []))
        return tuple(dict.fromkeys([*beside, *self.mapped.values(), *self.extra.values(), *ours]))

    def id(self, vendor_id: str) -> str:
        """HubSpot numbers each object by itself, so an activity's id says which object it is: ``calls:123``."""
        return f"{self.object}:{vendor_id}" if self.kind == "activity" else vendor_id

    def number(self, one: str) -> str | None:
        """HubSpot's own id in one of ours; None for an id of another object, or one that cannot be HubSpot's."""
        prefix, _, number = one.rpartition(":")
        fits = prefix == (self.object if self.kind == "activity" else "")
        return number if fits and number.isascii() and number.isdigit() else None


def shapes(
    connection: str, maps: Mapping[Kind, Sequence[KindMap]], own: Sequence[OwnField], zone: tzinfo
) -> dict[Kind, tuple[Shape, ...]]:
    """The shapes of every kind that csbridge has records for; a kind that is not mapped has none."""
    return {
        kind: tuple(_shape(connection, kind, table, own, zone) for table in tables if table.object)
        for kind, tables in maps.items()
        if kind in RECORD_TYPES
    }


def _shape(connection: str, kind: Kind, table: KindMap, own: Sequence[OwnField], zone: tzinfo) -> Shape:
    canonical = _canonical(kind)
    return Shape(
        connection=connection,
        kind=kind,
        object=table.object or "",
        mapped={name: vendor for name, vendor in table.fields.items() if name in canonical},
        extra={name: vendor for name, vendor in table.fields.items() if name not in canonical},
        words=table.values,
        constants={name: value for name, value in table.constants.items() if name in canonical},
        own=tuple(field for field in own if field.on == kind),
        zone=zone,
    )


def is_ours(row: Mapping[str, Any]) -> bool:
    """Whether csbridge created this task or note."""
    return bool((row.get("properties") or {}).get(KEY))


def _canonical(kind: Kind) -> set[str]:
    shared = {item.name for item in fields(Record)}
    return {item.name for item in fields(RECORD_TYPES[kind])} - shared - {"own"}


def vendor_name(field: OwnField) -> str:
    """``health_score`` → ``csb_health_score``, unless the admin keeps it in a property of their own."""
    if field.on in KEYED_KINDS:
        return KEY
    return field.to or f"csb_{field.name}"
