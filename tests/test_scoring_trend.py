"""Trend and forecast: exact changes, arrows that do not follow last night, intervals that hold."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.forecast import arr_at_risk
from scoring.messages import catalogue, occasions
from scoring.trend import trends

AS_OF = date(2026, 6, 1)
some = settings(max_examples=25, deadline=None)

NOBODY = pd.DataFrame({"customer": [], "day": pd.Series([], dtype="datetime64[s]"), "score": []})


def steps(rows: Sequence[tuple[int, int, float | None]]) -> pd.DataFrame:
    """Rows of customer, days before AS_OF, score."""
    days = [pd.Timestamp(AS_OF - timedelta(days=ago)) for _, ago, _ in rows]
    scores = pd.Series([score for _, _, score in rows], dtype="float64")
    return pd.DataFrame({"customer": [row[0] for row in rows], "day": pd.Series(days), "score": scores})


def told(path: Sequence[float | None], today: float | None = None, renewal: float | None = None) -> dict[str, Any]:
    """Of one customer whose closes, up to yesterday's, were ``path``; today is as yesterday unless given."""
    rows = steps([(1, len(path) - place, score) for place, score in enumerate(path)])
    now = pd.Series([path[-1] if today is None else today], index=[1], dtype="float64")
    [made] = trends(rows, now, AS_OF, pd.Series([renewal], index=[1], dtype="float64")).to_dict("records")
    return made


def test_a_change_is_the_difference_of_two_closes_and_a_step_holds_until_the_next() -> None:
    rows = steps([(1, 200, 80.1), (1, 40, 70.2), (1, 7, 60.3), (1, 3, 50.0), (2, 20, 10.0)])
    made = trends(rows, pd.Series([40.4, 30.0, 5.0], index=[1, 2, 3]), AS_OF)
    assert made.loc[1, ["change_7d", "change_30d", "change_90d"]].tolist() == [-19.9, -29.8, -39.7]
    assert made.loc[2, "change_7d"] == 20.0
    assert made.loc[2, ["change_30d", "change_90d"]].isna().all()
    assert made.loc[3, ["change_7d", "slope", "drop_own", "expected"]].isna().all()
    assert made.loc[3, "trend"] is None


def test_what_became_unknown_is_no_close() -> None:
    rows = steps([(1, 60, 80.0), (1, 10, None), (1, 2, 75.0)])
    made = trends(rows, pd.Series([75.0], index=[1]), AS_OF)
    assert made["change_7d"].isna().all()
    assert made["change_30d"].tolist() == [-5.0]
    unknown = trends(rows, pd.Series([np.nan], index=[1]), AS_OF, pd.Series([30.0], index=[1]))
    assert unknown[["change_7d", "change_30d", "expected", "expected_low"]].isna().all().all()


@pytest.mark.parametrize("days", [1, 5, 12, 13])
def test_less_than_two_weeks_have_no_trend(days: int) -> None:
    made = told([80.0 - day for day in range(days)])
    assert (made["trend"], np.isnan(made["drop_own"]), np.isnan(made["slope"])) == (None, True, True)


def test_two_weeks_have_a_trend_three_a_slope_six_a_forecast() -> None:
    assert told([80.0 - day for day in range(14)], renewal=30)["trend"] == "down"
    assert np.isnan(told([80.0 - day for day in range(20)])["slope"])
    assert told([80.0 - day for day in range(21)])["slope"] == -30.0
    assert np.isnan(told([80.0] * 35, renewal=30)["expected"])
    assert told([80.0] * 42, renewal=30)["expected"] == 80.0


LEVEL = st.integers(20, 80)
FAST = st.floats(0.15, 0.6)


@some
@given(LEVEL, st.integers(0, 100), st.integers(14, 120))
def test_one_night_makes_no_arrow(level: int, night: int, days: int) -> None:
    made = told([float(level)] * days, today=float(night))
    assert (made["trend"], made["moved"]) == ("flat", 0)
    assert made["drop_own"] == max(0, level - night)
    assert told([*[float(level)] * days, float(night), float(level)])["trend"] == "flat"


