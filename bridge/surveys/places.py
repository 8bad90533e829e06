"""Whether a CRM can hold what is written to persons: where it cannot yet, that waits, and accounts are written to.

Links to surveys came later than the fields of accounts: an org that was set up before has no place for them.
"""

from datetime import datetime, timedelta
from typing import Final

import orjson

from adapters.contract import Adapter, Foreseeing
from adapters.errors import Refused, Unauthorized
from bridge.store import cursors
from bridge.workspace import Workspace
from config.fields import OwnField
from config.words import Kind
from webhooks.writeback import settle

AGAIN: Final = timedelta(minutes=10)
"""After which a CRM is asked once more; provisioning ends the wait at once."""
PERSONS: Final[tuple[Kind, ...]] = ("person",)


def waiting(workspace: Workspace, name: str) -> str:
    """What the CRM was found to lack, a moment ago; empty where nothing is known to be missing."""
    told = _told(workspace, name)
    return str(told["lacks"]) if told and _is_fresh(told["at"], workspace.now()) else ""


def look(workspace: Workspace, adapter: Adapter, *, trusted: bool) -> str:
    """What the CRM lacks, asked where there is something to write to persons; remembered. Empty: nothing.

    ``trusted``: it is not asked again once it was seen to have all.
    """
    name, told = adapter.connection, _told(workspace, adapter.connection)
    if not workspace.ledger.only(PERSONS).has_work(name, workspace.now()):
        return ""
    if told and told["fields"] == _fields(workspace) and trusted and not told["lacks"]:
        return ""
    lacks = _lacking(workspace, adapter)
    if told and told["lacks"] and not lacks:
        workspace.ledger.refresh(settle.mended)
    note = {"at": workspace.now(), "fields": _fields(workspace), "lacks": lacks}
    with workspace.store.write() as db:
        cursors.save_fact(db, _fact(name), orjson.dumps(note).decode())
        if not lacks:
            cursors.adopt(db, name, (own for own in _wanted(workspace, name) if own.to))
    return lacks


def ask_again(workspace: Workspace, name: str) -> None:
    """Somebody did something about it."""
    with workspace.store.write() as db:
        cursors.forget_facts(db, _fact(name))


def _lacking(workspace: Workspace, adapter: Adapter) -> str:
    fields = _wanted(workspace, adapter.connection)
    try:
        plan = adapter.missing(fields) if isinstance(adapter, Foreseeing) else adapter.plan(fields)
    except (Unauthorized, Refused) as exc:
        return str(exc)
    return ", ".join(sorted({change.target for change in plan.changes if change.field}))


def _wanted(workspace: Workspace, name: str) -> list[OwnField]:
    return [own for own in workspace.fields_for(name) if own.on == "person" and own.written]


def _told(workspace: Workspace, name: str) -> dict[str, str] | None:
    with workspace.store.read() as db:
        told = cursors.fact(db, _fact(name))
    found: dict[str, str] | None = orjson.loads(told) if told else None
    return found


def _is_fresh(at: str, now: datetime) -> bool:
    return now < datetime.fromisoformat(at) + AGAIN


def _fields(workspace: Workspace) -> str:
    return repr(sorted((own.name, own.to or "") for own in workspace.fields.values() if own.on == "person"))


def _fact(name: str) -> str:
    return f"place for persons: {name}"
