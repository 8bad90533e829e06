import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.records import Ref, Value
from bridge.store.engine import Store
from bridge.store.ledger import StoreLedger
from bridge.store.schema import entries
from config.fields import OwnField
from webhooks.writeback.entry import Entry, Lease, Refusal, has_work

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=9_000)
FIELDS = {
    one.name: one
    for one in (
        OwnField("score", "Score", "number", scale=1),
        OwnField("amount", "Amount", "currency", scale=2),
        OwnField("band", "Band", "picklist", options=("green", "red")),
        OwnField("reasons", "Reasons", "text"),
        OwnField("link", "Link", "url"),
        OwnField("flags", "Flags", "multi_picklist", options=("a", "b")),
        OwnField("since", "Since", "date"),
        OwnField("scored_at", "Scored at", "datetime"),
        OwnField("pulse", "Pulse", "picklist", written=False),
    )
}
OFF = {name: field for name, field in FIELDS.items() if name != "since"}
"""The fields that are on; one is known, but switched off."""


def ref(id: str = "1", kind: Any = "account") -> Ref:
    return Ref("sf", kind, id)


def wanting(id: str = "1", kind: Any = "account", **more: Any) -> Entry:
    return Entry(ref(id, kind), desired={"score": 70.0}, seen=True, **more)


@pytest.fixture
def ledger(store: Store) -> StoreLedger:
    return StoreLedger(store, OFF, FIELDS)


def put(ledger: StoreLedger, *those: Entry) -> None:
    by_ref = {entry.ref: entry for entry in those}
    ledger.update(list(by_ref), lambda entry: by_ref[entry.ref])


def claimed(ledger: StoreLedger, limit: int = 9, token: str = "me", now: datetime = NOW) -> list[str]:
    return [entry.ref.id for entry in ledger.claim("sf", limit, Lease(token, now + 5 * MINUTE), now)]


def stored(ledger: StoreLedger) -> list[Entry]:
    return list(ledger.entries("sf"))


