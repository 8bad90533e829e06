"""Reads again the records that name one which is gone: the CRM links them otherwise now, and not every CRM says so.

HubSpot moves no stamp of contacts, deals and tickets when their company is merged away or deleted.
"""

import logging
from collections.abc import Sequence
from typing import Final

from adapters.contract import Adapter
from adapters.records import Ref
from bridge.intake import Taken, take_in
from bridge.rereading import read_kind
from bridge.store import records
from bridge.workspace import Workspace
from config.words import Kind

log = logging.getLogger(__name__)

MOST: Final = 2_000
"""Records read at once; where more named what is gone, the nightly comparison has the rest."""


def relink(workspace: Workspace, adapter: Adapter, gone: Sequence[Ref]) -> Taken:
    """Read those that still name one of these, unless their own change was read already."""
    taken, left = Taken(), MOST
    for kind in records.REFERENCES if gone else ():
        with workspace.store.read() as db:
            ids = records.naming(db, adapter.connection, kind, gone)
        if len(ids) > left:
            log.info(
                "%s: %d of kind %s name what is gone: left to reconcile", adapter.connection, len(ids) - left, kind
            )
        ids, left = ids[:left], max(left - len(ids), 0)
        if ids:
            taken.add(_read(workspace, adapter, kind, ids))
    return taken


def _read(workspace: Workspace, adapter: Adapter, kind: Kind, ids: Sequence[str]) -> Taken:
    items, unread = read_kind(adapter, kind, ids)
    for id, cause in unread.items():
        log.warning("%s: %s %s named what is gone, and cannot be read: %s", adapter.connection, kind, id, cause)
    with workspace.store.write() as db:
        return take_in(db, workspace, items, workspace.now())
