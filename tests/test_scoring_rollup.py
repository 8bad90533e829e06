"""A parent's decision, made of its own and those below it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.scorecards import Bands
from scoring.decision import NO_TREND, Decision, Previous
from scoring.rollup import How, Part, roll_up

DAY = date(2026, 3, 2)
BANDS = Bands(green=70, yellow=40, margin=2, dwell_days=3)


def decision(customer: int, score: float | None) -> Decision:
    return Decision(
        customer=customer, day=DAY, score=score, coverage=90.0, band="green", band_since=DAY, contributions=(),
        missing=(), flags=(), top_risk=None, nps=None, nps_last=None, nps_group=None,
        reasons=f"Reason {customer}. More.", next_action=f"Do {customer}", version="v",
    )  # fmt: skip


def part(customer: int, score: float | None, arr: float | None = None) -> Part:
    return Part(decision(customer, score), f"Acme {customer}", arr)


def told(how: How, *parts: Part, previous: Previous | None = None) -> Decision:
    return roll_up(parts[0].decision, parts, how, BANDS, previous)


def test_the_worst() -> None:
    made = told("worst", part(1, 80.0), part(2, 31.0), part(3, None))
    assert (made.score, made.band, made.customer) == (31.0, "red", 1)
    assert made.reasons == "Worst of 2 accounts: Acme 2 31. Reason 2. More."
    assert made.next_action == "Acme 2: Do 2."
    assert told("worst", part(1, 10.0), part(2, 31.0)).next_action == "Do 1"


def test_what_speaks_of_one_account_alone_is_not_said_of_a_family() -> None:
    own = replace(decision(1, 80.0), trend=replace(NO_TREND, direction="up", change_30d=4.0), churn_risk=12.0)
    assert roll_up(own, [Part(own, "Acme"), part(2, None)], "mean", BANDS, None).churn_risk == 12.0
    told = roll_up(own, [Part(own, "Acme"), part(2, 30.0)], "mean", BANDS, None)
    assert (told.trend, told.churn_risk) == (NO_TREND, None)


def test_the_mean() -> None:
    made = told("mean", part(1, 80.0), part(2, 31.0), part(3, 50.25))
    assert (made.score, made.band) == (53.8, "yellow")
    assert made.reasons.startswith("Mean of 3 accounts, the lowest Acme 2 31. ")


def test_the_mean_by_arr() -> None:
    made = told(
        "arr", part(1, 80.0, 3000.0), part(2, 40.0, 1000.0), part(3, 5.0), part(4, 5.0, 0.0), part(5, 5.0, -9.0)
    )
    assert made.score == 70.0
    assert made.reasons.startswith("Mean by ARR of 2 accounts (3 more without ARR), the lowest Acme 2 40.")
    nobody = told("arr", part(1, 80.0), part(2, 40.0))
    assert (nobody.score, nobody.reasons[:28]) == (60.0, "Mean of 2 accounts, the lowe")


@pytest.mark.parametrize("how", ["mean", "worst", "arr"])
def test_unknown_scores_do_not_count(how: How) -> None:
    assert told(how, part(1, None), part(2, None)) == decision(1, None)
    assert told(how, part(1, None, 5.0), part(2, 44.0, 5.0)).score == 44.0


def test_the_band_has_margin_and_dwell() -> None:
    since = DAY - timedelta(days=30)
    green = Previous("green", since)
    assert told("mean", part(1, 69.0), previous=green).band_since == since, "within the margin"
    fallen = told("mean", part(1, 50.0), previous=green)
    assert (fallen.band, fallen.band_since) == ("yellow", DAY)
    early = told("mean", part(1, 50.0), previous=replace(green, since=DAY - timedelta(days=2)))
    assert early.band == "green", "it has not lasted long enough"


SCORES = st.lists(st.tuples(st.integers(0, 1000), st.one_of(st.none(), st.integers(0, 10**6))), min_size=1, max_size=9)


@given(SCORES, st.sampled_from(["mean", "worst", "arr"]))
def test_it_lies_between_the_lowest_and_the_highest(rows: list[tuple[int, int | None]], how: How) -> None:
    parts = [part(number, score / 10, arr) for number, (score, arr) in enumerate(rows)]
    made, turned = told(how, *parts), roll_up(parts[0].decision, parts[::-1], how, BANDS, None)
    scores = [score / 10 for score, _ in rows]
    assert made.score is not None
    assert min(scores) <= made.score <= max(scores)
    assert turned.score == pytest.approx(made.score, abs=0.11)
    assert len(made.reasons) <= 255
