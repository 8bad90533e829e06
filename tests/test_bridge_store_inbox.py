from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from adapters.records import Ref
from bridge.store import inbox
from bridge.store.engine import Store
from bridge.store.inbox import ATTEMPTS, StoreInbox, Waiting
from bridge.store.schema import inbox as table

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REFS = (Ref("sf", "account", "1"), Ref("sf", "ticket", "2"))


def put(store: Store, connection: str = "sf", at: datetime = NOW) -> int:
    number = StoreInbox(store).put(connection, b"<personal/>", REFS, at)
    assert number is not None
    return number


def waiting(store: Store, now: datetime = NOW, limit: int = 9) -> list[Waiting]:
    with store.read() as db:
        return inbox.waiting(db, "sf", limit, now, inbox.newest(db, "sf"))


def numbers(store: Store, now: datetime = NOW) -> list[int]:
    return [delivery.id for delivery in waiting(store, now)]


def test_deliveries_wait_in_the_order_of_their_arrival(store: Store) -> None:
    first, second, other = put(store), put(store), put(store, "hs")
    assert waiting(store) == [Waiting(first, NOW, REFS, 0), Waiting(second, NOW, REFS, 0)]
    assert [delivery.id for delivery in waiting(store, limit=1)] == [first]
    with store.read() as db:
        assert inbox.depth(db) == {"waiting": 3, "parked": 0}
        assert [row["id"] for row in inbox.open_deliveries(db)] == [first, second, other]
        assert inbox.open_deliveries(db)[0]["records"] == 2
        assert "body" not in inbox.open_deliveries(db)[0]


def test_who_is_to_be_forgotten_is_marked_among_what_is_looked_at(store: Store) -> None:
    StoreInbox(store).put("sf", b"", REFS, NOW, erase=REFS[1:])
    [delivery] = waiting(store)
    assert (delivery.refs, delivery.erase) == (REFS, REFS[1:])


def test_what_came_in_since_is_for_the_next_time(store: Store) -> None:
    with store.read() as db:
        assert inbox.newest(db, "sf") == 0
    first, second = put(store), put(store)
    put(store, "hs")
    with store.read() as db:
        assert inbox.newest(db, "sf") == second
        assert [delivery.id for delivery in inbox.waiting(db, "sf", 9, NOW, first)] == [first]


def test_what_was_acted_on_waits_no_more_and_is_forgotten_later(store: Store) -> None:
    done, left = put(store), put(store)
    with store.write() as db:
        inbox.finish(db, [done], NOW)
    assert numbers(store) == [left]
    with store.write() as db:
        inbox.forget_done(db, NOW)
        assert db.execute(select(table.c.id).order_by(table.c.id)).scalars().all() == [done, left]
        inbox.forget_done(db, NOW + MINUTE)
        assert db.execute(select(table.c.id).order_by(table.c.id)).scalars().all() == [left]


def test_a_failed_one_waits_longer_each_time_and_is_parked_at_last(store: Store) -> None:
    number = put(store)
    now, pauses = NOW, []
    for _ in range(ATTEMPTS):
        with store.write() as db:
            inbox.fail(db, waiting(store, now), "refused", now)
            retry_at = db.execute(select(table.c.retry_at)).scalar_one()
        pauses.append(retry_at - now)
        assert numbers(store, retry_at - timedelta(seconds=1)) == []
        now = retry_at
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == ATTEMPTS
    assert numbers(store, now + 99 * MINUTE) == []
    with store.read() as db:
        assert inbox.depth(db) == {"waiting": 0, "parked": 1}
        (row,) = inbox.open_deliveries(db)
        assert (row["id"], row["parked"], row["cause"], row["attempts"]) == (number, True, "refused", ATTEMPTS)


def test_postponing_costs_no_attempt(store: Store) -> None:
    number = put(store)
    with store.write() as db:
        inbox.postpone(db, waiting(store), "quota spent", NOW + MINUTE)
    assert numbers(store) == []
    assert waiting(store, NOW + MINUTE) == [Waiting(number, NOW, REFS, 0)]


def test_a_parked_one_is_taken_up_again_or_given_up(store: Store) -> None:
    one, other = put(store), put(store)
    for _ in range(ATTEMPTS):
        with store.write() as db:
            inbox.fail(db, [Waiting(id, NOW, REFS, ATTEMPTS) for id in (one, other)], "refused", NOW)
    with store.write() as db:
        assert inbox.retry(db, [one, 999], NOW) == [one]
        assert inbox.drop(db, [other], NOW) == [other]
        assert inbox.drop(db, [other], NOW) == []
    assert waiting(store) == [Waiting(one, NOW, REFS, 0)]
