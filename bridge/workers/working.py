"""The jobs of a serving process: the worker turns events into fields, the poller reads what no event told.

Each has its own adapters (vendor clients are not shared between threads) and the one store. A connection that
fails does not keep the others from their turn, and is left alone for a while.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.contract import Paced
from adapters.errors import QuotaSpent
from bridge.inlets.sources import inlets
from bridge.pipeline import pushing
from bridge.pipeline.deciding import score
from bridge.store import inbox
from bridge.sync.reading import read_all
from bridge.workers.coalescing import breath, due, pause
from bridge.workers.metrics import Metrics
from bridge.workers.turns import Part, Turns
from bridge.workspace import Workspace
from config.errors import ConfigError, CsbridgeError

log = logging.getLogger(__name__)

SWEPT = timedelta(minutes=1)
"""How often deliveries that were acted on are looked after: they are forgotten in the end."""
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
    """Read what events name, score whom that affects, write what differs.

    Called, it does one after the other, for all connections. In a serving process each of the three has threads of
    its own, with a worker each (``bridge.workers.crew``): what is shared between them is in ``turns``.
    """

    turns: Turns = field(default_factory=Turns)
    on_read: Callable[[], None] = lambda: None
    """Told when something was taken in."""
    told: Callable[[], None] = lambda: None
    """Told when events for outbound endpoints may have come about."""
    swept: datetime | None = None

    def __call__(self) -> timedelta | None:
        """Gives how long it is until the next turn, where one is put off so that calls last for the day."""
        for name in inlets(self.workspace):
            self.read(name)
        self.score()
        for name in self.names:
            self.write(name)
        now = self.workspace.now()
        return min(filter(None, (self.turns.left(*one, now) for one in self.turns.resting)), default=None)

    def read(self, name: str) -> timedelta | None:
        """Take in what waits of one source; gives how long to leave it alone."""
        with self.turn(name, "read") as awake:
            if awake:
                self._take_in(name)
        return self.turns.left(name, "read", self.workspace.now())

    def _take_in(self, name: str) -> None:
        try:
            drained = inlets(self.workspace)[name](self.workspace, name)
        except BaseException:
            self.on_read()  # it may have come a part of the way
            raise
        self.turns.came(name, drained.received)
        if drained.received or drained.taken.read:
            self.on_read()

    def score(self) -> None:
        """Decide about whoever is affected."""
        with self.turns.scoring():
            scored = score(self.workspace)
        self.told()
        if scored.customers:
            log.info("scored", extra={"customers": scored.customers, "decisions": scored.decisions})
        for band, number in scored.bands.items():
            self.metrics.decisions.labels("health", band).inc(number)
        self._sweep()

    def _sweep(self) -> None:
        with self.workspace.store.read() as db:
            depth = inbox.depth(db)
        self.metrics.inbox_depth.set(depth["waiting"])
        self.metrics.inbox_parked.set(depth["parked"])
        now = self.workspace.now()
        if self.swept is None or abs(now - self.swept) >= SWEPT:
            self.swept = now
            with self.workspace.store.write() as db:
                inbox.forget_done(db, now - self.workspace.settings.inbox.keep)

    def write(self, name: str) -> timedelta | None:
        """Write to one CRM what it does not hold yet; gives how long to leave it alone."""
        if self.workspace.settings.write.dry_run:
            return None
        with self.turn(name, "write") as awake:
            if awake:
                events = self.turns.decided(name)
                self._push(name)
                for at in events:
                    self.metrics.event_to_field.observe((self.workspace.now() - at).total_seconds())
        return self.turns.left(name, "write", self.workspace.now())

    @contextmanager
    def turn(self, name: str, part: Part) -> Iterator[bool]:
        """One connection's turn; False while it rests. However it fails, the others have theirs."""
        now, ours = self.workspace.now(), [name] if name in self.names else []
        before = sum(map(self._calls, ours))
        with self.counted(ours):
            try:
                yield self.turns.is_awake(name, part, now)
            except CsbridgeError as exc:
                until = now + self._rest(exc, now)
                self.turns.rest(name, part, until)
                log.warning("%s: %s", name, exc, extra={"resting_until": until.isoformat()})
            except Exception:
                self.turns.rest(name, part, now + self.workspace.settings.schedule.poll)
                self.metrics.count_run(f"turn of {name}", "broken")
                log.exception("%s: met a bug", name)
        if ours:
            self._gather(name, part, self._calls(name) - before, now)

    def _calls(self, name: str) -> int:
        return self.workspace.adapter(name).calls.made.total()

    def _gather(self, name: str, part: Part, made: int, began: datetime) -> None:
        """After a turn that cost calls events are gathered for a while. What was read is written without a pause: a
        write begins the pause anew, for both. The vendor's seconds have passed since the turn ``began``: its calls
        are spread over them, too.
        """
        now, day = self.workspace.now(), self.workspace.meter(name).day()
        if made:
            self.turns.note(name, part, now, made)
            cost, adapter = self.turns.cost(name), self.workspace.adapter(name)
            most = adapter.calls_per_second if isinstance(adapter, Paced) else None
            until = max(now + pause(day, cost), began + breath(cost, most))
            self.turns.rest(name, "read", until)
            if part == "write":
                self.turns.rest(name, "write", until)
        if day:
            self.metrics.note_quota(name, day.own, day.heard.quota.remaining, max(day.left, 0))

    def _rest(self, exc: CsbridgeError, now: datetime) -> timedelta:
        """How long calls would be wasted: a person has to do something, or the vendor's day has to end."""
        if isinstance(exc, QuotaSpent):
            return exc.until - now if exc.until else SPENT
        return self.workspace.settings.schedule.poll if isinstance(exc, ConfigError) else timedelta()

    def _push(self, name: str) -> None:
        turns = self.turns
        waited = self.workspace.now() - turns.last_written(name)
        least = due(self.workspace.meter(name).day(), turns.cost(name), waited)
        summary = pushing.push(self.workspace, name, trusted=name in turns.trusted, least=least)
        if summary.refused:
            turns.trusted.discard(name)
        elif summary.written:
            turns.trusted.add(name)
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
