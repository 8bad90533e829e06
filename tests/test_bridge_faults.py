"""A fault in one CRM, from the outside: the exit code, the other connection goes on, the next run completes; and what
backups, fights over a field, and deliveries that nobody should believe leave behind."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from two_crms import TwoCrms, two_crms
from worlds import World

from adapters.records import Ref
from adapters.registry import Context, open_adapter
from adapters.retrying import Patience
from bridge.cli.push import code_of, pushed
from bridge.cli.shell import gravest
from bridge.cli.sync import synced
from bridge.doctor.doctoring import examine
from bridge.pipeline.deciding import score
from bridge.pipeline.outbox import pending
from bridge.store import lookup
from bridge.sync.reconciling import reconcile
from bridge.workers.metrics import create_metrics
from bridge.workers.working import Worker
from bridge.workspace import Workspace, open_workspace
from webhooks.writeback.entry import Entry

ALWAYS = 1_000
READS = {"sf": "queryAll", "hs": "/search"}
WRITES = {"sf": "PATCH ", "hs": "/batch/update"}
NPS = {"sf": "CSB_Nps__c", "hs": "csb_nps"}
OTHER = {"sf": "hs", "hs": "sf"}


@dataclass
class Loop:
    """A workspace over both sandboxes, in this process, that does not wait between attempts."""

    crms: TwoCrms
    workspace: Workspace
    wanted: int = 200
    """Above what an NPS can be: no record holds it yet."""

    def fault(self, name: str, match: str, **spec: Any) -> None:
        if spec["kind"] == "hang":
            equip(self.workspace, timeout=0.6)
        self.crms.crms[name].instruments.faults.add({"times": ALWAYS, **spec, "match": match})

    def calm(self) -> None:
        for crm in self.crms.crms.values():
            crm.instruments.faults.clear()

    def sync(self) -> tuple[int, dict[str, Any]]:
        data = synced(self.workspace, lambda what, count: None, full=True)
        return gravest(data["failures"]), data

    def push(self) -> tuple[int, dict[str, Any]]:
        data = pushed(self.workspace, lambda what, count: None)
        return code_of(data), data

    def stored(self) -> dict[str, dict[Ref, bytes]]:
        with self.workspace.store.read() as db:
            return {name: dict(lookup.payloads(db, name)) for name in READS}

    def want(self) -> int:
        """Another value for every record; which."""
        self.wanted += 1
        for name in READS:
            self.workspace.ledger.update([entry.ref for entry in self.accounts(name)], self._wanting)
        return self.wanted

    def accounts(self, name: str) -> list[Entry]:
        return [entry for entry in self.workspace.ledger.entries(name) if entry.ref.kind == "account"]

    def _wanting(self, entry: Entry) -> Entry:
        return replace(entry, desired={**(entry.desired or {}), "nps": self.wanted}) if entry.desired else entry

    def held(self, name: str, value: int) -> dict[str, int]:
        """How often this value was written, by record."""
        times: dict[str, int] = {}
        for write in self.crms.crms[name].instruments.journal.writes():
            if write.error is None and write.fields.get(NPS[name]) in (value, str(value)):
                times[str(write.id)] = times.get(str(write.id), 0) + 1
        return times

    def unsettled(self, name: str) -> list[Entry]:
        return [entry for entry in self.workspace.ledger.entries(name) if entry.sent is not None or entry.refusal]


@pytest.fixture(scope="module")
def _loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    with ExitStack() as stack:
        loop = stack.enter_context(begun(tmp_path_factory.mktemp("two")))
        yield loop


@contextmanager
def begun(folder: Path) -> Iterator[Loop]:
    """Both CRMs read, scored and written once."""
    with two_crms(folder, accounts=6, hubspot={"rate_limit": 0, "search_limit": 0}) as crms:
        workspace = open_workspace(folder / "csbridge.yml", crms.environ, crms.clock.now)
        equip(workspace)
        for name in READS:
            adapter = workspace.adapter(name)
            fields = list(workspace.fields.values())
            adapter.provision(adapter.plan(fields), fields)
        loop = Loop(crms, workspace)
        assert loop.sync()[0] == 0
        score(workspace)
        assert loop.push()[0] == 0
        yield loop
        workspace.close()


def equip(workspace: Workspace, timeout: float = 30) -> None:
    """Adapters of their own that do not wait between attempts."""
    for connection in workspace.connections():
        settings = connection.model_copy(update={"timeout": timedelta(seconds=timeout)})
        context = Context(
            own=tuple(workspace.fields.values()),
            patience=Patience(sleep=lambda seconds: None),
            clock=workspace.now,
            budget=workspace.purse(connection.name),
        )
        workspace._adapters[connection.name] = open_adapter(settings, context)


@pytest.fixture
def loop(_loop: Loop) -> Iterator[Loop]:
    yield _loop
    _loop.calm()
    equip(_loop.workspace)


STAYING = (
    {"kind": "401", "code": "incurable"},
    {"kind": "403", "code": "API_DISABLED_FOR_ORG"},
    {"kind": "cut"},
    {"kind": "broken"},
    {"kind": "hang", "hold_s": 1.2},
    {"kind": "status", "status": 200, "done": True},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 504, "done": True},
    {"kind": "status", "status": 503, "retry_after_s": 3600},
)


def said(fault: Mapping[str, Any]) -> str:
    return "-".join(str(value) for value in fault.values())


@pytest.mark.parametrize("fault", STAYING, ids=said)
@pytest.mark.parametrize("name", READS)
def test_a_sync_that_fails_in_one_crm_says_3_reads_the_other_and_is_completed_by_the_next(
    loop: Loop, name: str, fault: Mapping[str, Any]
) -> None:
    before = loop.stored()
    loop.fault(name, READS[name], **fault, after=2)
    code, data = loop.sync()
    if fault["kind"] == "403":  # a right that is missing costs the kinds that it is missing for
        assert code == 0
    else:
        assert (code, list(data["failures"])) == (3, [name]), data
    assert OTHER[name] in data["connections"]
    loop.calm()
    assert loop.sync()[0] == 0
    assert loop.stored() == before


@pytest.mark.parametrize("fault", STAYING, ids=said)
@pytest.mark.parametrize("name", WRITES)
def test_a_push_that_fails_in_one_crm_writes_to_the_other_and_the_next_writes_each_value_once(
    loop: Loop, name: str, fault: Mapping[str, Any]
) -> None:
    value = loop.want()
    loop.fault(name, WRITES[name], **fault)
    code, _ = loop.push()
    applied = fault["kind"] == "broken" or fault.get("done")
    assert code == (0 if applied else 3 if "code" in fault else 1)
    assert set(loop.held(OTHER[name], value).values()) == {1}, "the other one has all"
    loop.calm()
    loop.workspace.ledger.update([entry.ref for entry in loop.workspace.ledger.entries(name)], rested)
    assert loop.push()[0] == 0
    assert set(loop.held(name, value).values()) == {1}
    assert len(loop.held(name, value)) == sum(bool(entry.desired) for entry in loop.accounts(name))
    assert loop.unsettled(name) == []


def rested(entry: Entry) -> Entry:
    """As if the pause after a failure were over."""
    return replace(entry, retry_at=None)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut", "done": True},
        {"kind": "cut"},
        {"kind": "hang", "hold_s": 1.2, "done": True},
        {"kind": "status", "status": 502, "done": True},
        {"kind": "broken", "body": "gzip"},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 429},
    ],
    ids=said,
)
@pytest.mark.parametrize("name", WRITES)
def test_trap_44_a_write_whose_answer_is_lost_is_read_back_and_no_value_is_written_twice(
    loop: Loop, name: str, fault: Mapping[str, Any]
) -> None:
    value = loop.want()
    loop.fault(name, WRITES[name], **{**fault, "times": 1})
    assert loop.push()[0] == 0
    assert set(loop.held(name, value).values()) == {1}
    assert loop.unsettled(name) == []


@pytest.mark.parametrize("fault", STAYING, ids=said)
def test_the_worker_survives(loop: Loop, fault: Mapping[str, Any]) -> None:
    worker = Worker(loop.workspace, create_metrics())
    equip(worker.workspace, timeout=0.6 if fault["kind"] == "hang" else 30)
    value = loop.want()
    for name in READS:
        loop.fault(name, "", **fault)
    worker()
    loop.calm()
    for name in READS:
        loop.workspace.ledger.update([entry.ref for entry in loop.workspace.ledger.entries(name)], rested)
    worker.turns.resting.clear()
    worker()
    for name in READS:
        assert set(loop.held(name, value).values()) == {1}
        assert loop.unsettled(name) == []
    for adapter in worker.workspace._adapters.values():
        adapter.close()


# What people do to the CRM's own data


def backed_up(world: World) -> dict[Ref, Any]:
    """The account, its stamp and our fields go back to what they were before our last write."""
    ref = world.account("1")
    world.run()
    backup, own = world.crm.items[ref], dict(world.crm.own["1"])
    world.tick(hours=3)
    world.crm.put("ticket", "t", account="1", status="open", opened_at=world.clock.now(), escalated=True)
    world.run()
    assert world.crm.own["1"] != own
    world.tick(minutes=10)
    world.sync()
    world.tick(hours=3)
    world.crm.items[ref], world.crm.own["1"] = backup, own
    return own


@pytest.mark.parametrize("policy", ["repair", "accept"])
def test_what_a_restored_backup_holds_is_where_we_start_and_no_drift(make_world: Any, policy: str) -> None:
    world = make_world(write={"drift": policy})
    own = backed_up(world)
    assert reconcile(world.workspace, "sf").kinds["account"].differing == 1
    entry = world.entry("1")
    assert entry is not None
    assert {name: entry.confirmed.get(name) for name in own} == own
    assert (entry.repairs, entry.contested, dict(entry.accepted)) == (0, False, {})
    assert world.push().written == 1
    assert world.crm.own["1"]["risk_flags"] == ("escalated_ticket",)
    assert world.push().written == 0


def test_an_earlier_state_that_is_shown_late_is_no_backup(world: World) -> None:
    """A page that was read before a change, or a search index that lags, shows for a while what was."""
    ref = world.account("1")
    world.run()
    earlier, own = world.crm.items[ref], dict(world.crm.own["1"])
    world.tick(minutes=1)
    world.crm.put("ticket", "t", account="1", status="open", opened_at=world.clock.now(), escalated=True)
    world.run()
    world.tick(minutes=1)
    world.sync()
    before = world.entry("1")
    world.crm.items[ref], world.crm.own["1"] = earlier, own
    reconcile(world.workspace, "sf")
    assert world.entry("1") == before


def test_a_flow_that_writes_our_field_back_is_told_by_doctor_and_outbox(world: World) -> None:
    world.account("1")
    world.run()
    writes = len(world.crm.writes)
    for _ in range(8):
        world.tick(minutes=1)
        world.crm.edit_own("1", health_band="yellow")
        world.run()
    assert len(world.crm.writes) == writes + 3, "repaired a few times in a day, and then parked"
    (row,) = pending(world.workspace)
    assert row["standing"] == "contested"
    assert "outbox retry" in row["message"]
    assert any("keeps changing it back" in noted.finding.what for noted in examine(world.workspace))
