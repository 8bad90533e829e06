"""Write-back against everything that can happen to it: whatever happened, once quiet the CRM shows what is wanted.

Two workers push; their calls are cut by crashes, expired leases, each other, and by people who edit records
between any two steps. Readings arrive late and out of order, as they do from a poll and a webhook.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from fake_writeback import ALL, FIELDS, START, Clock, FakeCrm, FakeLedger, ref
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.contract import Outcome, Patch
from adapters.errors import QuotaSpent, Retry
from adapters.keyed import Creation, is_keyed
from adapters.records import Account, Fields, Item, Ref
from config.words import Kind, WriteUrgency
from webhooks.writeback.comparison import same
from webhooks.writeback.drift import Policy, observe, retarget
from webhooks.writeback.entry import Entry, Lease, has_work
from webhooks.writeback.gate import want
from webhooks.writeback.reconcile import push
from webhooks.writeback.settle import leave, mended

IDS = ("1", "2", "3")
REFUSED = 13
"""No org of these tests takes this NPS."""

DECIDED = st.fixed_dictionaries(
    {
        "nps": st.sampled_from([1, 2, None, REFUSED]),
        "health_score": st.sampled_from([40.04, 71.25, 40.0, None]),
        "risk_flags": st.sampled_from([(), ("b", "a")]),
    }
)
EDITED = st.sampled_from([{"nps": 7}, {"nps": None}, {"health_score": 1.0}, {"risk_flags": ("z",)}])
ONE = st.sampled_from(IDS)
EVENTS = st.one_of(
    st.sampled_from([("crash",), ("expire",)]),
    st.tuples(st.just("takeover"), st.sampled_from([None, 5, 7, 8])),
    st.tuples(st.just("edit"), ONE, EDITED),
    st.tuples(st.just("edit and pull"), ONE, EDITED),
    st.tuples(st.just("pull"), ONE),
    st.tuples(st.just("decide"), ONE, DECIDED),
    st.tuples(st.just("delete"), ONE),
    st.tuples(st.just("note"), ONE),
)
FATES = st.dictionaries(ONE, st.sampled_from(["lose", "miss", "later"]), min_size=1, max_size=2)
STEPS = st.one_of(st.integers(4, 9), st.integers(0, 20))
"""Of a push; the fourth to the ninth are those round its first call."""
ERRORS = st.sampled_from([None, None, None, Retry("unavailable"), QuotaSpent("no calls left today")])


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Worker:
    """One process: what it does to the ledger and the CRM, with ``events`` between its steps."""

    world: "Writeback"
    events: dict[int, tuple]
    connection: str = "sf"
    steps: int = 0
    dead: bool = False
    recorded: dict[Ref, Entry] = field(default_factory=dict)
    """What the ledger last said to this worker."""

    @property
    def calls(self):
        return self.world.crm.calls

    @property
    def write_batch(self) -> int:
        return self.world.crm.write_batch

    @property
    def write_most(self) -> int:
        return self.world.crm.write_most

    @property
    def bulk_above(self) -> int:
        return self.world.crm.bulk_above

    def step(self) -> None:
        event = self.events.pop(self.steps, None)
        self.steps += 1
        if event and not self.dead:
            if event == ("crash",):
                self.dead = True
            else:
                self.world.happen(event)
        if self.dead:
            raise Crash

    def update(self, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Entry]:
        self.step()
        entries = self.world.ledger.update(refs, change)
        self.recorded |= {entry.ref: entry for entry in entries}
        self.step()
        return entries

    def claim(self, connection: str, limit: int, lease: Lease, now, least: WriteUrgency = "cosmetic") -> list[Entry]:
        self.step()
        entries = self.world.ledger.claim(connection, limit, lease, now, least)
        self.step()
        return entries

    def read(self, kind: Kind, ids: Sequence[str]) -> list[Item]:
        self.step()
        return self.world.crm.read(kind, ids)

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        self.world.call_begins(patches, self.recorded)
        try:
            self.step()
            outcomes = self.world.crm.write(patches)
            self.step()
        finally:
            self.world.call_ends(patches)
        return outcomes


@dataclass
class StrictCrm(FakeCrm):
    """Refuses one value, but of records that were mended, and whatever is not ours to write."""

    wrong: list[str] = field(default_factory=list)
    mended: set[str] = field(default_factory=set)

    def apply(self, patch: Patch, fate: str, at) -> Outcome:
        if (not is_keyed(patch.ref) and not patch.fields.keys() <= FIELDS.keys()) or "pulse" in patch.fields:
            self.wrong.append(f"not ours: {patch}")
        refused = patch.fields.get("nps") == REFUSED and patch.ref.id not in self.mended
        return super().apply(patch, "refuse" if refused else fate, at)


class Writeback(RuleBasedStateMachine):
    policy: Policy = "repair"

    @initialize()
    def begin(self) -> None:
        self.clock = Clock()
        self.crm = StrictCrm(self.clock, write_batch=2, write_most=5, bulk_above=3)
        self.crm.add(*IDS, pulse="green")
        self.ledger = FakeLedger()
        self.tokens = 0
        self.in_flight: dict[Ref, list[Lease]] = {}
        self.readings: list[Account] = []
        self.pulled = {}
        self.nested = False
        for id in IDS:
            self.decide(id, {"nps": 3, "health_score": 50.0, "risk_flags": ()})
            self.pull(id)
            self.deliver(0)

    # What happens.

    def happen(self, event: tuple) -> None:
        match event:
            case ("expire",):
                self.clock.tick(301)
            case ("edit", id, own):
                self.edit(id, own)
            case ("pull", id):
                self.pull(id)
                self.deliver(len(self.readings) - 1)
            case ("decide", id, decided):
                self.decide(id, decided)
            case ("delete", id):
                self.delete(id)
            case ("note", id):
                self.note(id)
            case ("edit and pull", id, own):
                self.edit(id, own)
                self.happen(("pull", id))
            case ("takeover", crash) if not self.nested:  # the other worker, once our lease has run out
                self.clock.tick(301)
                self.nested = True
                self.run(Worker(self, {} if crash is None else {crash: ("crash",)}))
                self.nested = False

    @rule(id=ONE, decided=DECIDED)
    def decide(self, id: str, decided: Fields) -> None:
        if id in self.crm.own:
            self.ledger.update([ref(id)], lambda entry: want(entry, decided, 0, FIELDS))

    @rule(id=ONE)
    def note(self, id: str) -> None:
        """Something is to be told about a record, by a key that says what."""
        told = Creation(ref(f"told {id}", "note"), id, "Health green → red", "why", at=START, status="done")
        self.ledger.update([told.ref], lambda entry: replace(entry, desired=told.fields))

    @rule(id=ONE, own=EDITED)
    def edit(self, id: str, own: Fields) -> None:
        if id in self.crm.own:
            self.crm.edit(id, **own)

    @rule(id=ONE)
    def leave(self, id: str) -> None:
        if ref(id) in self.ledger.entries:
            self.ledger.update([ref(id)], leave)

    @rule(held=st.sampled_from([None, 7]))
    def move(self, held: int | None) -> None:
        """The NPS is kept in another field from now on, which holds ``held``; no record changes by that."""
        for own in self.crm.own.values():
            own["nps"] = held
        self.readings, self.pulled = [], {}
        self.ledger.update(list(self.ledger.entries), lambda entry: retarget(entry, {"nps"}))

    @rule()
    def mend(self) -> None:
        self.ledger.update(list(self.ledger.entries), mended)

    @precondition(lambda self: any(entry.refusal for entry in self.ledger.entries.values()))
    @rule()
    def mend_records(self) -> None:
        """Somebody fills in what a rule of the org wants there; nobody tells us but the records' stamps."""
        for one in [entry.ref.id for entry in self.ledger.entries.values() if entry.refusal]:
            if one in self.crm.own:
                self.crm.mended.add(one)
                self.crm.edit(one)

    @rule(id=ONE)
    def delete(self, id: str) -> None:
        """Gone, and the notice of it is taken in at once; readings on their way arrive later."""
        self.crm.own.pop(id, None)
        self.readings = [reading for reading in self.readings if reading.ref.id != id]
        self.ledger.update([ref(id)], lambda entry: None)

    @rule(id=ONE)
    def pull(self, id: str) -> None:
        """Read what changed since the last pull; the reading is delivered some other time."""
        item = self.crm.reading(id)
        if isinstance(item, Account) and item.changed_at != self.pulled.get(id):
            self.pulled[id] = item.changed_at
            self.readings.append(item)

    @precondition(lambda self: self.readings)
    @rule(n=st.integers(0, 9))
    def deliver(self, n: int) -> None:
        if self.readings:
            item = self.readings.pop(n % len(self.readings))
            self.ledger.update([item.ref], lambda entry: self.observed(entry, item))

    def observed(self, entry: Entry, item: Account) -> Entry:
        return observe(entry, item.own, item.changed_at, self.policy, FIELDS, self.clock().date())

    @rule(minutes=st.sampled_from([1, 6, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.clock.tick(60 * minutes)

    @rule(
        events=st.dictionaries(STEPS, EVENTS, max_size=4),
        fates=st.lists(FATES, max_size=3),
        errors=st.lists(ERRORS, max_size=2),
    )
    def work(self, events: dict[int, tuple], fates: list, errors: list) -> None:
        self.crm.fates, self.crm.raises = list(fates), list(errors)
        self.run(Worker(self, dict(events)))
        self.crm.fates, self.crm.raises = [], []

    @rule(
        decided=st.dictionaries(ONE, DECIDED, min_size=1),
        events=st.dictionaries(STEPS, EVENTS, min_size=1, max_size=4),
        fates=st.lists(FATES, max_size=2),
    )
    def decide_and_push(self, decided: dict[str, Fields], events: dict[int, tuple], fates: list) -> None:
        for id, fields in decided.items():
            self.decide(id, fields)
        self.work(events, fates, [])

    def run(self, worker: Worker) -> None:
        self.tokens += 1
        token = f"t{self.tokens}"
        try:
            push(worker, worker, ALL, policy=self.policy, now=self.clock, new_token=lambda: token)
        except (Crash, Retry, QuotaSpent):
            return

    # What must hold at every call.

    def call_begins(self, patches: Sequence[Patch], recorded: dict[Ref, Entry]) -> None:
        for patch in patches:
            entry = recorded[patch.ref]
            assert entry.sent == patch.fields, "recorded before the call"
            assert entry.lease, "under a lease"
            assert entry.refusal is None or entry.refusal.fields != patch.fields, "a refused patch is not sent again"
            for lease in self.in_flight.get(patch.ref, ()):
                assert lease.until <= self.clock(), "one write in flight per record"
            self.in_flight.setdefault(patch.ref, []).append(entry.lease)

    def call_ends(self, patches: Sequence[Patch]) -> None:
        for patch in patches:
            self.in_flight[patch.ref].pop()

    @invariant()
    def nothing_else_is_touched(self) -> None:
        assert not self.crm.wrong
        assert len(set(self.crm.created)) == len(self.crm.created)
        assert all(own["pulse"] == "green" for own in self.crm.own.values())

    # And in the end.

    def teardown(self) -> None:
        if not hasattr(self, "crm"):
            return
        for _ in range(12):
            self.clock.tick(24 * 3600)
            for id in self.crm.own:
                self.pull(id)
            while self.readings:
                self.deliver(0)
            self.run(Worker(self, {}))
        for entry in self.ledger.entries.values():
            self.shows_what_is_wanted(entry)
        calls = len(self.crm.sent)
        self.run(Worker(self, {}))
        assert len(self.crm.sent) == calls, "a quiet push makes no call"

        assert len(set(self.crm.created)) == len(self.crm.created), "no note was created twice"
        assert {one for one in self.ledger.entries if is_keyed(one)} == set(self.crm.keyed), "all are there"

    def shows_what_is_wanted(self, entry: Entry) -> None:
        if is_keyed(entry.ref):
            assert not has_work(entry, ALL)
            assert entry.lease is None or entry.lease.until <= self.clock(), "nobody holds it"
            held = self.crm.keyed[entry.ref]
            assert all(same(held.get(name), value, ALL[name]) for name, value in (entry.desired or {}).items())
            return
        assert entry.sent is None
        assert entry.lease is None or entry.lease.until <= self.clock(), "nobody holds it"
        assert entry.pending is None
        assert not has_work(entry, FIELDS)
        assert entry.refusal is None or entry.ref.id not in self.crm.mended, "what was mended was tried again"
        own = self.crm.own.get(entry.ref.id)
        if own is None or entry.contested or entry.refusal or entry.desired is None:
            return
        for name, value in entry.desired.items():
            set_aside = self.policy == "accept" and name in entry.accepted
            assert set_aside or same(own[name], value, FIELDS[name]), (name, own[name], entry)


class Accepting(Writeback):
    policy: Policy = "accept"


QUICK = settings(max_examples=100, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
TestRepairing = Writeback.TestCase
TestRepairing.settings = QUICK
TestAccepting = Accepting.TestCase
TestAccepting.settings = QUICK


ONE_OF_EACH = (
    ("crash",),
    ("expire",),
    ("takeover", None),
    ("takeover", 3),
    ("takeover", 5),
    ("edit and pull", "1", {"nps": 7}),
    ("edit", "1", {"health_score": 1.0}),
    ("decide", "1", {"nps": 2, "health_score": 71.3, "risk_flags": ("a",)}),
    ("delete", "1"),
    ("note", "1"),
)


@pytest.mark.parametrize("fate", ["", "lose", "miss", "later"])
@pytest.mark.parametrize("event", [("crash",), ("expire",), ("takeover", None), ("takeover", 5)], ids=str)
def test_any_one_thing_at_any_step_of_a_creation_leaves_one_note(event, fate):
    for step in range(12):
        world = Writeback()
        world.begin()
        world.note("1")
        world.work({step: event}, [{}, {"told 1": fate}], [])
        world.teardown()
        assert world.crm.created == [ref("told 1", "note")]


@pytest.mark.parametrize("machine", [Writeback, Accepting])
@pytest.mark.parametrize("fate", ["", "lose", "miss", "later"])
@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event[0])
def test_any_one_thing_at_any_step_of_a_push(machine, fate, event):
    for step in range(12):
        world = machine()
        world.begin()
        world.work({step: event}, [{"1": fate}], [])
        world.teardown()
