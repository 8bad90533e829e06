from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.records import Ref
from bridge.store import customers
from bridge.store.engine import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
YESTERDAY, TODAY = date(2026, 3, 1), date(2026, 3, 2)


def ref(id: str, connection: str = "sf") -> Ref:
    return Ref(connection, "account", id)


@pytest.fixture
def two(store: Store) -> list[int]:
    """Two customers."""
    with store.write() as db:
        customers.ensure(db, [ref("a"), ref("b")], NOW, YESTERDAY)
        found = customers.of_accounts(db, [ref("a"), ref("b")])
    return [found[ref("a")], found[ref("b")]]


def test_every_account_gets_one_customer_once(store: Store, two: list[int]) -> None:
    with store.write() as db:
        customers.ensure(db, [ref("b"), ref("c"), ref("c"), ref("a", "hs")], NOW, YESTERDAY)
        found = customers.of_accounts(db, [ref("a"), ref("b"), ref("c"), ref("a", "hs"), ref("none")])
    assert [found[ref("a")], found[ref("b")]] == two
    assert len(set(found.values())) == 4
    with store.read() as db:
        assert customers.refs_of(db, two) == {two[0]: [ref("a")], two[1]: [ref("b")]}


def test_many_accounts_each_get_their_own(store: Store) -> None:
    refs = [ref(f"{number:06}") for number in range(5_200)]
    with store.write() as db:
        customers.ensure(db, refs, NOW, YESTERDAY)
        found = customers.of_accounts(db, refs)
        assert customers.refs_of(db, list(found.values())) == {id: [one] for one, id in found.items()}
        pieces = list(customers.all_ids(db, 2_500))
    assert [len(piece) for piece in pieces] == [2_500, 2_500, 200]
    assert sorted(id for piece in pieces for id in piece) == sorted(found.values())


def test_the_longest_waiting_are_claimed_first(store: Store, two: list[int]) -> None:
    with store.write() as db:
        customers.mark_affected(db, [two[1]], NOW)
        customers.mark_affected(db, [two[0]], NOW + HOUR)
        customers.mark_affected(db, [two[1]], NOW + 2 * HOUR)
        assert list(customers.claim_affected(db, 1)) == [two[1]]
        assert list(customers.claim_affected(db, 9)) == [two[1], two[0]]
        assert customers.count_affected(db) == 2


def test_done_clears_what_was_claimed(store: Store, two: list[int]) -> None:
    with store.write() as db:
        customers.mark_all(db, NOW)
        claimed = customers.claim_affected(db, 9)
        assert customers.done(db, claimed) == set(two)
        assert customers.claim_affected(db, 9) == {}
        assert customers.count_affected(db) == 0


def test_work_that_arrives_meanwhile_stays(store: Store, two: list[int]) -> None:
    with store.write() as db:
        customers.mark_all(db, NOW)
        claimed = customers.claim_affected(db, 9)
        customers.mark_affected(db, [two[1]], NOW + HOUR)
        assert customers.done(db, claimed) == {two[0]}
        assert list(customers.claim_affected(db, 9)) == [two[1]]


def test_a_token_is_never_given_out_twice(store: Store, two: list[int]) -> None:
    """Two scorers claim the same; one is done, new work arrives: the slow one must not clear it."""
    with store.write() as db:
        customers.mark_affected(db, two, NOW)
        slow = quick = customers.claim_affected(db, 9)
        assert customers.done(db, quick) == set(two)
        customers.mark_affected(db, two, NOW)
        assert customers.done(db, slow) == set()
        assert customers.count_affected(db) == 2


def test_marking_nobody_marks_nobody(store: Store) -> None:
    with store.write() as db:
        customers.mark_affected(db, [], NOW)
        customers.mark_all(db, NOW)
        assert customers.claim_affected(db, 9) == {}
        assert customers.done(db, {}) == set()


def test_days_are_closed_once_and_in_order(store: Store, two: list[int]) -> None:
    with store.write() as db:
        assert customers.furthest_behind(db, YESTERDAY) is None
        assert customers.furthest_behind(db, TODAY) == YESTERDAY
        assert customers.closed_through(db, YESTERDAY, 9) == two
        assert customers.close_day(db, two[:1], TODAY) == set(two[:1])
        assert customers.close_day(db, two, TODAY) == set(two[1:])
        assert customers.furthest_behind(db, TODAY) is None
        assert customers.closed_through(db, YESTERDAY, 9) == []


def test_who_is_in_scope_is_remembered(store: Store, two: list[int]) -> None:
    with store.write() as db:
        assert customers.inside(db, two) == []
        customers.keep_scope(db, two, [])
        assert customers.inside(db, two) == two
        customers.keep_scope(db, two[1:], two[:1])
        assert customers.inside(db, two) == two[1:]


def test_the_first_knowledge_is_that_of_the_first_customer(store: Store) -> None:
    with store.read() as db:
        assert customers.first_known(db) is None
    with store.write() as db:
        customers.ensure(db, [ref("a")], NOW, YESTERDAY)
        customers.ensure(db, [ref("b")], NOW + HOUR, YESTERDAY)
        assert customers.first_known(db) == NOW
