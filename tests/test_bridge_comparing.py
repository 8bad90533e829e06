from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fake_crm import OVERLAP
from sqlalchemy import func, select
from worlds import World

from adapters.contract import Page, Sighting
from adapters.errors import Refused, Retry
from adapters.records import Ref, Tombstone
from bridge.store import cursors, lookup
from bridge.store.engine import StoreFailed
from bridge.store.schema import sightings
from bridge.sync.comparing import Compared, LossDoubted, compare, gap_fact, loss_fact
from config.words import Kind


@pytest.fixture
def filled(world: World) -> World:
    """A store that is as its CRM, some while ago."""
    for number in range(30):
        world.account(f"{number:02}")
    world.sync()
    world.clock.move(OVERLAP * 2)
    return world


def compared(world: World, kind: Kind = "account", **how: Any) -> Compared:
    done = compare(world.workspace, world.crm, kind, **how)
    assert done is not None
    return done


def stored(world: World, kind: Kind = "account") -> set[str]:
    with world.workspace.store.read() as db:
        return set(lookup.ids(db, "sf", kind))


def living(world: World) -> set[str]:
    return {ref.id for ref, item in world.crm.items.items() if not isinstance(item, Tombstone)}


def vanish(world: World, *ids: str) -> None:
    """Records are deleted, and no pull will ever tell."""
    for id in ids:
        del world.crm.items[Ref("sf", "account", id)]


def seen(world: World) -> int:
    with world.workspace.store.read() as db:
        return db.execute(select(func.count()).select_from(sightings)).scalar_one()


def test_where_nothing_differs_nothing_is_read(filled: World) -> None:
    done = compared(filled)
    assert (done.listed, done.differing, done.unlisted, done.taken.read) == (30, 0, 0, 0)
    assert filled.crm.reads == []
    assert seen(filled) == 0


def test_what_no_pull_told_is_repaired(filled: World) -> None:
    vanish(filled, "03", "04")
    filled.account("07", name="Renamed")
    filled.account("99")
    done = compared(filled)
    assert (done.differing, done.unlisted, done.taken.changed, done.taken.gone) == (2, 2, 4, 2)
    assert stored(filled) == living(filled)
    assert filled.affected() >= {filled.customer("07"), filled.customer("99")}
    assert compared(filled).taken.read == 0


def test_a_merge_that_no_pull_told_leads_to_the_survivor(filled: World) -> None:
    filled.score()
    filled.crm.delete("account", "03", merged_into="04")
    assert compared(filled).taken.gone == 1
    assert filled.affected() == {filled.customer("03"), filled.customer("04")}


def test_a_record_that_came_back_with_its_old_stamp_is_living_again(filled: World) -> None:
    before = filled.crm.items[Ref("sf", "account", "03")]
    filled.crm.delete("account", "03")
    filled.sync()
    filled.clock.move(timedelta(hours=2))
    filled.crm.items[before.ref] = before
    assert compared(filled).taken.changed == 1
    assert stored(filled) == living(filled)


def test_a_restored_backup_is_believed_although_its_stamp_is_older(filled: World) -> None:
    ref = filled.account("03", name="Renamed")
    filled.sync()
    filled.clock.move(timedelta(hours=2))
    item = filled.crm.items[ref]
    assert not isinstance(item, Tombstone)
    filled.crm.items[ref] = replace(item, changed_at=item.changed_at - timedelta(minutes=5), name="As it was")  # type: ignore[call-arg]
    assert compared(filled).taken.changed == 1
    assert compared(filled).differing == 0


def test_gone_is_believed_even_where_it_is_dated_before_the_last_change(filled: World) -> None:
    ref = Ref("sf", "account", "03")
    filled.crm.items[ref] = Tombstone(ref, filled.clock.now() - timedelta(days=9))
    assert compared(filled).taken.gone == 1


