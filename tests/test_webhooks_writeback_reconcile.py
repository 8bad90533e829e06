from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest
from fake_writeback import FIELDS, START, Clock, FakeCrm, FakeLedger, ref, wanting

from adapters.contract import LONGEST_WRITE, Patch
from adapters.errors import Lost, QuotaSpent, Retry, Unauthorized
from adapters.records import Ref
from webhooks.writeback.entry import Entry, Lease, has_work
from webhooks.writeback.reconcile import push
from webhooks.writeback.sizes import sizes
from webhooks.writeback.summary import Tally, plan_push


class World:
    def __init__(self, records: int = 7, ledger: FakeLedger | None = None) -> None:
        self.clock = Clock()
        self.crm = FakeCrm(self.clock)
        self.ledger = ledger or FakeLedger()
        self.ids = [str(n) for n in range(1, records + 1)]
        self.tokens = count()
        self.dealt = 0
        self.crm.add(*self.ids)
        self.ledger.put(wanting(id, nps=int(id), health_band="red") for id in self.ids)

    def push(self, **more):
        def dealt(done: int) -> None:
            self.dealt += done

        rules = {"policy": "repair", "now": self.clock, "new_token": lambda: f"t{next(self.tokens)}"}
        return push(self.crm, self.ledger, FIELDS, **rules | {"on_progress": dealt} | more)

    def nps(self):
        return [self.crm.own[id]["nps"] for id in self.ids]

    def entry(self, id: str) -> Entry:
        return self.ledger.entries[ref(id)]


def test_everything_is_written_in_the_fewest_calls_and_a_second_push_makes_none():
    world = World()
    summary = world.push()
    assert world.nps() == [1, 2, 3, 4, 5, 6, 7]
    assert (summary.written, summary.fields, summary.calls, world.dealt) == (7, 14, 3, 7)
    assert (world.push().calls, len(world.crm.sent)) == (0, 3)


def test_a_record_of_which_something_new_is_wanted_each_time_is_written_each_time():
    world, wanted = World(1), iter(range(10, 16))

    def decided_meanwhile(done: int) -> None:
        if (nps := next(wanted, None)) is not None:
            world.ledger.put([replace(world.entry("1"), desired={"nps": nps, "health_band": "red"})])

    world.push(on_progress=decided_meanwhile)
    assert [patches[0].fields["nps"] for patches in world.crm.sent] == [1, *range(10, 16)]
    assert world.entry("1").retry_at is None


def test_a_record_that_is_to_be_written_alike_again_and_again_rests():
    world = World(1)

    def forgotten_meanwhile(done: int) -> None:
        world.ledger.put([replace(world.entry("1"), confirmed={})])

    world.push(on_progress=forgotten_meanwhile)
    assert (len(world.crm.sent), world.entry("1").retry_at is None) == (3, False)


def test_the_admin_may_lower_the_batch_but_not_raise_it():
    assert World().push(batch=2).calls == 4
    assert World().push(batch=200).calls == 3


def test_many_records_go_in_one_write_where_the_crm_writes_in_bulk():
    world = World(12)
    world.crm.write_most, world.crm.bulk_above = 8, 4
    plan = plan_push(list(world.ledger.entries.values()), FIELDS, sizes(world.crm), lambda count: 1)
    assert (world.push().written, plan.calls) == (12, 3)
    assert [len(patches) for patches in world.crm.sent] == [8, 3, 1], "what bulk does not pay for goes in batches"


def test_an_admin_who_lowers_the_batch_wants_no_bulk():
    world = World(12)
    world.crm.write_most, world.crm.bulk_above = 8, 4
    world.push(batch=2)
    assert {len(patches) for patches in world.crm.sent} == {2}


def test_a_bulk_write_is_leased_for_as_long_as_it_may_take():
    world = World(6)
    world.crm.write_most, world.crm.bulk_above = 6, 3
    until: list[timedelta] = []

    class Slow(FakeCrm):
        def write(self, patches: Sequence[Patch]):
            until.extend(lease.until - world.clock() for one in patches if (lease := world.entry(one.ref.id).lease))
            world.clock.tick(LONGEST_WRITE.total_seconds())
            return super().write(patches)

    world.crm = Slow(world.clock, own=world.crm.own, changed_at=world.crm.changed_at, write_most=6, bulk_above=3)
    assert world.push().written == 6
    assert min(until) > LONGEST_WRITE


