"""What is not written yet, and a person's say over it: try again, or set aside."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from adapters.records import Ref
from bridge.store import audit
from bridge.workspace import Workspace
from config.words import Kind
from webhooks.writeback import settle
from webhooks.writeback.comparison import differences
from webhooks.writeback.entry import Entry, OwnFields, standing

KEEPS_CHANGING: Final = "something in the CRM keeps changing its fields back; end that, then csbridge outbox retry"


def pending(workspace: Workspace) -> list[dict[str, Any]]:
    """Every record that does not hold what it should, with its standing and the vendor's last refusal."""
    entries = (entry for one in workspace.settings.crms for entry in workspace.ledger.entries(one.name))
    rows = (shown(entry, workspace.ledger.fields) for entry in entries)
    return [row for row in rows if row["standing"] != "quiet"]


def shown(entry: Entry, fields: OwnFields) -> dict[str, Any]:
    """Where one record stands, and why."""
    code, message = (entry.refusal.code, entry.refusal.message) if entry.refusal else ("", "")
    where = standing(entry, fields)
    if where == "contested":
        code, message = "", KEEPS_CHANGING
    return {"record": str(entry.ref), "standing": where, "code": code, "message": message}


def retry(workspace: Workspace, records: Sequence[str]) -> None:
    """The next push tries these again, whatever the CRM said before."""
    _change(workspace, records, settle.retry, "outbox retry")


def drop(workspace: Workspace, records: Sequence[str]) -> None:
    """Set aside what these should hold until a decision changes it. A write without an answer is still read back."""

    def set_aside(entry: Entry) -> Entry:
        open_ones = differences(entry.desired or {}, entry.confirmed, workspace.ledger.fields, entry.accepted)
        return replace(settle.retry(entry), accepted={**entry.accepted, **open_ones})

    _change(workspace, records, set_aside, "outbox drop")


def _change(workspace: Workspace, records: Sequence[str], change: Callable[[Entry], Entry], action: str) -> None:
    refs = [_ref(name) for name in records]
    with workspace.store.write() as db:
        workspace.ledger.update_in(db, refs, change)
        audit.record(db, "operator", action, {"records": list(records)}, workspace.now())


def _ref(name: str) -> Ref:
    connection, kind, id = name.split(":", 2)
    return Ref(connection, cast(Kind, kind), id)
