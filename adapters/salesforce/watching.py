"""Which changes of a mapped object the org shall tell of: the fields that a flow can watch, and its entry condition.

Pure. Salesforce's formulas cannot name every field: what is left out here is seen by the next poll.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

PERMISSION: Final = "CSB_Integration"
"""The custom permission that the integration user has through its permission set: what it writes is not told back."""

LONGEST: Final = 3900
"""Characters of a formula."""

_STEADY: Final = frozenset({
    "Id", "CreatedById", "CreatedDate", "LastModifiedById", "LastModifiedDate", "SystemModstamp", "LastActivityDate",
})  # fmt: skip
"""Never changed, or changed by every change and by none that matters."""

_INSTEAD: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("Contact", "Name"): ("FirstName", "LastName"),
    ("Lead", "Name"): ("FirstName", "LastName"),
    ("User", "Name"): ("FirstName", "LastName"),
    ("Opportunity", "IsClosed"): ("StageName",),
    ("Opportunity", "IsWon"): ("StageName",),
    ("Case", "IsClosed"): ("Status",),
    ("Contract", "EndDate"): ("EndDate", "ContractTerm"),
}
"""What is made of other fields → what they are."""

_OWNED_BY_USERS: Final = ("Account", "Contact", "Opportunity", "Contract")
"""Elsewhere a queue may own a record, and formulas name no field that leads to several objects."""

_ACTIVITIES: Final = ("Task", "Event")
"""What an activity is about leads to several objects, so that every change of one counts."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched of one object. ``fields``: none where every change counts."""

    object: str
    fields: tuple[str, ...]
    left_out: Mapping[str, str]
    """Mapped fields that no condition can name, and why."""

    @property
    def condition(self) -> str:
        """True for a new record and where a watched field changed, unless csbridge changed it."""
        others = f"NOT({{!$Permission.{PERMISSION}}})"
        changed = ", ".join(["ISNEW()", *(f"ISCHANGED({{!$Record.{name}}})" for name in self.fields)])
        return f"AND({others}, OR({changed}))" if self.fields else others


def watch(vendor_object: str, mapped: Iterable[str]) -> Watch:
    """``mapped``: the fields of that object which are read."""
    if vendor_object in _ACTIVITIES:
        return Watch(vendor_object, (), {})
    fields = [name for one in sorted(set(mapped)) for name in _INSTEAD.get((vendor_object, one), (one,))]
    why = {name: _hindrance(vendor_object, name) for name in fields if name not in _STEADY}
    watched = Watch(
        vendor_object,
        tuple(name for name, reason in why.items() if not reason),
        {name: reason for name, reason in why.items() if reason},
    )
    return watched if len(watched.condition) <= LONGEST else Watch(vendor_object, (), {})


def _hindrance(vendor_object: str, name: str) -> str:
    if name == "CurrencyIsoCode":
        return "only orgs with several currencies have it"
    if name == "OwnerId" and vendor_object not in _OWNED_BY_USERS:
        return "a queue may be the owner, and a formula cannot name such a field"
    if name in ("WhoId", "WhatId"):
        return "a formula cannot name a field that leads to several objects"
    if name.endswith("Address"):
        return "a formula cannot name a whole address"
    return ""
