"""The second half of the demo: something happens in a CRM, and its field changes; how long that took."""

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bridge.demo.processes import DemoFailed, server
from bridge.demo.setting import Setting
from bridge.store import lookup, memory
from bridge.store.engine import open_store

PATIENCE: Final = 30.0
"""Seconds to wait for a field or for readiness before the demo gives up."""
GLANCE: Final = 0.02
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event, and what came of it in the CRM."""

    what: str
    account: str
    before: float
    after: float
    milliseconds: int


Row = Mapping[str, str]
"""A row of the decisions that ``score --out`` wrote."""


def run_events(setting: Setting, rows: Sequence[Row]) -> list[Happening]:
    """Serve, let a ticket escalate in Salesforce and a detractor answer in HubSpot, and watch the score fields."""
    with serving(setting) as addresses:
        _await_first_poll(addresses["admin"])
        best = sorted((row for row in rows if row["score"]), key=lambda row: -float(row["score"]))
        return [_escalate(setting, best), _detract(setting, best)]


def serving(setting: Setting) -> AbstractContextManager[dict[str, Any]]:
    """``csbridge serve`` on the ports that the sandboxes were told; gives the addresses."""
    arguments = ["serve", "--port", str(setting.port), "--admin-port", str(setting.admin_port)]
    return server(arguments, setting.folder, setting.environ)


def _await_first_poll(admin: str) -> None:
    """The first poll and push are over when a poll and a run of the worker after it have ended well."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{admin}/metrics", timeout=PATIENCE) as answer:
            text = answer.read().decode()
        if runs(text, "poller") >= 1 and runs(text, "worker") >= 2:
            return
        time.sleep(GLANCE)
    raise DemoFailed("csbridge serve did not finish its first poll in time")


def runs(text: str, job: str) -> float:
    """How often a job has run, whatever came of it, by the metrics of a serving process."""
    counts = (line.rpartition(" ") for line in text.splitlines() if line.startswith("csbridge_job_runs_total{"))
    return sum(float(number) for name, _, number in counts if f'job="{job}"' in name)


def _escalate(setting: Setting, rows: Sequence[Row]) -> Happening:
    """The healthiest account with an open ticket: nobody would have looked at it today."""
    tickets = _open_tickets(setting)
    row = _first(row for row in rows if row["connection"] == "sf" and row["id"] in tickets)
    edit = {"object": "Case", "id": tickets[row["id"]], "fields": {"IsEscalated": True}}
    return _watched(setting.salesforce["url"], row, "CSB_Health_Score__c", edit, "a ticket was escalated")


def _first(rows: Iterator[Row]) -> Row:
    found = next(rows, None)
    if found is None:
        raise DemoFailed("no account of this data has what the demo would change; try more accounts or another seed")
    return found


def _open_tickets(setting: Setting) -> dict[str, str]:
    """Salesforce account id → one of its tickets that is open and not escalated, as csbridge knows them."""
    store = open_store(f"sqlite:///{setting.folder / 'csbridge.db'}")
    with store.read() as db:
        known = memory.known(db, "sf", "ticket", lookup.ids(db, "sf", "ticket"), datetime.now(UTC))
    store.close()
    return {
        ticket.content["account"]: ticket.id
        for ticket in known
        if ticket.content["status"] == "open" and ticket.content["account"] and not ticket.content["escalated"]
    }


def _detract(setting: Setting, rows: Sequence[Row]) -> Happening:
    """A contact of the healthiest account answers a survey, badly."""
    url, token = setting.hubspot["url"], setting.hubspot["token"]
    row = _first(row for row in rows if row["connection"] == "hs" and _contacts(url, token, row["id"]))
    answer = {"hs_survey_type": "NPS", "hs_value": "2", "hs_contact_id": _contacts(url, token, row["id"])[0]}
    edit = {"object": "feedback_submissions", "fields": answer}
    return _watched(url, row, "csb_health_score", edit, "a contact answered 2 of 10")


def _contacts(url: str, token: str, company: str) -> list[str]:
    found = _asked(f"{url}/crm/v4/objects/companies/{company}/associations/contacts", token=token)
    return [str(link["toObjectId"]) for link in found["results"]]


def _watched(url: str, row: Row, field: str, edit: Mapping[str, Any], what: str) -> Happening:
    """Do the edit through the control surface, then wait until the CRM was told another score."""
    seen = len(_asked(f"{url}/_sandbox/writes"))
    began = time.monotonic()
    _asked(f"{url}/_sandbox/edit", edit)
    while time.monotonic() < began + PATIENCE:
        for write in _asked(f"{url}/_sandbox/writes")[seen:]:
            if write["id"] == row["id"] and field in write["fields"]:
                milliseconds = round((time.monotonic() - began) * 1000)
                return Happening(what, row["name"], float(row["score"]), float(write["fields"][field]), milliseconds)
        time.sleep(GLANCE)
    raise DemoFailed(f"{what} at {row['name']}, but its {field} did not change within {PATIENCE:.0f} s")


def _asked(url: str, body: Mapping[str, Any] | None = None, token: str = "") -> Any:
    """JSON over HTTP from a server of this demo."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=PATIENCE) as answer:
        return json.loads(answer.read())
