"""Expansion signals at their edges, with their evidence; hints in tickets; signals hold on and know their day."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from flag_scenes import ago, carried, days, story
from hypothesis import given, settings
from hypothesis import strategies as st

from config.flags import FLAGS
from scoring.expansion import SIGNALS, find_signals
from scoring.flags import raise_flags
from scoring.flags.scene import Raised

HAPPY = {"nps_latest": 9.0, "seat_use": 0.7}


def shown(one: dict[str, Any], signal: str, before: Any = None, **more: Any) -> int | None:
    """For how many days one customer has shown the signal."""
    then, values = story(one, **more)
    flags = raise_flags(then, values, dict.fromkeys(FLAGS))
    return days(find_signals(then, values, flags, before or {}), signal)


@pytest.mark.parametrize(
    ("signal", "yes", "no"),
    [
        ("near_limit", {"plan_limit_use": 0.8}, {"plan_limit_use": 0.79}),
        (
            "seats_filling",
            {"seat_use": 0.85, "active_persons": 17, "active_persons_before": 16},
            {"seat_use": 0.85, "active_persons": 17, "active_persons_before": 17},
        ),
        ("seats_filling", {"seat_use": 1.0}, {"seat_use": 0.99}),
        (
            "seats_filling",
            {"seat_use": 1.0},
            {"seat_use": 0.84, "active_persons": 42, "active_persons_before": 2},
        ),
        (
            "users_growing",
            {"active_growth": 1.2, "active_persons": 18, "active_persons_before": 15},
            {"active_growth": 1.19, "active_persons": 119, "active_persons_before": 100},
        ),
        (
            "users_growing",
            {"active_growth": 1.5, "active_persons": 9, "active_persons_before": 6},
            {"active_growth": 2.0, "active_persons": 4, "active_persons_before": 2},
        ),
        ("locked_tried", {"locked_features_tried": 1}, {"locked_features_tried": 0}),
        ("happy_adopted", HAPPY, {**HAPPY, "nps_latest": 8.9}),
        ("happy_adopted", HAPPY, {**HAPPY, "seat_use": 0.69}),
        ("happy_adopted", {"csat_latest": 80, "breadth": 5}, {"csat_latest": 79, "breadth": 5}),
        ("happy_adopted", {"csat_latest": 80, "nps_latest": 7, "breadth": 5}, {"csat_latest": 90, "nps_latest": 6,
                                                                              "breadth": 9}),
        ("happy_adopted", {**HAPPY, "days_to_renewal": 9}, {**HAPPY, "days_since_login": 40}),
    ],
)  # fmt: skip
def test_a_signal_on_figures(signal: str, yes: dict[str, Any], no: dict[str, Any]) -> None:
    assert shown(yes, signal) == 0
    assert shown(no, signal) is None
    assert shown(dict.fromkeys(yes), signal) is None, "unknown signals nothing"
    assert shown({**yes, "status": "churned"}, signal) is None
    assert shown(yes, signal, {0: {signal: ago(30)}}) == 30


@pytest.mark.parametrize(
    ("signal", "still", "over"),
    [
        ("near_limit", {"plan_limit_use": 0.75}, {"plan_limit_use": 0.74}),
        ("seats_filling", {"seat_use": 0.8}, {"seat_use": 0.79}),
        (
            "users_growing",
            {"active_growth": 1.1, "active_persons": 11, "active_persons_before": 10},
            {"active_growth": 1.09, "active_persons": 109, "active_persons_before": 100},
        ),
    ],
)
def test_what_was_shown_yesterday_holds_on_a_little(signal: str, still: Any, over: Any) -> None:
    before = {0: {signal: ago(5)}}
    assert shown(still, signal, before) == 5
    assert shown(still, signal) is None
    assert shown(over, signal, before) is None


TICKET = {"ticket": "t", "status": "open", "opened": ago(10)}


@pytest.mark.parametrize(
    ("subject", "hint"),
    [
        ("Can we UPGRADE?", "upgrade"),
        ("We need more  Seats soon", "more seats"),
        ("upgraded our servers", None),
        ("", None),
        (None, None),
        (42, None),
        ("price?", None),
        ("Quote for the enterprise plan", "quote"),
    ],
)
def test_hints_are_whole_words(subject: Any, hint: str | None) -> None:
    then, values = story({}, tickets=[{**TICKET, "subject": subject}])
    found = find_signals(then, values, {})["ticket_hint"]
    assert (found.ago[0], found.facts["hint"][0]) == (10, hint) or (hint is None and np.isnan(found.ago[0]))


def test_hints_of_ninety_days_since_the_first_in_the_words_of_the_newest() -> None:
    tickets = [{**TICKET, "ticket": str(n), "opened": ago(n), "subject": s} for n, s in [(95, "quote"), (90, "quote"),
               (20, "C++ (beta)"), (-3, "upgrade")]]  # fmt: skip
    product = {"hints": ["Quote", "c++ (beta)", " "]}
    then, values = story({}, tickets=tickets, product=product)
    found = find_signals(then, values, {})["ticket_hint"]
    assert found.ago[0] == 90
    assert (found.facts["hint"][0], found.facts["hint_days"][0]) == ("c++ (beta)", 20)
    assert shown({}, "ticket_hint", tickets=tickets, product={"hints": []}) is None


def test_evidence() -> None:
    facts = {"plan_limit_use": 0.861, "seat_use": 0.9, "active_persons": 9, "active_persons_before": 5,
             "seats_bought": 10, "active_growth": 1.8, "csat_latest": 95, "breadth": 7}  # fmt: skip
    then, values = story(facts)
    found = find_signals(then, values, {})
    assert list(found) == list(SIGNALS)
    said = {name: fact[0] for signal in found.values() for name, fact in signal.facts.items() if pd.notna(fact[0])}
    assert said == {
        "plan_limit_percent": 86, "seats_percent": 90, "seats_over": "no", "persons_more": 4,
        "happy_by": "csat", "adopted_by": "seats",
    }  # fmt: skip


def test_a_mild_flag_leaves_a_customer_happy_a_grave_one_does_not() -> None:
    then, values = story(HAPPY, HAPPY, {**HAPPY, "nps_latest": None})
    flagged = pd.Series([0.0, np.nan, 0.0], index=then.index)
    mild = find_signals(then, values, {"renewal_near": Raised(flagged)})
    assert carried({"happy_adopted": mild["happy_adopted"]}) == {
        0: {"happy_adopted": ago(0)},
        1: {"happy_adopted": ago(0)},
    }
    grave = find_signals(then, values, {"detractor": Raised(flagged)})
    assert carried({"happy_adopted": grave["happy_adopted"]}) == {1: {"happy_adopted": ago(0)}}


FIGURES = ("plan_limit_use", "seat_use", "active_persons", "active_persons_before", "active_growth",
           "locked_features_tried", "nps_latest", "csat_latest", "breadth", "seats_bought", "arr")  # fmt: skip
figure = st.sampled_from([None, float("nan"), float("inf"), -3.0, 0.0, 0.3, 0.9, 4.0, 100.0, 1e12, "?"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(FIGURES, figure)), max_size=4), st.randoms(use_true_random=False))
def test_any_values_in_any_order(book: list[dict[str, Any]], random: Any) -> None:
    book = book or [{}]
    then, values = story(*book)
    found = pd.DataFrame({name: one.ago for name, one in find_signals(then, values, {}).items()})
    assert found.stack().dropna().ge(0).all()
    order = random.sample(range(len(book)), len(book))
    mixed = type(then)(**{**then.__dict__, "customers": then.customers.iloc[order]})
    again = pd.DataFrame({name: one.ago for name, one in find_signals(mixed, values.iloc[order], {}).items()})
    pd.testing.assert_frame_equal(found, again.sort_index())
