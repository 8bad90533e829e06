"""Usage events out of the inbox: counted once, for the right account and day, and answerable as they were known."""

import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_messages import SOURCE, alias, group, identify, message, post, track
from sqlalchemy import select
from worlds import DAY, START, World

from bridge.inlets.streaming import drain_events
from bridge.inlets.working_off import Drained
from bridge.moments import closed
from bridge.persons.erasing import erase
from bridge.persons.persons import find
from bridge.pipeline.deciding import as_of
from bridge.store import deliveries, inbox, usage
from bridge.store.schema import unplaced_usage, usage_messages, usage_names, usage_versions
from bridge.store.schema import usage as totals
from webhooks.segment.messages import EARLIEST

Make = Callable[..., World]

TODAY = START.date()


@pytest.fixture
def world(make_world: Make) -> World:
    segment = {"write_key": "key", "name": SOURCE, "account_trait": "company.id"}
    return make_world(usage=[{"segment": segment, "account_key": "id"}], inbox={"keep": "7d"})


def drain(world: World) -> Drained:
    return drain_events(world.workspace, SOURCE)


def take(world: World, *messages: dict[str, object]) -> None:
    post(world, *messages)
    drain(world)


def held(world: World) -> dict[tuple[str, str, str, int], float]:
    """(account, person, feature, days ago) → count."""
    with world.workspace.store.read() as db:
        query = select(totals.c.account_key, totals.c.person, totals.c.feature, totals.c.day, totals.c.count)
        return {(a, p, f, (TODAY - day).days): count for a, p, f, day, count in db.execute(query)}


def waits(world: World) -> dict[tuple[str, str, int], float]:
    with world.workspace.store.read() as db:
        query = select(*(unplaced_usage.c[name] for name in ("person", "feature", "day", "count")))
        return {(p, f, (TODAY - day).days): count for p, f, day, count in db.execute(query)}


def ago(days: float) -> str:
    return (START - days * DAY).isoformat()


# Counted once


def test_events_become_daily_totals_of_the_account(world: World) -> None:
    take(world, group("1", "u"), *[track("opened", "u") for _ in range(3)], track("saved", "u", timestamp=ago(2)))
    assert held(world) == {("1", "u", "opened", 0): 3, ("1", "u", "saved", 2): 1}
    assert waits(world) == {}


def test_a_message_is_counted_once_however_often_it_comes(world: World) -> None:
    one, two = track("opened", "u"), track("opened", "u")
    take(world, group("1", "u"), one, one)
    take(world, one, two)
    post(world, two, sentAt=START.isoformat())
    post(world, one, two)
    drain(world)
    assert held(world) == {("1", "u", "opened", 0): 2}


def test_a_replayed_delivery_changes_nothing_as_long_as_it_can_be_replayed(world: World) -> None:
    take(world, group("1", "u"), track("opened", "u"))
    world.tick(days=7)
    drain(world)
    with world.workspace.store.write() as db:
        db.execute(deliveries.inbox.update().values(done_at=None))
    drain(world)
    assert held(world) == {("1", "u", "opened", 0): 1}
    world.tick(days=8, seconds=1)
    drain(world)
    with world.workspace.store.read() as db:
        assert db.execute(select(usage_messages.c.message)).all() == []


def test_a_delivery_that_is_replayed_late_and_then_again_is_still_counted_once(world: World) -> None:
    take(world, group("1", "u"), track("opened", "u"))
    for _ in range(3):
        world.tick(days=6)
        with world.workspace.store.write() as db:
            assert deliveries.replay(db, START - DAY, START + DAY) == 1
        drain(world)
    assert held(world) == {("1", "u", "opened", 0): 1}


# Whose they are


def test_what_users_did_before_their_account_was_told_is_placed_then(world: World) -> None:
    take(world, track("opened", "u", timestamp=ago(9)), track("opened", "u"), track("opened", "v"))
    assert held(world) == {}
    assert waits(world) == {("u", "opened", 9): 1, ("u", "opened", 0): 1, ("v", "opened", 0): 1}
    take(world, group("1", "u"))
    assert held(world) == {("1", "u", "opened", 9): 1, ("1", "u", "opened", 0): 1}
    assert waits(world) == {("v", "opened", 0): 1}
    take(world, identify("v", company={"id": 2}), track("opened", "v"))
    assert held(world)["2", "v", "opened", 0] == 2
    assert waits(world) == {}


