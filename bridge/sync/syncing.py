"""Pulls what changed in the CRMs into the store: page by page, each durable with the cursor to resume after it."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.contract import Adapter
from adapters.errors import Refused, Unauthorized
from bridge.connecting import connect
from bridge.identity import joining as identity
from bridge.knowledge import usage_keys
from bridge.progress import Progress, silent
from bridge.store import cursors, customers, emails
from bridge.sync import remapping
from bridge.sync.comparing import LossDoubted, compare, gap_fact
from bridge.sync.forecast import note_quiet_poll
from bridge.sync.intake import Taken, take_in
from bridge.sync.relinking import relink
from bridge.sync.retargeting import follow_targets
from bridge.workspace import Workspace
from config.words import Kind

log = logging.getLogger(__name__)

ORDER: tuple[Kind, ...] = (
    "user", "account", "person", "deal", "contract", "ticket", "activity", "response", "invoice", "usage",
)  # fmt: skip
"""Accounts before what concerns them: whoever a page affects is a customer already."""


@dataclass(slots=True)
class Synced:
    """What a sync of one connection read, per kind; and why a kind could not be read, or not be believed."""

    kinds: dict[Kind, Taken] = field(default_factory=dict)
    unreadable: dict[Kind, str] = field(default_factory=dict)
    doubted: dict[Kind, LossDoubted] = field(default_factory=dict)
    """Kinds of which the CRM seems to have lost so much that a person has to confirm it."""


def sync(workspace: Workspace, name: str, *, full: bool = False, progress: Progress = silent) -> Synced:
    """Pull every kind that the connection has. Resumes where the last sync stopped; ``full`` reads all again.

    Raises QuotaSpent, before any call or between two pages, when polls have to wait.
    """
    with workspace.purse(name).calling_for("poll"):
        return _sync(workspace, name, full, progress)


def _sync(workspace: Workspace, name: str, full: bool, progress: Progress) -> Synced:
    adapter = connect(workspace, name)
    calls = adapter.calls.made.total()
    follow_targets(workspace)
    with workspace.store.write() as db:
        identity.index_whole(db, workspace.settings, workspace.now())
        emails.index_whole(db, [crm.name for crm in workspace.settings.crms])
        usage_keys.index_whole(db, workspace.settings)
        remapping.begin(db, workspace, name, full=full)
    synced = Synced()
    for kind in ORDER:
        try:
            if taken := _pull(workspace, adapter, kind, progress):
                synced.kinds[kind] = taken
                _close_gap(workspace, adapter, kind, taken, progress)
        except LossDoubted as exc:
            synced.doubted[kind] = exc
        except (Unauthorized, Refused) as exc:
            if exc.status == 401 or kind == "account":
                raise
            synced.unreadable[kind] = str(exc)  # a right is missing; the other kinds are worth reading without it
    relink(workspace, adapter)
    with workspace.store.write() as db:
        if cursors.is_complete(db, name) and not any(taken.changed for taken in synced.kinds.values()):
            note_quiet_poll(db, name, adapter.calls.made.total() - calls)
        if not cursors.is_complete(db, name):
            cursors.save_complete(db, name, workspace.now())
            customers.begin_closing(db, name, workspace.today - timedelta(days=1))
            identity.take_notice(db, name, workspace.now())
    return synced


def _pull(workspace: Workspace, adapter: Adapter, kind: Kind, progress: Progress) -> Taken | None:
    """What the pages of a kind held; None where the connection has no such kind, and so not even an empty page."""
    with workspace.store.read() as db:
        cursor = cursors.cursor(db, adapter.connection, kind)
    total: Taken | None = None
    for page in adapter.pull(kind, cursor):
        with workspace.store.write() as db:
            now = workspace.now()
            total = total or Taken()
            total.add(take_in(db, workspace, page.items, now))
            cursors.save_cursor(db, adapter.connection, kind, page.cursor, now)
            if page.gap:
                cursors.save_fact(db, gap_fact(adapter.connection, kind), page.gap)
        progress(f"{adapter.connection}: {kind}", len(page.items))
    return total


def _close_gap(workspace: Workspace, adapter: Adapter, kind: Kind, taken: Taken, progress: Progress) -> None:
    """Where deletions may have been missed, in this pull or in one that was cut short, compare the ids."""
    name = adapter.connection
    with workspace.store.read() as db:
        gap = cursors.fact(db, gap_fact(name, kind))
    if gap is not None:
        log.warning("%s: %s: %s; comparing its ids", name, kind, gap)
        if compared := compare(workspace, adapter, kind, progress=progress):
            taken.add(compared.taken)
