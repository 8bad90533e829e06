"""From one published decision to the next: which events that is."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from webhooks.outbound.changes import Flag, Told, changes, told

GREEN = Told(score=80.0, band="green", stage="value", version="v1", reasons="why", next_action="what")


def kinds(before: Told, after: Told, min_change: float = 1.0) -> list[str]:
    return [type for type, _ in changes(before, after, min_change)]


def test_what_was_published_is_read_from_the_fields() -> None:
    fields: dict[str, Any] = {
        "health_score": 71,
        "health_band": "green",
        "risk_flags": ("silent",),
        "journey_stage": None,
    }
    assert told(fields) == Told(score=71.0, band="green", flags=frozenset({"silent"}))
    assert told(None) == told(dict.fromkeys(fields)) == Told()


def test_nothing_before_or_nothing_after_is_no_event() -> None:
    assert kinds(Told(), GREEN) == kinds(GREEN, Told()) == kinds(GREEN, GREEN) == []


def test_every_change_is_an_event_the_gravest_first() -> None:
    before = replace(GREEN, flags=frozenset({"detractor"}), evidence={"detractor": Flag(date(2026, 1, 1), "was", "do")})
    raised = {"silent": Flag(date(2026, 3, 1), "No login for 21 days", "Call")}
    after = Told(30.5, "red", "renewal", "v1", frozenset({"silent"}), raised, "low", "call")
    assert changes(before, after, 1.0) == [
        (
            "band.changed",
            {
                "before": {"band": "green", "score": 80.0, "version": "v1"},
                "after": {"band": "red", "score": 30.5, "version": "v1"},
                "reasons": "low",
                "next_action": "call",
            },
        ),
        ("flag.raised", {"flag": "silent", "since": "2026-03-01", "reason": "No login for 21 days", "remedy": "Call"}),
        ("flag.cleared", {"flag": "detractor", "since": "2026-01-01", "reason": "was"}),
        (
            "score.changed",
            {
                "before": {"score": 80.0, "version": "v1"},
                "after": {"score": 30.5, "version": "v1"},
                "band": "red",
                "reasons": "low",
                "next_action": "call",
            },
        ),
        ("stage.changed", {"before": {"stage": "value"}, "after": {"stage": "renewal"}}),
    ]


def test_a_flag_without_evidence_is_told_all_the_same() -> None:
    after = replace(GREEN, flags=frozenset({"silent"}))
    assert changes(GREEN, after, 1.0) == [
        ("flag.raised", {"flag": "silent", "since": None, "reason": None, "remedy": None})
    ]


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from([0.0, 1.0, 5.0]))
def test_a_score_is_told_when_it_moved_by_enough(one: float, other: float, least: float) -> None:
    moved = kinds(replace(GREEN, score=one), replace(GREEN, score=other), least) == ["score.changed"]
    assert moved == (one != other and abs(one - other) >= least - 1e-9)


@given(st.floats(0, 100))
def test_known_and_unknown_is_always_a_change(score: float) -> None:
    known, unknown = replace(GREEN, score=score), replace(GREEN, score=None)
    assert kinds(known, unknown, 100) == kinds(unknown, known, 100) == ["score.changed"]
    assert kinds(unknown, unknown, 0) == []


def test_a_step_that_binary_makes_a_hair_too_short() -> None:
    assert kinds(replace(GREEN, score=72.3), replace(GREEN, score=71.3)) == ["score.changed"]
