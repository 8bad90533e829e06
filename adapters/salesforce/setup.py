"""What the org has already of our fields and rights: facts for the plan, gathered in as few calls as it takes.

Setup objects are closed to a user without admin rights; what cannot be seen counts as not there, and creating
it then says which right is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.errors import Refused, Unauthorized
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described, Field
from adapters.salesforce.describing import describe
from adapters.salesforce.fitting import from_metadata, missing_options, with_options
from adapters.salesforce.soql import quoted
from adapters.salesforce.view import vendor_name
from config.fields import OwnField
from config.words import Kind

PERMISSION_SET: Final = "csbridge"


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
    permission_set: str = ""
    assigned: bool = False


def setup(client: Client, names: Mapping[Kind, str], user: str, fields: Sequence[OwnField]) -> Setup:
    """Gather the facts about ``fields``. ``names``: the vendor object by kind; ``user``: who is to see them."""
    objects = described_objects(client, names, fields)
    hidden = _custom_fields_of(client, objects, [field for field in fields if not field.to])
    group = permission_set(client)
    return Setup(
        objects=objects,
        hidden=hidden,
        shared=frozenset(name for name, known in hidden.items() if with_options(known.metadata, ()) is None),
        filled=frozenset(
            full_name(field, objects) for field in fields if _is_filled(client, field, objects, _mark(field, fields))
        ),
        permission_set=group,
        assigned=assigned(client, group, user),
    )


def described_objects(client: Client, names: Mapping[Kind, str], fields: Sequence[OwnField]) -> dict[str, Described]:
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
    """The other field that csbridge fills on every record it writes to; empty when that is switched off."""
    marks = (vendor_name(field) for field in fields if field.name == "scored_at" and field.on == own.on)
    return next((mark for mark in marks if mark != vendor_name(own)), "")


def full_name(own: OwnField, objects: Mapping[str, Described]) -> str:
    return f"{objects[own.on].object}.{vendor_name(own)}"


def rows(client: Client, query: str, *, tooling: bool = False) -> list[Mapping[str, Any]]:
    """All rows of a small query; none when the user may not look."""
    try:
        body = client.query(query, "provision", tooling=tooling).body or {}
    except (Refused, Unauthorized) as exc:
        if exc.status == 401:
            raise
        return []
    return list(body.get("records") or [])


def custom_fields(client: Client, vendor_object: str, vendors: Sequence[str]) -> dict[str, CustomField]:
    """Those of these custom fields that exist, by full name, as the Tooling API knows them."""
    if not vendors:
        return {}
    names = ", ".join(quoted(vendor.removesuffix("__c")) for vendor in vendors)
    found = rows(
        client,
        "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField "
        f"WHERE TableEnumOrId = {quoted(vendor_object)} AND DeveloperName IN ({names})",
        tooling=True,
    )
    return dict(_custom_field(client, vendor_object, row) for row in found)


def _custom_field(client: Client, vendor_object: str, row: Mapping[str, Any]) -> tuple[str, CustomField]:
    """Salesforce gives the metadata of one field at a time only."""
    vendor = f"{row['DeveloperName']}__c"
    one = str(row["Id"])
    answer = client.read(f"tooling/sobjects/CustomField/{one}", "provision").body or {}
    metadata = answer.get("Metadata") or {}
    return f"{vendor_object}.{vendor}", CustomField(one, from_metadata(vendor, metadata), metadata)


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


def permission_set(client: Client) -> str:
    """The id of our permission set; empty when there is none."""
    found = rows(client, f"SELECT Id FROM PermissionSet WHERE Name = {quoted(PERMISSION_SET)}")
    return str(found[0]["Id"]) if found else ""


def granted(client: Client, permission_set_id: str) -> dict[str, str]:
    """The ids of the field permissions that our permission set has already, by full name of the field."""
    query = f"SELECT Id, Field FROM FieldPermissions WHERE ParentId = {quoted(permission_set_id)}"
    return {str(row["Field"]): str(row["Id"]) for row in rows(client, query)}


def assigned(client: Client, permission_set_id: str, user: str) -> bool:
    query = (
        f"SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = {quoted(permission_set_id)} "
        f"AND AssigneeId = {quoted(user)}"
    )
    return bool(permission_set_id) and bool(rows(client, query))
