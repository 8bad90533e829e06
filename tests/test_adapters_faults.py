"""Each fault that a CRM's API knows, at each kind of call, for both vendors: the error family, how often the call is
made, and that whoever goes on afterwards has everything once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Literal

import pytest
from sandbox_salesforce import NOW, world
from test_adapters_contract import OWN, connection

from adapters.contract import Adapter, Patch
from adapters.errors import AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.records import Account, Item, Record, Ref
from adapters.registry import Context, open_adapter
from adapters.retrying import Patience
from adapters.sandbox.serve import Crm, Sandbox, running
from adapters.sandbox.vendor import Edit
from adapters.sandbox.world import World
from config.words import Kind

Family = type[AdapterError]
ALWAYS = 1_000
PATIENT = Patience().attempts
TIMEOUT, SHORT = timedelta(seconds=30), timedelta(seconds=0.6)
COMPANIES: Mapping[Crm, int] = {"salesforce": 5, "hubspot": 210}
OPTIONS: Mapping[Crm, dict[str, Any]] = {
    "salesforce": {"page_rows": 2},
    "hubspot": {"search_limit": 0, "rate_limit": 0},
}


@dataclass(frozen=True)
class Case:
    """A fault, the family that it ends in when it stays, and how often a read is made meanwhile; ``write`` likewise.

    The outcome of a write is a family that is raised, or the status of each record.
    """

    fault: Mapping[str, Any]
    family: Family
    reads: int
    write: Family | str
    writes: int

    def __str__(self) -> str:
        return "-".join(str(value) for value in self.fault.values()).replace(" ", "_")


def _patient(**fault: Any) -> Case:
    return Case(fault, Retry, PATIENT, Retry, PATIENT)


def _lost(**fault: Any) -> Case:
    return Case(fault, Lost, PATIENT, "lost", 1)


def _final(family: Family, **fault: Any) -> Case:
    return Case(fault, family, 1, family, 1)


def _status(status: int, **fault: Any) -> dict[str, Any]:
    return {"kind": "status", "status": status, **fault}


ANYBODY = (
    _lost(kind="cut"),
    _lost(kind="cut", done=True),
    _lost(kind="broken"),
    _lost(kind="broken", body="gzip"),
    _lost(**_status(200, done=True)),
    *(_lost(**_status(status, body=body)) for status in (500, 502, 504) for body in ("html", "json")),
    _lost(**_status(504, done=True)),
    _lost(**_status(524)),
    _patient(**_status(503)),
    _patient(**_status(503, body="json", retry_after_s=3)),
    _patient(**_status(429, body="html")),
    _final(Retry, **_status(503, retry_after_s=3600)),
    _final(Retry, **_status(429, body="html", retry_after_s=3600, retry_after_date=True)),
)
CASES: Mapping[Crm, tuple[Case, ...]] = {
    "salesforce": (
        *ANYBODY,
        Case({"kind": "401"}, Unauthorized, 2, Unauthorized, 2),
        _final(Unauthorized, kind="401", code="incurable"),
        _final(QuotaSpent, kind="403", code="REQUEST_LIMIT_EXCEEDED"),
        _patient(kind="429", code="ConcurrentRequests"),
        _final(Unauthorized, kind="403", code="API_DISABLED_FOR_ORG"),
        _final(Unauthorized, kind="403", code="INSUFFICIENT_ACCESS"),
        _final(Unauthorized, kind="403", code="TXN_SECURITY_METERING_ERROR"),
        _patient(**_status(406)),
        _patient(**_status(420)),
        Case(_status(400, code="UNABLE_TO_LOCK_ROW"), Locked, PATIENT, "later", 4 * PATIENT),
    ),
    "hubspot": (
        *ANYBODY,
        _final(Unauthorized, kind="401"),
        _final(Unauthorized, kind="401", code="invalid"),
        _final(Unauthorized, kind="403", code="MISSING_SCOPES"),
        _patient(kind="429"),
        _patient(kind="429", code="SECONDLY"),
        _patient(kind="429", retry_after_s=2),
        _patient(kind="429", retry_after_s=2, retry_after_date=True),
        _final(QuotaSpent, kind="429", code="DAILY"),
        _final(Retry, **_status(477)),
        _final(Retry, **_status(477, retry_after_s=86_400)),
        _patient(**_status(477, retry_after_s=5)),
        Case(_status(423), Locked, PATIENT, "later", 4 * PATIENT),
    ),
}

Step = Literal["identify", "describe", "page 1", "page 2", "association", "read"]
CALLS: Mapping[Crm, Mapping[Step, str]] = {
    "salesforce": {
        "identify": "oauth2/token",
        "describe": "POST /services/data/v60.0/composite",
        "page 1": "GET /services/data/v60.0/queryAll",
        "page 2": "GET /services/data/v60.0/query/",
        "read": "GET /services/data/v60.0/queryAll",
    },
    "hubspot": {
        "identify": "account-info",
        "describe": "GET /crm/v3/properties",
        "page 1": "/search",
        "page 2": "/search",
        "association": "/crm/v4/associations",
        "read": "/batch/read",
    },
}
WRITES: Mapping[Crm, str] = {"salesforce": "PATCH ", "hubspot": "/batch/update"}
PULLED: Mapping[Step, Kind] = {"describe": "account", "page 1": "account", "page 2": "person", "association": "person"}
AT_THE_DOOR = ("status", "hang", "cut", "broken")
"""What a login can be met by, too."""
HIDDEN = ("API_DISABLED_FOR_ORG", "INSUFFICIENT_ACCESS", "TXN_SECURITY_METERING_ERROR", "MISSING_SCOPES")
FORGIVEN = {("salesforce", "describe"), ("hubspot", "describe"), ("hubspot", "page 2")}
"""Where a missing right ends nothing: what it was for is done otherwise, or waits with its cursor."""


@cache
def people(crm: Crm) -> World:
    return world(COMPANIES[crm])


@pytest.fixture(scope="module")
def boxes() -> Iterator[Callable[[Crm], Sandbox]]:
    """Both sandboxes with our fields, kept for all tests of this module: each leaves them as it found them."""
    opened: dict[Crm, Any] = {}

    def box(crm: Crm) -> Sandbox:
        if crm not in opened:
            context = running(crm, world=people(crm), clock=NOW, options=OPTIONS[crm])
            made = context.__enter__()
            opened[crm] = (context, made)
            adapter = adapter_on(made)
            adapter.provision(adapter.plan(OWN), OWN)
        found: Sandbox = opened[crm][1]
        found.instruments.faults.clear()
        found.instruments.journal.forget_writes()
        return found

    yield box
    for context, _ in opened.values():
        context.__exit__(None, None, None)


def adapter_on(box: Sandbox, **more: Any) -> Adapter:
    context = Context(own=OWN, clock=box.instruments.clock.now, patience=Patience(sleep=lambda _: None))
    adapter = open_adapter(connection(box, **{"timeout": TIMEOUT, **more}), context)
    OPENED.append(adapter)
    return adapter


OPENED: list[Adapter] = []
"""By the present test: what an error still holds does not stay open until the server takes no more."""


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def inject(box: Sandbox, fault: Mapping[str, Any], match: str, times: int, after: int = 0) -> None:
    box.instruments.faults.add({**fault, "match": match, "times": times, "after": after})


def met(box: Sandbox) -> int:
    """How many calls the fault that stays has met."""
    left = [entry["left"] for entry in box.instruments.faults.listed()]
    return ALWAYS - int(str(left[0]))


class Reader:
    """Carries out one step as the engine would: what it took in stays, and it goes on where it stopped."""

    def __init__(self, adapter: Adapter, step: Step, ids: list[str]) -> None:
        self.adapter, self.step, self.ids = adapter, step, ids
        self.cursor: str | None = None
        self.taken: list[Item] = []

    def go(self) -> None:
        if self.step == "identify":
            assert self.adapter.identify()
        elif self.step == "read":
            self.taken = self.adapter.read("account", self.ids)
        else:
            for page in self.adapter.pull(PULLED[self.step], self.cursor):
                self.taken += page.items
                self.cursor = page.cursor


def cells() -> Iterator[Any]:
    for crm, cases in CASES.items():
        for step, match in CALLS[crm].items():
            for case in cases:
                of_login = case.fault["kind"] in AT_THE_DOOR and case.fault.get("status") not in (200, 400)
                if "oauth2" not in match or of_login:
                    yield pytest.param(crm, step, match, case, id=f"{crm}-{step}-{case}".replace(" ", "_"))


@pytest.mark.parametrize(("crm", "step", "match", "case"), list(cells()))
def test_a_read_ends_in_its_family_and_goes_on_where_it_stopped(
    boxes: Callable[[Crm], Sandbox], crm: Crm, step: Step, match: str, case: Case
) -> None:
    box = boxes(crm)
    reader = Reader(adapter_on(box), step, some_ids(box))
    inject(box, case.fault, match, ALWAYS, after=1 if (crm, step) == ("hubspot", "page 2") else 0)
    if (crm, step) in FORGIVEN and case.fault.get("code") in HIDDEN:
        reader.go()
        box.instruments.faults.clear()
        reader.go()
        assert set(ids_of(reader.taken)) == {ref.id for ref in everything(box, PULLED[step])}
        return
    with pytest.raises(AdapterError) as caught:
        reader.go()
    # a login that was not answered changed nothing: it may be asked for again
    family = Retry if "oauth2" in match and case.family is Lost else case.family
    assert (type(caught.value), met(box)) == (family, case.reads), str(caught.value)
    box.instruments.faults.clear()
    if isinstance(caught.value, QuotaSpent | Unauthorized):
        reader.adapter = adapter_on(box)  # another day, or another login
    reader.go()
    expected = [ref.id for ref in everything(box, PULLED[step])] if step in PULLED else reader.ids
    if step != "identify":
        assert ids_of(reader.taken) == sorted(expected)


@pytest.mark.parametrize("crm", CASES)
def test_what_passes_is_not_noticed(boxes: Callable[[Crm], Sandbox], crm: Crm) -> None:
    for case in CASES[crm]:
        box = boxes(crm)
        if case.reads == 1:
            continue
        for match in set(CALLS[crm].values()):
            if case.fault.get("status") not in (200, 400) or "oauth2" not in match:
                inject(box, case.fault, match, 1)
        reader = Reader(adapter_on(box), "page 2", [])
        reader.adapter.identify()
        reader.go()
        assert len(reader.taken) == COMPANIES[crm], case


@pytest.mark.parametrize(
    ("crm", "case"), [pytest.param(crm, case, id=f"{crm}-{case}") for crm in CASES for case in CASES[crm]]
)
def test_trap_44_a_write_is_never_repeated_once_it_may_have_been_applied(
    boxes: Callable[[Crm], Sandbox], crm: Crm, case: Case
) -> None:
    box = boxes(crm)
    adapter = adapter_on(box)
    patches = [Patch(ref, {"nps": 1, "health_band": "green"}) for ref in everything(box, "account")[:5]]
    adapter.identify()
    inject(box, case.fault, WRITES[crm], ALWAYS)
    if isinstance(case.write, str):
        assert {outcome.status for outcome in adapter.write(patches)} == {case.write}
    else:
        with pytest.raises(case.write):
            adapter.write(patches)
    applied = case.fault["kind"] == "broken" or bool(case.fault.get("done"))
    assert met(box) == case.writes
    writes = [write for write in box.instruments.journal.writes() if write.error is None]
    assert len(writes) == (len(patches) if applied else 0), "applied once, or not at all"


@pytest.mark.parametrize("crm", CASES)
@pytest.mark.parametrize("done", [False, True])
def test_trap_43_a_server_that_hangs_is_left_after_the_time_out(
    boxes: Callable[[Crm], Sandbox], crm: Crm, done: bool
) -> None:
    box = boxes(crm)
    adapter = adapter_on(box, timeout=SHORT)
    accounts = everything(box, "account")
    before, wanted = own_nps(adapter, accounts[:3]), 20 if done else 30
    patches = [Patch(ref, {"nps": wanted}) for ref in accounts[:3]]
    inject(box, {"kind": "hang", "hold_s": 1.5, "done": done}, WRITES[crm], 1)
    assert {outcome.status for outcome in adapter.write(patches)} == {"lost"}
    inject(box, {"kind": "hang", "hold_s": 1.5}, CALLS[crm]["read"], 1)
    assert own_nps(adapter, accounts[:3]) == (dict.fromkeys(accounts[:3], 20.0) if done else before)


@pytest.mark.parametrize("crm", CASES)
@pytest.mark.parametrize("status", [414, 431])
def test_trap_09_an_address_that_is_too_long_is_a_refusal_even_in_html(
    boxes: Callable[[Crm], Sandbox], crm: Crm, status: int
) -> None:
    box = boxes(crm)
    inject(box, _status(status), "GET ", ALWAYS)
    with pytest.raises(Refused):
        adapter_on(box).check() if crm == "hubspot" else Reader(adapter_on(box), "page 1", []).go()


@pytest.mark.parametrize("crm", CASES)
def test_trap_42_eight_threads_with_one_adapter_get_each_its_own_answers(
    boxes: Callable[[Crm], Sandbox], crm: Crm
) -> None:
    box = boxes(crm)
    ids = [ref.id for ref in everything(box, "account")][:40] * 4
    adapter = adapter_on(box)
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda id: [item.ref.id for item in adapter.read("account", [id])], ids))
    assert read == [[id] for id in ids]


@pytest.mark.parametrize("crm", CASES)
@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(hours=3)], ids=["slow", "fast"])
def test_trap_45_a_clock_of_ours_that_is_wrong_loses_no_change(
    boxes: Callable[[Crm], Sandbox], crm: Crm, ahead: timedelta
) -> None:
    box = boxes(crm)
    clock, id = box.instruments.clock, some_ids(box)[0]
    context = Context(own=OWN, clock=lambda: clock.now() + ahead, patience=Patience(sleep=lambda _: None))
    adapter, cursor = open_adapter(connection(box), context), None
    vendor_object, name = ("Account", "Name") if crm == "salesforce" else ("companies", "name")
    clock.advance(7200)  # what other tests wrote is older than any overlap
    for turn in range(3):
        for page in adapter.pull("account", cursor):
            cursor = page.cursor
        clock.advance(1800)
        box.vendor.edit(Edit(vendor_object, id, {name: f"Renamed {turn}"}))
        clock.advance(2)
        changed = [item for page in adapter.pull("account", cursor) for item in page.items]
        assert {(item.ref.id, item.name) for item in changed if isinstance(item, Account)} == {(id, f"Renamed {turn}")}


def everything(box: Sandbox, kind: Kind) -> list[Ref]:
    """What is there, read once while nothing fails: no test of this module makes or deletes a record."""
    if (box.url, kind) not in KNOWN:
        pages = adapter_on(box).pull(kind, None)
        KNOWN[box.url, kind] = [item.ref for page in pages for item in page.items if isinstance(item, Record)]
    return KNOWN[box.url, kind]


KNOWN: dict[tuple[str, Kind], list[Ref]] = {}


def some_ids(box: Sandbox) -> list[str]:
    return [ref.id for ref in everything(box, "account")[:3]]


def ids_of(items: list[Item]) -> list[str]:
    """With doubles, if there are any."""
    return sorted(item.ref.id for item in items if isinstance(item, Record))


def own_nps(adapter: Adapter, refs: list[Ref]) -> dict[Ref, Any]:
    found = adapter.read("account", [ref.id for ref in refs])
    return {item.ref: item.own["nps"] for item in found if isinstance(item, Account)}


@pytest.mark.parametrize("times", [1, 2, ALWAYS])
def test_a_trigger_that_fails_over_one_record_costs_that_record_only(
    boxes: Callable[[Crm], Sandbox], times: int
) -> None:
    """An exception that nobody catches fails every record of the call, in an answer of status 200."""
    box = boxes("salesforce")
    accounts = everything(box, "account")
    bad = accounts[3]
    box.instruments.faults.add({"kind": "trigger", "id": bad.id, "times": times})
    outcomes = adapter_on(box).write([Patch(ref, {"nps": 40 + times % 7}) for ref in accounts])
    expected = ["refused" if ref == bad and times == ALWAYS else "written" for ref in accounts]
    assert [outcome.status for outcome in outcomes] == expected
    assert not any(outcome.definition for outcome in outcomes)
    written = [write.id for write in box.instruments.journal.writes() if write.error is None]
    assert len(written) == len(set(written)), "nobody twice"


def test_a_trigger_that_fails_over_one_record_of_a_job_costs_that_record_only(
    boxes: Callable[[Crm], Sandbox],
) -> None:
    box = boxes("salesforce")
    accounts = everything(box, "account")
    box.instruments.faults.add({"kind": "trigger", "id": accounts[0].id, "times": ALWAYS})
    adapter = adapter_on(box, bulk={"write_above": 2})
    outcomes = adapter.write([Patch(ref, {"nps": 50}) for ref in accounts])
    assert [outcome.status for outcome in outcomes] == ["refused", *["written"] * (len(accounts) - 1)]


def test_a_trigger_that_always_fails_is_the_orgs_and_stops_the_push(boxes: Callable[[Crm], Sandbox]) -> None:
    box = boxes("salesforce")
    for ref in everything(box, "account"):
        box.instruments.faults.add({"kind": "trigger", "id": ref.id, "times": ALWAYS})
    outcomes = adapter_on(box).write([Patch(ref, {"nps": 60}) for ref in everything(box, "account")])
    assert {(outcome.status, outcome.definition) for outcome in outcomes} == {("refused", True)}


def test_trap_14_a_record_that_somebody_holds_is_put_off_alone(boxes: Callable[[Crm], Sandbox]) -> None:
    box = boxes("salesforce")
    accounts = everything(box, "account")
    lock = {"kind": "refuse", "id": accounts[2].id, "code": "UNABLE_TO_LOCK_ROW", "times": ALWAYS}
    box.instruments.faults.add(lock)
    outcomes = adapter_on(box).write([Patch(ref, {"nps": 70}) for ref in accounts])
    assert [outcome.status for outcome in outcomes] == ["written", "written", "later", "written", "written"]


JOB = "/services/data/v60.0/jobs"
OF_A_PULL = (f"POST {JOB}/query", f"GET {JOB}/query", "/results")
OF_A_WRITE = (f"POST {JOB}/ingest", "PUT ", f"PATCH {JOB}/ingest", f"GET {JOB}/ingest", "successfulResults")


@pytest.mark.parametrize("match", OF_A_PULL)
@pytest.mark.parametrize("case", CASES["salesforce"], ids=str)
@pytest.mark.parametrize("times", [1, ALWAYS])
def test_a_pull_by_a_bulk_job_that_meets_a_fault_has_everything_once_when_it_was_resumed(
    boxes: Callable[[Crm], Sandbox], case: Case, match: str, times: int
) -> None:
    box = boxes("salesforce")
    reader = Reader(adapter_on(box, bulk={"pull_above": 0}), "page 2", [])
    inject(box, case.fault, match, times)
    with suppress(AdapterError):
        reader.go()
    assert times == 1 or met(box), "the job is asked for"
    box.instruments.faults.clear()
    reader.adapter = adapter_on(box, bulk={"pull_above": 0})
    reader.go()
    assert set(ids_of(reader.taken)) == {ref.id for ref in everything(box, "person")}


@pytest.mark.parametrize("match", OF_A_WRITE)
@pytest.mark.parametrize("case", CASES["salesforce"], ids=str)
@pytest.mark.parametrize("times", [1, ALWAYS])
def test_a_bulk_write_says_of_each_record_what_is_true_and_writes_it_once(
    boxes: Callable[[Crm], Sandbox], case: Case, match: str, times: int
) -> None:
    box = boxes("salesforce")
    adapter = adapter_on(box, bulk={"write_above": 2})
    refs = everything(box, "account")
    adapter.identify()
    inject(box, case.fault, match, times)
    try:
        said = {outcome.ref.id: outcome.status for outcome in adapter.write([Patch(ref, {"nps": 9}) for ref in refs])}
    except AdapterError:
        said = dict.fromkeys([ref.id for ref in refs], "later")
    assert times == 1 or met(box), "the job is asked for"
    applied = Counter(write.id for write in box.instruments.journal.writes() if write.error is None)
    allowed = {"written": {1}, "later": {0}, "refused": {0}, "lost": {0, 1}}
    assert {id: (status, applied[id]) for id, status in said.items() if applied[id] not in allowed[status]} == {}
