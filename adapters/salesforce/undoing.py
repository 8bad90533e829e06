"""Takes back what provisioning made: own fields by their names, with their values, then the permission sets.

A field that other metadata refers to is refused by Salesforce, and stays with the rights to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from adapters.contract import Change, Plan
from adapters.errors import Refused, Unauthorized
from adapters.salesforce import granting
from adapters.salesforce.client import Client
from adapters.salesforce.permission_sets import PermissionSet, permission_sets
from adapters.salesforce.rows import custom_field_ids
from adapters.salesforce.setup import described_objects, lacking_rights
from adapters.salesforce.view import vendor_name
from config.fields import OwnField
from config.words import AnyKind

LOST: Final = "Salesforce keeps deleted fields and their values for 15 days, in Setup, Object Manager, Deleted Fields"
_GONE: Final = ("NOT_FOUND", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY")

Guard = Callable[[Change, Callable[[Change], None]], None]
"""Does one change, and names the right that is missing."""


def plan(client: Client, hands: Client, objects: Mapping[AnyKind, str], fields: Sequence[OwnField]) -> Plan:
    """Where the login may not look at the set-up, what the user of the connection sees is all that is known."""
    seen = described_objects(client, objects, fields)
    names = ours(fields)
    found: list[Change] = []
    for kind, there in seen.items():
        mine = {vendor: name for vendor, (on, name) in names.items() if on == kind}
        ids = custom_field_ids(hands, there.object, list(mine))
        known = {name.partition(".")[2].lower() for name in ids} if ids is not None else set(there.fields)
        found += [
            Change("delete_field", name, f"{there.object}.{vendor}")
            for vendor, name in mine.items()
            if vendor.lower() in known
        ]
    found += _sets(hands)
    return Plan(tuple(found), lacking_rights(hands), LOST) if found else Plan()


def ours(fields: Sequence[OwnField]) -> dict[str, tuple[str, str]]:
    """Our names for these fields → where they are, and the own field; never a name that an admin lent us."""
    lent = {field.to.lower() for field in fields if field.to}
    named = {vendor_name(replace(field, to=None)): (field.on, field.name) for field in fields}
    return {vendor: what for vendor, what in named.items() if vendor.lower() not in lent}


def _sets(hands: Client) -> list[Change]:
    found: list[Change] = []
    for name, there in (permission_sets(hands) or {}).items():
        if count := len(there.assignments):
            found.append(Change("unassign", "", name, f"from {count} user{'' if count == 1 else 's'}", group=name))
        found.append(Change("delete_group", "", name, "permission set", group=name))
    return found


def carry_out(hands: Client, wanted: Plan, guard: Guard) -> list[Change]:
    """Fields first: the sets stay while one of them does. Gives what was refused."""
    refused: list[Change] = []
    for change in wanted.changes:
        if change.action != "delete_field" and any(one.action == "delete_field" for one in refused):
            refused.append(replace(change, blocked="it stays as long as a field does"))
            continue
        try:
            guard(change, lambda one: _ACTIONS[one.action](hands, one))
        except Refused as exc:
            refused.append(replace(change, blocked=str(exc)))
    return refused


def _delete_field(hands: Client, change: Change) -> None:
    vendor_object, _, vendor = change.target.partition(".")
    found = custom_field_ids(hands, vendor_object, [vendor])
    if found is None:
        raise _closed(hands, "custom fields")
    for one in found.values():
        try:
            hands.change("DELETE", f"tooling/sobjects/CustomField/{one}", "provision", None)
        except Refused as exc:
            if exc.code not in _GONE:
                raise


def _unassign(hands: Client, change: Change) -> None:
    there = _sets_of(hands).get(change.target)
    granting.remove(hands, list(there.assignments.values()) if there else [])


def _delete_set(hands: Client, change: Change) -> None:
    there = _sets_of(hands).get(change.target)
    granting.remove(hands, [there.id] if there else [])


def _sets_of(hands: Client) -> dict[str, PermissionSet]:
    found = permission_sets(hands)
    if found is None:
        raise _closed(hands, "permission sets")
    return found


def _closed(hands: Client, what: str) -> Unauthorized:
    return Unauthorized(f"this login may not look at the {what} of the org", connection=hands.connection, status=403)


_ACTIONS: Final[Mapping[str, Callable[[Client, Change], None]]] = {
    "delete_field": _delete_field, "unassign": _unassign, "delete_group": _delete_set,
}  # fmt: skip
