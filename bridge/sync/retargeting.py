"""Follows where own fields are kept, and which nothing decides any more, after a change of the settings."""

from collections.abc import Collection

from bridge.store import cursors
from bridge.workspace import Workspace
from config.fields import OwnField
from webhooks.writeback.drift import retarget
from webhooks.writeback.entry import Entry
from webhooks.writeback.settle import clear


def refresh_ledger(workspace: Workspace) -> None:
    """Forget what was confirmed of fields that lie elsewhere since, want those blank that nothing decides any more, and
    find out anew which entries have work.

    What the new ones hold is in records that did not change since, so that these are read again.
    """
    targets = {own.name: own.to or "" for own in workspace.fields.values()}
    with workspace.store.read() as db:
        before = cursors.targets(db)
    moved = _moved(workspace, before)
    workspace.ledger.refresh(lambda entry: clear(retarget(entry, moved), workspace.leaving))
    with workspace.store.write() as db:
        cursors.save_targets(db, {**before, **targets})
        for kind in {workspace.fields[name].on for name in moved}:
            for connection in workspace.settings.crms:
                cursors.forget_cursors(db, connection.name, kind)


def follow_targets(workspace: Workspace) -> None:
    """``refresh_ledger``, where a field was moved. Before anything is read: a new field that is blank is no drift."""
    with workspace.store.read() as db:
        before = cursors.targets(db)
    if _moved(workspace, before):
        refresh_ledger(workspace)


def to_blank(workspace: Workspace) -> list[OwnField]:
    """The fields that nothing decides any more, as long as some record may hold one of them."""
    if not workspace.leaving:
        return []
    with workspace.store.read() as db:
        held = cursors.targets(db)
    return [own for name, own in workspace.leaving.items() if name in held]


def let_go(workspace: Workspace) -> None:
    """Fields that nothing decides are ours no more once every record holds what it should: they are blank by then."""
    if (names := {own.name for own in to_blank(workspace)}) and workspace.ledger.is_at_rest():
        with workspace.store.write() as db:
            held = cursors.targets(db)
            cursors.save_targets(db, {name: to for name, to in held.items() if name not in names})


def give_up(workspace: Workspace, connection: str, names: Collection[str]) -> None:
    """These fields are gone from that CRM: what was confirmed of them is not there any more."""

    def given_up(entry: Entry) -> Entry:
        knows = not set(names).isdisjoint((*entry.confirmed, *(entry.sent or ())))
        return retarget(entry, names) if knows and entry.ref.connection == connection else entry

    workspace.ledger.refresh(given_up)


def _moved(workspace: Workspace, before: dict[str, str]) -> list[str]:
    return [own.name for own in workspace.fields.values() if before.get(own.name, own.to or "") != (own.to or "")]
