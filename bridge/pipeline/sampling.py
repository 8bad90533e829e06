"""Reads back some of the records that csbridge wrote, to see that they hold what the CRM confirmed.

Webhooks and pulls tell of changes that move a stamp; this finds what moved none. The records are taken in the order of
their ids, on from where the last sample ended, so that in time every one is looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from adapters.records import Account, Item, Ref, Tombstone
from bridge.connecting import connect
from bridge.store import audit, cursors
from bridge.sync.intake import take_in
from bridge.sync.rereading import read_kind
from bridge.workspace import Workspace
from webhooks.writeback.comparison import same
from webhooks.writeback.entry import Entry, OwnFields


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a sample of one connection found."""

    read: int = 0
    differing: tuple[Ref, ...] = ()
    """Records that do not hold what the CRM had confirmed; those that somebody edited since are among them."""
    gone: int = 0
    unread: int = 0


def sample(workspace: Workspace, name: str, most: int | None = None) -> Sampled:
    """Read back up to ``most`` records (None: ``write.sample``); what they hold is taken in like any other reading."""
    wanted = workspace.settings.write.sample if most is None else most
    with workspace.store.read() as db:
        chosen = list(_chosen(db, workspace, name, wanted))
    if not chosen:
        return Sampled()
    with workspace.purse(name).calling_for("reconcile"):
        adapter = connect(workspace, name)
        items, unread = read_kind(adapter, "account", [entry.ref.id for entry in chosen])
    found = judged(chosen, items, len(unread), workspace.ledger.fields)
    now = workspace.now()
    with workspace.store.write() as db:
        take_in(db, workspace, items, now)
        _keep(db, name, found, chosen[-1].ref.id, now)
    return found


def judged(chosen: Sequence[Entry], items: Sequence[Item], unread: int, fields: OwnFields) -> Sampled:
    """Pure: what was confirmed against what is there."""
    held = {item.ref: item.own for item in items if isinstance(item, Account)}
    gone = sum(isinstance(item, Tombstone) for item in items)
    differing = tuple(entry.ref for entry in chosen if entry.ref in held and _differs(entry, held[entry.ref], fields))
    return Sampled(len(held), differing, gone, unread)


def last(db: Connection, name: str) -> dict[str, Any] | None:
    """What the last sample of a connection found, ``at`` what moment; None where there was none."""
    told = cursors.fact(db, _fact(name))
    if told is None:
        return None
    found: dict[str, Any] = orjson.loads(told)
    return {**found, "at": datetime.fromisoformat(found["at"])}


def _differs(entry: Entry, own: Any, fields: OwnFields) -> bool:
    return any(
        not same(own[name], entry.confirmed.get(name), fields[name])
        for name in entry.confirmed_at
        if name in own and name in fields
    )


def _chosen(db: Connection, workspace: Workspace, name: str, wanted: int) -> Iterator[Entry]:
    """Written records at rest, behind the last sample's end, and from the beginning again."""
    before = last(db, name)
    seen: set[Ref] = set()
    for after in (before["last"], "") if before else ("",):
        for entry in workspace.ledger.resting(db, name, "account", after):
            if len(seen) == wanted or entry.ref in seen:
                break
            if entry.confirmed_at:
                seen.add(entry.ref)
                yield entry


def _keep(db: Connection, name: str, found: Sampled, last_id: str, now: datetime) -> None:
    told = {"sampled": found.read, "differing": len(found.differing), "gone": found.gone, "unread": found.unread}
    cursors.save_fact(db, _fact(name), orjson.dumps({"at": now, "last": last_id, **told}).decode())
    audit.record(db, "csbridge", "read back", {"connection": name, **told}, now)


def _fact(name: str) -> str:
    return f"read back: {name}"
