"""What is special about permission sets and what they grant: admin rights, uniqueness, edit needs read, cascades."""

from collections.abc import Mapping
from typing import Final

from adapters.sandbox.salesforce.errors import RowError
from adapters.sandbox.salesforce.org import Actor, Org
from adapters.sandbox.salesforce.tables import Row

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "PermissionSet": ("Name",),
    "FieldPermissions": ("ParentId", "Field"),
    "ObjectPermissions": ("ParentId", "SobjectType"),
    "PermissionSetAssignment": ("AssigneeId", "PermissionSetId"),
}
"""Objects under these rules, and what two of their rows may not share."""
_CHILDREN: Final = {
    "FieldPermissions": "ParentId",
    "ObjectPermissions": "ParentId",
    "PermissionSetAssignment": "PermissionSetId",
}


_ADMIN_RIGHTS: Final = (
    "PermissionsCustomizeApplication",
    "PermissionsManageProfilesPermissionsets",
    "PermissionsAssignPermissionSets",
)


def before_create(org: Org, actor: Actor, name: str, row: Row) -> None:
    """RowError when ``row`` may not be added."""
    if name not in KEYS:
        return
    _need_admin(actor)
    if name == "FieldPermissions":
        _check_field(org, row)
    _check_grant(name, row)
    same = [r["Id"] for r in org.tables[name].rows.values() if all(_equal(r, row, key) for key in KEYS[name])]
    if same:
        raise RowError(
            "DUPLICATE_VALUE",
            f"duplicate value found: {', '.join(KEYS[name])} duplicates value on record with id: {same[0][:15]}",
        )


def before_update(actor: Actor, name: str, row: Row) -> None:
    if name in KEYS:
        _need_admin(actor)
        _check_grant(name, row)


def after(org: Org, name: str) -> None:
    """Rights may read differently now."""
    if name in KEYS:
        org.rights_changed()


def delete(org: Org, actor: Actor, name: str, row_id: str) -> None:
    """Remove a setup record and what hangs on it."""
    _need_admin(actor)
    org.tables[name].drop(row_id)
    if name == "PermissionSet":
        for child, key in _CHILDREN.items():
            for row in [row for row in org.tables[child].rows.values() if row[key] == row_id]:
                org.tables[child].drop(row["Id"])
    org.rights_changed()


def tell_rights(org: Org, actor: Actor) -> None:
    """Have the one row of UserPermissionAccess say what the caller may do."""
    table, kind = org.tables["UserPermissionAccess"], org.type("UserPermissionAccess")
    rights = dict.fromkeys(_ADMIN_RIGHTS, actor.admin) | {"PermissionsApiEnabled": True}
    if table.ids:
        table.change(table.ids[0], rights)
    else:
        table.add({"Id": org.new_id(kind.prefix), "SystemModstamp": org.now(), **rights})


def _need_admin(actor: Actor) -> None:
    if not (actor.admin or actor.person):
        raise RowError("INSUFFICIENT_ACCESS", "insufficient access rights on object id")


def _check_field(org: Org, row: Row) -> None:
    """The field named must exist and be custom, spelt ``Object.Field__c``."""
    entity, _, name = str(row["Field"]).partition(".")
    known = entity.casefold() == "activity" or entity.casefold() in org.types
    fields = [kind.field(name) for kind in org.custom_targets(entity)] if known else []
    if not fields or fields[0] is None or not fields[0].custom:
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Field Name: bad value for restricted picklist field: {row['Field']}",
            ["Field"],
        )


def _check_grant(name: str, row: Row) -> None:
    if (
        name in ("FieldPermissions", "ObjectPermissions")
        and row.get("PermissionsEdit")
        and not row.get("PermissionsRead")
    ):
        raise RowError(
            "FIELD_INTEGRITY_EXCEPTION", "Permission Edit depends on permission(s): Read", ["PermissionsEdit"]
        )


def _equal(one: Row, other: Row, key: str) -> bool:
    return str(one.get(key)).casefold() == str(other.get(key)).casefold()
