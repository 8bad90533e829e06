"""Creates, changes and deletes rows as Salesforce would: rights, types, references, stamps, the journal."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from adapters.sandbox.journal import Write
from adapters.sandbox.salesforce import histories, setup_rules, values
from adapters.sandbox.salesforce.derived import derived
from adapters.sandbox.salesforce.errors import RowError
from adapters.sandbox.salesforce.fields import Field, ObjectType
from adapters.sandbox.salesforce.org import Actor, Org, bare_row
from adapters.sandbox.salesforce.rights import Rights
from adapters.sandbox.salesforce.tables import Row

T = TypeVar("T")
REFUSAL: Final = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "refused by a validation rule of this org")
_NOT_KEPT: Final = ("Lead", "Group", "Profile")
"""Objects that references may point to although the sandbox keeps few or no rows of them."""


class Rows:
    """Row writes of one org; RowError for what Salesforce refuses. What the API sent is journalled."""

    def __init__(self, org: Org, rights: Rights) -> None:
        self._org, self._rights = org, rights

    def create(self, actor: Actor, kind: ObjectType, fields: Mapping[str, Any]) -> str:
        """Insert a row; its new id."""

        def act() -> str:
            wanted = self._accepted(actor, kind, fields, "c")
            row_id = self._org.new_id(kind.prefix)
            row = {**bare_row(kind), **_present(wanted), "Id": row_id, **self._birth(actor)}
            if kind.field("OwnerId"):
                row.setdefault("OwnerId", actor.user)
            _require(kind, row)
            self._check_unique(kind, row_id, wanted)
            setup_rules.before_create(self._org, actor, kind.name, row)
            row.update(_present(derived(kind.name, row, self._org.row, row["SystemModstamp"])))
            self._org.tables[kind.name].add(row)
            setup_rules.after(self._org, kind.name)
            return row_id

        return self._journalled(actor, kind, None, fields, "create", act)

    def update(self, actor: Actor, kind: ObjectType, row_id: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change a row; what its named fields hold afterwards."""

        def act() -> Mapping[str, Any]:
            row = self.living(kind, row_id)
            wanted = self._accepted(actor, kind, fields, "u")
            after = {name: value for name, value in {**row, **wanted}.items() if value is not None}
            _require(kind, after)
            self._check_unique(kind, row_id, wanted)
            setup_rules.before_update(actor, kind.name, after)
            stamps = self._stamps(actor)
            changes = {**wanted, **derived(kind.name, after, self._org.row, stamps["SystemModstamp"]), **stamps}
            histories.remember(self._org, actor, kind, row, changes)
            self._org.tables[kind.name].change(row_id, changes)
            setup_rules.after(self._org, kind.name)
            return wanted

        return self._journalled(actor, kind, row_id, fields, "update", act)

    def delete(self, actor: Actor, kind: ObjectType, row_id: str) -> None:
        """Put a row into the recycle bin; a setup record is gone at once, with what hangs on it."""

        def act() -> None:
            self.living(kind, row_id)
            if kind.name in ("User", "Organization", "Profile"):
                raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", f"{kind.name} records cannot be deleted")
            if kind.setup:
                setup_rules.delete(self._org, actor, kind.name, row_id)
            else:
                self._bin(kind, row_id, {"IsDeleted": True, **self._stamps(actor)})

        self._journalled(actor, kind, row_id, {}, "delete", act)

    def restore(self, actor: Actor, kind: ObjectType, row_id: str) -> None:
        """Take a row out of the recycle bin."""
        self._org.tables[kind.name].change(row_id, {"IsDeleted": False, **self._stamps(actor)})

    def merge(self, actor: Actor, kind: ObjectType, loser: str, winner: str) -> list[str]:
        """Merge ``loser`` into ``winner``: its children move over, it goes to the recycle bin; the children's ids."""
        self.living(kind, winner)
        self.living(kind, loser)
        moved = []
        for child in self._org.types.values():
            keys = [f.name for f in child.fields() if kind.name in f.targets and f.name != "MasterRecordId"]
            for row in list(self._org.tables[child.name].rows.values()):
                changes = {key: winner for key in keys if row.get(key) == loser}
                if changes:
                    histories.remember(self._org, actor, child, row, changes)
                    self._org.tables[child.name].change(row["Id"], {**changes, **self._stamps(actor)})
                    moved.append(row["Id"])
        gone = {"IsDeleted": True, "MasterRecordId": winner, **self._stamps(actor)}
        self._bin(kind, loser, gone)
        return moved

    def _bin(self, kind: ObjectType, row_id: str, changes: Row) -> None:
        self._org.tables[kind.name].change(row_id, changes)
        self._org.bin.append((changes["SystemModstamp"], kind.name, row_id))

    def living(self, kind: ObjectType, row_id: str) -> Row:
        """The row, unless it is unknown (INVALID_CROSS_REFERENCE_KEY) or deleted (ENTITY_IS_DELETED)."""
        row = self._org.tables[kind.name].rows.get(row_id)
        if row is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row.get("IsDeleted"):
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def _journalled(
        self, actor: Actor, kind: ObjectType, row_id: str | None, fields: Mapping[str, Any], action: str,
        act: Callable[[], T],
    ) -> T:  # fmt: skip
        """``act``, unless a fault refuses the row; what the API sent is journalled either way."""
        if actor.person:
            return act()
        made, error = row_id, None
        try:
            self._meet_fault(actor, kind, row_id)
            result = act()
            made = row_id or str(result)
            return result
        except RowError as exc:
            error = exc.code
            raise
        finally:
            sent = {name: value for name, value in fields.items() if name != "attributes"}
            now = self._org.clock.now()
            self._org.journal.record(Write(now, kind.name, made, sent, actor.name, action, error))

    def _meet_fault(self, actor: Actor, kind: ObjectType, row_id: str | None) -> None:
        if not self._org.faults.waits("refuse"):
            return
        fault = self._org.faults.take(("refuse",), (kind.name, actor.call), (row_id or "",))
        if fault:
            raise RowError(fault.code or REFUSAL[0], fault.message or REFUSAL[1])

    def _accepted(self, actor: Actor, kind: ObjectType, fields: Mapping[str, Any], right: str) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        unwritable = []
        for name, value in fields.items():
            if name == "attributes" or name.casefold() == "id":
                continue
            field = kind.field(name)
            if field is None or not (actor.person or self._rights.sees(actor.user, kind, field)):
                raise RowError("INVALID_FIELD", f"No such column '{name}' on sobject of type {kind.name}")
            if right not in field.writes or not (actor.person or self._rights.edits(actor.user, kind, field)):
                unwritable.append(field.name)
                continue
            wanted[field.name] = values.stored(field, value)
            self._check_reference(field, wanted[field.name])
        if unwritable:
            raise RowError(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {', '.join(unwritable)}. Please check the security settings of this "
                "field and verify that it is read/write for your profile or permission set.",
                unwritable,
            )
        return wanted

    def _check_reference(self, field: Field, value: Any) -> None:
        if field.type != "reference" or value is None:
            return
        target = self._org.type_of(value)
        if target is None and set(_NOT_KEPT) & set(field.targets):
            return
        if target is None or target.name not in field.targets:
            raise RowError(
                "FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {value}", [field.name]
            )
        row = self._org.row(value)
        if row is None and target.name not in _NOT_KEPT:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
        if row is not None and row.get("IsDeleted"):
            raise RowError("ENTITY_IS_DELETED", "entity is deleted", [field.name])

    def _check_unique(self, kind: ObjectType, row_id: str, wanted: Mapping[str, Any]) -> None:
        for name, value in wanted.items():
            field = kind.field(name)
            if field is None or not field.unique or value is None:
                continue
            other = self.by_value(kind, field, value)
            if other and other != [row_id]:
                raise RowError(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {name} duplicates value on record with id: {other[0][:15]}",
                )

    def by_value(self, kind: ObjectType, field: Field, value: Any) -> list[str]:
        """Ids of living rows whose ``field`` holds ``value`` (text without regard to case)."""
        wanted = value.casefold() if isinstance(value, str) else value
        key = field.name
        return [
            row["Id"]
            for row in self._org.tables[kind.name].rows.values()
            if (held := row.get(key)) is not None
            and (held.casefold() if isinstance(held, str) else held) == wanted
            and not row.get("IsDeleted")
        ]

    def _birth(self, actor: Actor) -> dict[str, Any]:
        stamps = self._stamps(actor)
        return {**stamps, "CreatedDate": stamps["SystemModstamp"], "CreatedById": actor.user}

    def _stamps(self, actor: Actor) -> dict[str, Any]:
        now = self._org.stamp()
        return {"LastModifiedDate": now, "LastModifiedById": actor.user, "SystemModstamp": now}


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _require(kind: ObjectType, row: Mapping[str, Any]) -> None:
    missing = [field.name for field in kind.fields() if field.required and row.get(field.name) is None]
    if missing:
        raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
