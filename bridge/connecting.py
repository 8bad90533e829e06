"""Opens a connection for use: whose org it is, is asked once and held against the org that it was first used with."""

import logging

from adapters.contract import Adapter
from bridge.store import cursors
from bridge.workspace import Workspace
from config.errors import CsbridgeError

log = logging.getLogger(__name__)


def connect(workspace: Workspace, name: str) -> Adapter:
    """The connection's adapter, its org proven: nothing is read from or written to another org under its name.

    Pins the org at first use. Raises ConfigError for another org, and whatever the login can end in.
    """
    adapter = workspace.adapter(name)
    if name not in workspace.proven:
        org_id = adapter.identify()
        with workspace.store.write() as db:
            cursors.pin_org(db, name, workspace.settings.connection(name).crm, org_id, workspace.now())
        workspace.proven.add(name)
    return adapter


def try_to_pin(workspace: Workspace) -> None:
    """Pin every org that can be reached now, so that the first webhooks are already held against it."""
    for connection in workspace.settings.crms:
        try:
            connect(workspace, connection.name)
        except CsbridgeError as exc:
            log.warning("%s: its org is not known yet: %s", connection.name, exc)