def test_what_is_sent_stands_in_the_ledger_before_the_call():
    world = World(2)
    seen: list[Entry] = []

    class Watching(FakeCrm):
        def write(self, patches: Sequence[Patch]):
            seen.extend(world.ledger.entries[patch.ref] for patch in patches)
            return super().write(patches)

    world.crm = Watching(world.clock, own=world.crm.own, changed_at=world.crm.changed_at)
    world.push()
    assert [entry.sent for entry in seen] == [{"nps": 1, "health_band": "red"}, {"nps": 2, "health_band": "red"}]
    assert all(entry.lease and entry.lease.until > START for entry in seen)


def test_a_refused_record_is_reported_kept_and_stops_nobody():
    world = World()
    world.crm.fates = [{"2": "refuse"}]
    summary = world.push()
    assert [(one.ref, one.code) for one in summary.refused] == [(ref("2"), "FIELD_CUSTOM_VALIDATION_EXCEPTION")]
    assert summary.written == 6
    assert world.push().calls == 0
    assert world.entry("2").refusal is not None


def test_a_batch_refused_as_a_whole_for_the_orgs_set_up_ends_the_push():
    world = World()
    world.crm.fates = [dict.fromkeys(world.ids, "unfit")] * 9
    summary = world.push()
    assert (summary.stopped, len(summary.refused), summary.calls) == ("NO_SUCH_FIELD: no field nps", 3, 1)
    left = [entry for entry in world.ledger.entries.values() if has_work(entry, FIELDS)]
    assert [entry.ref.id for entry in left] == ["4", "5", "6", "7"]
    assert all(entry.lease is None for entry in world.ledger.entries.values())
    world.crm.fates = []
    summary = world.push()
    assert (summary.stopped, summary.written) == ("", 4)


@pytest.mark.parametrize(
    ("fates", "records", "more", "calls"),
    [
        ({"1": "unfit", "2": "unfit", "3": "refuse"}, 7, {}, 3),  # one of them for its own sake
        ({"1": "unfit", "2": "unfit"}, 7, {}, 3),  # one of them written
        ({"1": "refuse", "2": "refuse", "3": "refuse"}, 7, {}, 3),  # each for its own sake
        ({"1": "unfit"}, 3, {"batch": 1}, 3),  # one alone says nothing of the others
    ],
)
def test_a_batch_refused_for_other_reasons_does_not_end_it(fates, records, more, calls):
    world = World(records)
    world.crm.fates = [fates]
    summary = world.push(**more)
    assert (summary.stopped, summary.calls) == ("", calls)
    assert summary.written == records - len(fates)


def test_what_was_written_before_an_exception_can_still_be_told():
    world = World()
    world.crm.raises = [None, QuotaSpent("no calls left today")]
    tally = Tally()
    with pytest.raises(QuotaSpent):
        world.push(tally=tally)
    done = tally.summary("sf")
    assert (done.written, done.fields, done.calls, len(done.later)) == (3, 6, 2, 3)


@pytest.mark.parametrize(("fate", "sent"), [("lose", [3, 3, 1]), ("miss", [3, 3, 2])])
def test_a_lost_answer_is_read_back_and_sent_again_only_if_it_never_arrived(fate, sent):
    world = World()
    world.crm.fates = [{"2": fate}]
    summary = world.push()
    assert world.nps() == [1, 2, 3, 4, 5, 6, 7]
    assert (summary.written, summary.lost, summary.reads) == (7, (), 1)
    assert sorted(len(call) for call in world.crm.sent) == sorted(sent)


def test_unknown_ones_are_read_back_first_and_leave_no_call_half_empty():
    world = World(8)
    for id in ("4", "7"):
        entry = world.entry(id)
        world.ledger.put([replace(entry, sent=entry.desired)])
        world.crm.own[id] |= entry.desired or {}
    summary = world.push()
    assert (summary.written, summary.calls) == (8, 2)


