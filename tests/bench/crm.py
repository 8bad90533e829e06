"""A sandbox CRM in a process of its own, and a workspace in a temporary folder that leads to it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bridge.demo.processes import server
from bridge.workspace import Workspace, open_workspace

SETTINGS = {
    "salesforce": """\
connections:
  - name: crm
    crm: salesforce
    login_url: {url}
    auth: {{flow: client_credentials, client_id: {client_id}, client_secret: {client_secret}}}
    bulk: {{write_above: {bulk}}}
""",
    "hubspot": """\
connections:
  - name: crm
    crm: hubspot
    base_url: {url}
    auth: {{flow: private_app, token: {token}}}
""",
}


@contextmanager
def sandbox(crm: str, folder: Path, accounts: int, *options: str) -> Iterator[Mapping[str, Any]]:
    """A seeded CRM that answers; ends with the block. Yields what it announced."""
    arguments = ["sandbox", crm, "--port", "0", "--accounts", str(accounts), *options]
    with server(arguments, folder, os.environ) as announced:
        yield announced


@contextmanager
def workspace(folder: Path, announced: Mapping[str, Any], bulk: int | str = 2000) -> Iterator[Workspace]:
    """A workspace with an empty store, and one connection ``crm`` to the sandbox; ``bulk`` above it in writes."""
    file = folder / "csbridge.yml"
    file.write_text(SETTINGS[announced["crm"]].format(**announced, bulk=bulk), "utf-8")
    opened = open_workspace(file, os.environ, lambda: datetime.now(UTC))
    with ExitStack() as closing:
        closing.callback(opened.close)
        yield opened
