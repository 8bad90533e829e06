"""Kill -9 of the server at the worst moments, under load: what was answered with a 2xx is applied, no field is wrong.

No poll runs meanwhile: whatever was acknowledged and then lost would stay lost.
"""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from conftest import POSTGRES
from two_crms import TwoCrms, two_crms

from adapters.sandbox.vendor import Edit
from bridge.clock import ShiftedClock
from bridge.demo.processes import free_ports
from bridge.demo.setting import SECRET
from bridge.store import inbox, lookup, memory
from bridge.store.engine import Store
from bridge.workspace import Workspace, open_workspace
from webhooks.writeback.drift import MAX_REPAIRS

pytestmark = pytest.mark.slow

POINTS: Final = (
    ("row committed, not answered", 1),
    ("row committed, not answered", 3),
    ("in the commit", 2),
    ("leased, not read", 1),
    ("read, not kept", 1),
    ("kept, not scored", 1),
    ("applied, not answered", 1),
    ("answered, not confirmed", 1),
    ("applied, not answered", 2),
    ("answered, not confirmed", 2),
)
OBJECTS: Final = {"sf": ("Account", "NumberOfEmployees", "CSB_Next_Action__c"),
                  "hs": ("companies", "numberofemployees", "csb_next_action")}  # fmt: skip
SOON: Final = 60.0
LATER: Final = timedelta(minutes=10)
NOW_AND_THEN: Final = 2.0
OFTEN: Final = 30


