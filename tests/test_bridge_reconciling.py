from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from fake_crm import OVERLAP
from test_bridge_working import counted, equipped
from worlds import World

from adapters.errors import QuotaSpent, Refused, Retry, Unauthorized
from adapters.records import Ref
from bridge.doctor.doctoring import examine
from bridge.store import cursors
from bridge.sync.reconciling import is_due, last, reconcile
from bridge.workers.metrics import Metrics, create_metrics
from bridge.workers.nightly import REST, Nightly

BERLIN = ZoneInfo("Europe/Berlin")
HALF_PAST_TWO = time(2, 30)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "before", "due"),
    [
        ("2026-03-03T02:31+01:00", "2026-03-02T02:31+01:00", True),
        ("2026-03-03T02:29+01:00", "2026-03-02T02:31+01:00", False),
        ("2026-03-03T14:00+01:00", "2026-03-03T02:31+01:00", False),
        ("2026-03-09T14:00+01:00", "2026-03-02T02:31+01:00", True),  # nights were missed
        ("2026-03-29T03:31+02:00", "2026-03-28T02:31+01:00", True),  # there was no half past two that night
        ("2026-10-25T02:31+02:00", "2026-10-24T02:31+02:00", True),
        ("2026-10-25T02:31+01:00", "2026-10-25T02:31+02:00", False),  # it came twice that night
    ],
)
def test_it_is_due_once_the_hour_has_come_in_the_workspaces_zone(now: str, before: str, due: bool) -> None:
    assert is_due(at(now), at(before), HALF_PAST_TWO, BERLIN) is due


@pytest.fixture
def filled(world: World) -> World:
    for number in range(8):
        world.account(str(number))
    world.sync()
    world.clock.move(OVERLAP * 2)
    return world


def test_every_kind_is_compared_and_what_was_found_is_kept(filled: World) -> None:
    filled.crm.put("ticket", "t", account="1")
    filled.sync()
    filled.clock.move(OVERLAP * 2)
    del filled.crm.items[Ref("sf", "ticket", "t")], filled.crm.items[Ref("sf", "account", "3")]
    done = reconcile(filled.workspace, "sf")
    assert (done.repaired, set(done.kinds)) == (2, set(filled.crm.kinds))
    with filled.workspace.store.read() as db:
        found = last(db, "sf")
    assert found is not None
    assert (found["at"], found["repaired"]) == (filled.clock.now(), {"account": 1, "ticket": 1})


def test_what_the_next_pull_would_have_told_is_no_repair(filled: World) -> None:
    filled.account("3", name="Renamed")
    assert reconcile(filled.workspace, "sf").repaired == 0


def test_a_kind_that_may_not_be_listed_costs_that_kind_only(filled: World) -> None:
    filled.crm.put("ticket", "t", account="1")
    filled.crm.fail("ids ticket", Refused("no access to Case", status=403))
    filled.crm.fail("ids response", Refused("there is no such object", status=403))
    done = reconcile(filled.workspace, "sf")
    assert list(done.unreadable) == ["ticket"], "of the other kind nothing is held that could be wrong"
    assert "activity" in done.kinds
    filled.crm.fail("ids account", Unauthorized("no", status=403))
    with pytest.raises(Unauthorized):
        reconcile(filled.workspace, "sf")


def test_doctor_tells_of_the_last_reconcile_and_of_a_loss_that_waits(filled: World) -> None:
    def told() -> list[tuple[str, str]]:
        findings = [noted.finding for noted in examine(filled.workspace) if noted.place == "sf"]
        return [(one.level, one.what) for one in findings if "reconcile" in one.mend or "reconciled" in one.what]

    assert told() == [("info", "its ids were never compared with the CRM")]
    del filled.crm.items[Ref("sf", "account", "3")]
    reconcile(filled.workspace, "sf")
    assert told() == [("info", "last reconciled 2026-03-02 09:10 UTC: repaired 1 of the kind account")]
    for id in "012456":
        del filled.crm.items[Ref("sf", "account", id)]
    assert list(reconcile(filled.workspace, "sf").doubted) == ["account"]
    assert told()[0] == ("error", "6 of 7 records of the kind account would be gone: the CRM no longer lists them")
    reconcile(filled.workspace, "sf", accept_loss=True)
    assert [level for level, _ in told()] == ["info"]


