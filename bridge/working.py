"""The jobs of a serving process: the worker turns events into fields, the poller reads what no event told.

Each has its own adapters (vendor clients are not shared between threads) and the one store. A connection that
fails does not keep the others from their turn, and is left alone for a while.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.errors import QuotaSpent
from bridge import pushing
from bridge.coalescing import due, pause
from bridge.deciding import score
from bridge.inlets import inlets
from bridge.metrics import Metrics
from bridge.reading import read_all
from bridge.store import inbox
from bridge.workspace import Workspace
from config.errors import ConfigError, CsbridgeError

log = logging.getLogger(__name__)

SPENT = timedelta(hours=1)
"""How long a connection rests when its quota is spent and the vendor does not say until when."""


@dataclass
class Job:
    """What both jobs share: a workspace of their own, and counting."""

    workspace: Workspace
    metrics: Metrics

    def __post_init__(self) -> None:
        self.workspace = self.workspace.of_its_own()

    @property
    def names(self) -> list[str]:
        return [connection.name for connection in self.workspace.settings.crms]

    @contextmanager
    def counted(self, names: list[str]) -> Iterator[None]:
        """The calls that these connections cost meanwhile go into the metrics."""
        calls = {name: self.workspace.adapter(name).calls for name in names}
        before = {name: made.made.copy() for name, made in calls.items()}
        try:
            yield
        finally:
            for name in names:
                self.metrics.count_calls(name, calls[name].made, before[name])


@dataclass
class Worker(Job):
    """Drain, score, push. Run whenever a delivery came in or a poll ended."""

    trusted: set[str] = field(default_factory=set)
    """Connections whose CRM was seen to have our fields, and has refused nothing since."""
    resting: dict[str, datetime] = field(default_factory=dict)
    """Connections that are left alone until then."""
    told: Callable[[], None] = lambda: None
    """Told when events for outbound endpoints may have come about."""
    spent: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    """When a connection last had a turn that cost calls, and how many."""

    def __call__(self) -> timedelta | None:
        """Gives how long it is until the next turn, where one is put off so that calls last for the day."""
        received: dict[str, list[datetime]] = {}
        before = {name: self._calls(name) for name in self.names}
        for name, inlet in inlets(self.workspace).items():
            with self.turn(name) as awake:
                received[name] = inlet(self.workspace, name).received if awake else []
        scored = score(self.workspace)
        self.told()
        if scored.customers:
            log.info("scored", extra={"customers": scored.customers, "decisions": scored.decisions})
        for band, number in scored.bands.items():
            self.metrics.decisions.labels("health", band).inc(number)
        for name in self.names:
            with self.turn(name) as awake:
                if awake and not self.workspace.settings.write.dry_run:
                    self._push(name)
                    for at in received.get(name, ()):
                        self.metrics.event_to_field.observe((self.workspace.now() - at).total_seconds())
        with self.workspace.store.write() as db:
            self.metrics.inbox_depth.set(inbox.depth(db)["waiting"])
            inbox.forget_done(db, self.workspace.now() - self.workspace.settings.inbox.keep)
        return min(filter(None, [self._gather(name, before[name]) for name in self.names]), default=None)

    def _calls(self, name: str) -> int:
        return self.workspace.adapter(name).calls.made.total()

    def _gather(self, name: str, before: int) -> timedelta | None:
        """After a turn that cost calls events are gathered for a while: how much longer, if any."""
        now, day = self.workspace.now(), self.workspace.meter(name).day()
        if made := self._calls(name) - before:
            self.spent[name] = (now, made)
            self.resting[name] = max(self.resting.get(name, now), now + pause(day, made))
        if day:
            self.metrics.note_quota(name, day.own, day.heard.quota.remaining, max(day.left, 0))
        rest = self.resting.get(name, now) - now
        return rest if rest > timedelta(0) else None

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """One connection's turn; False while it rests. However it fails, the others have theirs."""
        now = self.workspace.now()
        with self.counted([name] if name in self.names else []):
            try:
                yield now >= self.resting.get(name, now)
            except CsbridgeError as exc:
                self.resting[name] = now + self._rest(exc, now)
                log.warning("%s: %s", name, exc, extra={"resting_until": self.resting[name].isoformat()})
            except Exception:
                self.resting[name] = now + self.workspace.settings.schedule.poll
                self.metrics.count_run(f"turn of {name}", "broken")
                log.exception("%s: met a bug", name)

    def _rest(self, exc: CsbridgeError, now: datetime) -> timedelta:
        """How long calls would be wasted: a person has to do something, or the vendor's day has to end."""
        if isinstance(exc, QuotaSpent):
            return exc.until - now if exc.until else SPENT
        return self.workspace.settings.schedule.poll if isinstance(exc, ConfigError) else timedelta()

    def _push(self, name: str) -> None:
        last, calls = self.spent.get(name, (datetime.min.replace(tzinfo=UTC), 0))
        least = due(self.workspace.meter(name).day(), calls, self.workspace.now() - last)
        summary = pushing.push(self.workspace, name, trusted=name in self.trusted, least=least)
        if summary.refused:
            self.trusted.discard(name)
        elif summary.written:
            self.trusted.add(name)
        if summary.written:
            log.info("%s: pushed", name, extra={"records": summary.written, "calls": summary.calls})
        self.metrics.fields_written.labels(name).inc(summary.fields)
        for outcome in summary.refused:
            self.metrics.refusals.labels(name, outcome.code).inc()
            log.warning("%s refused %s: %s %s", name, outcome.ref, outcome.code, outcome.message)


@dataclass
class Poller(Job):
    """Read what changed and the usage files; then wake the worker."""

    wake: Callable[[], None] = lambda: None
    waiting: dict[str, datetime | None] = field(default_factory=dict)
    """Connections whose calls are spent, and until when: said once."""

    def __call__(self) -> None:
        try:
            with self.counted(self.names):
                done = read_all(self.workspace)
        finally:
            self.wake()
        for name, synced in done.connections.items():
            log.info("%s: read", name, extra={"records": sum(taken.read for taken in synced.kinds.values())})
            for kind, taken in synced.kinds.items():
                self.metrics.records_read.labels(name, kind).inc(taken.read)
        self._tell(done.failures)

    def _tell(self, failures: Mapping[str, CsbridgeError]) -> None:
        """Log what failed, and raise the first that is more than spent calls: those end by themselves."""
        spent = {what: exc.until for what, exc in failures.items() if isinstance(exc, QuotaSpent)}
        for what, failure in failures.items():
            if what not in spent or spent[what] != self.waiting.get(what):
                log.warning("%s: %s", what, failure)
        self.waiting = spent
        for what, failure in failures.items():
            if what not in spent:
                raise failure
