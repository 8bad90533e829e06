"""What a person is told of the usage sources: what came, and what of it counts for nobody."""

from collections.abc import Callable

import pytest
from segment_messages import SOURCE, group, post, track
from worlds import DAY, START, World

from bridge.inlets.streaming import drain_events
from bridge.usage.report import report

Make = Callable[..., World]


@pytest.fixture
def world(make_world: Make) -> World:
    sources = [{"segment": {"write_key": "key", "name": SOURCE}, "account_key": "domain"}, {"file": "usage.csv"}]
    world = make_world(usage=sources)
    for id, domain in (("1", "one.example.com"), ("2", "same.example.com"), ("3", "same.example.com")):
        world.account(id, domain=domain)
    world.sync()
    return world


def test_before_anything_came_there_is_nothing(world: World) -> None:
    events, file = report(world.workspace, 5)
    assert (events.source, events.streamed, events.newest, events.messages, events.accounts) == (
        SOURCE,
        True,
        None,
        0,
        0,
    )
    assert (file.source, file.streamed, file.unplaced_users) == ("usage.csv", False, 0)


def test_users_without_an_account_and_accounts_of_nobody_are_listed(world: World) -> None:
    known = [group("https://www.One.example.com/", "u"), track("opened", "u")]
    strange = [message for n in range(4) for message in (group(f"{n}.example.com", f"s{n}"), track("opened", f"s{n}"))]
    both = [group("same.example.com", "b"), track("opened", "b")]
    waiting = [
        track("opened", f"w{n}", timestamp=(START - n * DAY).isoformat()) for n in range(3) for _ in range(n + 1)
    ]
    post(world, *known, *strange, *both, *waiting)
    drain_events(world.workspace, SOURCE)
    world.next_day(3)
    events, _ = report(world.workspace, 2)
    assert (events.newest, events.stalled, events.messages, events.accounts) == (START.date(), False, 18, 6)
    assert (events.unknown_accounts, events.unknown) == (4, ["0.example.com", "1.example.com"])
    assert (events.ambiguous_accounts, events.ambiguous) == (1, ["same.example.com"])
    assert events.unplaced_users == 3
    assert events.unplaced == [
        {"person": "w2", "count": 3.0, "since": START.date() - 2 * DAY},
        {"person": "w1", "count": 2.0, "since": START.date() - DAY},
    ]
    world.next_day(5)
    assert report(world.workspace, 2)[0].stalled


def test_an_account_that_becomes_known_brings_its_use_with_it(world: World) -> None:
    post(world, group("new.example.com", "u"), track("opened", "u"))
    drain_events(world.workspace, SOURCE)
    world.account("4", domain="new.example.com")
    world.tick()
    world.sync()
    world.score()
    assert report(world.workspace, 5)[0].unknown_accounts == 0
    assert "days_since_login" not in world.decision("4").missing
