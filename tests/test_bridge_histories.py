from datetime import timedelta

import pytest
from sqlalchemy import func, select
from worlds import DAY, START, World

from adapters.contract import Past
from adapters.errors import QuotaSpent, Refused, Retry, Unauthorized
from adapters.records import Ref
from bridge.knowledge import histories
from bridge.knowledge.histories import Standing, go_on, standing
from bridge.store.schema import past_values
from bridge.sync.reading import read_all
from config.words import Kind


@pytest.fixture
def filled(world: World) -> World:
    for number in range(5):
        world.account(str(number), arr=2.0)
        ref = Ref("sf", "account", str(number))
        world.crm.past.append(Past(ref, "arr", ((START - 9 * DAY, 1.0), (START - 5 * DAY, 2.0))))
    world.crm.past.append(Past(Ref("sf", "deal", "d"), "status", ((START - 9 * DAY, "open"),)))
    world.crm.put("deal", "d", account="1", status="won")
    world.sync()
    return world


def kept(world: World) -> int:
    with world.workspace.store.read() as db:
        return db.execute(select(func.count()).select_from(past_values)).scalar_one()


def at(world: World, kind: Kind) -> Standing:
    with world.workspace.store.read() as db:
        return standing(db, "sf", kind)


def asked(world: World) -> int:
    return world.crm.calls.made["read"]


def test_everything_is_asked_once(filled: World) -> None:
    go_on(filled.workspace, "sf")
    assert kept(filled) == 5 * 2 + 1
    before = asked(filled)
    go_on(filled.workspace, "sf")
    assert (asked(filled), kept(filled)) == (before, 11)


def test_a_slice_at_a_time_and_each_goes_on_where_the_last_stopped(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "AT_ONCE", 2)
    go_on(filled.workspace, "sf", most=3)
    assert (kept(filled), at(filled, "account")) == (6, Standing(after="2"))
    go_on(filled.workspace, "sf", most=2)
    assert (kept(filled), at(filled, "account").done) == (10, False)
    go_on(filled.workspace, "sf", most=9)
    assert (kept(filled), at(filled, "account").done, at(filled, "deal").done) == (11, True, True)


@pytest.mark.parametrize("error", [QuotaSpent("spent"), Retry("a cut connection")])
def test_what_passes_only_puts_it_off(filled: World, error: Exception) -> None:
    filled.crm.fail("history", error)
    go_on(filled.workspace, "sf")
    assert kept(filled) == 0
    go_on(filled.workspace, "sf")
    assert kept(filled) == 11


def test_a_kind_whose_past_is_refused_is_not_asked_again_and_leaves_the_others_their_turn(filled: World) -> None:
    filled.crm.fail("history", Refused("no history for you", status=403))
    go_on(filled.workspace, "sf")
    assert (kept(filled), at(filled, "account").refused) == (1, "no history for you (HTTP 403)")
    go_on(filled.workspace, "sf")
    assert kept(filled) == 1
    filled.sync(full=True)
    go_on(filled.workspace, "sf")
    assert (kept(filled), at(filled, "account").refused) == (11, "")


def test_a_login_that_fails_is_raised(filled: World) -> None:
    filled.crm.fail("history", Unauthorized("no", status=401))
    with pytest.raises(Unauthorized):
        go_on(filled.workspace, "sf")
    assert not at(filled, "account").done


def test_before_the_first_sync_is_complete_the_present_comes_first(world: World) -> None:
    world.account("1")
    world.crm.fail("pull activity", Retry("a cut connection"))
    with pytest.raises(Retry):
        world.sync()
    go_on(world.workspace, "sf")
    assert asked(world) == 0


def test_a_round_of_reading_brings_some_of_the_past(filled: World) -> None:
    read_all(filled.workspace)
    assert kept(filled) == 11


def test_with_another_map_it_is_asked_for_anew(filled: World) -> None:
    go_on(filled.workspace, "sf")
    connection = filled.workspace.settings.crms[0]
    other = connection.model_validate({**connection.model_dump(), "map": {"account": {"fields": {"arr": "Other__c"}}}})
    filled.workspace.settings = filled.workspace.settings.model_copy(update={"connections": [other]})
    filled.clock.move(timedelta(minutes=1))
    filled.sync()
    assert (kept(filled), at(filled, "account")) == (0, Standing())
