"""A pull of accounts into the store at two sizes: rows per second, and whether memory grows with the CRM.

Each pull runs in a fresh process (this file as a script), beside a floor: the same pages by plain requests into
a plain table, durable page by page like ours.
"""

import sqlite3
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import orjson
from apart import Facts, Measured, answer, apart, timed
from crm import sandbox, workspace
from report import Line, megabytes
from salesforce import login, query

from bridge.store import cursors
from bridge.sync.intake import take_in
from bridge.sync.syncing import connect


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
                also=f"of CPU time {found['cpu']:.2f}; "
                f"{found['calls']} page calls, ⌈rows ÷ page⌉ = {-(-found['rows'] // 2000)}",
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
        pairs = [(apart(__file__, "pull", announced), apart(__file__, "floor", announced)) for _ in range(repetitions)]
    assert all(pulled["rows"] == bare["rows"] == accounts for pulled, bare in pairs), pairs
    return {
        "rows": accounts,
        "pull": median(pulled["seconds"] for pulled, _ in pairs),
        "floor": median(bare["seconds"] for _, bare in pairs),
        "cpu": median(pulled["cpu"] / bare["cpu"] for pulled, bare in pairs),
        "peak": median(pulled["peak"] for pulled, _ in pairs),
        "grown": median(pulled["grown"] for pulled, _ in pairs),
        "calls": pairs[0][0]["calls"],
    }


def pull(announced: Facts, folder: Path) -> Facts:
    """Every account into an empty store, as ``sync`` does: page and cursor in one transaction."""
    with workspace(folder, announced, pull_above="never") as opened:
        adapter = connect(opened, "crm")

        def work() -> int:
            rows = 0
            for page in adapter.pull("account", None):
                now = opened.now()
                with opened.store.write() as db:
                    rows += take_in(db, opened, page.items, now).read
                    cursors.save_cursor(db, "crm", "account", page.cursor, now)
            return rows

        return {**timed(work), "calls": adapter.calls.made["page"]}


def floor(announced: Facts, folder: Path) -> Facts:
    """The least that such a pull can be: the same queries, the rows as they come, a key and a digest."""
    http = login(announced)
    asked = f"{query('Account')} ORDER BY SystemModstamp ASC, Id ASC"
    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE records (id TEXT PRIMARY KEY, payload TEXT, digest BLOB)")

    def work() -> int:
        rows, address = 0, f"/services/data/v{announced['api_version']}/queryAll?{urlencode({'q': asked})}"
        while address:
            reply = http.get(announced["url"] + address, timeout=120)
            reply.raise_for_status()
            page = orjson.loads(reply.content)
            db.execute("BEGIN IMMEDIATE")
            db.executemany(UPSERT, [_stored(row) for row in page["records"]])
            db.execute("COMMIT")
            rows, address = rows + len(page["records"]), page.get("nextRecordsUrl")
        return rows

    return timed(work)


UPSERT = """INSERT INTO records VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET payload = excluded.payload, digest = excluded.digest"""


def _stored(row: Facts) -> tuple[str, str, bytes]:
    payload = orjson.dumps(row)
    return row["Id"], payload.decode(), blake2b(payload, digest_size=16).digest()


MEASURED: Mapping[str, Measured] = {"pull": pull, "floor": floor}

if __name__ == "__main__":
    answer(MEASURED)
