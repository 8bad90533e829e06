"""What the org has already of our fields and rights: facts for the plan, gathered in as few calls as it takes.

Setup objects are closed to a user without admin rights; what cannot be seen counts as not there, and creating
it then says which right is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.errors import Refused, Unauthorized
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described, Field
from adapters.salesforce.describing import describe
from adapters.salesforce.fitting import from_metadata, missing_options, with_options
from adapters.salesforce.mapped_rights import NOTHING, Hidden
from adapters.salesforce.permission_sets import PermissionSet, permission_sets
from adapters.salesforce.rows import custom_field_ids, rows
from adapters.salesforce.view import vendor_name
from config.fields import OwnField
from config.words import AnyKind

_RIGHTS: Final[Mapping[str, str]] = {
    "PermissionsCustomizeApplication": "Customize Application",
    "PermissionsManageProfilesPermissionsets": "Manage Profiles and Permission Sets",
    "PermissionsAssignPermissionSets": "Assign Permission Sets",
}
"""What provisioning needs, as the API and as Setup call it."""


@dataclass(frozen=True, slots=True)
class CustomField:
    """A custom field as Tooling knows it, whether or not the integration user may see it."""

    id: str
    field: Field
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setup:
    """Facts about the org; full names are ``Account.CSB_Nps__c``."""

    objects: Mapping[str, Described]
    """By our word for where a field is: account, person."""
    hidden: Mapping[str, CustomField]
    """Fields of ours that exist though describe does not show them, or not all of their options; by full name."""
    shared: frozenset[str] = frozenset()
    """Pick-lists whose options belong to a value set of the org, by full name."""
    filled: frozenset[str] = frozenset()
    """Names of the admin's own fields, chosen to keep ours, that hold values of somebody else."""
    sets: Mapping[str, PermissionSet] | None = None
    """Our permission sets by name; None where the login may not look."""
    user: str = ""
    """Whom the set for the connection is assigned to."""
    mapped: Hidden = NOTHING
    """What is mapped, exists, and is hidden from that user."""
    lacking: tuple[str, ...] = ()
    """Rights that the login is known not to have."""


def setup(
    client: Client,
    hands: Client,
    names: Mapping[AnyKind, str],
    user: str,
    fields: Sequence[OwnField],
    mapped: Hidden = NOTHING,
) -> Setup:
    """Gather the facts about ``fields`` and all rights to them, as the user of the connection sees them.

    ``hands``: the login that sees and changes the set-up, the connection's own or an administrator's; ``names``: the
    vendor object by kind.
    """
    found = setup_of_fields(client, hands, names, fields)
    return replace(found, sets=permission_sets(hands), user=user, mapped=mapped, lacking=lacking_rights(hands))


def setup_of_fields(client: Client, hands: Client, names: Mapping[AnyKind, str], fields: Sequence[OwnField]) -> Setup:
    """The facts without the permission sets: one call per object where nothing is missing."""
    objects = described_objects(client, names, fields)
    hidden = _custom_fields_of(hands, objects, [field for field in fields if not field.to])
    return Setup(
        objects=objects,
        hidden=hidden,
        shared=frozenset(name for name, known in hidden.items() if with_options(known.metadata, ()) is None),
        filled=frozenset(
            full_name(field, objects) for field in fields if _is_filled(client, field, objects, _mark(field, fields))
        ),
    )


def described_objects(client: Client, names: Mapping[AnyKind, str], fields: Sequence[OwnField]) -> dict[str, Described]:
    """The objects that ``fields`` are on, as the integration user sees them. Raises Unauthorized for a hidden one."""
    found: dict[str, Described] = {}
    for kind in dict.fromkeys(field.on for field in fields):
        seen, _ = describe(client, names[kind])
        if seen is None:
            raise Unauthorized(f"the user of this connection may not see {names[kind]}", connection=client.connection)
        found[kind] = seen
    return found


def _custom_fields_of(
    client: Client, objects: Mapping[str, Described], own: Sequence[OwnField]
) -> dict[str, CustomField]:
    """What the Tooling API knows of those fields that describe does not show, or shows without all options."""
    asked: dict[str, list[str]] = {}
    for field in own:
        there = objects[field.on].field(vendor_name(field))
        if there is None or missing_options(field, there):
            asked.setdefault(objects[field.on].object, []).append(vendor_name(field))
    found = (custom_fields(client, vendor_object, vendors) for vendor_object, vendors in asked.items())
    return {name: known for several in found for name, known in several.items()}


def _is_filled(client: Client, own: OwnField, objects: Mapping[str, Described], mark: str) -> bool:
    """Whether the admin's field that is to keep ours holds values not ours; asked only where the answer matters."""
    seen = objects[own.on]
    if not own.to or own.adopt or not own.written or seen.field(own.to) is None:
        return False
    return filled(client, seen.object, own.to, mark if seen.field(mark) else "")


def _mark(own: OwnField, fields: Sequence[OwnField]) -> str:
    """The other field that csbridge fills on every record it writes to; empty when that is switched off, or tells
    nothing of this one.
    """
    if own.lent_late:
        return ""
    marks = (vendor_name(field) for field in fields if field.name == "scored_at" and field.on == own.on)
    return next((mark for mark in marks if mark != vendor_name(own)), "")


def full_name(own: OwnField, objects: Mapping[str, Described]) -> str:
    return f"{objects[own.on].object}.{vendor_name(own)}"


def custom_fields(client: Client, vendor_object: str, vendors: Sequence[str]) -> dict[str, CustomField]:
    """Those of these custom fields that exist, by full name, as the Tooling API knows them."""
    found = custom_field_ids(client, vendor_object, vendors) or {}
    return {name: _custom_field(client, name, one) for name, one in found.items()}


def _custom_field(client: Client, full_name: str, one: str) -> CustomField:
    """Salesforce gives the metadata of one field at a time only."""
    answer = client.read(f"tooling/sobjects/CustomField/{one}", "provision").body or {}
    metadata = answer.get("Metadata") or {}
    return CustomField(one, from_metadata(full_name.partition(".")[2], metadata), metadata)


def filled(client: Client, vendor_object: str, vendor: str, mark: str = "") -> bool:
    """Whether any record holds a value there that csbridge did not write: one without our ``mark``.

    A field that cannot be filtered on counts as filled, to be safe.
    """
    foreign = f"{vendor} != null AND {mark} = null" if mark else f"{vendor} != null"
    query = f"SELECT Id FROM {vendor_object} WHERE {foreign} LIMIT 1"
    try:
        return bool((client.query(query, "provision").body or {}).get("records"))
    except Refused:
        return True


def lacking_rights(client: Client) -> tuple[str, ...]:
    """Rights to the set-up that this login says it has not; none where it does not say."""
    found = rows(client, f"SELECT {', '.join(_RIGHTS)} FROM UserPermissionAccess LIMIT 1")
    return tuple(right for name, right in _RIGHTS.items() if found and found[0].get(name) is False)
