"""Decisions over time: flags on the right day, bands that remember, pulses that end, texts that fit."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from config.scorecards import Scorecard, shipped_scorecard
from scoring.decision import Decision, Previous
from scoring.engine import decide
from scoring.explanation import difference
from scoring.facts import Facts
from scoring.frames import Frames, empty_frames, frame
from scoring.messages import catalogue, feature_sentence
from scoring.policy import one_card
from scoring.reasons import fit

START = date(2026, 1, 1)
CARD = shipped_scorecard("health")
FLAGS = {"silent": 21, "detractor": 90, "escalated_ticket": None, "renewal_near": 90, "payment_late": 14}
LAST_USE = {"source": "app", "person": "a", "feature": "f", "day": START, "count": 1}


def on(day: int) -> date:
    return START + timedelta(days=day)


def book(day: int, **rows: list[dict[str, Any]]) -> Frames:
    rows = {"customers": [{"status": "customer"}], "sources": [{"source": "app", "newest": on(day)}], **rows}
    made = {name: frame(name, [{"customer": 1, **row} for row in found]) for name, found in rows.items()}
    return replace(empty_frames(on(day)), **made)


def decision(day: int, card: Scorecard = CARD, previous: Previous | None = None, **rows: Any) -> Decision:
    [made] = decide(book(day, **rows), one_card(card, FLAGS), {} if previous is None else {1: previous})
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


def test_payment_late_by_time_alone_until_it_is_paid() -> None:
    invoice = {"invoice": "i", "due": on(10), "amount": 1200.0, "currency": "EUR"}
    assert raised(24, invoices=[invoice]) == {}, "for more than 14 days"
    assert raised(25, invoices=[invoice]) == raised(90, invoices=[invoice]) == {"payment_late": on(25)}
    assert raised(50, invoices=[{**invoice, "paid": on(50)}]) == {}
    assert raised(49, invoices=[{**invoice, "paid": on(50)}]) == {"payment_late": on(25)}, "it was paid only later"
    assert raised(90, invoices=[{**invoice, "due": None}]) == {}


def test_a_late_payment_is_told_with_its_amount_where_that_can_be_added() -> None:
    def told(*invoices: dict[str, Any]) -> str:
        return decision(60, invoices=list(invoices)).flags[0].sentence

    one = {"invoice": "i", "due": on(10), "amount": 1200.0, "currency": "EUR"}
    other = {**one, "invoice": "j", "due": on(20), "amount": 300.0}
    assert told(one) == "Invoice overdue for 50 days (1,200 EUR)"
    assert told(one, other) == "2 invoices overdue, the oldest for 50 days (1,500 EUR)"
    for unlike in ({"currency": "USD"}, {"currency": None}, {"amount": None}):
        assert told(one, {**other, **unlike}) == "2 invoices overdue, the oldest for 50 days"


@pytest.mark.parametrize("status", ["churned", "prospect", "Churned"])
def test_only_customers_carry_flags(status: str) -> None:
    assert raised(60, customers=[{"status": status, "renewal_date": on(61)}], usage=[LAST_USE]) == {}


def test_the_gravest_flag_leads_and_only_those_that_are_on_are_raised() -> None:
    ticket = {"ticket": "t", "status": "open", "opened": on(3), "escalated": True}
    made = decision(40, usage=[LAST_USE], tickets=[ticket], customers=[{"renewal_date": on(50)}])
    assert [flag.name for flag in made.flags] == ["escalated_ticket", "silent", "renewal_near"]
    assert made.top_risk == "escalated_ticket"
    assert made.next_action == made.flags[0].remedy + "."
    [off] = decide(book(40, usage=[LAST_USE]), one_card(CARD, {"renewal_near": None, "payment_late": 14}), {})
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


def test_a_pulse_speaks_while_the_score_is_unknown() -> None:
    account = {"pulse": "red", "pulse_reason": "sponsor\nresigned!"}
    made = decision(5, customers=[account], previous=Previous("green", on(4)))
    assert (made.score, made.band, made.band_since, made.contributions) == (None, "red", on(5), ())
    assert made.reasons.startswith("CSM's judgement: red, because sponsor resigned! Not enough data (coverage 0 %): ")
    assert made.next_action == "Settle what lies behind the CSM's judgement: sponsor resigned!"
    kept = decision(5, customers=[{"pulse": "green"}], previous=Previous("green", on(1)))
    assert (kept.score, kept.band, kept.band_since) == (None, "green", on(1))
    assert kept.next_action.startswith("Find out what this account lacks in data")


def test_an_escalation_is_told_as_it_is_known() -> None:
    ticket = {"ticket": "t", "status": "open", "opened": on(0), "escalated": True}

    def told(day: int, *tickets: dict[str, Any]) -> tuple[date, str]:
        flag = decision(day, tickets=list(tickets)).flags[0]
        return flag.since, flag.sentence

    known = {**ticket, "escalated_since": on(11)}
    assert told(20, ticket) == (on(0), "Escalated ticket open for 20 days")
    assert told(0, ticket) == (on(0), "Escalated ticket opened today")
    assert told(20, known) == (on(11), "Escalated 9 days ago, still open")
    assert told(12, known) == (on(11), "Escalated 1 day ago, still open")
    assert told(11, known) == (on(11), "Ticket escalated today")
    assert raised(10, tickets=[known]) == {}
    both = (known, {**ticket, "ticket": "u", "opened": on(5)})
    assert told(20, *both) == (on(5), "2 escalated tickets open, the oldest for 15 days")
    calls = [{"activity": "x", "person": "a", "kind": "call", "day": on(17)}]
    capped = {day: decision(day, tickets=[known], activities=calls) for day in (18, 19)}
    assert {day: any(part.measure == "cap" for part in made.contributions) for day, made in capped.items()} == {
        18: False, 19: True,
    }  # fmt: skip


def test_what_is_known_is_not_said_to_be_missing() -> None:
    young = decision(5, usage=[{**LAST_USE, "day": on(3)}])
    assert young.score is None
    assert "no usage" not in young.reasons
    assert "no survey answers" in young.reasons
    measure = {"feature": "active_trend", "group": "usage", "weight": 1, "curve": [[0, 0], [1, 100]]}
    card = Scorecard.model_validate({"purpose": "health", "measures": {"trend": measure}})
    assert decision(5, card, usage=[LAST_USE]).reasons == "Not enough data (coverage 0 %): no data for trend of use."
    assert decision(5, card).reasons == "Not enough data (coverage 0 %): no usage."
    seats = {"feature": "seat_use", "group": "usage", "weight": 1, "curve": [[0, 0], [1, 100]]}
    login = {"feature": "days_since_login", "group": "usage", "weight": 1, "curve": [[0, 100], [9, 0]]}
    narrow = {"purpose": "health", "min_coverage": 0.9, "measures": {"seats": seats, "login": login}}
    made = decision(5, Scorecard.model_validate(narrow), usage=[LAST_USE])
    assert made.reasons == "Not enough data (coverage 50 %): no data for seats used."


def one_measure(**rest: Any) -> Scorecard:
    measure = {"feature": "nps_latest", "group": "g", "weight": 1, "curve": [[0, 0], [10, 100]]}
    return Scorecard.model_validate({"purpose": "health", "measures": {"m": measure}, **rest})


@pytest.mark.parametrize(
    ("score", "given", "action"),
    [
        (8, {}, "Keep in touch; nothing needs mending now."),
        (8, {"bands": {"green": 90}}, "Call those who gave low marks, ask why, and agree on one thing to mend."),
        (8, {"caps": [{"if": "all", "at_most": 20, "because": "it is tested"}]},
         "Mend what holds the score down: it is tested."),
        (8, {"pulse": "red"}, "Write down what lies behind the CSM's judgement, and settle it with the account."),
        (8, {"pulse": "yellow", "pulse_reason": "budget cut"},
         "Call those who gave low marks, ask why, and agree on one thing to mend."),
        (8, {"pulse": "green"}, "Keep in touch; nothing needs mending now."),
    ],
)  # fmt: skip
def test_what_to_do_next(score: int, given: dict[str, Any], action: str) -> None:
    account = {name: value for name, value in given.items() if name.startswith("pulse")}
    card = one_measure(**{name: value for name, value in given.items() if name not in account})
    answers = [{"survey": "nps", "person": "a", "score": score, "day": on(0)}]
    assert decision(9, card, customers=[account], responses=answers).next_action == action


def test_a_perfect_score_whose_band_has_yet_to_follow_is_not_called_well() -> None:
    answers = [{"survey": "nps", "person": "a", "score": 10, "day": on(0)}]
    made = decision(9, one_measure(), Previous("yellow", on(8)), responses=answers)
    assert (made.score, made.band) == (100, "yellow")
    assert made.next_action == "Keep in touch: all is well again, and the band follows in a few days."


@pytest.mark.parametrize(
    ("feature", "facts", "said"),
    [
        ("active_persons", {"active_persons": 1.0}, "1 person active in 28 days"),
        ("active_persons", {"active_persons": 0.0, "active_persons_before": 3.0}, "Nobody active in 28 days (was 3)"),
        ("active_persons_before", {"active_persons_before": 1.0}, "1 person active in the 28 days before"),
        ("seat_use", {"seat_use": 1.2, "active_persons": 12.0, "seats_bought": 10.0}, "12 active, 10 seats bought"),
        ("seat_use", {"seat_use": 1.0, "active_persons": 1.0, "seats_bought": 1.0}, "1 of 1 seat active in 28 days"),
        ("active_trend", {"active_trend": 1.1}, "Use as usual"),
        ("active_trend", {"active_trend": 0.9}, "Use as usual"),
        ("active_trend", {"active_trend": 3.0}, "Use up 200 % against its own average"),
        ("active_trend", {"active_trend": 3.5}, "Use 3.5 times its average"),
        ("active_trend", {"active_trend": 30.04}, "Use 30 times its average"),
        ("usage_drop", {"usage_drop": 0.0}, "Use no lower than its own average"),
        ("tickets_open_days", {"tickets_open_days": 0.0, "tickets_open": 1.0}, "Oldest open ticket opened today"),
        ("tickets_open_days", {"tickets_open_days": 0.0, "tickets_open": 0.0}, "No open ticket"),
        ("resolution_days", {"resolution_days": 0.0}, "Tickets are closed on the day they are opened"),
        ("days_since_login", {"days_since_login": 0.0}, "Last login today"),
    ],
)
def test_sentences(feature: str, facts: dict[str, float], said: str) -> None:
    columns = {name: [value] for name, value in facts.items()}
    assert feature_sentence(catalogue("en"), feature, feature, Facts(columns, 0)) == said


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
    assert fit(["Because " + "x" * 300]) == "Because " + "x" * 246 + "…"
    assert fit(["Why?", "Now!", "One\n\ntwo.\r\n"]) == "Why? Now! One two."
    assert fit([]) == ""
