"""Asks the vendors for the past before the first sync: the earlier values of attributes that get overwritten.

A slice with every sync, behind everything else: nobody waits for the past, and a spent quota only puts it off.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection

from adapters.contract import Adapter
from adapters.errors import AdapterError, QuotaSpent, Refused, Retry, Unauthorized
from bridge.connecting import connect
from bridge.knowledge.dating import OVERWRITTEN
from bridge.progress import Progress, silent
from bridge.store import cursors, lookup, past_values
from bridge.workspace import Workspace
from config.words import Kind

log = logging.getLogger(__name__)

FIELDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    kind: tuple(name for name in names if not name.startswith("pulse")) for kind, names in OVERWRITTEN.items()
}
"""What is asked for, in this order of kinds. The fields of a CSM's pulse are csbridge's own, and no older."""

SLICE: Final = 2_000
"""Records of a connection asked about with one sync."""
AT_ONCE: Final = 500
"""Records stored together."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the past of one kind has been asked for: up to the id ``after``."""

    after: str = ""
    done: bool = False
    refused: str = ""
    """Why the CRM does not tell."""
    at: str = ""
    """The moment at which the last of it was told; blank where that was not noted."""


def go_on(workspace: Workspace, name: str, *, most: int = SLICE, progress: Progress = silent) -> None:
    """Ask about the next records of a connection that was read completely; nothing once all were asked about.

    What ends in a spent quota, or in an error that passes, goes on with the next call. A login that fails is raised.
    """
    with workspace.store.read() as db:
        waiting = (
            [kind for kind in FIELDS if not standing(db, name, kind).done] if cursors.is_complete(db, name) else []
        )
    for kind in waiting:
        try:
            with workspace.purse(name).calling_for("backfill"):
                most -= _ask(workspace, connect(workspace, name), kind, most, progress)
        except (Refused, Unauthorized) as exc:
            if exc.status == 401:
                raise
            log.warning("%s: the past of the kind %s stays unknown: %s", name, kind, exc)
            _stop_asking(workspace, name, kind, exc)
        except (QuotaSpent, Retry) as exc:
            log.info("%s: the rest of the past is asked for later: %s", name, exc)
            return
        if most <= 0:
            return


def standing(db: Connection, connection: str, kind: Kind) -> Standing:
    told = cursors.fact(db, _fact(connection, kind))
    return Standing(**orjson.loads(told)) if told else Standing()


def is_told(db: Connection, connection: str, kind: Kind, by: datetime) -> bool:
    """Whether all of that past was known at a moment; a day that was decided without it is rebuilt without it."""
    so_far = standing(db, connection, kind)
    return so_far.done and (not so_far.at or datetime.fromisoformat(so_far.at) <= by)


def begin_anew(db: Connection, connection: str) -> None:
    """Other fields are mapped now: what was asked for is the past of others."""
    past_values.forget(db, connection)
    cursors.forget_facts(db, *(_fact(connection, kind) for kind in FIELDS))


def ask_again(db: Connection, connection: str) -> None:
    """What was refused may be granted now."""
    for kind in FIELDS:
        before = standing(db, connection, kind)
        if before.refused:
            _save(db, connection, kind, replace(before, done=False, refused=""))


def _fact(connection: str, kind: Kind) -> str:
    return f"past: {connection}: {kind}"


def _save(db: Connection, connection: str, kind: Kind, now: Standing) -> None:
    cursors.save_fact(db, _fact(connection, kind), orjson.dumps(asdict(now)).decode())


def _ask(workspace: Workspace, adapter: Adapter, kind: Kind, most: int, progress: Progress) -> int:
    """About how many records the CRM was asked; ends when the kind is done, or with ``most``."""
    name, asked = adapter.connection, 0
    while asked < most:
        with workspace.store.read() as db:
            at = standing(db, name, kind)
            ids = lookup.ids_after(db, name, kind, at.after, min(AT_ONCE, most - asked))
        pasts = adapter.history(kind, ids, FIELDS[kind]) if ids else []
        with workspace.store.write() as db:
            past_values.keep(db, pasts)
            _save(
                db,
                name,
                kind,
                replace(at, after=ids[-1]) if ids else replace(at, done=True, at=workspace.now().isoformat()),
            )
        if not ids:
            break
        asked += len(ids)
        progress(f"{name}: past of {kind}", len(ids))
    return asked


def _stop_asking(workspace: Workspace, name: str, kind: Kind, exc: AdapterError) -> None:
    with workspace.store.write() as db:
        _save(db, name, kind, replace(standing(db, name, kind), done=True, refused=str(exc)))
