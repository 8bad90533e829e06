"""Which fields a user sees and may edit: standard ones, those of the profile, and what permission sets grant."""

from collections import defaultdict
from collections.abc import Mapping

from adapters.sandbox.salesforce.fields import Field, ObjectType
from adapters.sandbox.salesforce.org import ACTIVITIES, Org

Grants = Mapping[tuple[str, str], bool]
"""(object, field), both case-folded → whether it may be edited as well as read."""


class Rights:
    """Field-level security, worked out once per user and again when something about it changed."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._version = -1
        self._by_user: dict[str, Grants] = {}

    def sees(self, user: str, kind: ObjectType, field: Field) -> bool:
        return not field.custom or self._profile(kind, field) or self._key(kind, field) in self._grants(user)

    def edits(self, user: str, kind: ObjectType, field: Field) -> bool:
        return not field.custom or self._profile(kind, field) or self._grants(user).get(self._key(kind, field), False)

    def field(self, user: str, kind: ObjectType, name: str) -> Field | None:
        """The field called ``name`` if it exists and the user sees it."""
        found = kind.field(name)
        return found if found is not None and self.sees(user, kind, found) else None

    def visible(self, user: str, kind: ObjectType) -> list[Field]:
        return [field for field in kind.fields() if self.sees(user, kind, field)]

    def _profile(self, kind: ObjectType, field: Field) -> bool:
        return (kind.name, field.name) in self._org.profile_fields

    @staticmethod
    def _key(kind: ObjectType, field: Field) -> tuple[str, str]:
        return kind.name.casefold(), field.name.casefold()

    def _grants(self, user: str) -> Grants:
        if self._version != self._org.rights_version:
            self._version, self._by_user = self._org.rights_version, {}
        if user not in self._by_user:
            self._by_user[user] = granted(self._org, user)
        return self._by_user[user]


def granted(org: Org, user: str) -> Grants:
    """What the permission sets assigned to ``user`` grant."""
    assigned = {
        row["PermissionSetId"]
        for row in org.tables["PermissionSetAssignment"].rows.values()
        if row["AssigneeId"] == user
    }
    grants: defaultdict[tuple[str, str], bool] = defaultdict(bool)
    for row in org.tables["FieldPermissions"].rows.values():
        if row["ParentId"] in assigned and row.get("PermissionsRead"):
            entity, _, name = row["Field"].partition(".")
            for target in ACTIVITIES if entity.casefold() == "activity" else (entity,):
                grants[target.casefold(), name.casefold()] |= bool(row.get("PermissionsEdit"))
    return dict(grants)
