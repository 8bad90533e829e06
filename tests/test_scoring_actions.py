"""Actions of an additive index: what is counted, since when, and that the future never counts."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_scoring_properties import BOOK, Rows, framed, later

from config.actions import ACTIONS
from config.scorecards import Scorecard
from scoring.actions import _EVENTS, action_counts
from scoring.frames import Frames, empty_frames, frame
from scoring.past import past
from scoring.scorecard import score_frame

AS_OF = date(2026, 6, 1)
SOURCES = frame("sources", [{"source": "app", "newest": AS_OF, "stale_after_days": 7}])
many = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def day(ago: int) -> date:
    return AS_OF - timedelta(days=ago)


def card(*actions: dict[str, Any]) -> Scorecard:
    measures = {f"m{at}": {"value": 1, **action} for at, action in enumerate(actions)}
    return Scorecard.model_validate({"purpose": "health", "form": "additive", "measures": measures})


def frames(**rows: list[dict[str, Any]]) -> Frames:
    given_rows = {"customers": [{"customer": 1}, {"customer": 2}], **rows}
    made = {name: frame(name, [{"customer": 1, **row} for row in some]) for name, some in given_rows.items()}
    return Frames(**{**vars(empty_frames(AS_OF)), **made, "sources": SOURCES})


def counts(book: Frames, *actions: dict[str, Any]) -> list[float]:
    """Of customer 1, in the order asked for; nobody spoke of customer 2."""
    chosen = card(*actions)
    found = action_counts(book, past(book), [chosen])
    assert found.loc[2].isna().all()
    return [found.loc[1, chosen.measures[f"m{at}"].feature] for at in range(len(actions))]


USED = [
    {"source": "app", "person": "p1", "feature": "reports", "day": day(0), "count": 4},
    {"source": "app", "person": "p1", "feature": "reports", "day": day(14), "count": 8},
    {"source": "app", "person": "p2", "feature": "export", "day": day(14), "count": None},
    {"source": "app", "person": "p2", "feature": "export", "day": day(30), "count": -3},
    {"source": "app", "person": "p2", "feature": "reports", "day": day(-3), "count": 90},
]


def test_usage_counts_in_its_window_and_fades_with_its_half_life() -> None:
    assert counts(
        frames(usage=[*USED, USED[0]]), {"action": "usage"}, {"action": "usage.reports"},
        {"action": "usage.reports", "window": "14d"}, {"action": "usage.reports", "half_life": "14d"},
        {"action": "usage.nothing"}, {"action": "usage_day"}, {"action": "usage", "half_life": "7d", "window": "28d"},
    ) == [13, 12, 4, 8, 0, 3, 4 + 9 / 4]  # fmt: skip


def test_usage_of_a_source_gone_quiet_is_unknown() -> None:
    book = frames(usage=[{**USED[1], "source": "old"}])
    assert pd.isna(counts(book, {"action": "usage"})[0])


def test_every_action_counts_what_it_says() -> None:
    book = frames(
        usage=USED,
        activities=[
            {"activity": "a", "person": "p1", "kind": "meeting", "day": day(3)},
            {"activity": "a", "person": "p2", "kind": "meeting", "day": day(3)},
            {"activity": "b", "kind": "meeting", "day": day(3), "done": False},
            {"activity": "c", "kind": "call", "day": day(9)},
            {"activity": "d", "kind": "email", "direction": "in", "day": day(9)},
            {"activity": "e", "kind": "email", "direction": "out", "day": day(9)},
        ],
        tickets=[
            {"ticket": "t1", "status": "closed", "opened": day(9), "closed": day(2), "escalated": True},
            {"ticket": "t2", "status": "open", "opened": day(1)},
            {"ticket": "t3", "status": "closed", "opened": day(1), "closed": day(-4)},
        ],
        responses=[
            {"person": "p1", "survey": "nps", "score": 10, "day": day(400)},
            {"person": "p1", "survey": "nps", "score": 3, "day": day(4)},
            {"person": "p1", "survey": "nps", "score": 11, "day": day(4)},
            {"person": None, "survey": "csat", "score": 80, "day": day(4)},
            {"person": None, "survey": "csat", "score": 80, "day": day(4)},
        ],
        invoices=[
            {"invoice": "i1", "due": day(30), "paid": day(31)},
            {"invoice": "i2", "due": day(30), "paid": day(20)},
            {"invoice": "i3", "due": day(5)},
            {"invoice": "i4", "due": day(0)},
            {"invoice": "i5", "due": day(-9), "paid": day(0)},
        ],
        deals=[
            {"deal": "d1", "kind": "renewal", "status": "won", "closes": day(5)},
            {"deal": "d2", "kind": "renewal", "status": "won", "closes": day(-5)},
            {"deal": "d3", "kind": "renewal", "status": "lost", "closes": day(900)},
            {"deal": "d4", "kind": "expansion", "status": "won", "closes": day(1)},
        ],
        persons=[
            {"person": "p1", "role": "champion", "left_on": day(7)},
            {"person": "p2", "role": "user", "left_on": day(7)},
            {"person": "p3", "role": "executive", "left_on": day(-7)},
        ],
    )
    found = dict(zip(ACTIONS, counts(book, *({"action": name} for name in ACTIONS)), strict=True))
    assert found == {
        "usage": 13, "usage_day": 3, "call": 1, "email": 1, "meeting": 1, "ticket": 3, "escalation": 1,
        "ticket_closed": 1, "response": 4, "promoter": 1, "detractor": 1, "invoice_late": 2, "invoice_paid": 1,
        "renewal_won": 1, "renewal_lost": 1, "expansion_won": 1, "person_left": 1,
    }  # fmt: skip


def test_every_action_of_the_configuration_can_be_counted() -> None:
    assert _EVENTS.keys() == ACTIONS.keys()
    assert action_counts(frames(), past(frames()), [card({"feature": "tickets_open"})]).columns.empty


EVERYTHING = card(*({"action": name, "half_life": "30d", "window": "200d"} for name in ACTIONS))


@many
@given(BOOK, BOOK)
def test_later_records_never_change_a_count(book: Rows, other: Rows) -> None:
    """Those dated after the day may come, go or be another."""
    until = {name: [row for row in found if not later(name, row)] for name, found in book.items()}
    after = {name: [row for row in found if later(name, row)] for name, found in other.items()}
    with_later = framed({name: [*until[name], *after[name]] for name in book})
    pd.testing.assert_frame_equal(counted(with_later), counted(framed(until)))


@many
@given(BOOK)
def test_counts_are_never_negative_and_score_without_a_fault(book: Rows) -> None:
    found = counted(framed(book))
    assert not found.lt(0).any(axis=None)
    scored = score_frame(found, EVERYTHING)
    parts = scored.points.sum(axis=1) + scored.base + scored.clamped
    assert parts.tolist() == pytest.approx((scored.score * 10), nan_ok=True) or (scored.score != scored.score).any()


@many
@given(BOOK, st.randoms(use_true_random=False))
def test_order_of_rows_never_matters(book: Rows, random: Any) -> None:
    shuffled = {
        name: found if name == "customers" else random.sample(found, len(found)) for name, found in book.items()
    }
    pd.testing.assert_frame_equal(counted(framed(shuffled)), counted(framed(book)))


def counted(book: Frames) -> pd.DataFrame:
    return action_counts(book, past(book), [EVERYTHING])
