"""What is read of one object for one kind: the map of the admin, met with what the integration user may see.

Decides names only; ``mapping`` turns rows into records, ``soql`` writes the queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, tzinfo
from typing import Final

from adapters.records import RECORD_TYPES, Record
from adapters.salesforce.describe import Described, column
from adapters.salesforce.values import OWN_READERS, Reader, described, undescribed
from adapters.schema import readable
from config.connections import KindMap
from config.fields import OwnField
from config.words import KEYED_KINDS, Kind

STAMP: Final = "SystemModstamp"
"""Changes on user and automated changes alike and is indexed; LastModifiedDate can be back-dated."""

GONE: Final = ("IsDeleted", "MasterRecordId")
"""What makes a tombstone, read where it exists: User has neither, most objects cannot be merged."""

BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "Task": ("WhatId", "ActivityDate"),
    "Event": ("WhatId", "ActivityDate", "IsAllDayEvent", "IsChild"),
    "Opportunity": ("IsClosed", "IsWon"),
    "Case": ("IsClosed",),
    "Contract": ("StatusCode", "ContractTerm"),
}
"""Fields that a mapped one cannot be understood without."""

WITHIN: Final[Mapping[str, str]] = {"Task": "TaskWhoRelations", "Event": "EventWhoRelations"}
"""Where Shared Activities are on, the up to 50 persons of an activity, of whom WhoId names the first."""

KEY: Final = "CSB_Key__c"
"""On tasks and events, where it was provisioned: filled on those that csbridge created, which are nobody's touches."""
KEYED: Final = frozenset({"Task", "Event"})

CURRENCY: Final = "CurrencyIsoCode"
"""Exists in orgs of several currencies only."""

DRIFTING: Final = ("LastActivityDate",)
"""Fields that Salesforce moves without the record's stamp although describe does not call them calculated."""

ACCOUNT: Final = "Account"
OF_AN_ACCOUNT: Final = frozenset({"Contact", "Opportunity", "Case", "Contract", "Asset", "Order"})
"""Objects whose records belong to an account by their AccountId."""

PULSE: Final = ("pulse", "pulse_reason", "pulse_until")


@dataclass(frozen=True, slots=True)
class View:
    """Vendor names by canonical name; only what is visible."""

    connection: str
    kind: Kind
    object: str
    columns: tuple[str, ...]
    """What a query selects, each once."""
    within: str = ""
    """The child relationship that is selected too, for the persons of an activity."""
    about: Mapping[str, "View"] = field(default_factory=dict)
    """By the prefix of their ids, the objects that an activity can be about, and where they name their account."""
    currency: str | None = None
    """In which amounts are that say nothing else, in an org that has one currency only."""
    mapped: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, tuple[str, Reader]] = field(default_factory=dict)
    own: Mapping[str, tuple[str, Reader]] = field(default_factory=dict)
    """csbridge's own fields, the pulse included."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    """What holds of a record that does not say otherwise."""
    drifting: frozenset[str] = frozenset()
    """Columns whose values change without the record's stamp: formulas, roll-ups, a parent's fields."""
    missing: tuple[str, ...] = ()
    """Canonical fields whose mapped vendor field is absent or hidden, or cannot hold what is needed."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Describe's type of each column of the object itself."""
    prefix: str = ""
    zone: tzinfo = UTC

    @property
    def is_plain(self) -> bool:
        """Whether all columns are fields of the object itself."""
        return not self.within and not any("." in column for column in self.columns)

    @property
    def is_about_something(self) -> bool:
        """Whether its records name an account, and besides it another record."""
        return self.mapped.get("accounts") in self.types and "WhatId" in self.types

    @property
    def covered(self) -> frozenset[str]:
        """The columns that records are made of, with their types: when one joins them or is retyped, what was read
        before is incomplete.

        Own fields are not among them, the pulse apart: they are observed only.
        """
        observed = {KEY} | {vendor for name, (vendor, _) in self.own.items() if name not in PULSE}
        asked = {*self.mapped.values(), *(vendor for vendor, _ in self.extra.values())}
        made_of = frozenset(self.columns) - (observed - asked)
        return frozenset(f"{column} {self.types[column]}" if column in self.types else column for column in made_of)


