from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import insert, select
from worlds import START, World

from adapters.contract import Delivery
from adapters.errors import AdapterError, QuotaSpent, Refused, Retry, Unauthorized
from adapters.records import Item, Ref
from bridge.inlets import draining
from bridge.inlets.draining import drain
from bridge.inlets.working_off import LEASE, PAUSE, Drained
from bridge.store import deliveries, inbox, lookup
from bridge.store.inbox import StoreInbox
from bridge.store.schema import inbox as inbox_table
from bridge.store.schema import records
from config.words import Kind

ATTEMPTS = 5
"""The default of ``inbox.attempts``."""


def deliver(world: World, *refs: Ref) -> int | None:
    body = orjson.dumps([[ref.kind, ref.id] for ref in refs])
    delivery = Delivery("POST", "https://cs.example.com/webhooks/sf/hook", {}, body, "hook")
    return StoreInbox(world.workspace.store).put("sf", body, world.crm.notices(delivery), world.clock.now())


def drained(world: World) -> Drained:
    return drain(world.workspace, "sf")


def depth(world: World) -> dict[str, int]:
    with world.workspace.store.read() as db:
        return inbox.depth(db)


def test_many_deliveries_about_one_record_are_one_read(world: World) -> None:
    one, other = world.account("1"), world.account("2")
    for _ in range(10):
        deliver(world, one, other)
        world.tick()
    done = drained(world)
    assert world.crm.reads == [("account", ["1", "2"])]
    assert (len(done.received), done.taken.read, done.taken.changed) == (10, 2, 2)
    assert done.received[0] == START
    assert depth(world) == {"waiting": 0, "parked": 0}
    assert drained(world).received == []


def test_the_bodies_word_is_not_taken_the_record_is_read(world: World) -> None:
    account = world.account("1", name="As it is")
    deliver(world, account)
    drained(world)
    with world.workspace.store.read() as db:
        assert lookup.names(db, [account]) == {account: "As it is"}
    assert world.affected() == {world.customer("1")}


def test_only_whom_it_concerns_is_affected(world: World) -> None:
    world.account("1")
    world.account("2")
    world.sync()
    world.score()
    world.tick()
    deliver(world, world.crm.put("ticket", "t", account="2", status="open", opened_at=START, escalated=True))
    drained(world)
    assert world.affected() == {world.customer("2")}
    deliver(world, Ref("sf", "ticket", "t"))
    world.score()
    drained(world)
    assert world.affected() == set(), "a doubled delivery is no work"


def test_a_delivery_about_nothing_that_exists_is_done(world: World) -> None:
    deliver(world, Ref("sf", "account", "never"), Ref("sf", "ticket", "never"))
    assert drained(world).taken.changed == 0
    assert depth(world) == {"waiting": 0, "parked": 0}


def test_a_record_of_an_unknown_account_waits_for_it_in_the_store(world: World) -> None:
    world.sync()
    deliver(world, world.crm.put("ticket", "t", account="9", status="open", opened_at=START, escalated=True))
    drained(world)
    assert world.affected() == set()
    world.tick()
    deliver(world, world.account("9"))
    drained(world)
    world.score()
    assert [flag.name for flag in world.decision("9").flags] == ["escalated_ticket"]


def test_a_deleted_record_is_taken_out(world: World) -> None:
    account = world.account("1")
    world.run()
    world.tick()
    world.crm.delete("account", "1")
    deliver(world, account)
    assert drained(world).taken.gone == 1
    assert world.entry("1") is None


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (Retry("busy", after=timedelta(minutes=7)), timedelta(minutes=7)),
        (Retry("busy"), PAUSE),
        (QuotaSpent("spent", until=START + timedelta(hours=3)), timedelta(hours=3)),
        (QuotaSpent("spent"), PAUSE),
        (Unauthorized("expired", status=401), PAUSE),
    ],
)
def test_a_crm_that_cannot_be_asked_puts_deliveries_off(world: World, error: AdapterError, pause: timedelta) -> None:
    deliver(world, world.account("1"))
    for _ in range(ATTEMPTS + 1):
        world.clock.set(START)
        with world.workspace.store.write() as db:
            deliveries.retry(db, [1], START)
        world.crm.fail("read", error)
        with pytest.raises(type(error)):
            drained(world)
    assert depth(world) == {"waiting": 1, "parked": 0}
    world.clock.move(pause - timedelta(seconds=1))
    assert drained(world).received == []
    world.clock.move(timedelta(seconds=1))
    assert len(drained(world).received) == 1


def test_a_right_that_is_missing_for_a_kind_costs_that_kind_only(world: World) -> None:
    for number in range(9):
        deliver(world, world.crm.put("ticket", str(number), account="1"))
    deliver(world, world.account("1"))
    world.crm.fail("read", Unauthorized("no right to read tickets", status=403))
    assert len(drained(world).received) == 1
    assert len(world.crm.reads) == 2
    assert depth(world) == {"waiting": 9, "parked": 0}


