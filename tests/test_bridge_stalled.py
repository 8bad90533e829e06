"""Two worker processes on one PostgreSQL store, one of them stopped in the middle of a write while the other goes on.

Whoever wakes up too late changes nothing: no task or note is doubled, no newer value is lost, every field ends right.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from two_crms import TwoCrms, two_crms

from adapters.keyed import Creation, key_of
from adapters.records import Ref
from bridge.pipeline.deciding import score
from bridge.pipeline.pushing import push
from bridge.setup.provisioning import provision
from bridge.sync.syncing import sync
from bridge.workspace import Workspace, open_workspace
from webhooks.writeback.entry import standing

SCRIPT = str(Path(__file__).with_name("stalled_run.py"))
SOON = 60.0
LATER = timedelta(minutes=10)
"""After which every lease has run out."""
NEWS = "Call the sponsor today."

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def crms(tmp_path: Path, empty_postgres: str) -> Iterator[TwoCrms]:
    with two_crms(tmp_path, accounts=8) as both:
        config = Path(both.config)
        more = f"store: {empty_postgres}\nwrite: {{history: note}}\n"
        config.write_text(more + config.read_text("utf-8"), "utf-8")
        with opened(both) as workspace:
            for name in both.crms:
                provision(workspace, name, apply=True)
                sync(workspace, name)
            score(workspace)
        yield both


@contextmanager
def opened(crms: TwoCrms, later: timedelta = timedelta()) -> Iterator[Workspace]:
    """The workspace in this process, by a clock that may be ahead."""
    now = crms.clock.now
    with closing(open_workspace(Path(crms.config), crms.environ, lambda: now() + later)) as workspace:
        yield workspace


def add_notes(crms: TwoCrms) -> list[Ref]:
    """One for each account that is scored."""
    with opened(crms) as workspace:
        entries = (entry for one in ("sf", "hs") for entry in workspace.ledger.entries(one))
        refs = [entry.ref for entry in entries if entry.ref.kind == "account"]
        notes = {
            (note := Creation(Ref(ref.connection, "note", key_of("band", ref.id, "red")), ref.id, "Health", "why",
                              at=crms.clock.now(), status="done")).ref: note
            for ref in refs
        }  # fmt: skip
        workspace.ledger.update(list(notes), lambda entry: replace(entry, desired=notes[entry.ref].fields))
        return list(notes)


def stalled(crms: TwoCrms, point: str, kind: str) -> subprocess.Popen[str]:
    """A push that has come to that point and stands still."""
    command = [sys.executable, SCRIPT, point, kind, crms.config]
    worker = subprocess.Popen(
        command, env=dict(crms.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        pid, status = os.waitpid(worker.pid, os.WUNTRACED | os.WNOHANG)
        if pid and os.WIFSTOPPED(status):
            return worker
        assert not pid, f"it ended before it came there: {worker.communicate()[0]}"
        time.sleep(0.05)
    worker.kill()
    raise AssertionError(f"it never came to {point}")


def go_on(crms: TwoCrms, *, reads: bool) -> None:
    """The other worker, which is this process: by its clock the leases of the first have run out."""
    with opened(crms, LATER) as workspace:
        for name in crms.crms:
            if reads:
                sync(workspace, name)
            summary = push(workspace, name)
            assert (summary.refused, summary.later, summary.lost, summary.stopped) == ((), (), (), "")


def created(crms: TwoCrms) -> Counter[str]:
    """How often the CRMs made a task or note, by its key."""
    made: Counter[str] = Counter()
    for name, key in (("sf", "CSB_Key__c"), ("hs", "csb_key")):
        for write in crms.asked(name, "writes"):
            if write["action"] == "create" and not write.get("error") and key in write["fields"]:
                made[f"{name} {write['fields'][key]}"] += 1
    return made


def assert_all_is_right(crms: TwoCrms, notes: list[Ref]) -> None:
    assert created(crms) == Counter({f"{ref.connection} {ref.id}": 1 for ref in notes})
    held = crms.held()
    with opened(crms) as workspace:
        for name, action in (("sf", "CSB_Next_Action__c"), ("hs", "csb_next_action")):
            for entry in workspace.ledger.entries(name):
                assert standing(entry, workspace.ledger.fields) == "quiet", entry
                if entry.ref.kind == "account":
                    shown: dict[str, Any] = held[name, entry.ref.id]
                    assert (shown.get(action) or None) == (entry.desired or {})["next_action"], entry.ref


POINTS = [
    ("sent", "account"),
    ("before the send", "account"),
    ("sent", "note"),
    ("before the send", "note"),
    ("searched", "note"),
]


@pytest.mark.parametrize(("point", "kind"), POINTS)
def test_a_worker_that_stood_still_in_mid_write_doubles_and_loses_nothing(point: str, kind: str, crms: TwoCrms) -> None:
    notes = add_notes(crms)
    worker = stalled(crms, point, kind)
    with opened(crms) as workspace:  # meanwhile something newer is wanted of every record
        refs = [entry.ref for entry in workspace.ledger.entries("sf") if entry.ref.kind == "account"]
        workspace.ledger.update(
            refs, lambda entry: replace(entry, desired={**(entry.desired or {}), "next_action": NEWS})
        )
    for name in crms.crms:
        crms.asked(name, "clock", {"advance_s": LATER.total_seconds()})
    try:
        go_on(crms, reads=False)
        for name in crms.crms:  # within one second nobody can tell which write was the later one
            crms.asked(name, "clock", {"advance_s": 2})
        worker.send_signal(signal.SIGCONT)
        told, _ = worker.communicate(timeout=SOON)
    finally:
        worker.kill()
    assert worker.returncode in (0, 1), told
    for _ in range(2):  # a stale write is seen as drift, and repaired
        go_on(crms, reads=True)
    assert_all_is_right(crms, notes)
