"""The walk through search: each row once, nothing skipped; past the cap, over equal stamps, while rows change."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import times
from adapters.hubspot.search import LIMIT, Walk, advance, milliseconds, query

STAMP = "hs_lastmodifieddate"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Index:
    """HubSpot's search over ``rows`` (id → stamp): filters and one sort; within one stamp it promises no order."""

    rows: dict[int, int]
    limit: int = 3
    queries: list[dict[str, Any]] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(7))

    def answer(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        self.queries.append(body)
        assert "after" not in body, "offsets shift, and end at 10,000"
        found = [one for one in self.rows if all(self._holds(one, test) for test in body["filterGroups"][0]["filters"])]
        by_id = body["sorts"][0]["propertyName"] == "hs_object_id"
        found.sort(key=(lambda one: one) if by_id else (lambda one: (self.rows[one], self.random.random())))
        return [row(one, self.rows[one]) for one in found[: self.limit]], len(found) > self.limit

    def _holds(self, one: int, test: dict[str, str]) -> bool:
        value = one if test["propertyName"] == "hs_object_id" else self.rows[one]
        bound = int(test["value"])
        return {"EQ": value == bound, "GTE": value >= bound, "LTE": value <= bound, "GT": value > bound}[
            test["operator"]
        ]


def row(one: int, at: int) -> dict[str, Any]:
    moment = EPOCH + timedelta(milliseconds=at)
    return {"id": str(one), "properties": {STAMP: times.iso_milliseconds(moment)}}


def walked(
    index: Index, walk: Walk, between: Callable[[int], None] = lambda _: None, pages: int | None = None
) -> tuple[list[int], Walk | None]:
    """Ids in the order of delivery; ``between(n)`` happens after the n-th answer."""
    found: list[int] = []
    going: Walk | None = walk
    count = 0
    while going is not None and (pages is None or count < pages):
        rows, more = index.answer(query(going, STAMP, [], index.limit))
        step = advance(going, rows, STAMP, more=more)
        found += [int(one["id"]) for one in step.rows]
        going = step.walk
        between(count)
        count += 1
        assert count < 1000, "the walk does not end"
    return found, going


stamps = st.lists(st.integers(10, 14), max_size=60)


@given(stamps)
def test_every_row_of_the_window_is_delivered_once(at: list[int]) -> None:
    index = Index(dict(enumerate(at, 1)))
    found, _ = walked(index, Walk(11, 13))
    assert sorted(found) == [one for one, stamp in index.rows.items() if 11 <= stamp <= 13]


@given(stamps, st.lists(st.integers(1, 60), max_size=20), st.data())
@settings(max_examples=200)
def test_trap_24_rows_that_change_meanwhile_make_none_of_the_others_be_skipped(
    at: list[int], edited: list[int], data: st.DataObject
) -> None:
    index = Index(dict(enumerate(at, 1)))
    edits = iter(edited)

    def edit(_: int) -> None:
        for one in [next(edits, 0) for _ in range(data.draw(st.integers(0, 2)))]:
            if one in index.rows:
                index.rows[one] = 99

    found, _ = walked(index, Walk(1, 50), edit)
    assert len(found) == len(set(found))
    assert {one for one, stamp in index.rows.items() if stamp <= 50} <= set(found)


@given(stamps, st.integers(1, 12))
def test_a_walk_resumed_from_its_cursor_loses_nothing(at: list[int], pages: int) -> None:
    index = Index(dict(enumerate(at, 1)))
    before, stopped = walked(index, Walk(1, 50), pages=pages)
    rest: list[int] = []
    if stopped is not None:
        rest, _ = walked(index, Walk(stopped.start, 50, drain=stopped.drain))
    assert set(before) | set(rest) == set(index.rows)


@given(stamps, st.lists(st.tuples(st.integers(1, 60), st.integers(10, 14)), max_size=20), st.data())
@settings(max_examples=200)
def test_trap_24_rows_that_come_and_go_at_once_make_none_of_the_others_be_skipped(
    at: list[int], late: list[tuple[int, int]], data: st.DataObject
) -> None:
    """An index that is refreshed shows new rows as old ones leave: how many there are then says nothing."""
    index = Index(dict(enumerate(at, 1)))
    steady = set(index.rows) - {one for one, _ in late}
    coming = iter(late)

    def refresh(_: int) -> None:
        for one, stamp in [next(coming, (0, 0)) for _ in range(data.draw(st.integers(0, 2)))]:
            if one in index.rows and one not in steady:
                index.rows[one] = 99
                index.rows[one + 100] = stamp

    found, _ = walked(index, Walk(1, 50), refresh)
    assert steady <= set(found)


def test_a_quiet_walk_costs_the_least_calls() -> None:
    """Of 200 rows one is the last one of the answer before."""
    index = Index({one: 1000 + one for one in range(1, 10_001)}, LIMIT)
    found, _ = walked(index, Walk(1000, 50_000))
    assert len(found) == len(set(found)) == 10_000
    assert len(index.queries) == 51


def test_trap_23_more_rows_at_one_stamp_than_the_cap_are_drained_by_id() -> None:
    index = Index(dict.fromkeys(range(1, 10_302), 5000) | {20_000: 5001, 20_001: 4999}, LIMIT)
    found, _ = walked(index, Walk(1000, 6000))
    assert sorted(found) == sorted(index.rows)
    drained = [body for body in index.queries if body["filterGroups"][0]["filters"][0]["operator"] == "EQ"]
    assert [body["sorts"][0]["propertyName"] for body in drained] == ["hs_object_id"] * 52
    assert len(index.queries) == 55


def test_rows_outside_the_window_are_dropped() -> None:
    step = advance(Walk(100, 200), [row(1, 99), row(2, 100), row(3, 200), row(4, 201)], STAMP, more=False)
    assert [one["id"] for one in step.rows] == ["2", "3"]


def test_the_first_query_has_no_upper_bound_and_sorts_by_the_stamp() -> None:
    body = query(Walk(1000), STAMP, ["name"])
    assert body["filterGroups"] == [{"filters": [{"propertyName": STAMP, "operator": "GTE", "value": "1000"}]}]
    assert body["sorts"] == [{"propertyName": STAMP, "direction": "ASCENDING"}]
    assert (body["limit"], "after" in body) == (200, False)
    assert len(query(replace(Walk(1000), until=2000), STAMP, [])["filterGroups"][0]["filters"]) == 2


def test_milliseconds_are_exact() -> None:
    for count in (1741552000123, 1741552000001, 999, 0):
        assert milliseconds(EPOCH + timedelta(milliseconds=count)) == count
