"""Acts on the inbox: re-reads the records that deliveries named, in the vendor's largest batches.

However many deliveries name a record, it is read once. Nothing of a delivery's body is believed.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.errors import AdapterError, QuotaSpent, Refused, Retry
from adapters.records import Item
from bridge.intake import Taken, take_in
from bridge.store import inbox
from bridge.store.inbox import Waiting
from bridge.store.records import grouped
from bridge.workspace import Workspace

log = logging.getLogger(__name__)

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
        _act(workspace, name, waiting, drained)


def _act(workspace: Workspace, name: str, waiting: Sequence[Waiting], drained: Drained) -> None:
    """Act on these together. What the CRM refuses to read is halved until the bad delivery stands alone."""
    try:
        items = _read(workspace, name, waiting)
    except Refused as exc:
        if len(waiting) > 1:
            middle = len(waiting) // 2
            _act(workspace, name, waiting[:middle], drained)
            _act(workspace, name, waiting[middle:], drained)
        else:
            log.warning("%s: delivery %d: %s", name, waiting[0].id, exc)
            with workspace.store.write() as db:
                inbox.fail(db, waiting, str(exc), workspace.now())
        return
    except AdapterError as exc:
        _postpone(workspace, waiting, exc)
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


def _postpone(workspace: Workspace, waiting: Sequence[Waiting], exc: AdapterError) -> None:
    """A CRM that cannot be asked now is no fault of the deliveries, and no try of theirs."""
    now = workspace.now()
    until = now + PAUSE
    if isinstance(exc, QuotaSpent) and exc.until:
        until = exc.until
    elif isinstance(exc, Retry) and exc.after:
        until = now + exc.after
    with workspace.store.write() as db:
        inbox.postpone(db, waiting, str(exc), until)
