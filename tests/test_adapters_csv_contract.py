"""The adapter of a folder keeps the contract as far as files can: no webhooks, no stamps, nothing to provision."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from test_adapters_contract import OWN

from adapters.contract import Delivery
from adapters.csv.adapter import CsvAdapter, open_connection
from adapters.records import Ref
from adapters.registry import Context
from adapters.testing import Bench, CreatingContract, ReadingContract, WritingContract
from bridge.clock import MovableClock
from config.connections import CsvConnection

NUMBER = range(1, 10)

TABLES: Mapping[str, Sequence[Mapping[str, object]]] = {
    "accounts": [{"id": f"A-{n}", "name": f"Account {n}", "status": "customer", "arr": 1000 * n} for n in NUMBER],
    "persons": [{"id": f"P-{n}", "account": f"A-{n}", "email": f"p{n}@example.com"} for n in NUMBER],
    "activities": [
        {"id": f"C-{n}", "account": f"A-{n}", "person": f"P-{n}", "kind": "call", "at": "2026-10-05 09:30"}
        for n in NUMBER
    ],
    "deals": [{"id": f"D-{n}", "account": f"A-{n}", "status": "open", "amount": "10.5"} for n in NUMBER],
    "tickets": [{"id": f"T-{n}", "account": f"A-{n}", "opened_at": "2026-10-05", "status": "open"} for n in NUMBER],
    "users": [{"id": "U-1", "name": "csm-1", "email": "csm-1@example.com", "active": "yes"}],
}


def write(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        sheet.writeheader()
        sheet.writerows(rows)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def opened(workspace: Path, clock: MovableClock) -> CsvAdapter:
    settings = CsvConnection(name="book", crm="csv", folder="data")
    return open_connection(settings, Context(folder=workspace, own=OWN, clock=clock.now))


class TestCsv(ReadingContract, WritingContract, CreatingContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        folder = tmp_path / "data"
        for name, some in TABLES.items():
            write(folder, name, some)
        clock = MovableClock(datetime.now().astimezone())

        def rename(ref: Ref, name: str) -> Delivery:
            write(
                folder, "accounts", [r | {"name": name} if r["id"] == ref.id else r for r in rows(folder, "accounts")]
            )
            return Delivery("POST", "", {}, b"")

        return Bench(
            adapter=opened(tmp_path, clock),
            own=OWN,
            overlap=timedelta(minutes=5),
            absent_id="A-nowhere",
            secrets=(),
            rename=rename,
            delete=lambda ref: write(folder, "accounts", [r for r in rows(folder, "accounts") if r["id"] != ref.id]),
            advance=lambda by: clock.move(by) and None,
            now=clock.now,
        )