def test_a_row_that_is_put_off_is_left_for_another_push():
    world = World(2)
    world.crm.fates = [{"2": "later"}] * 9
    summary = world.push()
    assert [(one.ref, one.code, one.message) for one in summary.later] == [
        (ref("2"), "UNABLE_TO_LOCK_ROW", "locked by a job")
    ]
    assert (summary.written, summary.calls) == (1, 1)
    assert world.entry("2").retry_at > world.clock()
    world.crm.fates = []
    world.clock.tick(120)
    assert world.push().written == 1


def test_a_row_that_may_be_sent_again_before_the_push_ends_still_waits_for_another_one():
    world = World()

    class Slow(FakeCrm):
        def write(self, patches: Sequence[Patch]):
            world.clock.tick(30)
            return [replace(one, after=timedelta(seconds=5)) for one in super().write(patches)]

    world.crm = Slow(world.clock, own=world.crm.own, changed_at=world.crm.changed_at, fates=[{"2": "later"}] * 9)
    summary = world.push()
    assert [one.ref for one in summary.later] == [ref("2")]
    assert (summary.written, summary.calls) == (6, 3)
    assert world.entry("2").lease is None


def test_a_call_that_came_to_nothing_says_why():
    world = World(2)
    world.crm.raises = [Retry("busy", after=timedelta(minutes=5), code="REQUEST_LIMIT_EXCEEDED")]
    (first, second) = world.push().later
    assert (first.code, first.message) == (second.code, second.message)
    assert first.code == "REQUEST_LIMIT_EXCEEDED"
    assert "busy" in first.message


def test_a_write_that_finds_the_record_gone_drops_it_and_is_no_refusal():
    world = World(3)
    del world.crm.own["2"]
    summary = world.push()
    assert (summary.written, summary.dropped, summary.refused, summary.calls) == (2, (ref("2"),), (), 1)
    assert ref("2") not in world.ledger.entries


def test_an_answer_that_stays_lost_is_left_unknown_and_found_out_next_time():
    world = World(2)
    world.crm.fates = [{"2": "miss"}] * 9
    assert world.push().lost == (ref("2"),)
    assert world.entry("2").sent is not None
    world.crm.fates = []
    world.clock.tick(120)
    assert (world.push().written, world.nps()) == (1, [1, 2])


@pytest.mark.parametrize("error", [QuotaSpent("no calls left today"), Unauthorized("the token was revoked")])
def test_what_ends_the_push_clears_what_was_recorded_and_gives_the_leases_back(error):
    world = World()
    world.crm.raises = [None, error]
    with pytest.raises(type(error)):
        world.push()
    assert [entry.ref.id for entry in world.ledger.entries.values() if entry.confirmed["nps"]] == ["1", "2", "3"]
    assert all(entry.sent is None and entry.lease is None for entry in world.ledger.entries.values())
    assert world.push().written == 4


def test_an_unforeseen_error_leaves_its_batch_unknown_and_comes_out():
    world = World()
    world.crm.raises = [KeyError("a bug")]
    with pytest.raises(KeyError):
        world.push()
    assert [entry.ref.id for entry in world.ledger.entries.values() if entry.sent] == ["1", "2", "3"]
    assert all(entry.lease is None for entry in world.ledger.entries.values())
    assert world.push().written == 7


def test_a_call_that_may_have_been_applied_is_found_out_about():
    world = World(2)
    world.crm.raises = [Lost("no answer")]
    summary = world.push()
    assert (summary.written, summary.reads, summary.calls) == (2, 1, 2)


def test_a_crm_that_does_not_answer_is_left_alone():
    world = World(60)
    world.crm.raises = [Retry("unavailable")] * 99
    with pytest.raises(Retry):
        world.push()
    assert len(world.crm.sent) == 5
    assert all(entry.sent is None and entry.lease is None for entry in world.ledger.entries.values())
    deaf = World(60)
    deaf.crm.fates = [dict.fromkeys(deaf.ids, "miss")] * 99
    deaf.push()
    assert len(deaf.crm.sent) <= 5
    assert all(entry.lease is None for entry in deaf.ledger.entries.values())


