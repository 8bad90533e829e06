from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.records import Account, Activity, Deal, Item, Person, Ref, Response, Ticket, Tombstone, User
from bridge.store import lookup, memory, records, references
from bridge.store.engine import Store
from bridge.store.records import Upserted

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def account(id: str = "1", at: datetime = T0, **fields: Any) -> Account:
    return Account(ref=Ref("sf", "account", id), changed_at=at, **fields)


def gone(id: str = "1", at: datetime = T0) -> Tombstone:
    return Tombstone(Ref("sf", "account", id), at)


def upsert(store: Store, *items: Item, now: datetime = T0) -> Upserted:
    with store.write() as db:
        return records.upsert(db, items, now)


def names_at(store: Store, at: datetime, ids: Sequence[str] = ("1",)) -> list[str]:
    with store.read() as db:
        return [known.content["name"] for known in memory.known(db, "sf", "account", ids, at)]


def test_new_and_changed_records_are_told_from_unchanged_ones(store: Store) -> None:
    assert upsert(store, account("1"), account("2")).changed == (account("1").ref, account("2").ref)
    again = upsert(store, account("1"), account("2", T0 + HOUR, name="Two"), now=T0 + HOUR)
    assert again == Upserted((account("2").ref,), 1)


def test_a_new_stamp_alone_is_no_change(store: Store) -> None:
    upsert(store, account(name="A"))
    assert upsert(store, account(at=T0 + HOUR, name="A"), now=T0 + HOUR).changed == ()
    assert upsert(store, account(at=T0 + HOUR / 2, name="older"), now=T0 + HOUR).changed == ()


def test_own_fields_and_stamps_are_outside_the_fingerprint_and_the_pulse_inside(store: Store) -> None:
    upsert(store, account(own={"health_score": 10.0}))
    assert upsert(store, account(at=T0 + HOUR, own={"health_score": 80.0})).changed == ()
    assert upsert(store, account(at=T0 + HOUR, pulse="red", own={"health_score": 80.0})).changed


def test_mapped_fields_are_inside_the_fingerprint_in_any_order(store: Store) -> None:
    upsert(store, account(extra={"tier": "gold", "region": "north"}))
    assert upsert(store, account(extra={"region": "north", "tier": "gold"})).changed == ()
    assert upsert(store, account(extra={"region": "south", "tier": "gold"})).changed


def test_an_older_record_is_not_taken_in_over_a_newer_one(store: Store) -> None:
    upsert(store, account(at=T0 + HOUR, name="newer"))
    assert upsert(store, account(at=T0, name="older"), now=T0 + HOUR).changed == ()
    assert names_at(store, T0 + HOUR) == ["newer"]
    assert upsert(store, account(at=T0 + HOUR, name="in the same second"), now=T0 + HOUR).changed


def test_of_several_with_one_ref_the_last_counts(store: Store) -> None:
    upsert(store, account(name="first"), account(name="last"))
    assert names_at(store, T0) == ["last"]


def test_every_version_is_known_for_its_time(store: Store) -> None:
    for hours, name in enumerate(("a", "b", "c")):
        upsert(store, account(at=T0 + hours * HOUR, name=name), now=T0 + hours * HOUR)
    second = timedelta(seconds=1)
    assert names_at(store, T0 - second) == []
    assert [names_at(store, T0 + h * HOUR) for h in range(3)] == [["a"], ["b"], ["c"]]
    assert names_at(store, T0 + HOUR - second) == ["a"]
    assert names_at(store, T0 + 9 * HOUR) == ["c"]


def test_two_changes_at_one_moment_leave_one_version(store: Store) -> None:
    upsert(store, account(name="a"))
    upsert(store, account(name="b"))
    assert names_at(store, T0) == ["b"]


def test_a_tombstone_ends_a_record_and_an_undelete_revives_it(store: Store) -> None:
    upsert(store, account(name="a"))
    assert upsert(store, gone(at=T0 + HOUR), now=T0 + HOUR).changed == (account().ref,)
    assert upsert(store, gone(at=T0 + 2 * HOUR), now=T0 + 2 * HOUR).changed == ()
    assert upsert(store, account(at=T0 + 3 * HOUR, name="a"), now=T0 + 3 * HOUR).changed
    found = [names_at(store, T0 + h * HOUR) for h in range(4)]
    assert found == [["a"], [], [], ["a"]]


def test_a_tombstone_of_what_nobody_knew_is_nothing(store: Store) -> None:
    assert upsert(store, gone()) == Upserted((), 1)