def test_a_delivery_that_the_crm_refuses_is_parked_in_the_end_and_holds_up_no_other(world: World) -> None:
    plain = world.crm.read

    def read(kind: Kind, ids: list[str]) -> list[Item]:
        if "malformed" in ids:
            raise Refused("malformed id", code="MALFORMED_ID")
        return plain(kind, ids)

    world.crm.read = read  # type: ignore[assignment, method-assign]
    for number in range(7):
        deliver(world, world.account(str(number)))
    bad = deliver(world, Ref("sf", "account", "malformed"))
    assert len(drained(world).received) == 7
    for _ in range(ATTEMPTS - 1):
        world.clock.move(timedelta(hours=1))
        assert drained(world).received == []
    assert depth(world) == {"waiting": 0, "parked": 1}
    with world.workspace.store.read() as db:
        (row,) = deliveries.open_deliveries(db)
    assert row["id"] == bad
    assert "MALFORMED_ID" in row["cause"]


def test_trap_18_records_named_by_a_flood_of_events_are_read_once(world: World) -> None:
    """10,000 events about 300 records: as many calls as 300 records fill, not as many as there are events."""
    refs = [world.account(str(number)) for number in range(300)]
    row = {"connection": "sf", "received_at": START, "attempts": 0, "parked": False}
    rows = [{**row, "refs": [["account", refs[event % 300].id]]} for event in range(10_000)]
    with world.workspace.store.write() as db:
        db.execute(insert(inbox_table), rows)
    done = drained(world)
    assert len(done.received) == 10_000
    assert [len(ids) for _, ids in world.crm.reads] == [300], "one read, which the adapter cuts into full batches"
    assert depth(world) == {"waiting": 0, "parked": 0}


def test_what_was_read_for_one_piece_of_a_flood_is_not_read_for_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "AT_ONCE", 3)
    one, other = world.account("1"), world.account("2")
    for refs in ([one], [one], [one], [one, other], [other]):
        deliver(world, *refs)
    assert len(drained(world).received) == 5
    assert world.crm.reads == [("account", ["1"]), ("account", ["2"])]


def test_what_the_code_cannot_digest_is_parked_in_the_end_and_holds_up_no_other(world: World) -> None:
    plain = world.crm.read

    def read(kind: Kind, ids: list[str]) -> list[Item]:
        if "poison" in ids:
            raise KeyError("person@example.com")
        return plain(kind, ids)

    world.crm.read = read  # type: ignore[assignment, method-assign]
    for number in range(7):
        deliver(world, world.account(str(number)))
    bad = deliver(world, Ref("sf", "account", "poison"))
    assert len(drained(world).received) == 7
    for _ in range(ATTEMPTS - 1):
        assert depth(world) == {"waiting": 1, "parked": 0}
        world.clock.move(timedelta(hours=1))
        assert drained(world).received == []
    with world.workspace.store.read() as db:
        (row,) = deliveries.open_deliveries(db)
    assert (row["id"], row["parked"], row["attempts"]) == (bad, True, ATTEMPTS)
    assert row["cause"].startswith("KeyError at test_bridge_draining.py:"), "a bug's text may quote the record"


def test_attempts_are_the_admins(make_world: Callable[..., World]) -> None:
    world = make_world(inbox={"attempts": 1})
    world.crm.fail("read", Refused("malformed id", code="MALFORMED_ID"))
    deliver(world, world.account("1"))
    drained(world)
    assert depth(world) == {"waiting": 0, "parked": 1}


def test_what_a_stalled_worker_had_is_taken_over_and_what_it_read_before_is_not_taken_in(world: World) -> None:
    account = world.account("1", name="Before")
    deliver(world, account)
    plain = world.crm.read

    def stalled(kind: Kind, ids: list[str]) -> list[Item]:
        world.crm.read = plain  # type: ignore[method-assign]
        items = plain(kind, ids)
        assert drained(world).received == [], "the lease lives"
        world.clock.move(LEASE)
        world.account("1", name="After")
        assert len(drained(world).received) == 1
        return items

    world.crm.read = stalled  # type: ignore[assignment, method-assign]
    assert drained(world).received == [], "it came too late"
    with world.workspace.store.read() as db:
        assert lookup.names(db, [account]) == {account: "After"}
    assert depth(world) == {"waiting": 0, "parked": 0}


def test_whom_the_crm_was_asked_to_forget_is_erased_and_stays_out(world: World) -> None:
    account = world.account("1")
    person = world.crm.put("person", "p", accounts=("1",), email="user-1@example.com")
    world.sync()
    other = world.crm.put("person", "q", accounts=("1",), email="user-2@example.com")
    body = orjson.dumps([["person", "p"], ["person", "unknown"], ["account", "1"]])
    refs = [person, Ref("sf", "person", "unknown"), account, other]
    StoreInbox(world.workspace.store).put("sf", body, refs, START, erase=refs[:2])
    drained(world)
    assert depth(world) == {"waiting": 0, "parked": 0}
    with world.workspace.store.read() as db:
        texts = " ".join(str(payload) for payload in db.execute(select(records.c.payload)).scalars())
        assert inbox.bodies(db, [1]) == {}
    assert "user-1@example.com" not in texts
    assert "user-2@example.com" in texts, "the others were read"
    world.crm.put("person", "unknown", accounts=("1",), email="user-3@example.com")
    world.tick()
    world.sync(full=True)
    with world.workspace.store.read() as db:
        texts = " ".join(str(payload) for payload in db.execute(select(records.c.payload)).scalars())
    assert "user-1@example.com" not in texts
    assert "user-3@example.com" not in texts
