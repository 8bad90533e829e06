"""Own fields and the rights to see them: gathers the facts for a plan, carries a plan out, looks whether it worked.

Fields are made by the Tooling API. A field that is made by API is invisible until field-level security lets
someone see it, hence the permission set. Everything may be repeated: what is there already is no error.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from adapters.contract import Change, Plan
from adapters.errors import AdapterError, Refused, Retry, Unauthorized
from adapters.retrying import Patience, repeat_read
from adapters.salesforce import granting, undoing
from adapters.salesforce import setup as facts
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described
from adapters.salesforce.describing import describe
from adapters.salesforce.fitting import creation, unfit, with_options
from adapters.salesforce.mapped_rights import Names, hidden
from adapters.salesforce.permission_sets import DAILY, DESCRIPTIONS, PermissionSet, permission_sets
from adapters.salesforce.planning import missing, plan
from adapters.salesforce.rows import custom_field_ids, entity
from adapters.salesforce.setup import full_name
from adapters.salesforce.view import vendor_name
from config.fields import OwnField
from config.words import KEYED_KINDS, AnyKind

Action = Callable[[Change], None]

_EXISTS: Final = ("DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE")
_CLOSED: Final = ("NOT_FOUND", "INVALID_TYPE", "FUNCTIONALITY_NOT_ENABLED")
"""How Salesforce answers for a set-up object that the user may not see at all."""

_PERMISSIONS: Final = "Manage Profiles and Permission Sets"
_CUSTOMIZE: Final = "Customize Application"
_RIGHTS: Final[Mapping[str, str]] = {
    "create_group": _PERMISSIONS, "create_field": _CUSTOMIZE, "add_options": _CUSTOMIZE, "grant": _PERMISSIONS,
    "assign": "Assign Permission Sets", "delete_field": _CUSTOMIZE, "unassign": "Assign Permission Sets",
    "delete_group": _PERMISSIONS,
}  # fmt: skip
_UNDOING: Final = ("delete", "unassign")
_WAYS: Final = ("--apply --as-admin, or --export DIR", "--undo --apply --as-admin")


class Provisioning:
    """Plans and carries out, for one connection. ``objects``: the vendor object by kind (account, person)."""

    def __init__(
        self,
        client: Client,
        objects: Mapping[AnyKind, str],
        mapped: Names,
        identity: Callable[[Client], tuple[str, str]],
        patience: Patience,
    ) -> None:
        self._client = client
        self._objects = objects
        self._mapped = mapped
        self._identity = identity
        self._patience = patience
        self.hands = client
        """The login that looks at and changes the set-up: an administrator's, where one was lent."""

    def plan(self, fields: Sequence[OwnField]) -> Plan:
        fields = self._placed(fields)
        user = self._user()
        mapped = hidden(self._client, self.hands, self._mapped)
        return plan(fields, facts.setup(self._client, self.hands, self._objects, user, fields, mapped))

    def missing(self, fields: Sequence[OwnField]) -> Plan:
        fields = self._placed(fields)
        return missing(fields, facts.setup_of_fields(self._client, self.hands, self._objects, fields))

    def undoing(self, fields: Sequence[OwnField]) -> Plan:
        fields = self._placed(fields)
        if (
            any(field.on in KEYED_KINDS for field in fields)
            and describe(self._client, self._objects["task"])[0] is None
        ):
            fields = [field for field in fields if field.on not in KEYED_KINDS]  # who sees no tasks made no key there
        self._user()
        return undoing.plan(self._client, self.hands, self._objects, fields)

    def unprovision(self, wanted: Plan) -> list[Change]:
        """Raises Unauthorized with the name of the right that is missing."""
        return undoing.carry_out(self.hands, wanted, self._with_rights)

    def provision(self, wanted: Plan, fields: Sequence[OwnField]) -> None:
        """Raises Refused for a plan that is blocked, Unauthorized with the name of the right that is missing."""
        if wanted.blocked:
            reasons = "; ".join(f"{change.target}: {change.blocked}" for change in wanted.blocked)
            raise Refused(f"provisioning is blocked: {reasons}", connection=self._client.connection)
        fields = self._placed(fields)
        own = {field.name: field for field in fields}
        actions: Mapping[str, Action] = {
            "create_group": self._create_group,
            "create_field": lambda change: self._create_field(change, own[change.field]),
            "add_options": self._add_options,
        }
        refused: dict[str, Refused] = {}
        for change in wanted.changes:
            if change.action in actions:
                try:
                    self._with_rights(change, actions[change.action])
                except Refused as exc:
                    refused[change.target] = exc
        refused |= self._grant_all([change for change in wanted.changes if change.target not in refused], own)
        if refused:
            raise self._refusal(refused)
        if wanted.changes:
            self._look(fields)

    def _placed(self, fields: Sequence[OwnField]) -> list[OwnField]:
        """Those that have an object of their own here: a note is a task."""
        return [field for field in fields if field.on in self._objects]

    def _refusal(self, refused: Mapping[str, Refused]) -> Refused:
        """All of them, after the others were done."""
        first = next(iter(refused.values()))
        what = "; ".join(f"{target}: {exc.said}" for target, exc in refused.items())
        return Refused(what, connection=self._client.connection, status=first.status, code=first.code)

    def _user(self) -> str:
        """Who is to see our fields: never the administrator, whose login must be of the same org."""
        org, user = self._identity(self._client)
        if self.hands is not self._client and (theirs := self._identity(self.hands)[0])[:15] != org[:15]:
            raise Unauthorized(
                f"the administrator's login is of org {theirs}, and this connection is of org {org}",
                connection=self._client.connection,
            )
        return user

    def _with_rights(self, change: Change, act: Action) -> None:
        """Do one change; what is there already is done, and a closed door is named by its right."""
        try:
            act(change)
        except AdapterError as exc:
            if exc.code in _EXISTS and change.action in ("create_group", "assign"):
                return
            if (isinstance(exc, Unauthorized) and exc.status != 401) or exc.code in _CLOSED:
                raise Unauthorized(
                    f"{change.action} {change.target} needs the right '{_RIGHTS[change.action]}': {exc.said}; "
                    f"an administrator can do it: csbridge provision {_WAYS[change.action.startswith(_UNDOING)]}",
                    connection=self._client.connection, status=exc.status, code=exc.code,
                ) from exc  # fmt: skip
            raise

    def _create(self, vendor_object: str, body: Mapping[str, object]) -> None:
        self.hands.change("POST", f"sobjects/{vendor_object}", "provision", body)

    def _create_group(self, change: Change) -> None:
        described = {"Label": change.target, "Description": DESCRIPTIONS[change.target]}
        self._create("PermissionSet", {"Name": change.target, **described})

    def _create_field(self, change: Change, own: OwnField) -> None:
        """A field that is there by now is what was wanted; a name that is taken by none is a deleted field's."""
        try:
            vendor_object, _, vendor = change.target.partition(".")
            body = creation(own, f"{entity(vendor_object)}.{vendor}")
            self.hands.change("POST", "tooling/sobjects/CustomField", "provision", body)
        except AdapterError as exc:
            if exc.code not in _EXISTS:
                raise
            vendor_object, _, vendor = change.target.partition(".")
            if custom_field_ids(self.hands, vendor_object, [vendor]) == {}:
                raise Refused(
                    f"the name {change.target} is taken by a field that was deleted in the last 15 days: restore or "
                    f"erase it in Setup, Object Manager, {vendor_object}, Deleted Fields",
                    connection=self._client.connection, status=exc.status, code=exc.code,
                ) from exc  # fmt: skip

    def _add_options(self, change: Change) -> None:
        vendor_object, _, vendor = change.target.partition(".")
        known = facts.custom_fields(self.hands, vendor_object, [vendor]).get(change.target)
        metadata = with_options(known.metadata, change.options) if known else None
        if known is None or metadata is None:
            raise Refused(
                f"options cannot be added to {change.target}: add {', '.join(change.options)} in Setup",
                connection=self._client.connection,
            )
        path = f"tooling/sobjects/CustomField/{known.id}"
        self.hands.change("PATCH", path, "provision", {"FullName": change.target, "Metadata": metadata})

    def _grant_all(self, wanted: Sequence[Change], own: Mapping[str, OwnField]) -> dict[str, Refused]:
        """All rights of a permission set at once; then the set of the connection goes to its user. What was refused."""
        refused: dict[str, Refused] = {}
        grants = [change for change in wanted if change.action == "grant"]
        assigned = [change for change in wanted if change.action == "assign"]
        if not grants and not assigned:
            return refused
        sets = permission_sets(self.hands) or {}
        for group in dict.fromkeys(change.group for change in grants):
            mine = [change for change in grants if change.group == group]
            rights = {change.target: _edits(change, own) for change in mine}
            try:
                self._with_rights(mine[0], partial(self._grant, self._set(sets, group), rights))
            except Refused as exc:
                refused[group] = exc
        for change in assigned:
            self._with_rights(change, lambda _: self._assign(self._set(sets, DAILY)))
        return refused

    def _grant(self, there: PermissionSet, rights: granting.Wanted, _first: Change) -> None:
        granting.grant(self.hands, there, rights)

    def _assign(self, there: PermissionSet) -> None:
        self._create("PermissionSetAssignment", {"AssigneeId": self._user(), "PermissionSetId": there.id})

    def _set(self, sets: Mapping[str, PermissionSet], name: str) -> PermissionSet:
        if name not in sets:
            raise Refused(f"the permission set {name} cannot be found", connection=self._client.connection)
        return sets[name]

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


def _edits(change: Change, own: Mapping[str, OwnField]) -> bool:
    """csbridge edits what it writes, people what csbridge only reads; nobody what is merely mapped."""
    field = own.get(change.field)
    return field is not None and field.written == (change.group == DAILY)
