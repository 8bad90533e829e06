"""Acts on the inbox: re-reads the records that deliveries named, in the vendor's largest batches.

However many deliveries name a record, it is read once. Nothing but its name is believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.errors import QuotaSpent, Retry
from adapters.records import Item, Ref
from bridge.connecting import connect
from bridge.intake import Taken, take_in
from bridge.relinking import relink
from bridge.rereading import read_kind
from bridge.store import inbox
from bridge.store.inbox import Waiting
from bridge.store.rows import grouped
from bridge.workspace import Workspace
from config.errors import CsbridgeError

AT_ONCE = 10_000
"""Deliveries acted on together."""
RELINKED = 2_000
"""Records read again because another is gone; where it is more, scores do not wait for them: the next poll has them."""
PAUSE = timedelta(seconds=30)
"""How long deliveries rest when the CRM cannot be asked and does not say for how long."""


@dataclass(slots=True)
class Drained:
    """What was acted on: when the deliveries had come in, and what their records were."""

    received: list[datetime] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)


def drain(workspace: Workspace, name: str) -> Drained:
    """Act on what waits for one connection now. What comes in meanwhile is for the next time: scores are waiting."""
    drained = Drained()
    seen: set[Ref] = set()
    """Read since ``last`` came in: another delivery from before that has nothing to add."""
    with workspace.store.read() as db:
        last = inbox.newest(db, name)
    while True:
        with workspace.store.read() as db:
            waiting = inbox.waiting(db, name, AT_ONCE, workspace.now(), last)
        if not waiting:
            return drained
        try:
            with workspace.purse(name).calling_for("urgent"):
                refs = dict.fromkeys(ref for delivery in waiting for ref in delivery.refs if ref not in seen)
                items, unread = _read(workspace, name, list(refs))
        except CsbridgeError as exc:
            _postpone(workspace, waiting, exc)
            raise
        seen |= refs.keys() - unread.keys()
        _keep(workspace, waiting, items, unread, drained)
        with workspace.purse(name).calling_for("urgent"):
            drained.taken.add(relink(workspace, connect(workspace, name), most=RELINKED))


def _read(workspace: Workspace, name: str, refs: Sequence[Ref]) -> tuple[list[Item], dict[Ref, str]]:
    """The records, and why some could not be read, which is no fault of the others."""
    adapter = connect(workspace, name)
    items: list[Item] = []
    unread: dict[Ref, str] = {}
    for (_, kind), ids in grouped(refs).items():
        read, refused = read_kind(adapter, kind, ids)
        items += read
        unread |= {Ref(name, kind, id): cause for id, cause in refused.items()}
    return items, unread


def _keep(
    workspace: Workspace, waiting: Sequence[Waiting], items: Sequence[Item], unread: Mapping[Ref, str], drained: Drained
) -> None:
    """Take in what was read; deliveries about a record that was not count a try, and are parked in the end."""
    failed = [delivery for delivery in waiting if any(ref in unread for ref in delivery.refs)]
    blamed = {delivery.id for delivery in failed}
    done = [delivery for delivery in waiting if delivery.id not in blamed]
    with workspace.store.write() as db:
        now = workspace.now()
        drained.taken.add(take_in(db, workspace, items, now))
        inbox.finish(db, [delivery.id for delivery in done], now)
        inbox.fail(db, failed, "; ".join(sorted(set(unread.values()))), now)
    drained.received += [delivery.received_at for delivery in done]


def _postpone(workspace: Workspace, waiting: Sequence[Waiting], exc: CsbridgeError) -> None:
    """A CRM that cannot be asked now is no fault of the deliveries, and no try of theirs."""
    until = workspace.now() + PAUSE
    if isinstance(exc, QuotaSpent) and exc.until:
        until = exc.until
    elif isinstance(exc, Retry) and exc.after:
        until = workspace.now() + exc.after
    with workspace.store.write() as db:
        inbox.postpone(db, waiting, str(exc), until)