@some
@given(FAST, st.integers(35, 120), st.integers(0, 2**32 - 1))
def test_a_steady_fall_is_down_and_a_steady_rise_up(speed: float, days: int, seed: int) -> None:
    wobble = np.random.default_rng(seed).uniform(-0.5, 0.5, days)
    fall = np.round(90 - speed * np.arange(days) + wobble, 1)
    made, risen = told(fall.tolist()), told((100 - fall).tolist())
    assert (made["trend"], risen["trend"]) == ("down", "up")
    assert made["slope"] == pytest.approx(-30 * speed, abs=2)
    assert made["slope"] == pytest.approx(-risen["slope"], abs=0.11)
    assert made["moved"] == pytest.approx(-risen["moved"], abs=0.11)


def test_a_restless_account_needs_a_larger_move() -> None:
    dice = np.random.default_rng(3)
    restless = np.round(60 + dice.normal(0, 10, 63), 1).tolist()
    assert told([*restless, *(score - 5 for score in restless[-28:])])["trend"] == "flat"
    assert told([60.0] * 63 + [55.0] * 28)["trend"] == "down"


def test_a_fall_that_has_turned_is_no_longer_down() -> None:
    for days in (4, 7, 10, 14, 17):
        assert told([80.0] * 60 + [60.0] * 20 + [72.0] * days)["trend"] != "down"
    assert told([80.0] * 60 + [60.0] * 20)["trend"] == "down"


def test_a_slow_drift_of_a_quarter_counts() -> None:
    made = told([70 - 0.075 * day for day in range(95)])
    assert (made["trend"], made["weeks"]) == ("down", 12)


HISTORY = st.lists(st.tuples(st.integers(1, 3), st.integers(-5, 130), st.none() | st.integers(-10, 110)), max_size=40)
TODAY = st.lists(st.none() | st.integers(0, 100), min_size=3, max_size=3)


@some
@given(HISTORY, TODAY, st.randoms(use_true_random=False))
def test_order_and_later_closes_change_nothing(rows: list[tuple[int, int, float]], today: list[Any], dice: Any) -> None:
    now = pd.Series(today, index=[1, 2, 3], dtype="float64")
    renewal = pd.Series([30.0, np.nan, 400.0], index=[1, 2, 3])
    made = trends(steps(rows), now, AS_OF, renewal)
    mixed = [*rows, (1, 0, 3.0), (2, -9, 99.0), (9, 5, 50.0)]
    dice.shuffle(mixed)
    pd.testing.assert_frame_equal(trends(steps(mixed), now, AS_OF, renewal), made)
    alone = trends(steps(rows), now[[2]], AS_OF, renewal[[2]])
    pd.testing.assert_frame_equal(alone, made.loc[[2]])
    for name in ("change_7d", "change_30d", "change_90d"):
        assert made[name].dropna().between(-100, 100).all()


@some
@given(HISTORY, TODAY, st.integers(-5, 500))
def test_the_interval_holds_the_expectation(rows: list[tuple[int, int, float]], today: list[Any], ahead: int) -> None:
    index = [1, 2, 3]
    made = trends(steps(rows), pd.Series(today, index, dtype="float64"), AS_OF, pd.Series(float(ahead), index))
    known = made.dropna(subset="expected")
    assert (known["expected_low"] <= known["expected"]).all()
    assert (known["expected"] <= known["expected_high"]).all()
    assert known[["expected_low", "expected_high"]].stack().between(0, 100).all()
    if not 0 <= ahead <= 365:
        assert known.empty
    assert made["expected"].isna().eq(made["expected_low"].isna()).all()


def test_a_renewal_farther_away_is_less_certain() -> None:
    near, far = told([70.0] * 90, renewal=14), told([70.0] * 90, renewal=300)
    assert near["expected"] == far["expected"] == 70
    assert far["expected_high"] - far["expected_low"] > near["expected_high"] - near["expected_low"]
    falling = [told([90 - 0.3 * day for day in range(91)], renewal=days)["expected"] for days in (0, 30, 90, 365)]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] > 90 - 0.3 * (91 + 90), "a fall is damped"


