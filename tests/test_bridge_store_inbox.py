from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from adapters.records import Ref
from bridge.store import deliveries, inbox
from bridge.store.engine import Store
from bridge.store.inbox import StoreInbox, Waiting
from bridge.store.schema import inbox as table
from webhooks.writeback.entry import Lease

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REFS = (Ref("sf", "account", "1"), Ref("sf", "ticket", "2"))
ATTEMPTS = 5


def put(store: Store, connection: str = "sf", at: datetime = NOW) -> int:
    number = StoreInbox(store).put(connection, b"<personal/>", REFS, at)
    assert number is not None
    return number


def claim(store: Store, token: str = "mine", now: datetime = NOW, limit: int = 9) -> list[Waiting]:
    with store.write() as db:
        return inbox.claim(db, "sf", limit, Lease(token, now + MINUTE), now)


def numbers(store: Store, now: datetime = NOW) -> list[int]:
    """What may be claimed now, which is given back."""
    claimed = [delivery.id for delivery in claim(store, "looking", now)]
    with store.write() as db:
        assert inbox.release(db, claimed, "looking") == set(claimed)
    return claimed


def test_deliveries_are_claimed_in_the_order_of_their_arrival(store: Store) -> None:
    first, second, other = put(store), put(store), put(store, "hs")
    assert [delivery.id for delivery in claim(store, limit=1)] == [first]
    assert claim(store) == [Waiting(second, NOW, REFS, 0)]
    assert claim(store) == []
    with store.read() as db:
        assert inbox.depth(db) == {"waiting": 3, "parked": 0}
        assert [row["id"] for row in deliveries.open_deliveries(db)] == [first, second, other]
        assert deliveries.open_deliveries(db)[0]["records"] == 2
        assert "body" not in deliveries.open_deliveries(db)[0]


def test_who_is_to_be_forgotten_is_marked_among_what_is_looked_at(store: Store) -> None:
    StoreInbox(store).put("sf", b"", REFS, NOW, erase=REFS[1:])
    [delivery] = claim(store)
    assert (delivery.refs, delivery.erase) == (REFS, REFS[1:])


def test_what_came_in_since_is_for_the_next_time(store: Store) -> None:
    with store.read() as db:
        assert inbox.newest(db, "sf", NOW) == 0
    first, second = put(store), put(store)
    put(store, "hs")
    with store.read() as db:
        assert inbox.newest(db, "sf", NOW) == second
    with store.write() as db:
        assert [one.id for one in inbox.claim(db, "sf", 9, Lease("mine", NOW + MINUTE), NOW, first)] == [first]


def test_who_comes_back_after_the_lease_ended_changes_nothing(store: Store) -> None:
    number = put(store)
    late = claim(store, "late")
    assert [one.id for one in claim(store, "next", NOW + MINUTE)] == [number]
    with store.write() as db:
        assert inbox.finish(db, [number], "late", NOW) == set()
        assert inbox.fail(db, late, "late", "refused", NOW, 1) == set()
        assert inbox.postpone(db, late, "late", "busy", NOW + 9 * MINUTE) == set()
        assert inbox.release(db, [number], "late") == set()
        assert inbox.renew(db, [number], Lease("late", NOW + 9 * MINUTE)) == set()
        assert inbox.depth(db) == {"waiting": 1, "parked": 0}
        assert inbox.finish(db, [number], "next", NOW) == {number}
        assert inbox.finish(db, [number], "next", NOW) == set(), "done once"
        assert inbox.depth(db) == {"waiting": 0, "parked": 0}


def test_a_lease_that_ended_is_still_ours_as_long_as_nobody_took_it(store: Store) -> None:
    number = put(store)
    claim(store, "late")
    with store.write() as db:
        assert inbox.finish(db, [number], "late", NOW + 9 * MINUTE) == {number}


def test_a_lease_is_renewed(store: Store) -> None:
    number = put(store)
    claim(store, "mine")
    with store.write() as db:
        assert inbox.renew(db, [number], Lease("mine", NOW + 9 * MINUTE)) == {number}
    assert claim(store, "other", NOW + 8 * MINUTE) == []
    assert len(claim(store, "other", NOW + 9 * MINUTE)) == 1


def test_leases_of_the_dead_are_ended(store: Store) -> None:
    number = put(store)
    claim(store, "dead")
    with store.write() as db:
        inbox.bury(db)
    assert numbers(store) == [number]


def test_what_was_acted_on_waits_no_more_and_is_forgotten_later(store: Store) -> None:
    done, left = put(store), put(store)
    claim(store, limit=1)
    with store.write() as db:
        inbox.finish(db, [done], "mine", NOW)
    assert numbers(store) == [left]
    with store.write() as db:
        assert inbox.forget_done(db, NOW) == 0
        assert inbox.forget_done(db, NOW + MINUTE) == 1
        assert db.execute(select(table.c.id)).scalars().all() == [left]


def test_forgetting_is_done_in_pieces_and_spares_what_is_open(store: Store) -> None:
    done = {"connection": "sf", "received_at": NOW, "refs": [], "attempts": 0, "parked": False, "done_at": NOW}
    parked = done | {"parked": True, "done_at": None}
    with store.write() as db:
        db.execute(insert(table), [done] * 5 + [parked])
        assert [inbox.forget_done(db, NOW + MINUTE, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert inbox.depth(db) == {"waiting": 0, "parked": 1}


def test_a_failed_one_waits_longer_each_time_and_is_parked_at_last(store: Store) -> None:
    number = put(store)
    now, pauses = NOW, []
    for _ in range(ATTEMPTS):
        waiting = claim(store, now=now)
        with store.write() as db:
            assert inbox.fail(db, waiting, "mine", "refused", now, ATTEMPTS) == {number}
            retry_at = db.execute(select(table.c.retry_at)).scalar_one()
        pauses.append(retry_at - now)
        assert numbers(store, retry_at - timedelta(seconds=1)) == []
        now = retry_at
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == ATTEMPTS
    assert numbers(store, now + 99 * MINUTE) == []
    with store.read() as db:
        assert inbox.depth(db) == {"waiting": 0, "parked": 1}
        (row,) = deliveries.open_deliveries(db)
        assert (row["id"], row["parked"], row["cause"], row["attempts"]) == (number, True, "refused", ATTEMPTS)


def test_postponing_costs_no_attempt(store: Store) -> None:
    number = put(store)
    waiting = claim(store)
    with store.write() as db:
        assert inbox.postpone(db, waiting, "mine", "quota spent", NOW + MINUTE) == {number}
    assert numbers(store) == []
    assert claim(store, now=NOW + MINUTE) == [Waiting(number, NOW, REFS, 0)]


def test_a_parked_one_is_taken_up_again_or_given_up(store: Store) -> None:
    one, other = put(store), put(store)
    waiting = claim(store)
    with store.write() as db:
        inbox.fail(db, waiting, "mine", "refused", NOW, 1)
        assert inbox.depth(db) == {"waiting": 0, "parked": 2}
        assert deliveries.retry(db, [one, 999], NOW) == [one]
        assert deliveries.drop(db, [other], NOW) == [other]
        assert deliveries.drop(db, [other], NOW) == []
    assert claim(store) == [Waiting(one, NOW, REFS, 0)]
