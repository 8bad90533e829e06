from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fake_crm import KINDS, OVERLAP
from worlds import START, World, settings_of

from adapters.errors import QuotaSpent, Refused, Retry, Unauthorized
from adapters.records import Ref, Tombstone
from bridge.store import cursors, lookup, memory
from bridge.sync import syncing
from bridge.sync.intake import take_in
from config.errors import ConfigError
from config.words import Kind

Make = Callable[..., World]


def five(world: World) -> None:
    for number in range(5):
        world.account(str(number))
        world.tick()


def stored(world: World, kind: Kind = "account") -> list[str]:
    with world.workspace.store.read() as db:
        return lookup.ids(db, "sf", kind)


def cursor(world: World, kind: Kind = "account") -> str | None:
    with world.workspace.store.read() as db:
        return cursors.cursor(db, "sf", kind)


def test_every_kind_is_pulled_and_new_accounts_are_affected_customers(world: World) -> None:
    five(world)
    world.crm.put("person", "p", accounts=("0",))
    taken = world.sync().kinds
    assert (taken["account"].read, taken["account"].changed, taken["person"].read) == (5, 5, 1)
    assert stored(world) == list("01234")
    assert world.affected() == {world.customer(str(number)) for number in range(5)}


def test_a_quiet_sync_later_than_the_overlap_reads_no_rows(world: World) -> None:
    five(world)
    world.sync()
    world.clock.move(OVERLAP + timedelta(seconds=1))
    world.sync()
    assert {kind: taken.read for kind, taken in world.sync().kinds.items() if taken.read} == {}


def test_what_is_read_again_within_the_overlap_is_no_change(world: World) -> None:
    five(world)
    world.sync()
    world.score()
    taken = world.sync().kinds["account"]
    assert (taken.read, taken.changed) == (5, 0)
    assert world.affected() == set()


def test_a_pull_that_failed_goes_on_after_the_last_stored_page(world: World) -> None:
    five(world)
    world.crm.fail("pull account", None, Retry("a cut connection"))
    with pytest.raises(Retry):
        world.sync()
    assert stored(world) == ["0", "1"]
    before = world.crm.calls.made["page"]
    assert world.sync().kinds["account"].read == 3
    assert stored(world) == list("01234")
    assert world.crm.calls.made["page"] - before == 2 + len(KINDS) - 1


def test_trap_46_a_page_and_its_cursor_are_one_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    five(world)
    plain, saved = cursors.save_cursor, []

    def failing(db: Any, name: str, kind: str, value: str, now: Any) -> None:
        saved.append(value)
        if len(saved) == 3:  # users have one page, accounts three
            raise RuntimeError("killed between page and cursor")
        plain(db, name, kind, value, now)

    monkeypatch.setattr(cursors, "save_cursor", failing)
    with pytest.raises(RuntimeError):
        world.sync()
    assert stored(world) == ["0", "1"]
    assert cursor(world) == saved[1]


def test_full_reads_everything_again(world: World) -> None:
    five(world)
    world.sync()
    world.clock.move(OVERLAP * 2)
    world.sync()
    assert world.sync(full=True).kinds["account"].read == 5


def test_the_org_is_pinned_and_another_one_is_not_read(world: World) -> None:
    world.account("1")
    world.sync()
    world.crm.org_id = "org-2"
    world.workspace.proven.clear()  # the next command
    world.account("2")
    with pytest.raises(ConfigError, match="org-1, but the login leads to org org-2"):
        world.sync()
    assert stored(world) == ["1"]


def test_a_kind_that_may_not_be_read_costs_that_kind_only(world: World) -> None:
    world.account("1")
    world.crm.fail("pull ticket", Refused("no access to Case", status=403))
    world.crm.put("activity", "a", accounts=("1",))
    synced = world.sync()
    assert list(synced.unreadable) == ["ticket"]
    assert synced.kinds["activity"].read == 1


@pytest.mark.parametrize(
    ("verb", "error"),
    [("pull account", Refused("no", status=403)), ("pull ticket", Unauthorized("no", status=401)),
     ("identify", Unauthorized("no", status=401))],
)  # fmt: skip
def test_a_login_that_fails_ends_the_sync(world: World, verb: str, error: Exception) -> None:
    world.account("1")
    world.crm.fail(verb, error)
    with pytest.raises(type(error)):
        world.sync()


def test_our_own_write_back_is_no_change_and_affects_nobody(world: World) -> None:
    five(world)
    assert world.run().written == 5
    world.tick()
    taken = world.sync().kinds["account"]
    assert (taken.read, taken.changed, taken.drifted) == (5, 0, 0)
    assert world.affected() == set()


def test_a_second_run_makes_no_write_call(world: World) -> None:
    five(world)
    world.run()
    for _ in range(3):
        world.clock.move(OVERLAP * 2)
        before = world.crm.calls.made.copy()
        assert world.run().calls == 0
        assert world.crm.calls.made["write"] == before["write"]
        assert world.crm.calls.made["describe"] == before["describe"], "nothing to write, nothing to ask"


def test_the_pulse_of_a_csm_affects_the_customer(world: World) -> None:
    five(world)
    world.run()
    world.clock.move(OVERLAP * 2)
    world.sync()
    world.account("3", pulse="red")
    world.sync()
    assert world.affected() == {world.customer("3")}