def test_the_interval_holds_four_of_five_random_walks() -> None:
    dice = np.random.default_rng(7)
    walks = np.clip(60 + dice.normal(0, 0.5, (400, 91 + 60)).cumsum(axis=1), 0, 100).round(1)
    rows = [(one, 91 - day, score) for one, walk in enumerate(walks[:, :91]) for day, score in enumerate(walk)]
    today = pd.Series(walks[:, 91])
    made = trends(steps(rows), today, AS_OF, pd.Series(59.0, index=today.index))
    assert 0.75 <= ((walks[:, -1] >= made["expected_low"]) & (walks[:, -1] <= made["expected_high"])).mean() <= 0.95


def test_nobody_and_nothing() -> None:
    empty = trends(NOBODY, pd.Series([], dtype="float64"), AS_OF)
    assert empty.empty
    made = trends(NOBODY, pd.Series([50.0, np.inf], index=[4, 5]), AS_OF)
    assert list(made.columns) == list(empty.columns)
    assert made.drop(columns="trend").isna().all().all()
    assert made["trend"].tolist() == [None, None]


def test_arr_at_risk_adds_one_currency_only_and_invents_none() -> None:
    book = pd.DataFrame(
        [
            {"arr": 100.0, "currency": "EUR", "days_to_renewal": 10, "score": 80.0, "expected": 30.0},
            {"arr": 50.0, "currency": "EUR", "days_to_renewal": 10, "score": 20.0, "expected": 60.0},
            {"arr": 7.0, "currency": "USD", "days_to_renewal": 90, "score": 39.9},
            {"arr": None, "currency": "USD", "days_to_renewal": 0, "score": 10.0},
            {"arr": -5.0, "currency": "USD", "days_to_renewal": 5, "score": None, "band": "red"},
            {"arr": 11.0, "currency": "USD", "days_to_renewal": 5, "score": None},
            {"arr": 1000.0, "currency": "EUR", "days_to_renewal": 91, "score": 1.0},
            {"arr": 1000.0, "currency": "EUR", "days_to_renewal": -1, "score": 1.0},
            {"arr": 1000.0, "currency": "EUR", "days_to_renewal": None, "score": 1.0},
            {"arr": 1000.0, "currency": "EUR", "days_to_renewal": 9, "score": 1.0, "status": "churned"},
            {"arr": 3.0, "currency": None, "days_to_renewal": 9, "score": 1.0},
        ]
    )
    made = arr_at_risk(book).to_dict("index")
    names = ("renewing", "at_risk", "unknown", "customers", "without_arr")
    assert {currency: tuple(row[name] for name in names) for currency, row in made.items()} == {
        "EUR": (150.0, 100.0, 0.0, 1, 0),
        "USD": (18.0, 7.0, 11.0, 3, 2),
        "": (3.0, 3.0, 0.0, 1, 0),
    }
    assert arr_at_risk(book.iloc[:0]).empty


def test_a_trend_is_said_with_its_numbers() -> None:
    words = catalogue("en")
    assert occasions.trend(words, "down", -12.0, 4.0) == "Falling: 12 points below the level of 4 weeks ago"
    assert occasions.trend(words, "up", 3.5, 1.0) == "Rising: 3.5 points above the level of a week ago"
    assert occasions.trend(words, "flat", 0.0, 4.0) == "Score steady"
    assert occasions.forecast(words, 48.9, 42.6, 55.3) == "Score expected at the renewal: 49 (likely 43 to 55)"
    assert occasions.drop_own(words, 12.4) == "12 points below its own usual"
    assert occasions.arr_at_risk(words, 12500.0, "EUR", 90).startswith("12,500 EUR a year at risk")
    assert "۴۹" in occasions.forecast(catalogue("fa"), 48.9, 42.6, 55.3)
