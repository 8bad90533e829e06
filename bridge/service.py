"""Puts a serving process together: the two apps, the crew, the poller and the nightly job, on one open workspace."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from flask import Blueprint, Flask

from bridge import survey_answers, surveying
from bridge.connecting import try_to_pin
from bridge.crew import HEARTBEAT, Crew
from bridge.events_door import events_door
from bridge.metrics import create_metrics
from bridge.nightly import Nightly
from bridge.outbound_runner import sending
from bridge.runners import Runner
from bridge.scheduling import Lease
from bridge.serving import Serving, serve
from bridge.store import cursors, inbox
from bridge.store.engine import Store
from bridge.store.inbox import StoreInbox
from bridge.working import Poller
from bridge.workspace import Workspace
from webhooks.admin import ANY_HOST, create_admin_app
from webhooks.app import create_public_app
from webhooks.receivers import Receiver
from webhooks.routes import Count
from webhooks.senders.registry import SenderWebhooks
from webhooks.survey.routes import survey_routes

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
    outbound = [sending(workspace, endpoint, metrics, HEARTBEAT) for endpoint in workspace.settings.outbound]
    crew, lease = Crew(workspace, metrics, told=partial(_wake, outbound)), Lease(workspace.store)
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
        end_leases_of_the_dead(workspace.store)
        runners = [*crew.runners, poller, nightly, *outbound]
        try:
            serve(public, admin, host, port, admin_host, admin_port, runners, on_ready)
        finally:
            lease.release()


def public_app(
    workspace: Workspace, count: Count = lambda source, outcome: None, on_accepted: Callable[[], None] = lambda: None
) -> Flask:
    """The app of the public port, with every door that the settings open."""
    deliveries = StoreInbox(workspace.store)
    return create_public_app(
        receivers(workspace),
        deliveries,
        workspace.now,
        workspace.settings.public_url,
        on_accepted=on_accepted,
        count=count,
        doors=[*doors(workspace, on_accepted), events_door(workspace, deliveries, on_accepted, count)],
        trusted_proxies=workspace.settings.trusted_proxies,
    )


def doors(workspace: Workspace, on_accepted: Callable[[], None]) -> list[Blueprint]:
    """What is answered besides webhooks: our own surveys, where people can reach them."""
    return [survey_routes(survey_answers.desk(workspace, on_accepted))] if surveying.may_be_asked(workspace) else []


def end_leases_of_the_dead(store: Store) -> None:
    """Where one process serves (SQLite), what is leased in the inbox when it starts, a dead one had."""
    if store.is_sqlite:
        with store.write() as db:
            inbox.bury(db)


def _wake(runners: Sequence[Runner]) -> None:
    for runner in runners:
        runner.wake()


def receivers(workspace: Workspace) -> dict[str, Receiver]:
    """Who may knock: every connection, with its webhook secrets (none: nothing is accepted)."""
    found = {}
    for connection in workspace.settings.crms:
        secrets = [secret.get_secret_value() for secret in connection.webhook_secret]
        found[connection.name] = Receiver(connection.name, workspace.adapter(connection.name), secrets)
    for sender in workspace.settings.senders:
        secrets = [secret.get_secret_value() for secret in sender.webhook_secret]
        found[sender.name] = Receiver(sender.name, SenderWebhooks(sender, workspace.settings.zone), secrets)
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
