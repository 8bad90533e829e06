"""Calls run short in the middle of work: it stops, says until when, and goes on by itself without loss or double."""

from datetime import timedelta

import pytest
from test_bridge_draining import deliver, depth, drained
from worlds import START, World

from adapters.budget import Quota
from adapters.errors import QuotaSpent
from bridge.rules.quota import LOOK
from bridge.spending import FRESH

LIMIT = 1000
CAP = 500


def leave(world: World, left: int) -> None:
    """So many of our own calls are left."""
    meter = world.workspace.meter("sf")
    meter.heard(Quota(LIMIT, LIMIT))
    meter.settle()
    day = meter.day()
    assert day is not None
    for _ in range(CAP - left - day.own):
        meter.take("other", "urgent")
    meter.settle()
    world.tick(seconds=FRESH.total_seconds())


def test_a_pull_stops_between_two_pages_and_goes_on_there(world: World) -> None:
    for number in range(20):
        world.account(str(number))
    leave(world, CAP * 5 // 100 + 4)
    with pytest.raises(QuotaSpent) as raised:
        world.sync()
    assert raised.value.until
    assert world.crm.calls.made["page"] == 4
    world.tick(seconds=(raised.value.until - world.clock.now()).total_seconds() - 1)
    with pytest.raises(QuotaSpent):
        world.sync()
    assert world.crm.calls.made["page"] == 4, "not one call is made for nothing"
    world.tick(seconds=1)
    done = world.sync()
    assert done.kinds["account"].read == 20 - 3 * world.crm.page_size
    world.score()
    assert world.push().written == 20


def test_a_push_stops_and_what_it_wrote_is_not_written_again(world: World) -> None:
    for number in range(9):
        world.account(str(number))
    world.sync()
    world.score()
    leave(world, CAP // 10 + 1 + 1)  # the fields are looked for in one
    done = world.push()
    assert (done.written, done.held) == (3, 6)
    assert done.held_until == START + timedelta(hours=25)
    before = world.crm.calls.made.total()
    again = world.push()
    assert (again.written, again.held, world.crm.calls.made.total()) == (0, 6, before)
    world.clock.set(done.held_until)
    assert world.push().written == 6
    assert sorted(ref.id for ref in world.crm.written) == [str(number) for number in range(9)]


def test_red_flags_go_out_when_scores_wait(world: World) -> None:
    for number in range(6):
        world.account(str(number))
    world.sync()
    world.score()
    ticket = world.crm.put("ticket", "t", account="5", status="open", opened_at=START, escalated=True)
    leave(world, 20)
    deliver(world, ticket)
    drained(world)
    world.score()
    done = world.push()
    assert world.crm.own["5"]["risk_flags"] == ("escalated_ticket",)
    assert (done.written, done.held) == (3, 3), "the call had room for two more"


def test_a_red_flag_takes_no_more_with_it_than_its_call_has_room_for(world: World) -> None:
    """Also where the CRM would take many more in one bulk write."""
    for number in range(30):
        world.account(f"{number:02}")
    world.sync()
    world.score()
    ticket = world.crm.put("ticket", "t", account="20", status="open", opened_at=START, escalated=True)
    world.crm.write_most, world.crm.bulk_above = 1_000, 100
    leave(world, 20)
    deliver(world, ticket)
    drained(world)
    world.score()
    done = world.push()
    assert (done.written, done.calls, done.held) == (3, 1, 27)


def test_a_vendors_no_in_a_push_stops_reads_as_well(world: World) -> None:
    account = world.account("1")
    world.sync()
    world.score()
    deliver(world, account)
    spent = world.workspace.meter("sf").refused(None)
    for work in (world.push, world.sync, lambda: drained(world)):
        with pytest.raises(QuotaSpent) as raised:
            work()
        assert raised.value.until == spent == START + LOOK
    assert depth(world) == {"waiting": 1, "parked": 0}
    world.clock.set(spent)
    assert len(drained(world).received) == 1
    world.score()
    assert world.push().written == 1