def vendor_name(own: OwnField) -> str:
    """``health_score`` → ``CSB_Health_Score__c``, unless the admin keeps it in a field of their own."""
    if own.on in KEYED_KINDS:
        return KEY
    return own.to or "CSB_" + "_".join(word.capitalize() for word in own.name.split("_")) + "__c"


def view(
    connection: str,
    kind: Kind,
    table: KindMap,
    seen: Described,
    own: Sequence[OwnField],
    zone: tzinfo = UTC,
    corporate: str | None = None,
) -> View:
    """The map of one kind, cut down to what is visible in ``seen``. ``corporate``: the org's own currency."""
    canonical = _canonical(kind)
    spelled = {name: _spelled(kind, name, table, seen) for name in table.fields}
    mapped = {name: vendor for name, vendor in spelled.items() if vendor and name in canonical}
    extra = {name: vendor for name, vendor in spelled.items() if vendor and name not in canonical}
    ours = _own(kind, seen, own)
    marked = (KEY,) if seen.object in KEYED else ()
    beside = [name for name in (*GONE, *BESIDE.get(seen.object, ()), *marked) if seen.field(name)]
    within = name if (name := WITHIN.get(seen.object, "")) in seen.children else ""
    persons = [f"(SELECT RelationId FROM {within})"] if within else []
    columns = _once(["Id", STAMP, *beside, *mapped.values(), *extra.values(), *_vendors(ours), *persons])
    return View(
        connection=connection,
        kind=kind,
        object=seen.object,
        columns=columns,
        within=within,
        currency=None if seen.field(CURRENCY) else corporate,
        mapped=mapped,
        extra={name: (vendor, _reader(seen, vendor)) for name, vendor in extra.items()},
        own=ours,
        words=table.values,
        constants={name: value for name, value in table.constants.items() if name in canonical},
        drifting=frozenset(vendor for vendor in (*mapped.values(), *extra.values()) if _drifts(seen, vendor)),
        missing=tuple(sorted(name for name, vendor in spelled.items() if vendor is None)),
        types={column: known.type for column in columns if (known := seen.field(column))},
        prefix=seen.prefix,
        zone=zone,
    )


def _canonical(kind: Kind) -> set[str]:
    shared = {item.name for item in fields(Record)}
    return {item.name for item in fields(RECORD_TYPES[kind])} - shared - {"own"}


def _spelled(kind: Kind, name: str, table: KindMap, seen: Described) -> str | None:
    """The vendor field as Salesforce spells it; None when there is nothing to be read from it.

    A lookup to a contact, an opportunity and the like stands for that record's account.
    """
    found = seen.field(table.fields[name])
    if found is None:
        return seen.spelled(table.fields[name])
    if not readable(kind, name, table, column(found)):
        return None
    astray = name in ("account", "accounts") and found.targets and ACCOUNT not in found.targets
    return f"{found.relationship}.AccountId" if astray and set(found.targets) <= OF_AN_ACCOUNT else found.name


def _own(kind: Kind, seen: Described, own: Sequence[OwnField]) -> dict[str, tuple[str, Reader]]:
    """Own fields are on accounts and persons: no other record has a place for them."""
    found = ((item, seen.spelled(vendor_name(item))) for item in own if item.on == kind)
    return {item.name: (vendor, OWN_READERS[item.type]) for item, vendor in found if vendor}


def _drifts(seen: Described, vendor: str) -> bool:
    known = seen.field(vendor)
    return "." in vendor or vendor in DRIFTING or (known is not None and known.calculated)


def _reader(seen: Described, vendor: str) -> Reader:
    known = seen.field(vendor)
    return described(known.type) if known else undescribed


def _vendors(columns: Mapping[str, tuple[str, Reader]]) -> Iterable[str]:
    return (vendor for vendor, _ in columns.values())


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
