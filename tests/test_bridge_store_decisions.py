from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from adapters.records import Ref
from bridge.store import customers, decisions
from bridge.store.column_types import Json
from bridge.store.engine import Store
from bridge.store.schema import decisions as table
from config.words import Band, NpsGroup
from scoring.decision import Close, Contribution, Decision, Previous, RaisedFlag

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)

numbers = st.integers(-1000, 1000).map(lambda tenths: tenths / 10)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
parts = st.builds(
    Contribution, measure=words, group=words, label=words, value=st.none() | numbers | words, points=numbers,
    loss=numbers, sentence=words,
)  # fmt: skip
flags = st.builds(RaisedFlag, name=words, since=days, sentence=words, remedy=words)
made = st.builds(
    Decision,
    customer=st.just(1),
    day=days,
    score=st.none() | numbers,
    coverage=numbers,
    band=st.sampled_from(get_args(Band)),
    band_since=days,
    contributions=st.lists(parts, max_size=3).map(tuple),
    missing=st.lists(words, max_size=3).map(tuple),
    flags=st.lists(flags, max_size=3).map(tuple),
    top_risk=st.none() | words,
    nps=st.none() | st.integers(-100, 100),
    nps_last=st.none() | numbers,
    nps_group=st.none() | st.sampled_from(get_args(NpsGroup)),
    reasons=words,
    next_action=words,
    version=words,
)

PLAIN = Decision(
    customer=1, day=DAY, score=71.5, coverage=80.0, band="green", band_since=DAY, contributions=(), missing=("nps",),
    flags=(), top_risk=None, nps=None, nps_last=None, nps_group=None, reasons="21 days ago", next_action="Call.",
    version="health@1",
)  # fmt: skip
FLAG = RaisedFlag("silent", DAY, "no use for 21 days", "Call.")
PART = Contribution("nps", "sentiment", "NPS", 9.0, 20.0, 1.0, "latest answer 9")


def on(days_on: int) -> date:
    return DAY + timedelta(days=days_on)


def append(store: Store, *decided: Decision) -> list[Decision]:
    with store.write() as db:
        return decisions.append(db, decided, NOW)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(made)
def test_every_field_comes_back_from_its_document(decision: Decision) -> None:
    document = Json().process_result_value(Json().process_bind_param(decision, None), None)  # type: ignore[arg-type]
    assert decisions.restored(document) == decision


def test_a_decision_comes_back_from_the_store(store: Store) -> None:
    whole = replace(PLAIN, flags=(FLAG,), contributions=(PART,), top_risk="silent", nps=-100, nps_group="detractor")
    append(store, whole)
    with store.read() as db:
        assert decisions.latest(db, [1, 2]) == {1: whole}


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, day=DAY + timedelta(days=9)),
        replace(PLAIN, reasons="22 days ago", next_action="Call again."),
        replace(PLAIN, day=DAY - timedelta(days=1), score=1.0),
    ],
)
def test_the_same_decision_or_an_earlier_day_is_not_stored_again(store: Store, other: Decision) -> None:
    assert append(store, PLAIN) == [PLAIN]
    assert append(store, other) == []
    with store.read() as db:
        assert db.execute(select(func.count()).select_from(table)).scalar_one() == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, score=71.4),
        replace(PLAIN, score=None),
        replace(PLAIN, coverage=79.9),
        replace(PLAIN, band="yellow"),
        replace(PLAIN, band_since=DAY - timedelta(days=1)),
        replace(PLAIN, contributions=(PART,)),
        replace(PLAIN, missing=()),
        replace(PLAIN, flags=(FLAG,)),
        replace(PLAIN, nps_last=3.0),
        replace(PLAIN, version="health@2"),
    ],
)
def test_another_decision_is_stored_on_the_same_day(store: Store, other: Decision) -> None:
    append(store, PLAIN)
    assert append(store, other) == [other]
    with store.read() as db:
        assert decisions.history(db, 1) == [PLAIN, other]


def test_the_band_at_the_close_of_the_day_before(store: Store) -> None:
    later = replace(PLAIN, day=DAY + timedelta(days=2), band="red", band_since=DAY + timedelta(days=2))
    append(store, PLAIN)
    append(store, later)
    with store.read() as db:
        assert decisions.previous(db, [1], DAY) == {}
        first, second = Close(DAY, PLAIN.score, PLAIN.version), Close(later.day, later.score, later.version)
        for days_on in (1, 2):
            assert decisions.previous(db, [1], on(days_on)) == {1: Previous("green", DAY, closes=(first,))}
        assert decisions.previous(db, [1], on(3)) == {1: Previous("red", later.day, closes=(first, second))}
        assert decisions.previous(db, [1], on(300))[1].closes == (second,)


def test_bands_are_counted_of_those_in_scope_by_their_last_decision(store: Store) -> None:
    with store.write() as db:
        customers.ensure(db, [Ref("sf", "account", id) for id in "abc"], NOW, DAY)
        (ids,) = customers.all_ids(db, 9)
        customers.keep_scope(db, ids[:2], ids[2:])
    append(store, *(replace(PLAIN, customer=id) for id in ids))
    append(store, replace(PLAIN, customer=ids[0], band="red"))
    with store.read() as db:
        assert decisions.bands(db) == {"red": 1, "green": 1}
