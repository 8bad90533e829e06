"""Reads again the records that name one which is gone: the CRM links them otherwise now, and not every CRM says so.

HubSpot moves no stamp of contacts, deals and tickets when their company is merged away or deleted. Whatever comes
between a page and this, a spent quota or the end of the process, the next sync has it.
"""

import logging
from collections.abc import Sequence
from typing import Final

from adapters.contract import Adapter
from adapters.records import Ref
from bridge.senders import rehoming
from bridge.store import references, vanished
from bridge.store.records import FOREIGN
from bridge.store.rows import chunks
from bridge.sync.intake import Taken, take_in
from bridge.sync.rereading import read_kind
from bridge.workspace import Workspace
from config.words import AnyKind

log = logging.getLogger(__name__)

AT_ONCE: Final = 2_000
"""Records read and stored together; and how many that are gone are looked after together."""


def relink(workspace: Workspace, adapter: Adapter, *, most: int | None = None) -> Taken:
    """Read those that still name what is gone, unless their own change was read already.

    ``most``: where more than so many do, they are left to whoever has more time.
    """
    taken, name = Taken(), adapter.connection
    while True:
        with workspace.store.read() as db:
            gone = vanished.some(db, name, AT_ONCE)
            naming = {kind: references.naming(db, name, kind, gone) for kind in references.REFERENCES if gone}
        if not gone or (most is not None and sum(map(len, naming.values())) > most):
            return taken
        for kind, ids in naming.items():
            for some in chunks([id for id in ids if not id.startswith(FOREIGN)], AT_ONCE):
                taken.add(_read(workspace, adapter, kind, some))
            for some in chunks([id for id in ids if id.startswith(FOREIGN)], AT_ONCE):
                taken.add(_settle(workspace, [Ref(name, kind, id) for id in some]))
        with workspace.store.write() as db:
            vanished.forget(db, gone)


def _settle(workspace: Workspace, refs: Sequence[Ref]) -> Taken:
    """Those that no CRM has belong to whoever their sender meant, if that is somebody else now."""
    with workspace.store.write() as db:
        return take_in(db, workspace, rehoming.settle_records(db, workspace.settings, refs), workspace.now())


def _read(workspace: Workspace, adapter: Adapter, kind: AnyKind, ids: Sequence[str]) -> Taken:
    items, unread = read_kind(adapter, kind, ids)
    for id, cause in unread.items():
        log.warning("%s: %s %s named what is gone, and cannot be read: %s", adapter.connection, kind, id, cause)
    with workspace.store.write() as db:
        return take_in(db, workspace, items, workspace.now())
