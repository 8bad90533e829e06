"""Puts a serving process together: the two apps, the crew, the poller and the nightly job, on one open workspace."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from bridge.connecting import try_to_pin
from bridge.store import cursors, inbox
from bridge.store.engine import Store
from bridge.workers.crew import HEARTBEAT, Crew
from bridge.workers.metrics import create_metrics
from bridge.workers.nightly import Nightly
from bridge.workers.outbound_runner import sending
from bridge.workers.public_port import public_app
from bridge.workers.runners import Runner
from bridge.workers.scheduling import Lease
from bridge.workers.serving import Serving, serve
from bridge.workers.working import Poller
from bridge.workspace import Workspace
from webhooks.admin import ANY_HOST, create_admin_app

MINUTE = timedelta(minutes=1)
"""How often the nightly job looks whether its hour has come."""


def serve_workspace(
    workspace: Workspace,
    host: str,
    port: int,
    admin_host: str,
    admin_port: int,
    on_ready: Callable[[Serving], None] = lambda serving: None,
) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError when a port is taken, StoreFailed when the store is served."""
    try_to_pin(workspace.of_its_own())
    metrics = create_metrics()
    runner = partial(Runner, now=workspace.now, count=metrics.count_run)
    outbound = [sending(workspace, endpoint, metrics, HEARTBEAT) for endpoint in workspace.settings.outbound]
    crew, lease = Crew(workspace, metrics, told=partial(_wake, outbound)), Lease(workspace.store)
    polling = lease.leads(Poller(workspace, metrics, wake=crew.wake_scorer))
    poller = runner("poller", polling, workspace.settings.schedule.poll)
    nightly = runner("nightly", lease.leads(Nightly(workspace, metrics, wake=crew.wake_scorer)), MINUTE)
    public = public_app(workspace, metrics.count_delivery, crew.wake)
    hosts = () if admin_host in ("127.0.0.1", "::1", "localhost") else (ANY_HOST,)
    admin = create_admin_app(lambda: readiness(workspace, crew, poller), metrics.registry, hosts)
    with workspace.store.held("serve", 1.0, "another csbridge serve works on this store already"):
        end_leases_of_the_dead(workspace.store)
        runners = [*crew.runners, poller, nightly, *outbound]
        try:
            serve(public, admin, host, port, admin_host, admin_port, runners, on_ready)
        finally:
            lease.release()


def end_leases_of_the_dead(store: Store) -> None:
    """Where one process serves (SQLite), what is leased in the inbox when it starts, a dead one had."""
    if store.is_sqlite:
        with store.write() as db:
            inbox.bury(db)


def _wake(runners: Sequence[Runner]) -> None:
    for runner in runners:
        runner.wake()


def readiness(workspace: Workspace, crew: Crew, poller: Runner) -> Mapping[str, str | bool]:
    """What ``/readyz`` tells. Raises when the store does not answer, which is an answer too."""
    with workspace.store.read() as db:
        last = cursors.last_sync(db)
    return {
        "store": True,
        "worker": crew.alive,
        "poller": poller.alive,
        "last_read": last.isoformat() if last else "never",
    }
