"""Fields and objects of an org, and what describe says about them. Holds no rows."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

FieldType = Literal[
    "id", "string", "textarea", "picklist", "multipicklist", "double", "int", "currency", "percent", "date",
    "datetime", "boolean", "reference", "url", "email", "phone", "address",
]  # fmt: skip
NUMBERS: Final = frozenset({"double", "int", "currency", "percent"})
TEXTS: Final = frozenset({"string", "textarea", "picklist", "multipicklist", "url", "email", "phone"})
_PART: Final = re.compile(r"(Billing|Shipping|Mailing|Other)(?:Street|City|State|PostalCode|Country)")
_SOAP: Final[Mapping[str, str]] = {
    "id": "tns:ID", "reference": "tns:ID", "double": "xsd:double", "currency": "xsd:double", "percent": "xsd:double",
    "int": "xsd:int", "date": "xsd:date", "datetime": "xsd:dateTime", "boolean": "xsd:boolean",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    default: bool = False
    active: bool = True
    """An inactive option is known, shown where it is held, and cannot be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. ``writes``: "" (read-only), "c" (on create), "u" (on update) or "cu"."""

    name: str
    type: FieldType
    label: str = ""
    length: int = 0
    precision: int = 0
    scale: int = 0
    required: bool = False
    writes: str = "cu"
    custom: bool = False
    targets: tuple[str, ...] = ()
    relation: str | None = None
    options: tuple[Option, ...] = ()
    restricted: bool = False
    external: bool = False
    unique: bool = False
    default: Any = None
    calculated: bool = False
    key: str = ""
    """Id of a custom field (00N…), "" for standard ones."""
    metadata: Mapping[str, Any] | None = None
    """How the Tooling API was told to make it."""

    @property
    def compound(self) -> str | None:
        """The address that this is a part of."""
        match = _PART.fullmatch(self.name)
        return f"{match[1]}Address" if match else None

    @property
    def polymorphic(self) -> bool:
        return len(self.targets) > 1

    def describe(self, updateable: bool) -> dict[str, Any]:
        """The describe entry, as far as a user with (or without) the right to write sees it."""
        nillable = not self.required and self.type not in ("boolean", "id")
        return {
            "aggregatable": self.type != "textarea", "autoNumber": False, "byteLength": self.length * 3,
            "calculated": self.calculated, "calculatedFormula": None, "cascadeDelete": False, "caseSensitive": False,
            "compoundFieldName": self.compound, "controllerName": None, "createable": "c" in self.writes and updateable,
            "custom": self.custom, "defaultValue": self.default, "defaultedOnCreate": self.type == "boolean",
            "dependentPicklist": False, "deprecatedAndHidden": False, "digits": 8 if self.type == "int" else 0,
            "encrypted": False, "externalId": self.external, "extraTypeInfo": None, "filterable": True,
            "groupable": self.type not in ("double", "currency", "percent", "datetime", "multipicklist"),
            "htmlFormatted": False, "idLookup": self.type == "id" or self.external, "inlineHelpText": None,
            "label": self.label or self.name, "length": self.length, "name": self.name,
            "nameField": self.name == "Name",
            "namePointing": self.polymorphic, "nillable": nillable, "permissionable": self.custom,
            "picklistValues": [
                {"active": o.active, "defaultValue": o.default, "label": o.label, "validFor": None, "value": o.value}
                for o in self.options
            ],
            "polymorphicForeignKey": self.polymorphic, "precision": self.precision, "queryByDistance": False,
            "referenceTo": list(self.targets), "relationshipName": self.relation,
            "restrictedPicklist": self.restricted, "scale": self.scale,
            "soapType": _SOAP.get(self.type, "xsd:string"), "sortable": self.type != "multipicklist",
            "type": self.type, "unique": self.unique, "updateable": "u" in self.writes and updateable,
        }  # fmt: skip


class ObjectType:
    """One kind of record. Fields are found whatever the case of their name; custom ones may be added and dropped."""

    def __init__(
        self, name: str, prefix: str, fields: Collection[Field], *, setup: bool = False, tooling: bool = False
    ) -> None:
        self.name, self.prefix, self.setup, self.tooling = name, prefix, setup, tooling
        self._fields = {field.name.casefold(): field for field in fields}
        self._relations = {field.relation.casefold(): field for field in fields if field.relation}

    def fields(self) -> list[Field]:
        return list(self._fields.values())

    def field(self, name: str) -> Field | None:
        return self._fields.get(name.casefold())

    def relation(self, name: str) -> Field | None:
        """The reference field behind a relationship name (``Owner`` → OwnerId)."""
        return self._relations.get(name.casefold())

    def put(self, field: Field) -> None:
        """Add a custom field, or replace what is known of it."""
        self._fields[field.name.casefold()] = field

    def drop(self, name: str) -> None:
        self._fields.pop(name.casefold(), None)

    def summary(self, version: str) -> dict[str, Any]:
        """The entry in the list of objects."""
        base = f"/services/data/{version}/sobjects/{self.name}"
        return {
            "activateable": False, "createable": True, "custom": self.name.endswith("__c"), "customSetting": False,
            "deletable": self.name != "User", "deprecatedAndHidden": False, "feedEnabled": False,
            "keyPrefix": self.prefix, "label": self.name, "labelPlural": f"{self.name}s", "layoutable": True,
            "mergeable": self.name in ("Account", "Contact", "Case"), "mruEnabled": True, "name": self.name,
            "queryable": True, "replicateable": not self.setup, "retrieveable": True, "searchable": not self.setup,
            "triggerable": not self.setup, "undeletable": not self.setup, "updateable": True,
            "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
        }  # fmt: skip
