"""Half of a first sync decides about nobody: the gate between a connection's first reading and its first writing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fake_crm import FakeCrm
from test_bridge_draining import deliver
from worlds import DAY, START, World

from adapters.errors import Retry
from adapters.records import Ref
from bridge.inlets.draining import drain
from bridge.pipeline import pushing
from bridge.pipeline.deciding import score
from bridge.store import cursors, customers
from bridge.sync.syncing import sync

Make = Callable[..., World]


def cut_short(world: World, customers: int = 3) -> World:
    """A first sync that ended among the tickets, after all accounts were stored."""
    for number in range(customers):
        id = str(number)
        world.account(id)
        world.crm.put("ticket", f"t{id}", account=id, status="open", opened_at=START - DAY, escalated=True)
    world.crm.fail("pull ticket", None, Retry("a cut connection"))
    with pytest.raises(Retry):
        world.sync()
    assert world.customer("0")
    return world


def untouched(world: World) -> bool:
    """Nobody of the fake's was decided about, closed or written."""
    with world.workspace.store.read() as db:
        decided = db.exec_driver_sql("SELECT count(*) FROM decisions").scalar_one()
        waiting = customers.closed_through(db, customers.NOT_YET, 99)
    return not decided and len(waiting) == 3 and world.crm.writes == [] and world.entry("0") is None


def test_while_the_first_sync_is_not_over_nobody_is_decided_about_closed_or_written(world: World) -> None:
    cut_short(world)
    for everybody in (False, True, False):
        scored = world.score(everybody=everybody)
        assert (scored.customers, scored.outside, scored.days) == (0, 0, [])
        assert world.push().calls == 0
        world.next_day()
    assert untouched(world)


def test_an_event_meanwhile_opens_no_gate(world: World) -> None:
    cut_short(world)
    deliver(world, world.crm.put("ticket", "new", account="0", status="open", opened_at=START, escalated=True))
    deliver(world, world.account("0", name="Renamed"))
    drain(world.workspace, "sf")
    assert world.score().customers == 0
    assert world.push().calls == 0
    assert untouched(world)


def test_once_it_is_over_closing_starts_from_yesterday(world: World) -> None:
    cut_short(world)
    world.next_day(3)
    world.sync()
    with world.workspace.store.read() as db:
        assert cursors.is_complete(db, "sf")
        yesterday = world.workspace.today - DAY
        assert len(customers.closed_through(db, yesterday, 99)) == 3
    scored = world.score()
    assert (scored.customers, scored.days) == (3, [])
    assert [one.day for one in world.history("0")] == [world.workspace.today], "no day before the reading"
    assert [flag.name for flag in world.decision("0").flags] == ["escalated_ticket"]
    assert world.push().written == 3
    today = world.workspace.today
    world.next_day()
    assert world.score().days == [today]


def test_a_later_sync_that_is_cut_short_shuts_nobody_out(world: World) -> None:
    world.account("1")
    world.run()
    world.tick(hours=1)
    world.account("2")
    world.crm.fail("pull ticket", Retry("a cut connection"))
    with pytest.raises(Retry):
        world.sync()
    assert world.score().customers == 1
    assert world.push().written == 1
    world.next_day()
    assert world.score().customers == 2


def test_a_connection_that_is_added_later_waits_alone(make_world: Make) -> None:
    def connection(name: str) -> dict[str, object]:
        return {"name": name, "crm": "hubspot", "auth": {"flow": "private_app", "token": "t"}}

    world = make_world(connections=[connection("sf"), connection("hs")])
    world.account("1")
    world.run()
    world.next_day()
    added = FakeCrm(world.clock, connection="hs", org_id="org-hs")
    added.provision_all(list(world.workspace.fields.values()))
    world.workspace._adapters["hs"] = added
    for id in "678":
        added.put("account", id, name=f"Account {id}", status="customer")
    added.fail("pull activity", Retry("a cut connection"))
    with pytest.raises(Retry):
        sync(world.workspace, "hs")
    for _ in range(2):
        day = world.workspace.today - DAY
        scored = world.score()
        assert (scored.customers, scored.days) == (1, [day])
        assert pushing.push(world.workspace, "hs").calls == 0
        world.push()
        world.next_day()
    assert added.writes == []
    sync(world.workspace, "hs")
    scored = score(world.workspace)
    assert scored.days == [world.workspace.today - timedelta(days=1)]
    assert pushing.push(world.workspace, "hs").written == 3
    assert {ref.connection for ref in world.crm.written} == {"sf"}
    with world.workspace.store.read() as db:
        ref = Ref("hs", "account", "6")
        days = db.exec_driver_sql(
            f"SELECT count(*) FROM decisions WHERE customer_id = {customers.of_accounts(db, [ref])[ref]}"
        )
        assert days.scalar_one() == 1
