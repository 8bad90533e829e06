"""A pull of accounts into the store at two sizes: rows per second, and whether memory grows with the CRM.

Each pull runs in a fresh process (this file as a script), beside a floor: the same pages by plain requests into
a plain table, durable page by page like ours.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import orjson
import requests
from crm import sandbox, workspace
from machine import peak_resident, resident
from report import Line, megabytes

from bridge.intake import take_in
from bridge.store import cursors
from bridge.syncing import connect
from config.maps import default_maps

Facts = Mapping[str, Any]


def measure(sizes: tuple[int, int], repetitions: int) -> list[Line]:
    """Accounts only. What the sandbox needs to seed itself is not counted."""
    small, large = (_measured(size, repetitions) for size in sizes)
    return [
        *(
            Line(
                f"pull of {found['rows']:,} accounts from Salesforce into the store",
                f"{found['rows'] / found['pull']:,.0f} rows/s",
                f"bare fetch, parse, insert: {found['rows'] / found['floor']:,.0f} rows/s",
                found["pull"] / found["floor"],
                aim="≤ 2",
                also=f"{found['calls']} page calls, ⌈rows ÷ page⌉ = {-(-found['rows'] // 2000)}",
            )
            for found in (small, large)
        ),
        Line(
            f"the same, peak memory at {large['rows']:,} accounts",
            megabytes(large["peak"]),
            f"at {small['rows']:,}: {megabytes(small['peak'])}",
            large["peak"] / small["peak"],
            aim="1.0",
            also=f"of it by the pull itself: {megabytes(large['grown'])}, {megabytes(small['grown'])}",
        ),
    ]


def _measured(accounts: int, repetitions: int) -> Facts:
    """Pull and floor take turns, so that a slow moment of the machine meets both."""
    with TemporaryDirectory() as folder, sandbox("salesforce", Path(folder), accounts, "--no-history") as announced:
        pairs = [(_apart("pull", announced), _apart("floor", announced)) for _ in range(repetitions)]
    assert all(pulled["rows"] == bare["rows"] == accounts for pulled, bare in pairs), pairs
    return {
        "rows": accounts,
        "pull": median(pulled["seconds"] for pulled, _ in pairs),
        "floor": median(bare["seconds"] for _, bare in pairs),
        "peak": median(pulled["peak"] for pulled, _ in pairs),
        "grown": median(pulled["grown"] for pulled, _ in pairs),
        "calls": pairs[0][0]["calls"],
    }


def _apart(what: str, announced: Facts) -> Facts:
    """Run one measurement in a process of its own."""
    script = [sys.executable, __file__, what]
    done = subprocess.run(script, input=json.dumps(announced), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{what} ended with {done.returncode}:\n{done.stderr}")
    found: Facts = json.loads(done.stdout)
    return found


def pull(announced: Facts, folder: Path) -> Facts:
    """Every account into an empty store, as ``sync`` does: page and cursor in one transaction."""
    with workspace(folder, announced) as opened:
        adapter, rows = connect(opened, "crm"), 0
        before = resident()
        began = perf_counter()
        for page in adapter.pull("account", None):
            now = opened.now()
            with opened.store.write() as db:
                rows += take_in(db, opened, page.items, now).read
                cursors.save_cursor(db, "crm", "account", page.cursor, now)
        taken = perf_counter() - began
        peak, calls = peak_resident(), adapter.calls.made["page"]
        return {"rows": rows, "seconds": taken, "peak": peak, "grown": peak - before, "calls": calls}


def floor(announced: Facts, folder: Path) -> Facts:
    """The least that such a pull can be: the same queries, the rows as they come, a key and a digest."""
    address, http = announced["url"], requests.Session()
    data = f"{address}/services/data/v{announced['api_version']}"
    _login(http, announced)
    query = _query(http, data)
    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE records (id TEXT PRIMARY KEY, payload TEXT, digest BLOB)")
    began, rows = perf_counter(), 0
    reply = http.get(f"{data}/queryAll", params={"q": query}, timeout=120)
    while True:
        reply.raise_for_status()
        page = orjson.loads(reply.content)
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO records VALUES (?, ?, ?)", [_stored(row) for row in page["records"]])
        db.execute("COMMIT")
        rows += len(page["records"])
        if page["done"]:
            return {"rows": rows, "seconds": perf_counter() - began}
        reply = http.get(address + page["nextRecordsUrl"], timeout=120)


def _stored(row: Facts) -> tuple[str, str, bytes]:
    payload = orjson.dumps(row)
    return row["Id"], payload.decode(), blake2b(payload, digest_size=16).digest()


def _login(http: requests.Session, announced: Facts) -> None:
    said = {"grant_type": "client_credentials", **{name: announced[name] for name in ("client_id", "client_secret")}}
    token = http.post(f"{announced['url']}/services/oauth2/token", data=said, timeout=30).json()
    http.headers["Authorization"] = f"Bearer {token['access_token']}"


def _query(http: requests.Session, data: str) -> str:
    """The very columns and the order that the adapter asks for."""
    described = http.get(f"{data}/sobjects/Account/describe", timeout=30).json()
    mapped = {name for table in default_maps("salesforce")["account"] for name in table.fields.values() if name}
    wanted = {"Id", "SystemModstamp", "IsDeleted", "MasterRecordId", *mapped}
    columns = [field["name"] for field in described["fields"] if field["name"] in wanted]
    return f"SELECT {', '.join(columns)} FROM Account ORDER BY SystemModstamp ASC, Id ASC"


MEASURED: Mapping[str, Callable[[Facts, Path], Facts]] = {"pull": pull, "floor": floor}

if __name__ == "__main__":
    with TemporaryDirectory() as made:
        print(json.dumps(MEASURED[sys.argv[1]](json.load(sys.stdin), Path(made))))