@pytest.fixture
def metrics() -> Metrics:
    return create_metrics()


def nightly(world: World, metrics: Metrics, wake: Callable[[], None] = lambda: None) -> Nightly:
    job = Nightly(world.workspace, metrics, wake=wake)
    equipped(job, [world])
    return job


def listings(world: World) -> int:
    return world.crm.calls.made["page"]


def test_the_nightly_job_reconciles_once_after_its_hour_and_wakes_the_worker(filled: World, metrics: Metrics) -> None:
    woken: list[int] = []
    job = nightly(filled, metrics, wake=lambda: woken.append(1))
    job()
    with filled.workspace.store.read() as db:
        assert last(db, "sf") is None, "the first sync is a day's reconcile"
    del filled.crm.items[Ref("sf", "account", "3")]
    filled.clock.move(timedelta(hours=18))
    job()
    assert woken == [1]
    assert counted(metrics, "records_repaired_total", connection="sf", kind="account") == 1
    before = listings(filled)
    filled.clock.move(timedelta(hours=20))
    job()
    assert listings(filled) == before


def test_nights_that_were_missed_are_one(filled: World, metrics: Metrics) -> None:
    job = nightly(filled, metrics)
    filled.clock.move(timedelta(days=9))
    job()
    before = listings(filled)
    job()
    assert listings(filled) == before


def test_before_the_first_sync_is_over_there_is_nothing_to_compare(world: World, metrics: Metrics) -> None:
    world.account("1")
    world.clock.move(timedelta(days=2))
    nightly(world, metrics)()
    assert listings(world) == 0


def test_a_reconcile_that_fails_is_tried_again_after_a_rest(filled: World, metrics: Metrics) -> None:
    job = nightly(filled, metrics)
    filled.clock.move(timedelta(days=1))
    filled.crm.fail("ids activity", Retry("a cut connection"))
    with pytest.raises(Retry):
        job()
    before = listings(filled)
    job()
    assert listings(filled) == before
    filled.clock.move(REST)
    job()
    with filled.workspace.store.read() as db:
        assert last(db, "sf") is not None


def test_a_spent_quota_is_waited_for(filled: World, metrics: Metrics) -> None:
    job = nightly(filled, metrics)
    filled.clock.move(timedelta(days=1))
    filled.crm.fail("ids account", QuotaSpent("spent", until=filled.clock.now() + timedelta(hours=8)))
    with pytest.raises(QuotaSpent):
        job()
    filled.clock.move(timedelta(hours=7))
    before = listings(filled)
    job()
    assert listings(filled) == before
    filled.clock.move(timedelta(hours=1))
    job()
    assert listings(filled) > before


def test_a_connection_that_fails_leaves_the_others_their_turn(filled: World, metrics: Metrics) -> None:
    broken = replace(filled.crm, connection="hs", failing={"identify": [Retry("no")]})
    first = filled.workspace.settings.crms[0]
    both = filled.workspace.settings.model_copy(
        update={"connections": [first.model_copy(update={"name": "hs"}), first]}
    )
    world = replace(filled, workspace=replace(filled.workspace, settings=both))
    job = Nightly(world.workspace, metrics)
    equipped(job, [world, replace(world, crm=broken)])
    with world.workspace.store.write() as db:
        cursors.save_complete(db, "hs", filled.clock.now())
    filled.clock.move(timedelta(days=1))
    with pytest.raises(Retry):
        job()
    with world.workspace.store.read() as db:
        assert last(db, "sf") is not None
