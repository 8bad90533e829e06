"""Acts on the inbox: re-reads the records that deliveries named, in the vendor's largest batches.

However many deliveries name a record, it is read once. Nothing of a delivery's body is believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.errors import AdapterError, QuotaSpent, Retry, Unauthorized
from adapters.records import Item
from bridge.intake import Taken, take_in
from bridge.store import inbox
from bridge.store.inbox import Waiting
from bridge.store.records import grouped
from bridge.workspace import Workspace

AT_ONCE = 2_000
"""Deliveries acted on together."""
PAUSE = timedelta(seconds=30)
"""How long deliveries rest when the CRM cannot be asked and does not say for how long."""


@dataclass(slots=True)
class Drained:
    """What was acted on: when the deliveries had come in, and what their records were."""

    received: list[datetime] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)


def drain(workspace: Workspace, name: str) -> Drained:
    """Act on what waits for one connection, until nothing does."""
    drained = Drained()
    while True:
        now = workspace.now()
        with workspace.store.read() as db:
            waiting = inbox.waiting(db, name, AT_ONCE, now)
        if not waiting:
            return drained
        try:
            items = _read(workspace, name, waiting)
        except AdapterError as exc:
            _put_off(workspace, waiting, exc)
            raise
        with workspace.store.write() as db:
            drained.taken.add(take_in(db, workspace, items, workspace.now()))
            inbox.finish(db, [delivery.id for delivery in waiting], workspace.now())
        drained.received += [delivery.received_at for delivery in waiting]


def _read(workspace: Workspace, name: str, waiting: Sequence[Waiting]) -> list[Item]:
    adapter = workspace.adapter(name)
    refs = dict.fromkeys(ref for delivery in waiting for ref in delivery.refs)
    items: list[Item] = []
    for (_, kind), ids in grouped(refs).items():
        items += adapter.read(kind, ids)
    return items


def _put_off(workspace: Workspace, waiting: Sequence[Waiting], exc: AdapterError) -> None:
    """A CRM that cannot be asked is no fault of the deliveries; anything else counts as a try of theirs."""
    now = workspace.now()
    with workspace.store.write() as db:
        if isinstance(exc, QuotaSpent):
            inbox.postpone(db, waiting, str(exc), exc.until or now + PAUSE)
        elif isinstance(exc, Retry):
            inbox.postpone(db, waiting, str(exc), now + (exc.after or PAUSE))
        elif isinstance(exc, Unauthorized):
            inbox.postpone(db, waiting, str(exc), now + PAUSE)
        else:
            inbox.fail(db, waiting, str(exc), now)
