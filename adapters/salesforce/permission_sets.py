"""Our two permission sets as the org has them: what they grant, and to whom they are assigned. Facts only.

``csbridge`` is for the user of the connection; ``csbridge_user`` for people: nobody has it until an admin assigns it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.salesforce.client import Client
from adapters.salesforce.rows import rows
from adapters.salesforce.soql import quoted

DAILY: Final = "csbridge"
READERS: Final = "csbridge_user"

DESCRIPTIONS: Final[Mapping[str, str]] = {
    DAILY: "The integration user of csbridge: reads what is mapped, writes its own fields.",
    READERS: "People who work with csbridge: read its fields, write the pulse.",
}


@dataclass(frozen=True, slots=True)
class Right:
    """What one row of a permission set grants on a field or an object."""

    id: str
    read: bool
    edit: bool

    def covers(self, edit: bool) -> bool:
        return self.read and (self.edit or not edit)


@dataclass(frozen=True, slots=True)
class PermissionSet:
    id: str
    rights: Mapping[str, Right] = field(default_factory=dict)
    """By full name of the field (``Account.CSB_Nps__c``), or by name of the object."""
    assignments: Mapping[str, str] = field(default_factory=dict)
    """User → the row that assigns it to them."""


def permission_sets(client: Client) -> dict[str, PermissionSet] | None:
    """Those of ours that exist, by name; None where the user may not look."""
    named = ", ".join(quoted(name) for name in DESCRIPTIONS)
    found = rows(client, f"SELECT Id, Name FROM PermissionSet WHERE Name IN ({named})")
    if found is None:
        return None
    ids = {str(row["Id"]): str(row["Name"]) for row in found}
    rights, assigned = _rights(client, ids), _assignments(client, ids)
    return {
        next(name for name in DESCRIPTIONS if name.lower() == said.lower()): PermissionSet(
            one, rights.get(one, {}), assigned.get(one, {})
        )
        for one, said in ids.items()
    }


def _rights(client: Client, ids: Iterable[str]) -> dict[str, dict[str, Right]]:
    """By permission set, by field or object."""
    found: dict[str, dict[str, Right]] = {}
    for vendor_object, name in (("FieldPermissions", "Field"), ("ObjectPermissions", "SobjectType")):
        query = f"SELECT Id, ParentId, {name}, PermissionsRead, PermissionsEdit FROM {vendor_object}"
        for row in _of(client, query, "ParentId", ids):
            right = Right(str(row["Id"]), bool(row.get("PermissionsRead")), bool(row.get("PermissionsEdit")))
            found.setdefault(str(row["ParentId"]), {})[str(row[name])] = right
    return found


def _assignments(client: Client, ids: Iterable[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    query = "SELECT Id, AssigneeId, PermissionSetId FROM PermissionSetAssignment"
    for row in _of(client, query, "PermissionSetId", ids):
        found.setdefault(str(row["PermissionSetId"]), {})[str(row["AssigneeId"])] = str(row["Id"])
    return found


def _of(client: Client, query: str, key: str, ids: Iterable[str]) -> list[Mapping[str, str]]:
    wanted = ", ".join(quoted(one) for one in ids)
    return (rows(client, f"{query} WHERE {key} IN ({wanted})") or []) if wanted else []
