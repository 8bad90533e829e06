"""From the arrival of a vendor's webhook to the new field in the CRM: all in processes of their own, as in life.

A ticket is escalated, or is not any more, and its account's ``risk_flags`` have to say so. Both moments are the
sandbox's: when its request went out, and when the write came in. ``CSBRIDGE_BENCH_BESIDE`` names another checkout,
which then serves the same events in the same run.
"""

import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

import requests
from crm import SETTINGS
from report import Line, seconds

from bridge.demo.processes import free_ports, result_of, server

AIM: Final = (10, 100)
"""Events a second and milliseconds of latency for which an aim is set: a second."""
PATIENCE: Final = 60.0
SECRET: Final = "bench-path-secret"
EVENT: Final[Mapping[str, tuple[str, str, Callable[[bool], Any]]]] = {
    "salesforce": ("Case", "IsEscalated", lambda state: state),
    "hubspot": ("tickets", "escalated", lambda state: str(state).lower()),
}
FIELD: Final = {"salesforce": "CSB_Risk_Flags__c", "hubspot": "csb_risk_flags"}
LIMITS: Final = {"salesforce": "daily_calls=10000000", "hubspot": "daily_limit=10000000"}
"""So many calls a day that none is saved; HubSpot's limit of 190 calls in 10 seconds stays."""
MORE: Final = {
    "salesforce": "    webhook_secret: {secret}\n",
    "hubspot": "    webhook_secret: {client_secret}\n    map: {{ticket: {{fields: {{escalated: escalated}}}}}}\n",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one rate brought: seconds from event to field, calls of the CRM's API, and the rate that was reached."""

    waits: Sequence[float]
    calls: int
    rate: float

    @property
    def p50(self) -> float:
        return quantiles(self.waits, n=20, method="inclusive")[9]

    @property
    def p95(self) -> float:
        return quantiles(self.waits, n=20, method="inclusive")[18]

    def said(self) -> str:
        return f"p50 {seconds(self.p50)}, p95 {seconds(self.p95)}"


def measure(accounts: int, rates: Sequence[int], latencies: Sequence[int], lasting: float) -> list[Line]:
    """Per vendor and latency (milliseconds): every rate (events a second) for ``lasting`` seconds."""
    beside = os.environ.get("CSBRIDGE_BENCH_BESIDE")
    lines = []
    for crm in FIELD:
        for latency in latencies:
            before = _found(crm, accounts, rates, latency, lasting, Path(beside)) if beside else {}
            after = _found(crm, accounts, rates, latency, lasting, None)
            lines += [_line(crm, latency, rate, after[rate], before.get(rate)) for rate in rates]
    return lines


def _line(crm: str, latency: int, rate: int, found: Found, before: Found | None) -> Line:
    also = f"{len(found.waits):,} events, {found.rate:.0f}/s sent; {found.calls:,} calls; the day's calls are not short"
    return Line(
        f"{crm}: event to field at {rate} events/s, {latency} ms of latency",
        found.said(),
        f"before: {before.said()}" if before else "1 s",
        found.p95 / (before.p95 if before else 1.0),
        aim="p95 < 1 s" if (rate, latency) == AIM else "",
        also=also,
    )


def _found(
    crm: str, accounts: int, rates: Sequence[int], latency: int, lasting: float, code: Path | None
) -> dict[int, Found]:
    with TemporaryDirectory() as folder, _served(crm, Path(folder), accounts, latency, code) as served:
        return {rate: _measured(served, rate, max(20, round(rate * lasting))) for rate in rates}


@dataclass(frozen=True, slots=True)
class Served:
    """A CRM whose events csbridge acts on. ``tickets``: account → its ticket; ``escalated``: whether that is."""

    crm: str
    control: str
    tickets: Mapping[str, str]
    escalated: dict[str, bool]
    http: requests.Session

    def asked(self, what: str) -> Any:
        return self.http.get(f"{self.control}/{what}", timeout=PATIENCE).json()

    def posted(self, what: str, body: Mapping[str, Any]) -> Any:
        answer = self.http.post(f"{self.control}/{what}", json=body, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()

    def toggled(self, account: str) -> int:
        """Escalate the account's ticket, or end that; the number of the delivery that tells of it."""
        state = self.escalated[account] = not self.escalated[account]
        name, field, value = EVENT[self.crm]
        edit = {"object": name, "id": self.tickets[account], "fields": {field: value(state)}}
        (number,) = self.posted("edit", edit)["deliveries"]
        return int(number)


@contextmanager
def _served(crm: str, folder: Path, accounts: int, latency: int, code: Path | None) -> Iterator[Served]:
    """csbridge serves, and has done its first work."""
    environ = {**os.environ, **({"PYTHONPATH": str(code)} if code else {})}
    port, admin_port = free_ports(2)
    path = f"crm/{SECRET}" if crm == "salesforce" else "crm"
    arguments = ["sandbox", crm, "--port", "0", "--accounts", str(accounts), "--latency-ms", str(latency)]
    arguments += ["--option", LIMITS[crm], "--notify", f"http://127.0.0.1:{port}/webhooks/{path}"]
    with ExitStack() as running:
        announced = running.enter_context(server(arguments, folder, os.environ))
        served = Served(crm, announced["control"], {}, {}, running.enter_context(requests.Session()))
        facts = {**announced, "secret": SECRET, "bulk": 2000, "pull_above": 30_000}
        where = f"public_url: http://127.0.0.1:{port}\n"
        (folder / "csbridge.yml").write_text(where + (SETTINGS[crm] + MORE[crm]).format(**facts), "utf-8")
        for command in (["provision", "--apply"], ["sync"], ["score"], ["push"]):
            result_of(command, folder, environ)
        tickets = {account: _opened(served, account) for account in _calm(served)}
        serving = ["serve", "--port", str(port), "--admin-port", str(admin_port)]
        admin = running.enter_context(server(serving, folder, environ))["admin"]
        _await_first_poll(admin)
        served = replace(served, tickets=tickets, escalated=dict.fromkeys(tickets, False))
        _measured(served, 1, 1)  # what the poll brought is scored and written no later than this event's field
        yield served


def _calm(served: Served) -> list[str]:
    """The accounts that no ticket is escalated of, as the first push said."""
    field, written = FIELD[served.crm], served.asked("writes")
    return [write["id"] for write in written if field in write["fields"] and not _says(write["fields"][field])]


def _says(flags: str | None) -> bool:
    return "escalated_ticket" in (flags or "").split(";")


def _opened(served: Served, account: str) -> str:
    """An open ticket of the account, which nobody is told of."""
    if served.crm == "salesforce":
        name, fields = "Case", {"AccountId": account, "Subject": "bench", "Status": "New"}
    else:
        name = "tickets"
        fields = {"subject": "bench", "hs_pipeline": "0", "hs_pipeline_stage": "1", "escalated": "false"}
        fields |= {"associations": {"companies": [account]}}
    row = served.posted("edit", {"object": name, "fields": fields, "notify": False})["row"]
    return str(row.get("Id") or row["id"])


def _await_first_poll(admin: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while "poller" not in _run(admin):
        assert time.monotonic() < deadline, "csbridge serve did not finish its first poll in time"
        time.sleep(0.2)


def _run(admin: str) -> set[str]:
    """The jobs that have run."""
    text = requests.get(f"{admin}/metrics", timeout=PATIENCE).text
    return set(re.findall(r'job_runs_total{job="(\w+)"', text))


Event = tuple[datetime, bool]
"""When a ticket's delivery went out, or a field was written; and whether it said: escalated."""


def _measured(served: Served, rate: int, number: int) -> Found:
    """Send so many events, evenly; wait until the CRM holds what the last of each account means."""
    served.http.delete(f"{served.control}/writes", timeout=PATIENCE).raise_for_status()
    before, calls = dict(served.escalated), sum(served.asked("stats")["calls"].values())
    sent: dict[int, tuple[str, bool]] = {}
    began = time.monotonic()
    for place, account in enumerate(islice(cycle(served.tickets), number)):
        time.sleep(max(0.0, began + place / rate - time.monotonic()))
        delivery = served.toggled(account)
        sent[delivery] = (account, served.escalated[account])
    took = max(time.monotonic() - began, number / rate)
    deadline = time.monotonic() + PATIENCE
    while (waits := _waits(served, sent, before)) is None:
        assert time.monotonic() < deadline, f"{served.crm}: not every event became a field within {PATIENCE:.0f} s"
        time.sleep(0.5)
    return Found(waits, sum(served.asked("stats")["calls"].values()) - calls, number / took)


def _waits(served: Served, sent: Mapping[int, tuple[str, bool]], before: Mapping[str, bool]) -> list[float] | None:
    """Seconds from each event to its field, account by account; None as long as some account's field is not there."""
    events: dict[str, list[Event]] = defaultdict(list)
    for delivery in served.asked("events"):
        if delivery["number"] in sent:
            if not delivery["tries"]:
                return None
            account, state = sent[delivery["number"]]
            events[account].append((datetime.fromisoformat(delivery["tries"][0]["at"]), state))
    writes: dict[str, list[Event]] = defaultdict(list)
    field = FIELD[served.crm]
    for write in served.asked("writes"):
        if field in write["fields"] and write["error"] is None:
            writes[write["id"]].append((datetime.fromisoformat(write["at"]), _says(write["fields"][field])))
    waits: list[float] = []
    for account, happened in events.items():
        written = writes[account]
        if (written[-1][1] if written else before[account]) != happened[-1][1]:
            return None
        waits += _settled(happened, written)
    return waits


def _settled(happened: Sequence[Event], written: Sequence[Event]) -> Iterator[float]:
    """A write settles the newest event before it that says the same, and whatever came before that. Not yielded: a
    change that was taken back before anybody looked, which leaves nothing to write."""
    open_ones = list(happened)
    for at, state in written:
        last = max((place for place, one in enumerate(open_ones) if one[0] <= at and one[1] == state), default=-1)
        yield from ((at - went).total_seconds() for went, _ in open_ones[: last + 1])
        del open_ones[: last + 1]
