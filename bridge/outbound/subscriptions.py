"""Outbound endpoints as a person sees and handles them: how each stands, what waits for it, try again, give up.

An endpoint is named by its name, one notification ``name:number``.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement

from bridge.outbound.delivering import Sent, deliver
from bridge.store import audit, endpoints, notifications
from bridge.workspace import Workspace
from webhooks.outbound.verdict import Health

NOWHERE: Final = "no longer in csbridge.yml"


def standing(workspace: Workspace) -> list[dict[str, Any]]:
    """Every endpoint that is configured, or that something still waits for; never an address."""
    with workspace.store.read() as db:
        depths, healths = notifications.depths(db), endpoints.all_of(db)
    configured = {endpoint.name: endpoint for endpoint in workspace.settings.outbound}
    return [
        {
            "endpoint": name,
            "host": configured[name].host if name in configured else None,
            "format": configured[name].format if name in configured else None,
            "state": _state(healths.get(name, Health()), name in configured),
            "cause": healths[name].cause if name in healths else None,
            "failing_since": healths[name].failing_since if name in healths else None,
            "disabled_at": healths[name].disabled_at if name in healths else None,
            "delivered_at": healths[name].delivered_at if name in healths else None,
            **depths.get(name, {"waiting": 0, "parked": 0}),
        }
        for name in dict.fromkeys([*configured, *sorted(depths)])
    ]


def _state(health: Health, configured: bool) -> str:
    if not configured:
        return NOWHERE
    return "disabled" if health.disabled_at else "failing" if health.failing_since else "well"


def waiting(workspace: Workspace) -> list[dict[str, Any]]:
    """The notifications that are not delivered."""
    with workspace.store.read() as db:
        rows = notifications.open_notes(db)
    return [{"notification": f"{row.pop('endpoint')}:{row.pop('id')}", **row} for row in rows]


def send(workspace: Workspace) -> dict[str, Sent]:
    """One round to each endpoint: what is due, until an attempt fails."""
    return {endpoint.name: deliver(workspace, endpoint) for endpoint in workspace.settings.outbound}


def unknown(workspace: Workspace, names: Sequence[str]) -> list[str]:
    """Those that name neither an endpoint nor a notification that is open."""
    known = {row["endpoint"] for row in standing(workspace)} | {row["notification"] for row in waiting(workspace)}
    return sorted(set(names) - known)


def retry(workspace: Workspace, names: Sequence[str]) -> int:
    """Take these up again at once, whatever became of them; an endpoint that was disabled is enabled. How many."""
    number = 0
    with workspace.store.write() as db:
        for name in names:
            number += notifications.retry(db, _chosen(name))
            endpoint = name.partition(":")[0]
            health = endpoints.health(db, endpoint)
            if health != Health():
                endpoints.enable(db, endpoint, health.delivered_at)
        audit.record(db, "operator", "outbox retry", {"notifications": list(names)}, workspace.now())
    return number


def drop(workspace: Workspace, names: Sequence[str]) -> int:
    """Give these up; an endpoint stays as it is. How many."""
    with workspace.store.write() as db:
        number = sum(notifications.drop(db, _chosen(name), workspace.now()) for name in names)
        audit.record(db, "operator", "outbox drop", {"notifications": list(names)}, workspace.now())
    return number


def _chosen(name: str) -> ColumnElement[bool]:
    endpoint, separator, id = name.partition(":")
    return notifications.numbered(endpoint, int(id)) if separator else notifications.of_endpoint(endpoint)