class Server:
    """``csbridge serve``, started anew again and again, each time with a point at which it dies."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.told = ""
        """What it said last: its announcement, or how it ended."""

    def start(self, point: str = "", number: int = 1) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{point}|{number}\n")
        self.process.stdin.flush()
        self.told = self._line()
        died = bool(point) and self.told == f"ended {-signal.SIGKILL}"  # of what waited from before, at once
        assert died or "public" in self.told, self.told

    def ended(self, meanwhile: Callable[[], None] = lambda: None) -> int:
        """Waits for its end, and gives its exit code; as long as it lives, ``meanwhile`` happens now and then."""
        if not self.told.startswith("ended"):
            with ThreadPoolExecutor(1) as thread:
                line = thread.submit(self._line)
                for _ in range(OFTEN):
                    if wait([line], NOW_AND_THEN).done:
                        break
                    meanwhile()
                else:
                    self.process.kill()
                self.told = line.result(SOON)
        word, code = self.told.split()
        assert word == "ended"
        return int(code)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def servers(crms: TwoCrms, port: int) -> Iterator[Server]:
    command = [sys.executable, str(Path(__file__).with_name("killed_server.py")), crms.config, str(port)]
    with (crms.folder / "server.log").open("w") as log:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
        process = subprocess.Popen(command, env=dict(crms.environ), text=True, **pipes)  # type: ignore[call-overload]
        try:
            yield Server(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.terminate()
            process.wait(SOON)


class Book:
    """What people do in the CRMs, what the CRMs tell of it, and what was answered."""

    def __init__(self, crms: TwoCrms, port: int, accounts: Mapping[str, list[str]]) -> None:
        self.crms, self.url = crms, f"http://127.0.0.1:{port}/webhooks"
        self.turns = {name: cycle(ids) for name, ids in accounts.items()}
        self.number = 0
        self.typed: Counter[tuple[str, str]] = Counter()
        self.accepted: dict[tuple[str, str], int] = {}
        """The number of employees that the last accepted delivery about an account was about."""

    def something_happens(self) -> None:
        """In each CRM somebody hires, and types into a field of ours; it is told of twice, and beside two others."""
        with ThreadPoolExecutor(8) as threads:
            told = [(name, *self._edited(name)) for name in ("sf", "hs") for _ in range(2)]
            list(threads.map(lambda one: self._tell(*one), [*told, *told]))

    def _edited(self, name: str) -> tuple[str, int, Any]:
        self.number += 1
        id, (thing, employees, ours) = next(self.turns[name]), OBJECTS[name]
        fields: dict[str, Any] = {employees: self.number}
        self.typed[name, id] += 1
        if self.typed[name, id] <= MAX_REPAIRS:  # once more in a day, and we would leave the field to them
            fields[ours] = f"typed by a person, {self.number}"
        edited = self.crms.crms[name].vendor.edit(Edit(thing, id, fields))
        return id, self.number, edited.changes

    def _tell(self, name: str, id: str, number: int, changes: Any) -> None:
        url = f"{self.url}/sf/{SECRET}" if name == "sf" else f"{self.url}/hs"
        headers, body = self.crms.crms[name].vendor.compose(url, changes, 0)
        try:
            with urlopen(Request(url, body, dict(headers)), timeout=SOON) as answer:
                assert answer.status == 200
        except (URLError, ConnectionError):
            return  # it died meanwhile, or before
        self.accepted[name, id] = max(number, self.accepted.get((name, id), 0))


def own_fields(workspace: Workspace, accounts: Mapping[str, list[str]]) -> dict[tuple[str, str], Any]:
    """What the CRMs hold in our fields now."""
    found = {}
    for name, ids in accounts.items():
        for account in workspace.adapter(name).read("account", ids):
            held = {field: value for field, value in account.own.items() if field != "scored_at"}  # type: ignore[union-attr]
            found[name, account.ref.id] = held
    return found


def employees(store: Store, told: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    with store.read() as db:
        for connection in ("sf", "hs"):
            ids = [id for name, id in told if name == connection]
            known = memory.known(db, connection, "account", ids, datetime.max.replace(tzinfo=UTC))
            found |= {(connection, one.id): one.content["employees"] for one in known}
    return found


def wait_until_quiet(store: Store) -> None:
    deadline = time.monotonic() + SOON
    while True:
        with store.read() as db:
            depth = inbox.depth(db)
        if depth == {"waiting": 0, "parked": 0}:
            return
        assert time.monotonic() < deadline, depth
        time.sleep(0.05)


def customers_of(store: Store, name: str) -> list[str]:
    with store.read() as db:
        known = memory.known(db, name, "account", lookup.ids(db, name, "account"), datetime.max.replace(tzinfo=UTC))
    return sorted(one.id for one in known if one.content["status"] == "customer")


def later(crms: TwoCrms) -> TwoCrms:
    """When every lease of a dead process has run out: on PostgreSQL its call might still be on the way until then."""
    for name in crms.crms:
        crms.asked(name, "clock", {"advance_s": LATER.total_seconds()})
    return replace(crms, clock=ShiftedClock(crms.clock.now() + LATER))


def killed_again_and_again(folder: Path, store_url: str, rounds: int) -> None:
    (port,) = free_ports(1)
    with two_crms(folder, accounts=90, port=port) as crms:  # each is repaired a few times a day only
        config = folder / "csbridge.yml"
        config.write_text(f"{config.read_text('utf-8')}\nstore: {store_url}\n", "utf-8")
        crms.done("provision", "--apply")
        crms.done("run")
        workspace = open_workspace(config, crms.environ, crms.clock.now)
        accounts = {name: customers_of(workspace.store, name) for name in crms.crms}
        undisturbed = own_fields(workspace, accounts)
        assert any(any(held.values()) for held in undisturbed.values())
        book = Book(crms, port, accounts)
        with servers(crms, port) as server:
            for point, number in [POINTS[place % len(POINTS)] for place in range(rounds)]:
                server.start(point, number)
                book.something_happens()
                # what is written together needs less writes than a point may wait for: then more happens
                assert server.ended(book.something_happens) == -signal.SIGKILL, point
            server.start()
            wait_until_quiet(workspace.store)
            server.process.terminate()
            assert server.ended() == 0
        assert len(book.accepted) >= min(rounds, len(undisturbed)) // 2, "hardly anything was accepted"
        known = employees(workspace.store, book.accepted)
        lost = {who: number for who, number in book.accepted.items() if known[who] < number}
        assert lost == {}, "accepted, and not applied"
        after = later(crms)
        after.done("run")
        assert own_fields(workspace, accounts) == undisturbed
        before = {name: len(crms.writes(name)) for name in crms.crms}
        after.done("run")
        assert {name: len(crms.writes(name)) for name in crms.crms} == before, "a quiet run wrote again"
        workspace.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "rounds"), [("sqlite", 50), ("postgresql", 10)][: 2 if POSTGRES else 1])
def test_a_server_that_is_killed_again_and_again_loses_nothing_that_it_took(
    kind: str, rounds: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sqlite = f"sqlite:///{tmp_path / 'csbridge.db'}"
    url = sqlite if kind == "sqlite" else request.getfixturevalue("empty_postgres")
    killed_again_and_again(tmp_path, url, rounds)
