"""Scoring a few affected customers in stores of different sizes: the work has to go with the few."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from report import Line, seconds

from bridge.pipeline.deciding import score
from bridge.store import customers
from bridge.sync.syncing import sync
from bridge.usage.files import take_in_file
from bridge.workspace import Workspace, open_workspace

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SETTINGS = """\
connections: [{name: book, crm: csv, folder: data}]
usage: [{file: usage.csv}]
scorecards: [health, risk, expansion]
"""


def measure(sizes: Sequence[int], affected: int, repetitions: int) -> list[Line]:
    """``affected`` of as many customers as each size says, every time others."""
    taken = {size: _rescored(size, affected, repetitions) for size in sizes}
    small, large = min(sizes), max(sizes)
    return [
        Line(
            f"scoring {affected:,} affected customers in a store of {large:,}",
            seconds(taken[large]),
            f"in a store of {small:,}: {seconds(taken[small])}",
            taken[large] / taken[small],
            aim="1.0",
            also=f"{affected / taken[large]:,.0f} customers/s",
        )
    ]


def _rescored(size: int, affected: int, repetitions: int) -> float:
    with TemporaryDirectory() as folder:
        opened = _workspace(Path(folder), size)
        try:
            sync(opened, "book")
            take_in_file(opened, opened.settings.usage[0], "usage.csv")
            score(opened)
            return median(_once(opened, affected, size, turn) for turn in range(repetitions))
        finally:
            opened.close()


def _once(opened: Workspace, affected: int, size: int, turn: int) -> float:
    with opened.store.write() as db:
        ids = [id for some in customers.all_ids(db, 10_000) for id in some]
        step = size // affected
        customers.mark_affected(db, ids[turn % step :: step][:affected], opened.now())
    began = perf_counter()
    done = score(opened)
    taken = perf_counter() - began
    assert done.customers == affected, done
    return taken


def _workspace(folder: Path, size: int) -> Workspace:
    (folder / "data").mkdir()
    (folder / "csbridge.yml").write_text(SETTINGS, "utf-8")
    ids = [f"a{number}" for number in range(size)]
    day = NOW.date()
    _write(
        folder / "data" / "accounts.csv",
        ("id", "name", "domain", "status", "arr", "currency", "seats_bought", "renewal_date"),
        ((id, f"Account {id}", f"{id}.example.com", "customer", 9_000, "EUR", 10, day + timedelta(days=n % 365))
         for n, id in enumerate(ids)),
    )  # fmt: skip
    _write(
        folder / "data" / "activities.csv",
        ("id", "account", "kind", "at"),
        ((f"{id}-{n}", id, "call", (NOW - timedelta(days=9 * n + 1)).isoformat()) for id in ids for n in range(2)),
    )
    _write(
        folder / "usage.csv",
        ("account", "person", "feature", "day", "count"),
        ((id, f"p{n % 2}", f"f{n}", day - timedelta(days=20 * n), 3) for id in ids for n in range(4)),
    )
    return open_workspace(folder / "csbridge.yml", {}, lambda: NOW)


def _write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        writer.writerows(rows)
