"""What is wrong with the data is named, with whose it is, how often and an example; and nothing of it ever raises."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from test_scoring_properties import BOOK, Rows, framed, many

from scoring.frames import COLUMNS, Frames, empty_frames, frame
from scoring.messages import catalogue
from scoring.quality import Problem, merged, problems, sentence, summarise
from scoring.quality_checks import CHECKS

AS_OF = date(2026, 6, 1)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def book(**rows: list[dict[str, Any]]) -> Frames:
    """Customer 1 unless a row says otherwise, with a row of usage, so that something is known."""
    rows = {"customers": [{}], **rows}
    made = {name: frame(name, [{"customer": 1, **row} for row in found]) for name, found in rows.items()}
    return replace(empty_frames(AS_OF), **made)


FINE: dict[str, list[dict[str, Any]]] = {
    "customers": [{"status": "customer", "arr": 1.0, "currency": "EUR", "seats_bought": 2}],
    "tickets": [{"ticket": "t", "status": "open", "opened": ago(3)}, {"ticket": "u", "opened": ago(3)}],
    "activities": [
        {"activity": "a", "person": "p", "kind": "meeting", "day": ago(-9), "booked": True},
        {"activity": "b", "kind": "task", "day": ago(-9), "done": False},
        {"activity": "c", "person": "p", "kind": "call", "day": ago(0), "done": True},
        {"activity": "c", "person": "q", "kind": "call", "day": ago(0), "done": True},
    ],
    "responses": [{"survey": "nps", "score": 9, "day": ago(3)}] * 2,
    "invoices": [{"invoice": "i", "due": ago(-3), "amount": -5.0, "currency": "EUR"}],
    "sources": [{"source": "app", "newest": ago(7), "stale_after_days": 7}],
}


def test_sound_data_has_no_problem() -> None:
    assert problems(book(**FINE)).empty
    assert problems(empty_frames(AS_OF)).empty
    assert summarise(problems(empty_frames(AS_OF))) == []


@pytest.mark.parametrize(
    ("problem", "table", "column", "row", "example"),
    [
        ("future_date", "tickets", "opened", {"opened": ago(-1)}, "2026-06-02"),
        ("future_date", "invoices", "paid", {"paid": ago(-1)}, "2026-06-02"),
        ("future_date", "activities", "day", {"kind": "call", "day": ago(-1), "done": True}, "2026-06-02"),
        ("no_date", "responses", "day", {"survey": "nps", "score": 9}, ""),
        ("negative", "usage", "count", {"day": ago(1), "count": -3}, "-3"),
        ("negative", "customers", "seats_bought", {"seats_bought": -3}, "-3"),
        ("not_finite", "deals", "amount", {"amount": float("inf")}, "inf"),
        ("no_seats", "customers", "seats_bought", {"status": "customer", "seats_bought": 0}, "0"),
        ("ends_before_it_begins", "tickets", "closed", {"opened": ago(3), "closed": ago(4)}, "2026-05-28"),
        ("ends_before_it_begins", "contracts", "ends", {"starts": ago(3), "ends": ago(4)}, "2026-05-28"),
        ("paid_long_before_due", "invoices", "paid", {"due": ago(3), "paid": ago(3 + 366)}, "2025-05-28"),
        ("off_scale", "responses", "score", {"survey": "nps", "score": 11, "day": ago(3)}, "11"),
        ("no_score", "responses", "survey", {"survey": "nps", "day": ago(3)}, "nps"),
        ("unknown_word", "tickets", "status", {"opened": ago(3), "status": "unknown"}, "unknown"),
        ("unknown_word", "deals", "kind", {"kind": "Upsell"}, "Upsell"),
    ],
)
def test_a_problem_is_named(problem: str, table: str, column: str, row: dict[str, Any], example: str) -> None:
    found = problems(book(**{table: [row]}))
    named = found[found["problem"].eq(problem)]
    assert named[["customer", "frame", "column", "count", "example"]].values.tolist() == [
        [1, table, column, 1, example]
    ]


def test_rows_that_are_there_twice_are_counted_beyond_the_first() -> None:
    ticket = {"ticket": "t", "opened": ago(3)}
    used = {"source": "app", "feature": "f", "person": "p", "day": ago(1)}
    found = problems(book(tickets=[ticket] * 3, usage=[used, used], customers=[{"name": "Acme"}, {"name": "Acme"}]))
    twice = found[found["problem"].eq("duplicate")].set_index("frame")["count"].to_dict()
    assert twice == {"tickets": 2, "usage": 1, "customers": 1}


def test_amounts_of_a_customer_in_several_currencies() -> None:
    deals = [{"amount": 1.0, "currency": "USD"}, {"currency": "GBP"}, {"customer": 2, "amount": 1.0, "currency": "USD"}]
    found = problems(book(customers=[{"arr": 5.0, "currency": "EUR"}, {"customer": 2}], deals=deals))
    mixed = found[found["problem"].eq("mixed_currencies")]
    assert mixed[["customer", "example"]].values.tolist() == [[1, "EUR, USD"]]


def test_a_customer_of_whom_nothing_is_known_and_rows_about_nobody() -> None:
    deals = [{"customer": None, "kind": "new"}, {"customer": 7, "kind": "new"}]
    found = problems(book(customers=[{"name": "Acme"}], deals=deals))
    named = found[["problem", "customer", "example"]].values.tolist()
    assert ["no_data", 1, "Acme"] in named
    assert sorted(customer for problem, customer, _ in named if problem == "no_such_customer") == [-1, 7]


def test_a_stalled_source_is_nobodys() -> None:
    frames = replace(
        book(**FINE), sources=frame("sources", [{"source": "app", "newest": ago(8), "stale_after_days": 7}])
    )
    [one] = summarise(problems(frames))
    assert (one.problem, one.customers, one.examples[0].customer) == ("stalled", 0, None)
    assert one.examples[0].text == "app, 2026-05-24"
    assert merged([one], [one]) == [one], "each piece of the book sees the same source"


def test_summaries_of_pieces_make_the_summary_of_the_whole() -> None:
    tickets = [{"customer": id, "ticket": str(id), "opened": ago(-id)} for id in range(1, 9)]
    customers = [{"customer": id} for id in range(1, 9)]
    whole = summarise(problems(book(customers=customers, tickets=tickets)))
    halves = [
        summarise(problems(book(customers=customers[part], tickets=tickets[part])))
        for part in (slice(0, 3), slice(3, 8))
    ]
    assert merged(*halves) == whole
    [future] = [one for one in whole if one.problem == "future_date"]
    assert (future.rows, future.customers, len(future.examples)) == (8, 8, 5)


@many
@given(BOOK)
def test_it_never_raises_and_the_order_of_rows_never_matters(dirty: Rows) -> None:
    found = problems(framed(dirty))
    turned = problems(framed({name: rows[::-1] for name, rows in dirty.items()}))
    pd.testing.assert_frame_equal(found, turned)
    assert found["count"].ge(1).all()
    assert all(isinstance(one, Problem) for one in summarise(found))


def test_frames_of_other_types_and_without_columns() -> None:
    bare = {name: pd.DataFrame() for name in COLUMNS} | {"customers": pd.DataFrame(index=pd.Index([1]))}
    assert problems(Frames(**bare, as_of=AS_OF, dated=False))["problem"].tolist() == ["no_data"]


def test_every_problem_has_words() -> None:
    row = {"ticket": "t", "opened": ago(3), "closed": ago(4)}
    assert sentence(catalogue("en"), "ends_before_it_begins", "tickets", "closed", 1, "2026-05-28") == (
        "tickets.closed: 1 row ends before it begins (2026-05-28)"
    )
    dirty = book(customers=[{"arr": -1.0}] * 2, tickets=[row] * 2, usage=[{"customer": 5}])
    for one in summarise(problems(dirty)):
        assert sentence(catalogue("en"), one.problem, one.frame, one.column, one.rows, "").strip()
    assert len(CHECKS) == 12