moments = st.timedeltas(timedelta(-2000), timedelta(2000)).map(lambda by: NOW + by)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "score": st.floats(0, 100),
    "amount": st.integers(0, 10**9),
    "band": st.sampled_from(["green", "red"]),
    "reasons": texts,
    "link": texts,
    "flags": st.sets(st.sampled_from("ab")).map(lambda some: tuple(sorted(some))),
    "since": days,
    "scored_at": moments,
    "pulse": st.just("red"),
}
values = st.fixed_dictionaries({}, optional={name: st.none() | some for name, some in VALUES.items()})
refusals = st.builds(Refusal, code=texts, message=texts, at=moments, fields=values, shape=texts)
whole_entries = st.builds(
    Entry,
    ref=st.just(ref()),
    desired=st.none() | values,
    confirmed=values,
    confirmed_at=st.dictionaries(st.sampled_from(sorted(FIELDS)), moments, max_size=3),
    seen=st.booleans(),
    observed_at=st.none() | moments,
    sent=st.none() | values,
    pending=st.none() | values,
    pending_at=st.none() | moments,
    accepted=values,
    repairs=st.integers(0, 5),
    repaired_on=st.none() | days,
    contested=st.booleans(),
    refusal=st.none() | refusals,
    retry_at=st.none() | moments,
    lease=st.none() | st.builds(Lease, token=texts.filter(bool), until=moments),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(whole_entries)
def test_every_entry_comes_back_whole_and_its_work_is_as_decided(ledger: StoreLedger, entry: Entry) -> None:
    put(ledger, entry)
    (back,) = stored(ledger)
    assert back == entry
    assert ledger.has_work("sf", LATER) == has_work(entry, OFF)
    ledger.update([ref()], lambda entry: None)
    assert stored(ledger) == []


def test_a_change_sees_a_fresh_entry_where_there_is_none_and_may_leave_it_so(ledger: StoreLedger) -> None:
    seen: list[Entry] = []

    def dropped(entry: Entry) -> None:
        seen.append(entry)

    assert ledger.update([ref(), ref()], dropped) == []
    assert seen == [Entry(ref())]
    assert stored(ledger) == []


def test_a_change_that_fails_changes_nothing(ledger: StoreLedger) -> None:
    def failing(entry: Entry) -> Entry:
        if entry.ref.id == "2":
            raise RuntimeError
        return replace(entry, seen=True)

    with pytest.raises(RuntimeError):
        ledger.update([ref("1"), ref("2")], failing)
    assert stored(ledger) == []


def test_unknown_ones_are_claimed_first_then_one_kind_at_a_time(ledger: StoreLedger) -> None:
    put(ledger, wanting("1"), wanting("2"), wanting("p", "person"), wanting("q", "person", sent={"score": 70.0}))
    put(ledger, Entry(ref("quiet"), seen=True))
    assert claimed(ledger) == ["q", "p"]
    assert claimed(ledger) == ["1", "2"]
    assert claimed(ledger) == []


def test_the_most_urgent_are_claimed_first_and_a_call_that_is_made_for_them_has_room_for_others(store: Store) -> None:
    named = {"health_band": "red", "score": 70.0, "words": "quiet"}
    fields = {
        "health_band": OwnField("health_band", "Band", "picklist"),
        "score": OwnField("score", "Score", "number", scale=1),
        "words": OwnField("words", "Words", "text", gated=True),
    }
    ledger = StoreLedger(store, fields, fields)
    wants = {"1": "words", "2": "score", "3": "health_band", "4": "words", "5": "health_band"}
    put(ledger, *(Entry(ref(id), desired={name: named[name]}, seen=True) for id, name in wants.items()))
    lease = Lease("me", NOW + MINUTE)
    assert ledger.has_work("sf", NOW, "urgent")
    assert [entry.ref.id for entry in ledger.claim("sf", 4, lease, NOW, "urgent")] == ["3", "5", "2", "1"]
    assert ledger.claim("sf", 4, lease, NOW, "urgent") == []
    assert ledger.claim("sf", 4, lease, NOW, "ordinary") == []
    assert [entry.ref.id for entry in ledger.claim("sf", 4, lease, NOW, "cosmetic")] == ["4"]
    put(ledger, *(Entry(ref(id), desired={"score": 1.0}, confirmed={"score": 1.0}, seen=True) for id in "235"))
    assert not ledger.has_work("sf", NOW, "ordinary")
    assert ledger.held_back("sf", NOW) == 2


def test_a_claim_takes_no_more_than_asked_and_gives_the_lease(ledger: StoreLedger) -> None:
    put(ledger, wanting("1"), wanting("2"), wanting("3"))
    lease = Lease("me", NOW + MINUTE)
    assert [entry.lease for entry in ledger.claim("sf", 2, lease, NOW)] == [lease, lease]
    assert claimed(ledger, token="other") == ["3"]
    assert {entry.ref.id: entry.lease.token for entry in stored(ledger) if entry.lease} == {
        "1": "me", "2": "me", "3": "other",
    }  # fmt: skip


def test_a_lease_that_ran_out_may_be_taken_over(ledger: StoreLedger) -> None:
    put(ledger, wanting("1"))
    assert claimed(ledger) == ["1"]
    assert claimed(ledger, now=NOW + 4 * MINUTE) == []
    assert claimed(ledger, token="other", now=NOW + 5 * MINUTE) == ["1"]


def test_what_is_to_be_retried_later_is_left_until_then(ledger: StoreLedger) -> None:
    put(ledger, wanting("1", retry_at=NOW + MINUTE))
    assert claimed(ledger) == []
    assert not ledger.has_work("sf", NOW)
    assert ledger.has_work("sf", NOW + MINUTE)
    assert claimed(ledger, now=NOW + MINUTE) == ["1"]


def test_another_connections_entries_are_its_own(ledger: StoreLedger) -> None:
    put(ledger, replace(wanting(), ref=Ref("hs", "account", "1")))
    assert claimed(ledger) == []
    assert not ledger.has_work("sf", NOW)
    assert ledger.has_work("hs", NOW)


def test_burying_ends_every_lease_of_a_connection(ledger: StoreLedger) -> None:
    put(ledger, wanting("1"), replace(wanting("2"), ref=Ref("hs", "account", "2"), lease=Lease("h", NOW + MINUTE)))
    claimed(ledger)
    ledger.bury("sf")
    assert claimed(ledger, token="next") == ["1"]
    assert [entry.lease for entry in ledger.entries("hs")] == [Lease("h", NOW + MINUTE)]


def test_two_claimers_never_hold_the_same(ledger: StoreLedger) -> None:
    put(ledger, *(wanting(f"{number:03}") for number in range(60)))
    taken: dict[str, list[str]] = {"a": [], "b": []}

    def claim_all(token: str) -> None:
        while some := claimed(ledger, 4, token):
            taken[token] += some

    threads = [threading.Thread(target=claim_all, args=(token,)) for token in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken["a"] + taken["b"]) == [f"{number:03}" for number in range(60)]


def test_a_field_that_is_switched_on_makes_work(store: Store) -> None:
    put(StoreLedger(store, OFF, FIELDS), Entry(ref(), desired={"since": date(2026, 3, 1)}, seen=True))
    assert claimed(StoreLedger(store, OFF, FIELDS)) == []
    on = StoreLedger(store, FIELDS, FIELDS)
    on.refresh(lambda entry: entry)
    assert claimed(on) == ["1"]


@pytest.mark.parametrize(
    ("change", "work"),
    [
        (lambda entry: entry, 1),
        (lambda entry: replace(entry, sent={"score": 70.0}), 2),
        (lambda entry: replace(entry, confirmed={"score": 70.04}), 0),
        (lambda entry: replace(entry, contested=True), -1),
        (lambda entry: replace(entry, desired=None), 0),
    ],
)
def test_the_work_column_says_what_claims_go_by(
    ledger: StoreLedger, store: Store, change: Callable[[Entry], Entry], work: int
) -> None:
    put(ledger, change(wanting()))
    with store.read() as db:
        assert db.execute(select(entries.c.work)).scalar_one() == work


def test_present_are_those_with_an_entry(ledger: StoreLedger, store: Store) -> None:
    put(ledger, wanting("1"), wanting("p", "person"))
    with store.read() as db:
        assert ledger.present(db, [ref("1"), ref("2"), ref("p", "person"), ref("1", "person")]) == {
            ref("1"), ref("p", "person"),
        }  # fmt: skip
