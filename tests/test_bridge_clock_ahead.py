"""A vendor whose clock is some seconds ahead of ours: what it stamps in our future has happened all the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from test_bridge_draining import deliver
from worlds import DAY, START, World

from bridge.clock import MovableClock
from bridge.inlets.draining import drain

Make = Callable[..., World]

AHEAD = timedelta(seconds=3)


@pytest.fixture
def world(world: World) -> World:
    """A customer that is known and scored; from now on the CRM is ahead."""
    return ahead(world)


def ahead(world: World) -> World:
    world.account("1")
    world.run()
    world.tick(minutes=1)
    world.crm.clock = MovableClock(world.clock.now() + AHEAD)
    return world


def escalate(world: World) -> None:
    """A ticket by the vendor's clock, told by a webhook at once."""
    at = world.crm.clock.now()
    assert at > world.clock.now()
    deliver(world, world.crm.put("ticket", "t", account="1", status="open", opened_at=at, escalated=True))
    drain(world.workspace, "sf")


def flags(world: World) -> list[str]:
    return [flag.name for flag in world.decision("1").flags]


def test_a_ticket_that_was_opened_in_our_future_counts_at_once(world: World) -> None:
    escalate(world)
    assert world.score().customers == 1
    assert flags(world) == ["escalated_ticket"]
    assert world.push().written == 1
    assert world.crm.own["1"]["risk_flags"] == ("escalated_ticket",)


def test_an_answer_in_our_future_counts_at_once_in_a_pull_too(world: World) -> None:
    world.crm.put("response", "r", account="1", survey="nps", score=1.0, at=world.crm.clock.now())
    world.sync()
    world.score()
    assert (flags(world), world.decision("1").nps_last) == (["detractor"], 1.0)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_a_ticket_of_the_vendors_tomorrow_counts_today(make_world: Make, zone: str) -> None:
    """Two seconds before midnight here; there the next day has begun."""
    world = make_world(timezone=zone)
    midnight = datetime(2026, 3, 2, 23, 59, 58, tzinfo=world.workspace.settings.zone).astimezone(UTC)
    world.clock.set(midnight - timedelta(minutes=1))
    today = world.workspace.today
    ahead(world)
    escalate(world)
    assert world.workspace.today == today
    world.score()
    assert flags(world) == ["escalated_ticket"]
    assert all(flag.since <= today + DAY for flag in world.decision("1").flags)
    world.tick(hours=1)
    assert world.score().days == [today]
    assert flags(world) == ["escalated_ticket"]


def touches(world: World) -> bool:
    """Whether the last decision knew of any touch."""
    return "days_since_touch" not in world.decision("1").missing


def test_a_meeting_of_this_afternoon_is_no_touch_before_it_took_place(world: World) -> None:
    world.crm.put("activity", "m", accounts=("1",), kind="meeting", at=START + timedelta(hours=5))
    world.crm.put("ticket", "t", account="1", status="closed", opened_at=START - DAY, closed_at=START, escalated=False)
    world.sync()
    world.score()
    assert not touches(world)
    world.tick(hours=4)
    world.account("1", name="Renamed")
    world.sync()
    world.score()
    assert not touches(world)
    world.tick(hours=2)
    world.account("1", name="Renamed again")
    world.sync()
    world.score()
    assert touches(world)


def test_a_meeting_that_is_moved_is_no_touch_until_its_new_hour(world: World) -> None:
    world.crm.put("activity", "m", accounts=("1",), kind="meeting", at=START + timedelta(hours=1))
    world.sync()
    world.tick(minutes=30)
    world.crm.clock = MovableClock(world.clock.now() + AHEAD)
    world.crm.put("activity", "m", at=START + timedelta(days=2))
    world.sync()
    world.tick(hours=3)
    world.score()
    assert not touches(world)
