"""What a sync begins with: where the admin maps a connection otherwise than at the last one, all is read again."""

from collections.abc import Set
from typing import Final

import orjson
from sqlalchemy import Connection

from adapters.records import RECORD_TYPES, Ref, Tombstone
from bridge.knowledge import histories
from bridge.store import cursors, lookup
from bridge.sync.intake import take_in
from bridge.workspace import Workspace
from config.maps import default_maps

AT_ONCE: Final = 2_000
"""Records let go together."""


def begin(db: Connection, workspace: Workspace, name: str, *, full: bool) -> None:
    """Forget where the pulls stopped, and what another map asked for; ``full``: and what was refused."""
    before = _map_before(db, workspace, name)
    if before is not None:
        histories.begin_anew(db, name)
        _let_go(db, workspace, name, before)
    if full:
        histories.ask_again(db, name)
    if before is not None or full:
        cursors.forget_cursors(db, name)


def _map_before(db: Connection, workspace: Workspace, name: str) -> Set[str] | None:
    """The kinds that the map of the last sync named, where it was another; it is the present one from now on."""
    current = workspace.connection(name).model_dump_json(include={"map"})
    before = cursors.fact(db, f"map of {name}")
    cursors.save_fact(db, f"map of {name}", current)
    return None if before in (None, current) else orjson.loads(before)["map"].keys()


def _let_go(db: Connection, workspace: Workspace, name: str, before: Set[str]) -> None:
    """Kinds that the admin took out of the map count no longer; mapped again, they come back with the next pull."""
    settings = workspace.settings.connection(name)
    there = settings.map.keys() | default_maps(settings.crm).keys()
    for kind in (one for one in RECORD_TYPES if one in before - there):
        while ids := lookup.ids_after(db, name, kind, "", AT_ONCE):
            stamped = lookup.stamps(db, name, kind, ids)
            take_in(db, workspace, [Tombstone(Ref(name, kind, id), at) for id, at in stamped], workspace.now())
