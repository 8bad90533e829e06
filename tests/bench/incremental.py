"""A sync after few accounts have changed, beside one after none has: what asking costs, and what the answers add."""

from contextlib import ExitStack
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import requests
from crm import sandbox, stats, workspace
from report import Line, seconds

from bridge.store import lookup
from bridge.sync.syncing import sync
from bridge.workspace import Workspace

EDITED = {"salesforce": ("Account", "NumberOfEmployees"), "hubspot": ("companies", "numberofemployees")}


def measure(accounts: int, share: float) -> list[Line]:
    """Per vendor: ``share`` of the accounts changed since the last sync."""
    return [_measured(crm, accounts, ceil(accounts * share)) for crm in EDITED]


def _measured(crm: str, accounts: int, changed: int) -> Line:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        announced = stack.enter_context(sandbox(crm, folder, accounts, "--no-history"))
        opened = stack.enter_context(workspace(folder, announced))
        full = _synced(opened, announced)
        quiet = _synced(opened, announced)
        with opened.store.read() as db:
            ids = lookup.ids(db, "crm", "account")
        for place, id in enumerate(ids[:: accounts // changed][:changed], 1):
            _edit(announced, id, 50_000 + place)
        few = _synced(opened, announced)
    assert (full["read"], few["changed"]) == (accounts, changed), (full, few)
    return Line(
        f"{crm}: sync with {changed:,} of {accounts:,} accounts changed",
        f"{few['calls']} calls, {seconds(few['seconds'])}",
        f"with nothing changed: {quiet['calls']} calls, {seconds(quiet['seconds'])}",
        few["calls"] / quiet["calls"],
        aim="1.00",
        also=f"{few['read']:,} accounts read; the first sync: {full['calls']:,} calls, {seconds(full['seconds'])}",
    )


def _synced(opened: Workspace, announced: Any) -> dict[str, Any]:
    """All kinds; what it read of accounts, what it cost in calls as the CRM counts them, and in seconds."""
    calls, began = _calls(announced), perf_counter()
    taken = sync(opened, "crm").kinds["account"]
    spent = {"seconds": perf_counter() - began, "calls": _calls(announced) - calls}
    return {"read": taken.read, "changed": taken.changed, **spent}


def _calls(announced: Any) -> int:
    return sum(stats(announced)["calls"].values())


def _edit(announced: Any, id: str, employees: int) -> None:
    name, field = EDITED[announced["crm"]]
    edit = {"object": name, "id": id, "fields": {field: str(employees)}, "notify": False}
    if announced["crm"] == "salesforce":
        edit["fields"] = {field: employees}
    requests.post(f"{announced['control']}/edit", json=edit, timeout=10).raise_for_status()