def test_a_short_outage_is_ridden_out():
    world = World()
    world.crm.raises = [Retry("unavailable"), Retry("unavailable"), None]
    assert world.push().written == 7


def test_what_cannot_be_read_back_stays_unknown():
    world = World(3)
    world.ledger.put([replace(world.entry("2"), sent={"nps": 2})])
    world.crm.read_raises = [Retry("unavailable", after=timedelta(minutes=2))]
    summary = world.push()
    assert (summary.written, summary.lost) == (2, (ref("2"),))
    assert world.entry("2").retry_at == START + timedelta(minutes=2)
    world.clock.tick(200)
    world.crm.read_raises = [QuotaSpent("no calls left today")]
    with pytest.raises(QuotaSpent):
        world.push()
    assert world.entry("2").lease is None


def test_a_record_that_is_gone_is_dropped():
    world = World(3)
    world.ledger.put([replace(world.entry("2"), sent={"nps": 2})])
    del world.crm.own["2"]
    summary = world.push()
    assert (summary.written, summary.dropped) == (2, (ref("2"),))
    assert ref("2") not in world.ledger.entries


def test_kinds_are_not_mixed_in_a_call():
    world = World(2)
    world.ledger.put([Entry(ref("9", "person"), desired={"nps": 1}), Entry(ref("8", "person"), desired={"nps": 1})])
    world.push()
    assert [{patch.ref.kind for patch in call} for call in world.crm.sent] == [{"account"}, {"person"}]


def test_a_live_lease_is_respected_and_a_dead_one_taken_over():
    world = World(2)
    world.ledger.claim("sf", 1, Lease("somebody else", world.clock() + timedelta(minutes=5)), world.clock())
    assert (world.push().written, world.nps()) == (1, [None, 2])
    world.clock.tick(301)
    assert (world.push().written, world.nps()) == (1, [1, 2])


def test_drift_found_while_reading_back_is_counted():
    world = World(2)
    world.ledger.put([replace(world.entry(id), sent={"nps": int(id)}) for id in world.ids])
    world.crm.edit("1", nps=70)
    assert world.push().repaired == 1
    assert world.nps() == [1, 2]


def test_drift_found_while_reading_back_may_be_accepted():
    world = World(2)
    world.ledger.put([replace(world.entry(id), sent={"nps": int(id)}) for id in world.ids])
    world.crm.edit("1", nps=70)
    assert world.push(policy="accept").accepted == 1
    assert world.nps() == [70, 2]


@dataclass
class Forgetful(FakeLedger):
    """Cannot keep the outcomes of a batch together, nor that of record 2 at all, until it is mended."""

    broken: bool = True

    def update(self, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Entry]:
        settling = any(self.entries[one].sent is not None for one in refs)
        if self.broken and settling and (len(refs) > 1 or refs[0].id == "2"):
            raise OSError("disk full")
        return super().update(refs, change)


def test_no_outcome_is_lost_when_one_cannot_be_kept():
    ledger = Forgetful()
    world = World(3, ledger)
    summary = world.push()
    assert (summary.written, summary.lost) == (2, (ref("2"),))
    ledger.broken = False
    world.clock.tick(301)
    assert (world.push().written, world.nps(), len(world.crm.sent)) == (1, [1, 2, 3], 1)


def test_a_plan_shows_every_difference_and_what_it_costs_and_touches_nothing():
    world = World()
    world.ledger.put([replace(world.entry("7"), sent={"nps": 7})])
    plan = plan_push(list(world.ledger.entries.values()), FIELDS, sizes(world.crm), lambda count: 1)
    assert [patch.ref.id for patch in plan.patches] == ["1", "2", "3", "4", "5", "6"]
    assert plan.patches[0].fields == {"nps": 1, "health_band": "red"}
    assert (plan.calls, plan.unknown) == (2, (ref("7"),))
    assert world.crm.sent == []
    assert all(has_work(entry, FIELDS) for entry in world.ledger.entries.values())
