"""Follows where own fields are kept: after a change of ``own_fields``, nothing is known of their new fields."""

import json

from bridge.store import cursors
from bridge.workspace import Workspace
from webhooks.writeback.drift import retarget


def refresh_ledger(workspace: Workspace) -> None:
    """Forget what was confirmed of fields that lie elsewhere since, and find out anew which entries have work.

    What the new ones hold is in records that did not change since, so that these are read again.
    """
    targets = {own.name: own.to or "" for own in workspace.fields.values()}
    before = _targets(workspace)
    moved = _moved(workspace, before)
    workspace.ledger.refresh(lambda entry: retarget(entry, moved))
    with workspace.store.write() as db:
        cursors.save_fact(db, "targets", json.dumps({**before, **targets}))
        for kind in {workspace.fields[name].on for name in moved}:
            for connection in workspace.settings.crms:
                cursors.forget_cursors(db, connection.name, kind)


def follow_targets(workspace: Workspace) -> None:
    """``refresh_ledger``, where a field was moved. Before anything is read: a new field that is blank is no drift."""
    if _moved(workspace, _targets(workspace)):
        refresh_ledger(workspace)


def _targets(workspace: Workspace) -> dict[str, str]:
    """Own field → where it was kept at the last run; "" for our own."""
    with workspace.store.read() as db:
        targets: dict[str, str] = json.loads(cursors.fact(db, "targets") or "{}")
    return targets


def _moved(workspace: Workspace, before: dict[str, str]) -> list[str]:
    return [own.name for own in workspace.fields.values() if before.get(own.name, own.to or "") != (own.to or "")]
