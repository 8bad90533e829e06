"""Durable intake: signed deliveries that are stored before they are answered, beside a route that does nothing.

Both under csbridge's own server, each in a process of its own; the client is this one, with connections that stay open.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from intake_server import SECRET
from knocking import Knocked, knock
from report import Line

from adapters.hubspot.signature import sign
from bridge.store import inbox
from bridge.store.engine import open_store

CONNECTIONS: Final = 16
SERVER: Final = Path(__file__).with_name("intake_server.py")


def measure(deliveries: int, repetitions: int) -> list[Line]:
    """On SQLite, each commit synced."""
    with TemporaryDirectory() as folder:
        idle = _best([_knocked(Path(folder), "nothing", deliveries) for _ in range(repetitions)])
        ours = _best([_stored(Path(folder), deliveries) for _ in range(repetitions)])
    return [_line("SQLite", deliveries, ours, idle)]


def _best(runs: list[Knocked]) -> Knocked:
    """The median run."""
    return sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]


def _line(store: str, deliveries: int, ours: Knocked, idle: Knocked) -> Line:
    return Line(
        f"{deliveries:,} signed deliveries, each durable in {store} before its answer, {CONNECTIONS} connections",
        f"{ours.per_second:,.0f}/s, p50 {_ms(ours, 50)}, p99 {_ms(ours, 99)}",
        f"a Flask route that does nothing, same server: {idle.per_second:,.0f}/s, p99 {_ms(idle, 99)}",
        idle.per_second / ours.per_second,
        aim="≥ 3,000/s, p99 < 50 ms",
    )


def _ms(run: Knocked, percentile: int) -> str:
    return f"{run.percentile(percentile) * 1000:.1f} ms"


def _stored(folder: Path, deliveries: int) -> Knocked:
    file = folder / "intake.db"
    file.unlink(missing_ok=True)
    done = _knocked(folder, "csbridge", deliveries)
    store = open_store(f"sqlite:///{file}")
    with store.read() as db:
        waiting = inbox.depth(db)["waiting"]
    store.close()
    assert waiting == deliveries, f"{waiting} of {deliveries} deliveries were stored"
    return done


def _knocked(folder: Path, what: str, deliveries: int) -> Knocked:
    with _server(what, folder) as url:
        address = urlsplit(url)
        requests = [_request(url, number) for number in range(deliveries)]
        done = knock((str(address.hostname), int(address.port or 0)), requests, CONNECTIONS)
    assert set(done.statuses) == {200}, f"answers: {done.statuses}"
    return done


def _request(url: str, number: int) -> bytes:
    """One event of one of 300 companies, as HubSpot sends and signs it."""
    event = {
        "eventId": number,
        "subscriptionId": 25,
        "portalId": 33,
        "appId": 1160452,
        "occurredAt": 1462216307945,
        "subscriptionType": "company.propertyChange",
        "attemptNumber": 0,
        "objectId": 1_000_000 + number % 300,
        "propertyName": "name",
        "propertyValue": f"Name {number}",
        "changeSource": "CRM_UI",
    }
    body, stamp = json.dumps([event]).encode(), str(int(time.time() * 1000))
    signature = sign(SECRET, "POST", f"{url}/webhooks/hs", body, stamp)
    head = (
        f"POST /webhooks/hs HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-HubSpot-Request-Timestamp: {stamp}\r\n"
        f"X-HubSpot-Signature-v3: {signature}\r\nUser-Agent: HubSpot Connect 2.0\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def _server(what: str, folder: Path) -> Iterator[str]:
    with (folder / f"{what}.log").open("w") as log:
        command = [sys.executable, str(SERVER), what, str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=dict(os.environ))
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
