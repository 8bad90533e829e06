"""The reconcile of a connection: a sync, then every id of every kind against the store. And when it is due.

What it found is a fact in the store, for doctor and for whoever asks whether it is due again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from adapters.contract import Adapter
from adapters.errors import Refused, Unauthorized
from bridge.connecting import connect
from bridge.progress import Progress, silent
from bridge.senders import attributing
from bridge.store import audit, cursors, sightings, told
from bridge.sync.comparing import Compared, LossDoubted, compare
from bridge.sync.intake import take_in
from bridge.sync.syncing import ORDER, Synced, sync
from bridge.workspace import Workspace
from config.words import Kind


@dataclass(slots=True)
class Reconciled:
    """What a reconcile of one connection found, per kind; and why a kind was not compared, or not believed."""

    synced: Synced
    kinds: dict[Kind, Compared] = field(default_factory=dict)
    unreadable: dict[Kind, str] = field(default_factory=dict)
    doubted: dict[Kind, LossDoubted] = field(default_factory=dict)

    @property
    def repaired(self) -> int:
        """Records that pulls and webhooks had left wrong."""
        return sum(compared.taken.changed for compared in self.kinds.values())


def reconcile(workspace: Workspace, name: str, *, accept_loss: bool = False, progress: Progress = silent) -> Reconciled:
    """Pull what changed, so that only what pulls miss is left to find; then compare every kind, each for itself."""
    done = Reconciled(sync(workspace, name, progress=progress))
    with workspace.purse(name).calling_for("reconcile"):
        adapter = connect(workspace, name)
        for kind in ORDER:
            if kind not in done.synced.unreadable:
                _compare(workspace, adapter, kind, done, accept_loss, progress)
    _settle_astray(workspace)
    done.unreadable |= done.synced.unreadable
    _keep(workspace, name, done)
    return done


def _settle_astray(workspace: Workspace) -> None:
    """What senders told of somebody who was unknown when it came, and is known since without having come in since."""
    after: told.Key | None = told.BEFORE_ALL
    while after:
        with workspace.store.write() as db:
            items, after = attributing.settle_astray(db, workspace.settings, after)
            take_in(db, workspace, items, workspace.now())


def _compare(
    workspace: Workspace, adapter: Adapter, kind: Kind, done: Reconciled, accept_loss: bool, progress: Progress
) -> None:
    try:
        if compared := compare(workspace, adapter, kind, accept_loss=accept_loss, progress=progress):
            done.kinds[kind] = compared
    except LossDoubted as exc:
        done.doubted[kind] = exc
    except (Unauthorized, Refused) as exc:
        if exc.status == 401 or kind == "account":
            raise
        with workspace.store.read() as db:
            held = sightings.count_living(db, adapter.connection, kind)
        if held:  # else there is nothing that could be wrong: many orgs lack an object or two
            done.unreadable[kind] = str(exc)


def _keep(workspace: Workspace, name: str, done: Reconciled) -> None:
    now = workspace.now()
    found = {
        "listed": sum(compared.listed for compared in done.kinds.values()),
        "repaired": {kind: compared.taken.changed for kind, compared in done.kinds.items() if compared.taken.changed},
        "unread": sum(len(compared.unread) for compared in done.kinds.values()),
        "not_compared": sorted(done.unreadable),
        "doubted": {kind: [doubt.gone, doubt.of] for kind, doubt in done.doubted.items()},
    }
    with workspace.store.write() as db:
        cursors.save_fact(db, f"reconciled: {name}", orjson.dumps({"at": now, **found}).decode())
        audit.record(db, "csbridge", "reconcile", {"connection": name, **found}, now)


def last(db: Connection, name: str) -> Mapping[str, Any] | None:
    """What the last reconcile of a connection found, and ``at`` what moment; None where there was none."""
    told = cursors.fact(db, f"reconciled: {name}")
    if told is None:
        return None
    found = orjson.loads(told)
    return {**found, "at": datetime.fromisoformat(found["at"])}


def is_due(now: datetime, before: datetime, at: time, zone: ZoneInfo) -> bool:
    """Whether the time of day ``at`` came since ``before``; however many nights were missed, once is enough."""
    return before < _latest(now, at, zone)


def _latest(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    today = now.astimezone(zone).date()
    moment = datetime.combine(today, at, zone).astimezone(UTC)
    return moment if moment <= now else datetime.combine(today - timedelta(days=1), at, zone).astimezone(UTC)