def test_a_record_that_arrives_before_its_account_counts_once_the_account_is_there(world: World) -> None:
    world.crm.put("ticket", "t", account="1", status="open", opened_at=START, escalated=True)
    world.sync()
    assert world.score().customers == 0
    world.tick()
    world.account("1")
    world.sync()
    world.score()
    assert [flag.name for flag in world.decision("1").flags] == ["escalated_ticket"]


def test_a_merge_marks_the_survivor_and_drops_the_other(world: World) -> None:
    five(world)
    world.run()
    world.tick()
    world.crm.delete("account", "1", merged_into="2")
    taken = world.sync().kinds["account"]
    assert taken.gone == 1
    assert world.affected() == {world.customer("1"), world.customer("2")}
    assert world.entry("1") is None


def test_a_stale_tombstone_takes_nothing_away(world: World) -> None:
    five(world)
    world.run()
    stale = Tombstone(Ref("sf", "account", "1"), START - timedelta(days=1))
    with world.workspace.store.write() as db:
        assert take_in(db, world.workspace, [stale], world.clock.now()).gone == 0
    assert world.entry("1") is not None
    assert "1" in stored(world)


def test_progress_is_told_page_by_page(world: World) -> None:
    five(world)
    told: list[tuple[str, int]] = []
    syncing.sync(world.workspace, "sf", progress=lambda what, count: told.append((what, count)))
    assert [count for what, count in told if what == "sf: account"] == [2, 2, 1]


def test_drift_is_repaired(world: World) -> None:
    five(world)
    world.run()
    world.tick(minutes=1)
    world.crm.edit_own("2", health_band="yellow", health_score=55.5)
    assert world.sync().kinds["account"].drifted == 1
    world.score()
    assert world.push().written == 1
    assert world.crm.own["2"]["health_band"] == world.decision("2").band


def test_drift_is_accepted_where_the_policy_says_so(make_world: Make) -> None:
    world = make_world(write={"drift": "accept"})
    five(world)
    world.run()
    world.tick(minutes=1)
    world.crm.edit_own("2", health_band="yellow")
    assert world.run().written == 0
    assert world.crm.own["2"]["health_band"] == "yellow"


def test_somebody_who_keeps_changing_our_fields_back_is_reported(world: World) -> None:
    five(world)
    world.run()
    for _ in range(4):
        world.tick(minutes=1)
        world.crm.edit_own("2", health_band="yellow")
        world.run()
    entry = world.entry("2")
    assert entry is not None
    assert entry.contested
    assert world.crm.own["2"]["health_band"] == "yellow"
    before = len(world.crm.writes)
    world.next_day()
    world.run()
    assert len(world.crm.writes) == before


@pytest.mark.parametrize("survivor", ["04", None])
def test_who_names_a_record_that_is_gone_is_read_again(world: World, survivor: str | None) -> None:
    """The CRM has linked it otherwise, and its stamp did not move."""
    world.account("03")
    world.account("04")
    ref = world.crm.put("person", "p1", accounts=("03",))
    world.crm.put("person", "p2", accounts=("04",))
    world.sync()
    world.tick(minutes=30)
    world.sync()
    world.crm.delete("account", "03", merged_into=survivor)
    world.crm.items[ref] = replace(world.crm.items[ref], accounts=(survivor,) if survivor else ())  # type: ignore[call-arg]
    world.sync()
    assert [reading for reading in world.crm.reads if reading[0] == "person"] == [("person", ["p1"])]
    with world.workspace.store.read() as db:
        (known,) = memory.known(db, "sf", "person", ["p1"], world.clock.now())
    assert known.content["accounts"] == ([survivor] if survivor else [])
    world.sync()
    assert len(world.crm.reads) == 1


@pytest.mark.parametrize("end", [Retry("busy"), QuotaSpent("spent"), KeyboardInterrupt()])
def test_who_names_a_record_that_is_gone_is_read_again_although_the_sync_was_cut_short(
    world: World, end: BaseException
) -> None:
    world.account("03")
    ref = world.crm.put("person", "p1", accounts=("03",))
    world.sync()
    world.tick(minutes=30)
    world.sync()
    world.crm.delete("account", "03")
    world.crm.items[ref] = replace(world.crm.items[ref], accounts=())  # type: ignore[call-arg]
    world.crm.fail("pull ticket", end)  # type: ignore[arg-type]
    with pytest.raises(type(end)):
        world.sync()
    world.sync()
    with world.workspace.store.read() as db:
        (known,) = memory.known(db, "sf", "person", ["p1"], world.clock.now())
    assert known.content["accounts"] == []


def test_what_is_no_longer_mapped_counts_no_longer_and_comes_back_when_it_is(world: World) -> None:
    account = world.account("1")
    invoice = world.crm.put("invoice", "i", account="1")
    before = world.workspace.settings
    mapped = settings_of(world.workspace.folder, map={"invoice": {"object": "Invoice__c"}})
    world.workspace.settings = mapped
    world.sync()
    world.score()
    world.workspace.settings, world.crm.kinds = before, tuple(kind for kind in KINDS if kind != "invoice")
    world.tick()
    world.sync()
    assert (stored(world), stored(world, "invoice")) == ([account.id], [])
    assert world.affected() == {world.customer("1")}
    world.workspace.settings, world.crm.kinds = mapped, KINDS
    world.tick()
    world.sync()
    assert stored(world, "invoice") == [invoice.id]