def test_since_when_a_value_has_stood_without_a_break(store: Store) -> None:
    story = [("red", "a"), ("green", "b"), ("red", "c"), ("red", "d")]
    for hours, (pulse, name) in enumerate(story):
        upsert(store, account(at=T0 + hours * HOUR, name=name, pulse=pulse), now=T0 + hours * HOUR)
    with store.read() as db:
        (now,) = memory.known(db, "sf", "account", ["1"], T0 + 9 * HOUR)
        assert memory.known_since(db, now, "account", ["pulse"]) == T0 + 2 * HOUR
        (then,) = memory.known(db, "sf", "account", ["1"], T0)
        assert memory.known_since(db, then, "account", ["pulse"]) == T0
        assert memory.known_since(db, now, "account", ["name"]) == T0 + 3 * HOUR


def test_many_records_go_in_and_come_out(store: Store) -> None:
    many = [account(str(number), name=f"n{number}") for number in range(5_200)]
    assert len(upsert(store, *many).changed) == 5_200
    assert upsert(store, *many) == Upserted((), 5_200)
    assert len(names_at(store, T0, [str(number) for number in range(5_200)])) == 5_200


def ref(kind: Any, id: str) -> Ref:
    return Ref("sf", kind, id)


AROUND: tuple[Item, ...] = (
    Person(ref=ref("person", "p"), changed_at=T0, accounts=("1", "2")),
    Deal(ref=ref("deal", "d"), changed_at=T0, account="1"),
    Ticket(ref=ref("ticket", "t"), changed_at=T0, person="p"),
    Activity(ref=ref("activity", "a"), changed_at=T0, accounts=("3",), persons=("p",)),
    Response(ref=ref("response", "r"), changed_at=T0, person="p"),
    User(ref=ref("user", "u"), changed_at=T0),
)


@pytest.mark.parametrize(
    ("one", "accounts"),
    [
        (ref("account", "9"), {"9"}),
        (ref("person", "p"), {"1", "2"}),
        (ref("deal", "d"), {"1"}),
        (ref("ticket", "t"), {"1", "2"}),
        (ref("activity", "a"), {"1", "2", "3"}),
        (ref("response", "r"), {"1", "2"}),
        (ref("user", "u"), set()),
        (ref("ticket", "unknown"), set()),
    ],
)
def test_accounts_are_found_directly_and_through_persons(store: Store, one: Ref, accounts: set[str]) -> None:
    upsert(store, *AROUND)
    with store.read() as db:
        assert references.accounts_of(db, [one]) == {ref("account", id) for id in accounts}


def test_a_record_that_moved_concerns_both_accounts(store: Store) -> None:
    for hours, account_id in enumerate(("1", "2")):
        moved = Deal(ref=ref("deal", "d"), changed_at=T0 + hours * HOUR, account=account_id)
        upsert(store, moved, now=T0 + hours * HOUR)
    with store.read() as db:
        assert references.accounts_of(db, [ref("deal", "d")]) == {ref("account", "1"), ref("account", "2")}
        assert references.linked(db, "sf", "account", ["1"], "deal") == ["d"]


def test_links_of_one_org_do_not_reach_another(store: Store) -> None:
    upsert(store, *AROUND)
    with store.read() as db:
        assert references.linked(db, "hs", "account", ["1"], "deal") == []
        assert references.accounts_of(db, [Ref("hs", "deal", "d")]) == set()


@pytest.mark.parametrize("word", ["1", 'Größe & "Co" 100%_/\\', "acme.example.com"])
def test_accounts_are_found_by_exact_id_name_or_domain(store: Store, word: str) -> None:
    upsert(store, account("1", name='Größe & "Co" 100%_/\\', domain="acme.example.com"), account("11", name="Other"))
    with store.read() as db:
        assert lookup.find_accounts(db, word) == [ref("account", "1")]


@pytest.mark.parametrize("word", ["", "acme", "ACME.EXAMPLE.COM", "%", "null", "\udcff"])
def test_what_is_not_exact_finds_nothing(store: Store, word: str) -> None:
    upsert(store, account("1", domain="acme.example.com"))
    with store.read() as db:
        assert lookup.find_accounts(db, word) == []


def test_names_counts_and_ids_leave_out_who_is_gone(store: Store) -> None:
    upsert(store, account("1", name="One"), account("2", name="Two"), account("3"), *AROUND)
    upsert(store, gone("2", T0 + HOUR), now=T0 + HOUR)
    with store.read() as db:
        assert lookup.ids(db, "sf", "account") == ["1", "3"]
        assert lookup.names(db, [ref("account", id) for id in "123"]) == {ref("account", "1"): "One"}
        assert lookup.counts(db)["sf", "account"] == 2
        assert lookup.counts(db)["sf", "person"] == 1


def test_what_was_hidden_for_long_comes_back_unchanged_but_a_lagging_index_brings_nobody_back(store: Store) -> None:
    seen = account(at=T0 - 9 * HOUR, name="Acme")
    upsert(store, seen)
    upsert(store, gone(), now=T0)
    assert not upsert(store, seen, now=T0 + HOUR / 12).changed
    assert upsert(store, seen, now=T0 + 2 * HOUR).changed == (seen.ref,)
    assert names_at(store, T0 + 3 * HOUR) == ["Acme"]
