from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from worlds import START, World

from adapters.errors import Retry
from bridge.inlets import working_off
from bridge.inlets.working_off import LEASE, Claim, News, in_parts, work_off
from bridge.store import deliveries, inbox
from bridge.store.inbox import StoreInbox
from bridge.store.schema import facts
from bridge.sync.intake import Taken

SOURCE = "form"


def tell(world: World, *bodies: bytes) -> None:
    for body in bodies:
        StoreInbox(world.workspace.store).put(SOURCE, body, (), world.clock.now())


def keep(db: Connection, news: Sequence[News], now: datetime) -> Taken:
    """An inlet that writes each body down, chokes on poison, and could not do so twice."""
    for one in news:
        db.execute(insert(facts), {"name": one.body.decode(), "value": "seen"})
        if b"poison" in one.body:
            raise ValueError(f"cannot read {one.body!r}")
    return Taken(read=len(news))


def kept(world: World) -> set[str]:
    with world.workspace.store.read() as db:
        return set(db.execute(select(facts.c.name).where(facts.c.value == "seen")).scalars())


def depth(world: World) -> tuple[int, int]:
    with world.workspace.store.read() as db:
        numbers = inbox.depth(db)
    return numbers["waiting"], numbers["parked"]


def test_bodies_come_oldest_first_and_once(world: World) -> None:
    told: list[bytes] = []

    def act(db: Connection, news: Sequence[News], now: datetime) -> Taken:
        told.extend(one.body for one in news)
        return Taken()

    tell(world, b"1", b"2", b"2", b"3")
    done = work_off(world.workspace, SOURCE, act, at_once=2)
    assert told == [b"1", b"2", b"3"]
    assert len(done.received) == 3
    assert work_off(world.workspace, SOURCE, act).received == []
    assert depth(world) == (0, 0)


def test_a_poison_body_is_parked_in_the_end_and_holds_up_no_other(world: World) -> None:
    tell(world, b"1", b"2", b"poison of person@example.com", b"3", b"4", b"5")
    done = work_off(world.workspace, SOURCE, keep)
    assert (len(done.received), done.taken.read) == (5, 5)
    assert kept(world) == {"1", "2", "3", "4", "5"}
    tell(world, b"6")
    for _ in range(world.workspace.settings.inbox.attempts - 1):
        assert depth(world)[1] == 0
        world.tick(hours=1)
        work_off(world.workspace, SOURCE, keep)
    assert kept(world) == {"1", "2", "3", "4", "5", "6"}
    with world.workspace.store.read() as db:
        (row,) = deliveries.open_deliveries(db)
    assert (row["parked"], row["attempts"]) == (True, 5)
    assert row["cause"].startswith("ValueError at test_bridge_working_off.py:")
    assert "person@" not in row["cause"]


def test_what_is_no_bodys_fault_costs_no_try_and_is_raised(world: World) -> None:
    def act(db: Connection, news: Sequence[News], now: datetime) -> Taken:
        raise Retry("busy", after=timedelta(minutes=7))

    tell(world, b"1", b"2")
    for _ in range(9):
        with pytest.raises(Retry):
            work_off(world.workspace, SOURCE, act)
        assert work_off(world.workspace, SOURCE, keep).received == []
        world.tick(minutes=7)
    assert len(work_off(world.workspace, SOURCE, keep).received) == 2


def test_who_is_overtaken_does_nothing_twice(world: World) -> None:
    """A stalled worker, whose lease ended and whose deliveries another acted on, finds nothing left to act on."""
    tell(world, b"1", b"2")
    (slow,) = [claim for claim, _ in zip(working_off.claims(world.workspace, SOURCE, 9), "1", strict=False)]
    assert work_off(world.workspace, SOURCE, keep).received == [], "the lease lives"
    world.clock.move(LEASE)
    assert len(work_off(world.workspace, SOURCE, keep).received) == 2
    with world.workspace.store.write() as db:
        assert inbox.finish(db, slow.ids, slow.token, world.clock.now()) == set()


def test_one_that_died_between_claim_and_act_leaves_all_to_the_next(world: World) -> None:
    def die(db: Connection, news: Sequence[News], now: datetime) -> Taken:
        keep(db, news, now)
        raise SystemExit

    tell(world, b"1", b"2")
    with pytest.raises(SystemExit):
        work_off(world.workspace, SOURCE, die)
    assert kept(world) == set()
    world.clock.move(LEASE)
    assert len(work_off(world.workspace, SOURCE, keep).received) == 2


def test_after_too_many_failures_all_that_is_left_counts_a_try(world: World) -> None:
    tell(world, *(f"poison {number}".encode() for number in range(16)))
    (claim,) = working_off.claims(world.workspace, SOURCE, 99)
    tried: list[int] = []

    def act(token: str, waiting: Sequence[inbox.Waiting]) -> None:
        tried.append(len(waiting))
        raise KeyError

    in_parts(world.workspace, claim, act, most=2)
    assert tried == [16, 8, 8], "from the second failure on parts are blamed whole; what is left is still tried"
    with world.workspace.store.read() as db:
        assert {row["attempts"] for row in deliveries.open_deliveries(db)} == {1}


@given(bad=st.sets(st.integers(0, 30)), number=st.integers(1, 31))
def test_parts_find_exactly_the_bad_ones(bad: set[int], number: int) -> None:
    waiting = [inbox.Waiting(id, START, (), 0) for id in range(number)]
    acted: list[int] = []
    blamed: list[int] = []

    def act(token: str, part: Sequence[inbox.Waiting]) -> None:
        if any(one.id in bad for one in part):
            raise ValueError
        acted.extend(one.id for one in part)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working_off, "blame", lambda _, token, part, exc: blamed.extend(one.id for one in part))
        in_parts(None, Claim("t", waiting), act)  # type: ignore[arg-type]
    assert acted == [id for id in range(number) if id not in bad]
    assert blamed == [id for id in range(number) if id in bad]


def test_many_workers_at_one_inbox_do_each_thing_once(world: World) -> None:
    bodies = {str(number) for number in range(200)}
    tell(world, *(body.encode() for body in sorted(bodies)))

    def work(_: int) -> int:
        return len(work_off(world.workspace.of_its_own(), SOURCE, keep, at_once=7).received)

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(work, range(4)))
    assert kept(world) == bodies, "and none twice: that would have failed"
    assert sum(done) == 200
    assert depth(world) == (0, 0)
