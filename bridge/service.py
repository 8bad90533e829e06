"""Puts a serving process together: the two apps, the crew, the poller and the nightly job, on one open workspace."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Flask

from bridge.connecting import try_to_pin
from bridge.crew import Crew
from bridge.metrics import create_metrics
from bridge.nightly import Nightly
from bridge.runners import Runner
from bridge.scheduling import Lease
from bridge.serving import Serving, serve
from bridge.store import cursors
from bridge.store.inbox import StoreInbox
from bridge.working import Poller
from bridge.workspace import Workspace
from webhooks.admin import ANY_HOST, create_admin_app
from webhooks.app import create_public_app
from webhooks.receivers import Receiver
from webhooks.routes import Count

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
    crew, lease = Crew(workspace, metrics), Lease(workspace.store)
    poller = Runner(
        "poller",
        lease.leads(Poller(workspace, metrics, wake=crew.wake_scorer)),
        workspace.settings.schedule.poll,
        now=workspace.now,
        count=metrics.count_run,
    )
    nightly = Runner(
        "nightly",
        lease.leads(Nightly(workspace, metrics, wake=crew.wake_scorer)),
        MINUTE,
        now=workspace.now,
        count=metrics.count_run,
    )
    public = public_app(workspace, metrics.count_delivery, crew.wake)
    hosts = () if admin_host in ("127.0.0.1", "::1", "localhost") else (ANY_HOST,)
    admin = create_admin_app(lambda: readiness(workspace, crew, poller), metrics.registry, hosts)
    with workspace.store.held("serve", 1.0, "another csbridge serve works on this store already"):
        try:
            serve(public, admin, host, port, admin_host, admin_port, [*crew.runners, poller, nightly], on_ready)
        finally:
            lease.release()


def public_app(
    workspace: Workspace, count: Count = lambda source, outcome: None, on_accepted: Callable[[], None] = lambda: None
) -> Flask:
    """The app of the public port, with every door that the settings open."""
    return create_public_app(
        receivers(workspace),
        StoreInbox(workspace.store),
        workspace.now,
        workspace.settings.public_url,
        on_accepted=on_accepted,
        count=count,
    )


def receivers(workspace: Workspace) -> dict[str, Receiver]:
    """Who may knock: every connection, with its webhook secrets (none: nothing is accepted)."""
    found = {}
    for connection in workspace.settings.crms:
        secrets = [secret.get_secret_value() for secret in connection.webhook_secret]
        found[connection.name] = Receiver(connection.name, workspace.adapter(connection.name), secrets)
    return found


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