def test_who_changes_accounts_counts_for_the_new_one_from_then_on(world: World) -> None:
    take(world, group("1", "u"), track("opened", "u"))
    world.tick()
    take(world, group("2", "u"), track("opened", "u"))
    assert held(world) == {("1", "u", "opened", 0): 1, ("2", "u", "opened", 0): 1}


def test_an_old_word_about_the_account_that_comes_late_does_not_overrule_a_newer_one(world: World) -> None:
    take(world, group("2", "u"))
    take(world, group("1", "u", timestamp=ago(3)), track("opened", "u"))
    assert held(world) == {("2", "u", "opened", 0): 1}


def test_of_a_user_of_several_accounts_the_event_says_which(world: World) -> None:
    take(world, group("1", "u"), track("opened", "u", context={"groupId": "2"}), track("opened", "u"))
    assert held(world) == {("1", "u", "opened", 0): 1, ("2", "u", "opened", 0): 1}


@pytest.mark.parametrize("joining", [identify("u", "anon"), alias("anon", "u")], ids=["identify", "alias"])
@pytest.mark.parametrize("apart", [True, False])
def test_what_an_anonymous_person_did_moves_to_the_user(world: World, joining: dict[str, object], apart: bool) -> None:
    joining = {**joining, "messageId": f"{joining['type']} {apart}"}
    messages = [
        group("1", "u"), track("opened", "u"), track("opened", anonymous="anon"),
        track("opened", anonymous="anon", context={"groupId": "2"}), joining, track("opened", anonymous="anon"),
    ]  # fmt: skip
    for one in [[one] for one in messages] if apart else [messages]:
        take(world, *one)
    assert held(world) == {("1", "u", "opened", 0): 3, ("2", "u", "opened", 0): 1}
    assert waits(world) == {}


def test_an_anonymous_persons_account_is_the_users_who_has_none(world: World) -> None:
    take(world, track("opened", "u"), group("1", anonymous="anon"))
    take(world, identify("u", "anon"))
    take(world, track("opened", "u"))
    assert held(world) == {("1", "u", "opened", 0): 2}


def test_two_users_of_one_machine_stay_two(world: World) -> None:
    take(world, group("1", "u"), group("2", "v"))
    for who in "uvu":
        take(world, identify(who, "shared"), track("opened", anonymous="shared"))
    assert held(world) == {("1", "u", "opened", 0): 2, ("2", "v", "opened", 0): 1}


def test_a_chain_of_aliases_leads_to_its_end(world: World) -> None:
    take(world, track("opened", "a"))
    for before, after in ("ab", "bc", "cd"):
        take(world, alias(before, after), track("opened", "a"))
    take(world, alias("d", "a"), group("1", "b"))
    assert held(world) == {("1", "d", "opened", 0): 4}


def test_pages_count_where_all_is_asked_for(world: World, make_world: Make) -> None:
    shown = [group("1", "u"), message("page", "u", name="Pricing", category="Docs"), message("screen", "u")]
    take(world, *shown)
    assert held(world) == {}
    segment = {"write_key": "key", "name": SOURCE, "features": "all"}
    other = make_world(usage=[{"segment": segment}])
    take(other, *[{**one, "messageId": f"again {one['messageId']}"} for one in shown])
    assert held(other) == {("1", "u", "page: Docs Pricing", 0): 1, ("1", "u", "screen", 0): 1}


Call = tuple[str, str, str]
"""Kind, whose, and what it names beside."""
PEOPLE, ACCOUNTS = st.sampled_from("uvxy"), st.sampled_from("12")
CALLS = st.one_of(
    st.tuples(st.just("track"), PEOPLE, st.sampled_from(["", "1", "2"])),
    st.tuples(st.just("group"), PEOPLE, ACCOUNTS),
    st.tuples(st.sampled_from(["identify", "alias"]), PEOPLE, PEOPLE),
)


