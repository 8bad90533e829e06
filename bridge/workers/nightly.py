"""The nightly job of a serving process: reconcile every connection once the hour of ``schedule.reconcile`` has come.

Missed nights are one: whatever was not compared since, the next comparison finds.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.errors import QuotaSpent
from bridge.pipeline import sampling
from bridge.store import cursors
from bridge.sync import reconciling
from bridge.sync.reconciling import Reconciled
from bridge.workers.working import Job
from config.errors import CsbridgeError

log = logging.getLogger(__name__)

REST = timedelta(hours=1)
"""How long a connection is left alone after a reconcile that failed: the next lists everything anew."""
SPENT = timedelta(hours=6)
"""How long at least where calls ran short: each try that is cut short would cost what had just become free."""


@dataclass
class Nightly(Job):
    """Run every minute or so; does nothing unless it is due."""

    wake: Callable[[], None] = lambda: None
    """Told when something was repaired, and so has to be scored."""
    resting: dict[str, datetime] = field(default_factory=dict)

    def __call__(self) -> None:
        failures = [exc for name in self.names if self.is_due(name) and (exc := self._reconcile(name))]
        if failures:
            raise failures[0]

    def is_due(self, name: str) -> bool:
        """The end of the first sync counts as a reconcile: it has just read everything."""
        schedule, zone, now = self.workspace.settings.schedule, self.workspace.settings.zone, self.workspace.now()
        with self.workspace.store.read() as db:
            last, complete = reconciling.last(db, name), cursors.completed_at(db, name)
        before = last["at"] if last else complete
        if before is None or now < self.resting.get(name, now):
            return False
        return reconciling.is_due(now, before, schedule.reconcile, zone)

    def _reconcile(self, name: str) -> CsbridgeError | None:
        """Why it failed, if it did; the other connections have their turn all the same."""
        began = self.workspace.now()
        self.resting[name] = began + REST
        try:
            with self.counted([name]):
                done = reconciling.reconcile(self.workspace, name)
        except CsbridgeError as exc:
            log.warning("%s: not reconciled: %s", name, exc)
            if isinstance(exc, QuotaSpent):
                self.resting[name] = max(exc.until or began, began + SPENT)
            return exc
        self._tell(name, done)
        return self._read_back(name)

    def _read_back(self, name: str) -> CsbridgeError | None:
        """A sample of what was written; that it came to nothing is no reason to compare everything again."""
        try:
            with self.counted([name]):
                found = sampling.sample(self.workspace, name)
        except CsbridgeError as exc:
            log.warning("%s: nothing was read back: %s", name, exc)
            return exc
        differing = len(found.differing)
        log.info("%s: read back", name, extra={"records": found.read, "differing": differing})
        for outcome, number in (("same", found.read - differing), ("differing", differing), ("gone", found.gone)):
            self.metrics.records_read_back.labels(name, outcome).inc(number)
        if differing:
            log.warning("%s: %d written records hold something else, such as %s", name, differing, found.differing[0])
            self.wake()
        return None

    def _tell(self, name: str, done: Reconciled) -> None:
        log.info("%s: reconciled", name, extra={"repaired": done.repaired})
        for kind, compared in done.kinds.items():
            self.metrics.records_repaired.labels(name, kind).inc(compared.taken.changed)
        for doubt in done.doubted.values():
            log.warning("%s", doubt)
        if done.repaired:
            self.wake()
