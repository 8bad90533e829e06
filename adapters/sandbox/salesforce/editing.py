"""What a person does in the pages of the CRM, asked for by the control surface."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.sandbox.notify import Change
from adapters.sandbox.salesforce import ids
from adapters.sandbox.salesforce.errors import ApiError, RowError
from adapters.sandbox.salesforce.fields import ObjectType
from adapters.sandbox.salesforce.org import Actor
from adapters.sandbox.salesforce.outbound import NOTIFICATION
from adapters.sandbox.salesforce.web import Desk
from adapters.sandbox.vendor import Edit, Edited, EditRefused


def edited(desk: Desk, person: Actor, edit: Edit) -> Edited:
    """Apply ``edit`` as ``person``. Hold the org's lock. Raises EditRefused.

    ``delete`` with ``MasterRecordId`` among the fields merges into that record, with ``Purged: true`` it leaves the
    recycle bin at once; ``IsDeleted: false`` restores. ``SystemModstamp`` says when the transaction began that is
    visible only now. What a formula gives (``Open_Amount__c``, ``LastActivityDate``) changes without a stamp.
    """
    fields = dict(edit.fields)
    desk.org.stamped = fields.pop("SystemModstamp", None)
    edit = replace(edit, fields=fields)
    try:
        kind = desk.org.type(edit.object)
        row_id, touched = _apply(desk, person, kind, edit)
    except (ApiError, RowError) as exc:
        raise EditRefused(f"{exc.code}: {exc.message if isinstance(exc, RowError) else exc}") from exc
    finally:
        desk.org.stamped = None
    changes = [] if edit.delete else [_change(desk, key, edit) for key in touched]
    return Edited({**desk.org.tables[kind.name].rows.get(row_id, {"Id": row_id})}, changes)


def _apply(desk: Desk, person: Actor, kind: ObjectType, edit: Edit) -> tuple[str, list[str]]:
    """The row's id, and the ids of all rows that Salesforce would send a message about (none for deletions)."""
    if edit.id is None:
        made = desk.rows.create(person, kind, edit.fields)
        if edit.fields.get("IsPersonAccount"):
            _embody(desk, person, made)
        return made, [made]
    row_id = ids.normal(edit.id)
    if row_id is None or row_id not in desk.org.tables[kind.name].rows:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", f"there is no {kind.name} {edit.id}")
    if edit.delete:
        _remove(desk, person, kind, row_id, edit.fields)
        return row_id, []
    fields = dict(edit.fields)
    if fields.get("IsDeleted") is False:
        fields.pop("IsDeleted")
        desk.rows.restore(person, kind, row_id)
    calculated = {name: fields.pop(name) for name in list(fields) if (f := kind.field(name)) and f.calculated}
    desk.org.tables[kind.name].rows[row_id].update(calculated)
    if fields or not calculated:
        desk.rows.update(person, kind, row_id, fields)
    return row_id, [row_id]


def _embody(desk: Desk, person: Actor, account: str) -> None:
    """A person account has a contact of its own, whose account it is."""
    row = desk.org.tables["Account"].rows[account]
    fields = {"LastName": row["Name"], "Email": row.get("PersonEmail"), "AccountId": account}
    contact = desk.rows.create(person, desk.org.type("Contact"), fields)
    desk.org.tables["Contact"].rows[contact]["IsPersonAccount"] = True
    row["PersonContactId"] = contact


def _remove(desk: Desk, person: Actor, kind: ObjectType, row_id: str, fields: Mapping[str, Any]) -> None:
    winner = fields.get("MasterRecordId")
    if winner is None:
        if not desk.org.tables[kind.name].rows[row_id].get("IsDeleted"):
            desk.rows.delete(person, kind, row_id)
        if fields.get("Purged"):
            desk.org.purge(kind.name, row_id)
    else:
        desk.rows.merge(person, kind, row_id, ids.normal(str(winner)) or "")


def _change(desk: Desk, row_id: str, edit: Edit) -> Change:
    kind = desk.org.type(edit.object)
    action = "created" if edit.id is None else "updated"
    return Change(
        kind.name, row_id, action, dict(edit.fields), desk.org.clock.now(), "ui", desk.org.new_id(NOTIFICATION)
    )