def called(prefix: str, number: int, call: Call) -> dict[str, object]:
    kind, person, other = call[0], prefix + call[1], call[2]
    at = {"timestamp": (START - DAY / 24 + timedelta(seconds=number)).isoformat()}
    if kind == "track":
        return track("opened", person, **at, **({"context": {"groupId": other}} if other else {}))
    if kind == "group":
        return group(other, person, **at)
    return (identify(person, prefix + other) if kind == "identify" else alias(prefix + other, person)) | at


@pytest.mark.timeout(300)
def test_how_events_are_cut_into_runs_makes_no_difference(world: World) -> None:
    examples = itertools.count()

    @given(st.lists(CALLS, min_size=2, max_size=12))
    @settings(max_examples=25)
    def check(calls: list[Call]) -> None:
        number = next(examples)
        whole, pieces = f"{number}a", f"{number}b"
        take(world, *[called(whole, place, call) for place, call in enumerate(calls)])
        for place, call in enumerate(calls):
            take(world, called(pieces, place, call))
        placed, waiting = held(world), waits(world)
        seen = [
            (
                {(a, p.removeprefix(who)): n for (a, p, _, _), n in placed.items() if p.startswith(who)},
                {p.removeprefix(who): n for (p, _, _), n in waiting.items() if p.startswith(who)},
            )
            for who in (whole, pieces)
        ]
        assert seen[0] == seen[1]
        counts = [*seen[0][0].values(), *seen[0][1].values()]
        assert sum(counts) == sum(call[0] == "track" for call in calls)
        assert all(count > 0 for count in counts)

    check()


# What cannot be used


def test_what_cannot_be_used_is_parked_with_its_cause_and_the_rest_is_counted(world: World) -> None:
    early = EARLIEST - timedelta(days=1)
    bad = [track("opened", "u", timestamp=early.isoformat()), message("track", "u"), message("track", event="opened")]
    take(world, group("1", "u"), bad[0], track("opened", "u"), *bad[1:], {**track("x", "u"), "timestamp": "soon"})
    assert held(world) == {("1", "u", "opened", 0): 1}
    with world.workspace.store.read() as db:
        (row,) = deliveries.open_deliveries(db)
    assert row["parked"]
    assert row["cause"].startswith("4 of 6 messages cannot be used: message 2: it happened at 1999-12-31, before 2000")
    with world.workspace.store.write() as db:
        deliveries.retry(db, [row["id"]], world.clock.now())
    drain(world)
    with world.workspace.store.read() as db:
        (row,) = deliveries.open_deliveries(db)
    assert row["cause"].startswith("4 of 4 messages cannot be used")
    assert held(world) == {("1", "u", "opened", 0): 1}


def test_a_day_is_the_workspaces_and_nothing_happens_after_it_was_received(make_world: Make) -> None:
    usage = [{"segment": {"write_key": "key", "name": SOURCE}}]
    world = make_world(usage=usage, timezone="Asia/Tehran")
    late = datetime(2026, 3, 1, 21, 0, tzinfo=START.tzinfo)
    take(
        world,
        group("1", "u"),
        track("opened", "u", timestamp=late.isoformat()),
        track("opened", "u", timestamp=ago(-9)),
    )
    assert held(world) == {("1", "u", "opened", 0): 2}


# Who was erased


def test_an_erased_person_is_in_no_table_and_stays_out_and_the_account_keeps_the_use(world: World) -> None:
    take(world, group("1", "U-7"), track("opened", "U-7"), track("opened", "v"), track("opened", anonymous="w-7"))
    take(world, identify("U-7", "anon-7"), track("opened", anonymous="anon-7"), message("group", "u-7", groupId="1"))
    world.tick(days=1)
    take(world, track("opened", "U-7", timestamp=ago(0)))
    with world.workspace.store.read() as db:
        erase(world.workspace, find(db, "nobody@example.com", ("u-7", "w-7")))
    take(world, track("opened", "U-7"), track("opened", anonymous="anon-7"), track("opened", "u-7"))
    with world.workspace.store.read() as db:
        tables = (totals, usage_versions, usage_names, unplaced_usage)
        texts = [str(value) for table in tables for row in db.execute(select(table)) for value in row]
    assert not [text for text in texts if "7" in text.lower() and not text.startswith(("erased-", "20"))]
    assert {(account, day): count for (account, _, _, day), count in held(world).items()} == {
        ("1", 0): 3, ("1", -1): 3,
    }  # fmt: skip
    assert waits(world) == {("v", "opened", 0): 1}