def test_a_record_that_the_listing_missed_and_that_is_there_stays(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = filled.crm.ids

    def raced(kind: Kind) -> Iterator[Sequence[Sighting]]:
        for page in whole(kind):
            yield [one for one in page if one.id != "03"]

    monkeypatch.setattr(filled.crm, "ids", raced)
    done = compared(filled)
    assert (done.unlisted, done.taken.gone) == (1, 0)
    assert stored(filled) == living(filled)


def test_a_record_that_was_made_while_the_ids_were_listed_is_not_suspected(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = filled.crm.ids

    def slow(kind: Kind) -> Iterator[Sequence[Sighting]]:
        yield from list(whole(kind))
        filled.tick()
        filled.account("99")
        filled.sync()
        filled.tick()

    monkeypatch.setattr(filled.crm, "ids", slow)
    assert compared(filled).unlisted == 0
    assert "99" in stored(filled)


def test_a_catastrophe_is_not_believed_and_names_the_flag(filled: World) -> None:
    filled.run()
    vanish(filled, *(f"{number:02}" for number in range(12)))
    filled.account("20", name="Renamed")
    with pytest.raises(LossDoubted, match=r"12 of 30 records(.|\n)*--accept-loss") as caught:
        compared(filled)
    assert (caught.value.gone, caught.value.of) == (12, 30)
    assert len(stored(filled)) == 30
    assert filled.affected() == set(), "nothing of the kind was stored, the other changes neither"
    assert filled.entry("03") is not None
    with filled.workspace.store.read() as db:
        assert cursors.fact(db, loss_fact("sf", "account"))


def test_an_accepted_loss_is_stored_and_forgotten_as_a_doubt(filled: World) -> None:
    vanish(filled, *(f"{number:02}" for number in range(12)))
    with pytest.raises(LossDoubted):
        compared(filled)
    assert compared(filled, accept_loss=True).taken.gone == 12
    assert stored(filled) == living(filled)
    with filled.workspace.store.read() as db:
        assert cursors.fact(db, loss_fact("sf", "account")) is None


def test_a_few_may_go_from_a_small_book(world: World) -> None:
    for number in range(6):
        world.account(f"{number:02}")
    world.sync()
    vanish(world, "00", "01", "02", "03", "04")
    assert compared(world).taken.gone == 5


def test_a_kind_that_the_connection_no_longer_has_is_left_alone(filled: World) -> None:
    filled.crm.kinds = ("user",)
    assert compare(filled.workspace, filled.crm, "account") is None
    assert len(stored(filled)) == 30


def test_an_interrupted_comparison_stores_nothing_and_the_next_one_begins_anew(filled: World) -> None:
    vanish(filled, "03")
    filled.crm.fail("ids account", None, Retry("a cut connection"))
    with pytest.raises(Retry):
        compared(filled)
    assert (seen(filled), "03" in stored(filled)) == (2, True)
    vanish(filled, "00")  # which the first attempt had seen
    assert compared(filled).taken.gone == 2
    assert stored(filled) == living(filled)


def test_a_record_that_the_crm_refuses_to_show_costs_that_record_only(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = filled.crm.read

    def read(kind: Kind, ids: Sequence[str]) -> Any:
        if "04" in ids:
            raise Refused("not this one", status=400)
        return plain(kind, ids)

    monkeypatch.setattr(filled.crm, "read", read)
    vanish(filled, "03", "04", "05")
    done = compared(filled)
    assert done.taken.gone == 2
    assert list(done.unread) == ["04"]


def test_two_processes_do_not_compare_one_kind_at_once(filled: World) -> None:
    with filled.workspace.store.alone("compare-sf-account", "busy"):
        with pytest.raises(StoreFailed, match="another process"):
            compared(filled)
        compared(filled, "ticket")
    compared(filled)


def gap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next pull says that deletions may have been missed."""
    whole = world.crm.pull

    def pull(kind: Kind, *place: Any) -> Iterator[Page]:
        for page in whole(kind, *place):
            yield replace(
                page, gap="its list of deletions begins later than our last pull" if kind == "account" else ""
            )

    monkeypatch.setattr(world.crm, "pull", pull)


def test_a_pull_that_may_have_missed_deletions_has_its_ids_compared(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vanish(filled, "03")
    gap(filled, monkeypatch)
    assert filled.sync().kinds["account"].gone == 1
    assert stored(filled) == living(filled)


def test_a_gap_is_remembered_until_its_ids_were_compared(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    vanish(filled, "03")
    with monkeypatch.context() as once:
        gap(filled, once)
        filled.crm.fail("ids account", Retry("a cut connection"))
        with pytest.raises(Retry):
            filled.sync()
    filled.sync()
    assert stored(filled) == living(filled)
    with filled.workspace.store.read() as db:
        assert cursors.fact(db, gap_fact("sf", "account")) is None


def test_a_gap_that_looks_like_a_catastrophe_leaves_the_other_kinds_their_turn(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vanish(filled, *(f"{number:02}" for number in range(12)))
    filled.crm.put("ticket", "t", account="20")
    gap(filled, monkeypatch)
    synced = filled.sync()
    assert list(synced.doubted) == ["account"]
    assert synced.kinds["ticket"].read == 1


def test_what_a_record_is_associated_with_is_compared_where_the_listing_tells(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No stamp moves for it: nothing else would tell."""
    ref = filled.crm.put("person", "p1", accounts=("03",))
    filled.sync()
    filled.crm.items[ref] = replace(filled.crm.items[ref], accounts=("04",))  # type: ignore[call-arg]
    assert compared(filled, "person").differing == 0
    whole = filled.crm.ids

    def telling(kind: Kind) -> Iterator[Sequence[Sighting]]:
        for page in whole(kind):
            yield [replace(one, links={"accounts": ("04",)}) for one in page]

    monkeypatch.setattr(filled.crm, "ids", telling)
    assert compared(filled, "person").taken.changed == 1
    assert filled.affected() >= {filled.customer("03"), filled.customer("04")}
    assert compared(filled, "person").differing == 0
