"""What ``describe`` says of an object: the fields that the integration user may see, and what they can hold.

Field-level security hides a field from describe altogether; asking for it anyway fails the whole query
(``INVALID_FIELD``), so everything that is read or written is first looked up here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.schema import Column, Sort

_SORTS: Final[Mapping[str, Sort]] = {
    "double": "number", "currency": "number", "percent": "number", "int": "number", "long": "number",
    "boolean": "flag", "date": "date", "datetime": "datetime", "multipicklist": "options",
    "address": "compound", "location": "compound",
}  # fmt: skip
"""Describe's types in the words of ``schema``; all others are text."""


@dataclass(frozen=True, slots=True)
class Field:
    """One visible field, with describe's own names for type and sizes."""

    name: str
    type: str
    updateable: bool = False
    length: int = 0
    precision: int = 0
    scale: int = 0
    options: tuple[str, ...] = ()
    """Active pick-list values."""
    calculated: bool = False
    """A formula or a roll-up: its value changes without a change of the record's stamp."""
    relationship: str = ""
    """The name under which the parent's fields are reached (``OwnerId`` → ``Owner``)."""
    targets: tuple[str, ...] = ()
    """The objects that a lookup leads to."""
    label: str = ""
    permissionable: bool = False
    """Whether a permission set can hold a right to it: not for required fields, and few system ones."""


@dataclass(frozen=True, slots=True)
class Described:
    """One object as the integration user sees it. ``fields`` by name in lower case: Salesforce ignores case."""

    object: str
    fields: Mapping[str, Field]
    prefix: str = ""
    """The first three characters of its ids."""
    children: frozenset[str] = frozenset()
    """The names under which the rows that hang on one of its records are reached."""

    def field(self, name: str) -> Field | None:
        return self.fields.get(name.lower())

    @property
    def columns(self) -> dict[str, Column]:
        return {name: column(field) for name, field in self.fields.items()}

    def spelled(self, name: str) -> str | None:
        """A mapped field as Salesforce spells it; None when it is absent or hidden.

        ``Owner.Email`` is visible when the lookup behind ``Owner`` is; the parent's own fields are not known here.
        """
        first, dot, rest = name.partition(".")
        if not dot:
            return found.name if (found := self.field(name)) else None
        parents = {field.relationship.lower(): field.relationship for field in self.fields.values()}
        parent = parents.get(first.lower())
        return f"{parent}.{rest}" if parent and rest else None


def column(field: Field) -> Column:
    """The field in the words that all adapters share."""
    return Column(field.name, field.label, _SORTS.get(field.type, "text"), field.options)


def described(answer: Mapping[str, Any]) -> Described:
    """The JSON of ``GET sobjects/{S}/describe``."""
    fields = [_field(row) for row in answer.get("fields") or [] if row.get("name")]
    return Described(
        object=str(answer.get("name") or ""),
        fields={field.name.lower(): field for field in fields},
        prefix=str(answer.get("keyPrefix") or ""),
        children=frozenset(
            str(row["relationshipName"])
            for row in answer.get("childRelationships") or []
            if row.get("relationshipName")
        ),
    )


def _field(row: Mapping[str, Any]) -> Field:
    return Field(
        name=str(row["name"]),
        type=str(row.get("type") or "string").lower(),
        updateable=bool(row.get("updateable")),
        length=int(row.get("length") or 0),
        precision=int(row.get("precision") or 0),
        scale=int(row.get("scale") or 0),
        options=tuple(str(item["value"]) for item in row.get("picklistValues") or [] if item.get("active", True)),
        calculated=bool(row.get("calculated")),
        relationship=str(row.get("relationshipName") or ""),
        targets=tuple(map(str, row.get("referenceTo") or [])),
        label=str(row.get("label") or ""),
        permissionable=bool(row.get("permissionable")),
    )
