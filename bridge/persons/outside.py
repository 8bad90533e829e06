"""Takes a person out of what csbridge wrote outside of the store: links to surveys, and texts that quote an address.

What the CRM itself holds of them is its owner's affair, and is not touched.
"""

from sqlalchemy import Connection

from adapters.contract import Keeping
from bridge.persons.persons import Someone, by_connection
from bridge.store import lookup
from bridge.store.texts import quotes, quoting
from bridge.workspace import Workspace
from webhooks.writeback.drift import retarget
from webhooks.writeback.entry import Entry, has_work
from webhooks.writeback.settle import leave


def forget_in_files(workspace: Workspace, someone: Someone) -> int:
    """Delete their rows in files of ours, at once: they may not be in the CRM any more. How many. Raises Retry."""
    ids = by_connection(someone)
    return sum(file.forget_persons(ids[name]) for name, file in _files(workspace, someone).items())


def blank_links(db: Connection, workspace: Workspace, someone: Someone) -> int:
    """Nothing is wanted of their records but that links of ours are blanked where the CRM still has them; on how many.

    To be called while the store still knows who is there.
    """
    files = _files(workspace, someone)
    living = lookup.living(db, (ref for ref in someone.refs if ref.connection not in files))

    def left(entry: Entry) -> Entry | None:
        after = leave(entry)
        return after if entry.ref in living and has_work(after, workspace.ledger.fields) else None

    return len(workspace.ledger.update_in(db, sorted(someone.refs, key=str), left))


def write_anew(db: Connection, workspace: Workspace, someone: Someone) -> None:
    """What of ours in a CRM quotes an address of theirs counts as not written: it is, once it is scrubbed.

    So does what is just being written: its answer is no word of what stands there afterwards.
    """

    def unwritten(entry: Entry) -> Entry:
        told = (*entry.confirmed.items(), *(entry.sent or {}).items())
        return retarget(entry, {name for name, value in told if quotes(value, someone.emails)})

    workspace.ledger.update_in(db, quoting(db, someone.emails), unwritten)


def _files(workspace: Workspace, someone: Someone) -> dict[str, Keeping]:
    """The connections of theirs that keep persons in a file of ours."""
    names = {crm.name for crm in workspace.settings.crms}.intersection(by_connection(someone))
    adapters = ((name, workspace.adapter(name)) for name in sorted(names))
    return {name: adapter for name, adapter in adapters if isinstance(adapter, Keeping)}