def test_who_is_erased_takes_nobody_elses_events_along(world: World) -> None:
    post(world, group("1", "u-7"), identify("u-8"), track("opened", "u-7"), group("1", "v"), track("opened", "v"))
    with world.workspace.store.read() as db:
        erase(world.workspace, find(db, "nobody@example.com", ("U-7",)))
    with world.workspace.store.read() as db:
        [body] = inbox.bodies(db, [1]).values()
    assert b"u-7" not in body
    drain(world)
    assert held(world) == {("1", "v", "opened", 0): 1}


# What scoring knows of it


def known(world: World, day: date) -> dict[str, float]:
    """What the close of a day knew, by account and person."""
    with world.workspace.store.read() as db:
        at = closed(day, world.workspace.settings.zone).known
        rows = usage.known(db, SOURCE, ["1", "2"], day, at, 30)
        return {f"{one.account_key} {one.person} {(TODAY - one.day).days}": one.count for one in rows}


def test_a_total_is_known_as_it_was_at_every_close(world: World) -> None:
    take(world, group("1", "u"), track("opened", "u"))
    world.tick(hours=2)
    take(world, track("opened", "u"))
    with world.workspace.store.read() as db:
        assert db.execute(select(usage_versions)).all() == [], "of one day, nobody asks how it grew"
    for _ in range(2):
        world.next_day()
        take(world, track("opened", "u", timestamp=ago(0)))
    assert [known(world, TODAY + ago * DAY) for ago in (-1, 0, 1, 2)] == [
        {}, {"1 u 0": 2}, {"1 u 0": 3}, {"1 u 0": 4},
    ]  # fmt: skip


def test_totals_that_moved_are_known_where_they_were(world: World) -> None:
    take(world, track("opened", anonymous="anon", context={"groupId": "1"}), track("opened", "u"))
    world.next_day()
    take(world, identify("u", "anon"), group("2", "u"))
    assert known(world, TODAY) == {"1 anon 0": 1}
    assert known(world, TODAY + DAY) == {"1 u 0": 1, "2 u 0": 1}


def test_a_day_rebuilt_as_known_equals_the_day_as_it_was_scored(world: World) -> None:
    for id in "12":
        world.account(id)
    world.sync()
    take(world, group("1", "u"), track("opened", "u"), track("opened", anonymous="anon"))
    world.score()
    scored = {}
    for number in range(1, 4):
        world.next_day()
        take(world, track("opened", "u", timestamp=ago(-number + 2)), track("saved", "u"), track("opened", "v"))
        if number == 2:
            take(world, identify("u", "anon"), group("2", "v"), group("2", "u"))
        world.score()
        scored[TODAY + (number - 1) * DAY] = [world.decision(id).score for id in "12"]
    for day in scored:
        rebuilt = {made.customer: made for made in as_of(world.workspace, day)}
        for id in "12":
            stored = [one for one in world.history(id) if one.day <= day][-1]
            again = rebuilt[world.customer(id)]
            assert (again.score, again.band) == (stored.score, stored.band)


def test_only_customers_whose_use_differs_are_affected(world: World) -> None:
    for id in "12":
        world.account(id)
    world.sync()
    world.score()
    take(world, group("1", "u"), group("2", "v"))
    assert world.affected() == set()
    take(world, track("opened", "u"), track("opened", "nobody"))
    assert world.affected() == {world.customer("1")}
    world.score()
    assert "days_since_login" not in world.decision("1").missing
    assert "days_since_login" in world.decision("2").missing
