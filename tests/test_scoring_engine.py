"""Decisions over time: flags on the right day, bands that remember, pulses that end, texts that fit."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from config.scorecards import Scorecard, shipped_scorecard
from scoring.decision import Decision, Previous
from scoring.engine import decide
from scoring.explanation import difference
from scoring.frames import Frames, empty_frames, frame
from scoring.reasons import fit

START = date(2026, 1, 1)
CARD = shipped_scorecard("health")
FLAGS = {"silent": 21, "detractor": 90, "escalated_ticket": None, "renewal_near": 90}
LAST_USE = {"source": "app", "person": "a", "feature": "f", "day": START, "count": 1}


def on(day: int) -> date:
    return START + timedelta(days=day)


def book(day: int, **rows: list[dict[str, Any]]) -> Frames:
    rows = {"customers": [{"status": "customer"}], "sources": [{"source": "app", "newest": on(day)}], **rows}
    made = {name: frame(name, [{"customer": 1, **row} for row in found]) for name, found in rows.items()}
    return replace(empty_frames(on(day)), **made)


def decision(day: int, card: Scorecard = CARD, previous: Previous | None = None, **rows: Any) -> Decision:
    [made] = decide(book(day, **rows), card, FLAGS, {} if previous is None else {1: previous})
    return made


def raised(day: int, **rows: Any) -> dict[str, date]:
    return {flag.name: flag.since for flag in decision(day, **rows).flags}


def test_silent_by_time_alone() -> None:
    assert raised(20, usage=[LAST_USE]) == {}
    assert raised(21, usage=[LAST_USE]) == raised(60, usage=[LAST_USE]) == {"silent": on(21)}
    assert raised(60, usage=[LAST_USE], sources=[{"source": "app", "newest": on(50)}]) == {}
    assert raised(60, usage=[]) == {}


def test_renewal_near_by_time_alone() -> None:
    accounts = [{"status": None, "renewal_date": on(100)}]
    found = {day: raised(day, customers=accounts) for day in (9, 10, 100, 101)}
    assert found == {9: {}, 10: {"renewal_near": on(10)}, 100: {"renewal_near": on(10)}, 101: {}}


def test_detractor_until_a_better_answer_or_the_end_of_its_days() -> None:
    bad = {"survey": "nps", "person": "a", "score": 6, "day": on(0)}
    better = {**bad, "score": 8, "day": on(30)}
    assert raised(90, responses=[bad]) == {"detractor": on(0)}
    assert raised(91, responses=[bad]) == {}
    assert raised(29, responses=[bad, better]) == {"detractor": on(0)}
    assert raised(30, responses=[bad, better]) == {}
    other = {**bad, "person": "b", "score": 0, "day": on(40)}
    assert raised(50, responses=[bad, better, other]) == {"detractor": on(40)}


def test_escalated_ticket_while_it_is_open() -> None:
    ticket = {"ticket": "t", "status": "open", "opened": on(3), "escalated": True}
    assert raised(2, tickets=[ticket]) == {}
    assert raised(3, tickets=[ticket]) == raised(50, tickets=[ticket]) == {"escalated_ticket": on(3)}
    assert raised(50, tickets=[{**ticket, "status": "closed", "closed": on(9)}]) == {}


@pytest.mark.parametrize("status", ["churned", "prospect", "Churned"])
def test_only_customers_carry_flags(status: str) -> None:
    assert raised(60, customers=[{"status": status, "renewal_date": on(61)}], usage=[LAST_USE]) == {}


def test_the_gravest_flag_leads_and_only_those_that_are_on_are_raised() -> None:
    ticket = {"ticket": "t", "status": "open", "opened": on(3), "escalated": True}
    made = decision(40, usage=[LAST_USE], tickets=[ticket], customers=[{"renewal_date": on(50)}])
    assert [flag.name for flag in made.flags] == ["escalated_ticket", "silent", "renewal_near"]
    assert made.top_risk == "escalated_ticket"
    assert made.next_action == made.flags[0].remedy + "."
    [off] = decide(book(40, usage=[LAST_USE]), CARD, {"renewal_near": None, "payment_late": 14}, {})
    assert off.flags == ()


def test_band_remembers_yesterday() -> None:
    """A score of 70.0: green for a newcomer, still yellow for one that comes from there."""
    card = Scorecard.model_validate(
        {
            "purpose": "health",
            "measures": {"m": {"feature": "nps_latest", "group": "g", "weight": 1, "curve": [[0, 0], [10, 100]]}},
        }
    )
    answers = [{"survey": "nps", "person": "a", "score": 7, "day": on(0)}]
    assert decision(9, card, responses=answers).band == "green"
    old = Previous("yellow", on(2))
    kept = decision(9, card, old, responses=answers)
    assert (kept.band, kept.band_since) == ("yellow", on(2))
    low = [{**answers[0], "score": 1}]
    assert decision(9, card, Previous("green", on(8)), responses=low).band == "green"
    fallen = decision(9, card, Previous("green", on(6)), responses=low)
    assert (fallen.band, fallen.band_since) == ("red", on(9))


@pytest.mark.parametrize(
    ("given", "day", "counts"),
    [
        ({"pulse_until": on(30), "pulse_since": on(0)}, 30, True),
        ({"pulse_until": on(30), "pulse_since": on(0)}, 31, False),
        ({"pulse_since": on(0)}, 90, True),
        ({"pulse_since": on(0)}, 91, False),
        ({"pulse_since": on(40)}, 39, False),
        ({}, 500, True),
    ],
)
def test_a_pulse_counts_until_its_end(given: dict[str, Any], day: int, counts: bool) -> None:
    ticket = {"ticket": "t", "status": "open", "opened": on(0), "escalated": False}
    engaged = {"activity": "x", "person": "a", "kind": "call", "day": on(day)}
    account = {"pulse": "red", "pulse_reason": "sponsor resigned.", **given}
    made = decision(day, customers=[account], tickets=[ticket], activities=[engaged])
    assert (made.band == "red") == counts
    assert ("because sponsor resigned." in made.reasons) == counts
    assert made.score == (39.9 if counts else made.score)


def test_an_unknown_score_says_what_is_missing() -> None:
    made = decision(5)
    assert (made.score, made.band, made.contributions) == (None, "unknown", ())
    assert set(made.missing) == set(CARD.measures)
    assert made.reasons.startswith("Not enough data (coverage 0 %): ")
    assert "no usage" in made.reasons


def test_a_cards_own_words() -> None:
    measure = {
        "feature": "days_since_login", "group": "usage", "weight": 1, "curve": [[0, 100], [30, 0]],
        "label": "Logins", "reason": "Quiet for {value} days {0.__class__}", "remedy": "Ring them",
    }  # fmt: skip
    card = Scorecard.model_validate({"purpose": "health", "measures": {"m": measure}})
    made = decision(20, card, usage=[LAST_USE])
    assert made.contributions[0].label == "Logins"
    assert made.reasons == "Quiet for 20 days {0.__class__}."
    assert made.next_action == "Ring them."
    assert made.version == card.version


def test_difference_names_what_became_known() -> None:
    answers = [{"survey": "nps", "person": "a", "score": 10, "day": on(20)}]
    seats = [{"seats_bought": 2}]
    before = decision(19, customers=seats, usage=[LAST_USE], responses=answers)
    after = decision(20, customers=seats, usage=[LAST_USE], responses=answers)
    changes = {change.measure: change for change in difference(before, after)}
    assert before.score is not None
    assert after.score is not None
    assert round(sum(change.points for change in changes.values()), 1) == round(after.score - before.score, 1)
    assert (changes["nps"].before, changes["nps"].after) == (None, 10)
    assert changes["nps"].points > 0


def test_texts_are_cut_at_a_sentence_and_never_within_a_word() -> None:
    assert fit(["One", "two.", " ", "three"]) == "One. two. three."
    assert fit(["One", "two", "three"], longest=10) == "One. two."
    assert fit(["One two three"], longest=11) == "One two…"
    assert fit(["x" * 300], longest=10) == "xxxxxxxxx…"
    assert fit([]) == ""
