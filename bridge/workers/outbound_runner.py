"""The job of a serving process that sends to one endpoint: each has its own, so that a slow one holds up nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bridge.outbound.delivering import deliver, health_of, line_to, until_next
from bridge.store import notifications
from bridge.workers.metrics import Metrics
from bridge.workers.runners import Runner
from bridge.workspace import Workspace
from config.outbound import Endpoint
from webhooks.outbound.sending import Post


@dataclass
class Sender:
    """Run when events may have come about, and every now and then."""

    workspace: Workspace
    endpoint: Endpoint
    metrics: Metrics
    post: Post
    stopping: Callable[[], bool] = lambda: False

    def __call__(self) -> timedelta | None:
        """Gives how long it is until the next try."""
        sent = deliver(self.workspace, self.endpoint, post=self.post, stopping=self.stopping)
        name = self.endpoint.name
        for outcome, number in (("delivered", sent.delivered), ("failed", sent.failed), ("parked", sent.parked)):
            self.metrics.outbound_deliveries.labels(name, outcome).inc(number)
        with self.workspace.store.read() as db:
            depth = notifications.depths(db).get(name, {"waiting": 0, "parked": 0})
        for state, number in depth.items():
            self.metrics.outbound_open.labels(name, state).set(number)
        self.metrics.outbound_disabled.labels(name).set(health_of(self.workspace, name).disabled_at is not None)
        return until_next(self.workspace, self.endpoint)


def sending(workspace: Workspace, endpoint: Endpoint, metrics: Metrics, interval: timedelta) -> Runner:
    """Its runner, which when it is stopped ends after the delivery at hand, however many wait."""
    sender = Sender(workspace, endpoint, metrics, line_to(endpoint).post)
    runner = Runner(f"outbound {endpoint.name}", sender, interval, count=metrics.count_run)
    sender.stopping = lambda: runner.stopping
    return runner
