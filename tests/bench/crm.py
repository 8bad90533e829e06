"""A sandbox CRM in a process of its own, and a workspace in a temporary folder that leads to it."""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from bridge.demo.processes import server
from bridge.workspace import Workspace, open_workspace

SETTINGS = {
    "salesforce": """\
connections:
  - name: crm
    crm: salesforce
    login_url: {url}
    auth: {{flow: client_credentials, client_id: {client_id}, client_secret: {client_secret}}}
    bulk: {{write_above: {bulk}, pull_above: {pull_above}}}
    map: {{account: {{fields: {{arr: ARR__c, renewal_date: Renewal_Date__c, plan: Plan__c, seats_bought: Seats__c,
      customer_since: Customer_Since__c, churned_on: Churned_On__c, lifecycle: CS_Status__c}}}}}}
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
def workspace(
    folder: Path, announced: Mapping[str, Any], bulk: int | str = 2000, pull_above: int | str = 30_000
) -> Iterator[Workspace]:
    """A workspace with an empty store, and one connection ``crm`` to the sandbox; bulk above so many rows."""
    file = folder / "csbridge.yml"
    file.write_text(SETTINGS[announced["crm"]].format(**announced, bulk=bulk, pull_above=pull_above), "utf-8")
    opened = open_workspace(file, os.environ, lambda: datetime.now(UTC))
    with ExitStack() as closing:
        closing.callback(opened.close)
        gc.freeze()  # as a command does
        yield opened


def stats(announced: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the CRM itself counted: rows per object, calls per address."""
    counted: Mapping[str, Any] = requests.get(f"{announced['control']}/stats", timeout=10).json()
    return counted
