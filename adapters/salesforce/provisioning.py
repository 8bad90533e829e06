"""Own fields and the rights to see them: gathers the facts for a plan, carries a plan out, looks whether it worked.

Fields are made by the Tooling API. A field that is made by API is invisible until field-level security lets
someone see it, hence the permission set. Everything may be repeated: what is there already is no error.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

from adapters.contract import Change, Plan
from adapters.errors import AdapterError, Refused, Retry, Unauthorized
from adapters.retrying import Patience, repeat_read
from adapters.salesforce import setup as facts
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described
from adapters.salesforce.fitting import creation, unfit, with_options
from adapters.salesforce.planning import plan
from adapters.salesforce.setup import PERMISSION_SET, full_name
from adapters.salesforce.view import vendor_name
from config.fields import OwnField
from config.words import Kind

Action = Callable[[Change], None]

_EXISTS: Final = ("DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE")
_CLOSED: Final = ("NOT_FOUND", "INVALID_TYPE", "FUNCTIONALITY_NOT_ENABLED")
"""How Salesforce answers for a set-up object that the user may not see at all."""

_RIGHTS: Final[Mapping[str, str]] = {
    "create_group": "Manage Profiles and Permission Sets",
    "create_field": "Customize Application",
    "add_options": "Customize Application",
    "grant": "Manage Profiles and Permission Sets",
    "assign": "Assign Permission Sets",
}


class Provisioning:
    """Plans and carries out, for one connection. ``objects``: the vendor object by kind (account, person)."""

    def __init__(
        self, client: Client, objects: Mapping[Kind, str], user: Callable[[], str], patience: Patience
    ) -> None:
        self._client = client
        self._objects = objects
        self._user = user
        self._patience = patience

    def plan(self, fields: Sequence[OwnField]) -> Plan:
        return plan(fields, facts.setup(self._client, self._objects, self._user(), fields))

    def provision(self, wanted: Plan, fields: Sequence[OwnField]) -> None:
        """Raises Refused for a plan that is blocked, Unauthorized with the name of the right that is missing."""
        if wanted.blocked:
            reasons = "; ".join(f"{change.target}: {change.blocked}" for change in wanted.blocked)
            raise Refused(f"provisioning is blocked: {reasons}", connection=self._client.connection)
        own = {field.name: field for field in fields}
        group = cache(self._group)  # looked up once, when it is there
        granted = cache(lambda: facts.granted(self._client, group()))
        actions: Mapping[str, Action] = {
            "create_group": self._create_group,
            "create_field": lambda change: self._create_field(change, own[change.field]),
            "add_options": self._add_options,
            "grant": lambda change: self._grant(change, own[change.field], group(), granted()),
            "assign": lambda _change: self._assign(group()),
        }
        for change in wanted.changes:
            self._with_rights(change, actions[change.action])
        if wanted.changes:
            self._look(fields)

    def _with_rights(self, change: Change, act: Action) -> None:
        """Do one change; what is there already is done, and a closed door is named by its right."""
        try:
            act(change)
        except AdapterError as exc:
            if exc.code in _EXISTS:
                return
            if (isinstance(exc, Unauthorized) and exc.status != 401) or exc.code in _CLOSED:
                raise Unauthorized(
                    f"{change.action} {change.target} needs the right '{_RIGHTS[change.action]}': {exc}",
                    connection=self._client.connection, status=exc.status, code=exc.code,
                ) from exc  # fmt: skip
            raise

    def _create(self, vendor_object: str, body: Mapping[str, object]) -> None:
        self._client.change("POST", f"sobjects/{vendor_object}", "provision", body)

    def _create_group(self, _change: Change) -> None:
        self._create("PermissionSet", {"Name": PERMISSION_SET, "Label": PERMISSION_SET})

    def _create_field(self, change: Change, own: OwnField) -> None:
        self._client.change("POST", "tooling/sobjects/CustomField", "provision", creation(own, change.target))

    def _add_options(self, change: Change) -> None:
        vendor_object, _, vendor = change.target.partition(".")
        known = facts.custom_fields(self._client, vendor_object, [vendor]).get(change.target)
        metadata = with_options(known.metadata, change.options) if known else None
        if known is None or metadata is None:
            raise Refused(
                f"options cannot be added to {change.target}: add {', '.join(change.options)} in Setup",
                connection=self._client.connection,
            )
        path = f"tooling/sobjects/CustomField/{known.id}"
        self._client.change("PATCH", path, "provision", {"FullName": change.target, "Metadata": metadata})

    def _grant(self, change: Change, own: OwnField, group: str, granted: Mapping[str, str]) -> None:
        """Grant read, and edit of what csbridge writes; rights that are there already are raised to that."""
        rights = {"PermissionsRead": True, "PermissionsEdit": own.written}
        if there := granted.get(change.target):
            self._client.change("PATCH", f"sobjects/FieldPermissions/{there}", "provision", rights)
        else:
            vendor_object = change.target.partition(".")[0]
            named = {"ParentId": group, "SobjectType": vendor_object, "Field": change.target}
            self._create("FieldPermissions", {**named, **rights})

    def _assign(self, group: str) -> None:
        self._create("PermissionSetAssignment", {"AssigneeId": self._user(), "PermissionSetId": group})

    def _group(self) -> str:
        group = facts.permission_set(self._client)
        if not group:
            raise Refused(f"the permission set {PERMISSION_SET} cannot be found", connection=self._client.connection)
        return group

    def _look(self, fields: Sequence[OwnField]) -> None:
        """Every field is visible now and fits, and those that csbridge writes can be edited; it may take a moment."""

        def look() -> None:
            objects = facts.described_objects(self._client, self._objects, fields)
            wrong = [unfit(field, there) for field in fields if (there := objects[field.on].field(vendor_name(field)))]
            if any(wrong):
                raise Refused("; ".join(filter(None, wrong)), connection=self._client.connection)
            closed = [full_name(field, objects) for field in fields if not _open(field, objects[field.on])]
            if closed:
                raise Retry(
                    f"not visible and editable for the user of this connection yet: {', '.join(closed)}",
                    connection=self._client.connection,
                )

        repeat_read(look, self._patience)


def _open(own: OwnField, seen: Described) -> bool:
    field = seen.field(vendor_name(own))
    return field is not None and (field.updateable or not own.written)
