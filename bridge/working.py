"""The jobs of a serving process: the worker turns events into fields, the poller reads what no event told.

Each has its own adapters (vendor clients are not shared between threads) and the one store. A connection that
fails does not keep the others from their turn.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridge import pushing
from bridge.deciding import score
from bridge.draining import drain
from bridge.metrics import Metrics
from bridge.store import inbox
from bridge.syncing import sync
from bridge.usage_files import take_in_files
from bridge.workspace import Workspace
from config.errors import CsbridgeError

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
"""How long a delivery that was acted on stays listed in the store."""


@dataclass
class Job:
    """What both jobs share: a workspace of their own, counting, and turns that fail alone."""

    workspace: Workspace
    metrics: Metrics
    failures: list[CsbridgeError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.workspace = replace(self.workspace, _adapters={})

    @property
    def names(self) -> list[str]:
        return [connection.name for connection in self.workspace.settings.connections]

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """One connection's turn: its calls are counted, its failure kept until the others had theirs."""
        calls = self.workspace.adapter(name).calls
        before = calls.made.copy()
        try:
            with self.alone(name):
                yield
        finally:
            self.metrics.count_calls(name, calls.made, before)

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """A step whose failure is kept until the others were done."""
        try:
            yield
        except CsbridgeError as exc:
            log.warning("%s: %s", what, exc)
            self.failures.append(exc)

    def raise_first(self) -> None:
        """End the run as the first failed turn did, if one did."""
        failures, self.failures = self.failures, []
        if failures:
            raise failures[0]


@dataclass
class Worker(Job):
    """Drain, score, push. Run whenever a delivery came in or a poll ended."""

    trusted: set[str] = field(default_factory=set)
    """Connections whose CRM was seen to have our fields, and has refused nothing since."""

    def __call__(self) -> None:
        received: dict[str, list[datetime]] = {}
        for name in self.names:
            with self.turn(name):
                received[name] = drain(self.workspace, name).received
        scored = score(self.workspace)
        for band, number in scored.bands.items():
            self.metrics.decisions.labels("health", band).inc(number)
        for name in self.names:
            with self.turn(name):
                self._push(name)
                for at in received.get(name, ()):
                    self.metrics.event_to_field.observe((self.workspace.now() - at).total_seconds())
        with self.workspace.store.read() as db:
            self.metrics.inbox_depth.set(inbox.depth(db)["waiting"])
        with self.workspace.store.write() as db:
            inbox.forget_done(db, self.workspace.now() - KEPT)
        self.raise_first()

    def _push(self, name: str) -> None:
        if self.workspace.settings.write.dry_run:
            return
        summary = pushing.push(self.workspace, name, trusted=name in self.trusted)
        if summary.refused:
            self.trusted.discard(name)
        elif summary.written:
            self.trusted.add(name)
        self.metrics.fields_written.labels(name).inc(summary.fields)
        for outcome in summary.refused:
            self.metrics.refusals.labels(name, outcome.code).inc()
            log.warning("%s refused %s: %s %s", name, outcome.ref, outcome.code, outcome.message)


@dataclass
class Poller(Job):
    """Pull changes, take in usage files; then wake the worker."""

    wake: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        for name in self.names:
            with self.turn(name):
                for kind, taken in sync(self.workspace, name).kinds.items():
                    self.metrics.records_read.labels(name, kind).inc(taken.read)
        with self.alone("usage"):
            take_in_files(self.workspace)
        self.wake()
        self.raise_first()
