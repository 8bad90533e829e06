"""What must hold for any book of accounts, however dirty its data."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.flags import FLAG_DAYS
from config.scorecards import Cap, shipped_scorecard
from scoring.decision import Decision, Previous
from scoring.engine import decide
from scoring.explanation import difference
from scoring.frames import Frames, frame
from scoring.policy import one_card

AS_OF = date(2026, 6, 1)
CARD = shipped_scorecard("health")
FLAGS = dict.fromkeys(FLAG_DAYS)
DATED = {
    "usage": "day", "tickets": "opened", "responses": "day", "activities": "day", "deals": "opened",
    "contracts": "starts", "invoices": "due",
}  # fmt: skip

Rows = dict[str, list[dict[str, Any]]]

customers = st.integers(0, 3)
people = st.sampled_from(["p1", "p2", "p3", "Zoë Ω", None])
numbers = st.sampled_from([-5.0, 0.0, 0.5, 1.0, 3.0, 40.0, float("nan"), float("inf"), 1e12])


def days(least: int = -40, most: int = 420) -> st.SearchStrategy[date | None]:
    """Mostly days before AS_OF, some after it, some missing."""
    return st.one_of(st.integers(least, most).map(lambda ago: AS_OF - timedelta(days=ago)), st.none())


def words(*known: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([*known, "unknown", None])


def rows(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({"customer": st.integers(0, 4), **columns}), max_size=8)


ACCOUNT = st.fixed_dictionaries(
    {
        "status": words("customer", "churned", "prospect"),
        "seats_bought": numbers,
        "renewal_date": days(-400, 100),
        "pulse": words("green", "yellow", "red"),
        "pulse_reason": st.sampled_from([None, "spoke to them", "x" * 300]),
        "pulse_until": days(-30, 30),
        "pulse_since": days(-10, 200),
    }
)
BOOK = st.fixed_dictionaries(
    {
        "customers": st.lists(ACCOUNT, max_size=4).map(
            lambda found: [{"customer": number, **account} for number, account in enumerate(found)]
        ),
        "persons": rows(person=people, role=words("champion", "user"), left_on=days()),
        "usage": rows(source=words("app", "web"), person=people, feature=words("f1", "f2"), day=days(), count=numbers),
        "tickets": rows(
            ticket=words("t1", "t2"),
            status=words("open", "pending", "closed"),
            opened=days(),
            closed=days(),
            escalated=st.sampled_from([True, False, None]),
            escalated_since=days(0),
        ),
        "responses": rows(
            person=people, survey=words("nps", "csat"), score=st.sampled_from([-1, 0, 6, 7, 9, 10, 11]), day=days()
        ),
        "activities": rows(
            activity=words("a1", "a2"),
            person=people,
            kind=words("call", "task", "meeting", "email"),
            direction=words("in", "out"),
            day=days(),
            done=st.sampled_from([True, False, None]),
        ),
        "deals": rows(
            kind=words("renewal", "new"), status=words("open", "won", "lost"), opened=days(), closes=days(-400, 400)
        ),
        "contracts": rows(status=words("draft", "active", "ended"), starts=days(), ends=days(-400, 400)),
        "invoices": rows(
            invoice=words("i1", "i2"), due=days(), paid=days(), amount=numbers, currency=words("EUR", "USD")
        ),
    }
)
USED = st.one_of(st.integers(0, 27), st.integers(112, 400))
"""Days ago on which use counts for the customer; that between is what recent use is measured against."""
SOURCES = frame("sources", [{"source": "app", "newest": AS_OF, "stale_after_days": 7}, {"source": "web"}])
many = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def framed(book: Rows) -> Frames:
    return Frames(**{name: frame(name, given) for name, given in book.items()}, sources=SOURCES, as_of=AS_OF)


def decided(book: Rows, previous: Mapping[int, Previous] | None = None) -> list[Decision]:
    return decide(framed(book), one_card(CARD, FLAGS), previous or {})


def tenths(decision: Decision) -> int:
    return sum(round(part.points * 10) for part in decision.contributions)


@many
@given(BOOK)
def test_never_raises_and_adds_up(book: Rows) -> None:
    for decision in decided(book):
        assert 0 <= decision.coverage <= 100
        assert (decision.score is None) == (not decision.contributions)
        judged = decision.reasons.startswith("CSM's judgement")
        assert (decision.band == "unknown") == (decision.score is None and not judged)
        if decision.score is not None:
            assert 0 <= decision.score <= 100
            assert tenths(decision) == round(decision.score * 10)
            assert all(part.points >= 0 for part in decision.contributions if part.measure in CARD.measures)
        assert 0 < len(decision.reasons) <= 255
        assert 0 < len(decision.next_action) <= 255
        assert all(flag.since <= AS_OF for flag in decision.flags)


@many
@given(BOOK, st.randoms(use_true_random=False))
def test_order_of_rows_never_matters(book: Rows, random: Any) -> None:
    shuffled = {name: random.sample(found, len(found)) for name, found in book.items()}
    assert sorted(decided(shuffled), key=lambda decision: decision.customer) == decided(book)


@many
@given(BOOK)
def test_two_runs_are_equal_and_doubled_rows_change_nothing(book: Rows) -> None:
    once = decided(book)
    assert decided(book) == once
    doubled = {
        name: found * 2 if name in ("customers", "usage", "activities") else found for name, found in book.items()
    }
    assert decided(doubled) == once


@many
@given(BOOK)
def test_nobody_depends_on_who_else_is_scored(book: Rows) -> None:
    alone = [decided({**book, "customers": [account]})[0] for account in book["customers"]]
    known_sources = {row["source"] for row in book["usage"]} <= {"app"}
    if known_sources:
        assert alone == decided(book)


@many
@given(BOOK, BOOK)
def test_later_records_never_change_an_earlier_day(book: Rows, other: Rows) -> None:
    """Rows dated after the day may come, go or be another: the day stays as it was."""
    past = {name: [row for row in found if not later(name, row)] for name, found in book.items()}
    future = {name: [row for row in found if later(name, row)] for name, found in other.items()}
    assert decided({name: [*past[name], *future[name]] for name in book}) == decided(past)


def later(name: str, row: Mapping[str, Any]) -> bool:
    day = row.get(DATED.get(name, ""))
    return day is not None and day > AS_OF


@many
@given(BOOK, st.integers(1, 60))
def test_what_ends_later_has_not_ended_yet(book: Rows, ahead: int) -> None:
    """A ticket closed, an invoice paid, a person gone after the day: on the day it was open, unpaid, she was there."""
    ends = AS_OF + timedelta(days=ahead)
    still = {
        **book,
        "tickets": [{**row, "status": "open", "closed": None} for row in book["tickets"]],
        "persons": [{**row, "left_on": None} for row in book["persons"]],
        "invoices": [{**row, "paid": None} for row in book["invoices"]],
    }
    ended = {
        **book,
        "tickets": [{**row, "status": "closed", "closed": ends} for row in book["tickets"]],
        "persons": [{**row, "left_on": ends} for row in book["persons"]],
        "invoices": [{**row, "paid": ends} for row in book["invoices"]],
    }
    assert decided(ended) == decided(still)


@many
@given(BOOK, st.integers(0, 3), st.sampled_from(["p1", "p2", "p9"]), st.sampled_from(["f1", "f9"]), USED)
def test_more_usage_never_lowers_health(book: Rows, customer: int, person: str, feature: str, ago: int) -> None:
    seen = {"customer": customer, "source": "app", "person": "p1", "feature": "f1", "day": AS_OF - timedelta(days=35)}
    heard = {**seen, "day": AS_OF - timedelta(days=400), "count": 0}
    usage = [{**row, "source": "app", "person": "p2", "feature": "f2"} for row in book["usage"]]
    less = {**book, "usage": [*usage, {**seen, "count": 1}, heard]}
    used = {**seen, "person": person, "feature": feature, "day": AS_OF - timedelta(days=ago), "count": 3}
    more = {**less, "usage": [*less["usage"], used]}
    for before, after in zip(decided(less), decided(more), strict=True):
        if before.score is not None and before.customer == customer:
            assert after.score is not None
            assert after.score >= before.score


@many
@given(BOOK, st.integers(1, 4), st.integers(1, 5), st.lists(st.integers(0, 400), min_size=2, max_size=6))
def test_longer_silence_never_raises_health_nor_blanks_it(
    book: Rows, persons: int, features: int, silences: list[int]
) -> None:
    """After ten weeks of daily use; nothing else changes."""
    accounts = [{**account, "seats_bought": 5.0} for account in book["customers"]]
    scores = []
    for silence in sorted(silences):
        used = [
            {"customer": account["customer"], "source": "app", "person": f"p{person}", "feature": f"f{feature}",
             "day": AS_OF - timedelta(days=silence + day), "count": 1}
            for account in accounts for day in range(70) for person in range(persons) for feature in range(features)
        ]  # fmt: skip
        scores.append([decision.score for decision in decided({**book, "customers": accounts, "usage": used})])
    for shorter, longer in pairwise(scores):
        for before, after in zip(shorter, longer, strict=True):
            assert before is not None
            assert after is not None
            assert after <= before


@many
@given(BOOK, BOOK)
def test_the_difference_of_two_decisions_adds_up(book: Rows, other: Rows) -> None:
    for before, after in zip(decided(book), decided(other), strict=False):
        change = sum(round(part.points * 10) for part in difference(before, after))
        assert change == round((after.score or 0) * 10) - round((before.score or 0) * 10)
    for same in decided(book):
        assert difference(same, same) == ()


@many
@given(BOOK)
def test_caps_hold_and_are_one_more_part(book: Rows) -> None:
    """Without pulses, a cap that always holds keeps every score at or below it."""
    cap = Cap.model_validate({"if": "all", "at_most": 33.3, "because": "tested"})
    accounts = [{**account, "pulse": None} for account in book["customers"]]
    frames = framed({**book, "customers": accounts})
    free = decide(frames, one_card(CARD.model_copy(update={"caps": ()})), {})
    held = decide(frames, one_card(CARD.model_copy(update={"caps": (cap,)})), {})
    for open_score, capped in zip(free, held, strict=True):
        expected = None if open_score.score is None else min(open_score.score, 33.3)
        assert capped.score == expected
        if capped.score is not None:
            assert tenths(capped) == round(capped.score * 10)


def test_an_empty_book_and_frames_of_other_types() -> None:
    empty: Rows = {name: [] for name in ("customers", "persons", *DATED)}
    assert decided(empty) == []
    frames = framed({**empty, "customers": [{"customer": 7}]})
    bare = replace(frames, customers=pd.DataFrame(index=pd.Index([7])), usage=pd.DataFrame(), tickets=pd.DataFrame())
    assert decide(bare, one_card(CARD, FLAGS), {}) == decide(frames, one_card(CARD, FLAGS), {})
