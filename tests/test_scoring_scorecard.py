"""The arithmetic of a scorecard: mean, coverage, caps, pulse, parts that add up."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.scorecards import Scorecard
from scoring.scorecard import score_frame

LINE = [[0, 0], [100, 100]]


def card(weights: dict[str, float], **rest: Any) -> Scorecard:
    measures = {
        name: {"feature": name, "group": "g", "weight": weight, "curve": LINE} for name, weight in weights.items()
    }
    return Scorecard.model_validate({"purpose": "health", "min_coverage": 0, "measures": measures, **rest})


def one(features: dict[str, Any], scorecard: Scorecard, **rest: Any) -> Any:
    return score_frame(pd.DataFrame([features]), scorecard, **rest)


def test_weighted_mean_of_what_is_known() -> None:
    scored = one({"a": 80.0, "b": 20.0, "c": None}, card({"a": 3, "b": 1, "c": 4}))
    assert scored.score[0] == 65.0
    assert scored.coverage[0] == 0.5
    assert dict(zip(scored.measures, scored.points[0] / 10, strict=True)) == {"a": 60.0, "b": 5.0, "c": 0.0}
    assert dict(zip(scored.measures, scored.losses[0] / 10, strict=True)) == {"a": 15.0, "b": 20.0, "c": 0.0}


@pytest.mark.parametrize(("least", "known"), [(0.3, True), (0.31, False), (0, True)])
def test_coverage_floor_is_reached_exactly(least: float, known: bool) -> None:
    scored = one({"a": 80.0, "b": None}, card({"a": 0.3, "b": 0.7}, min_coverage=least))
    assert (not np.isnan(scored.score[0])) == known


def test_unknown_is_not_zero() -> None:
    weights = {"a": 1.0, "b": 1.0}
    assert one({"a": 80.0, "b": None}, card(weights)).score[0] == 80.0
    assert one({"a": 80.0, "b": 0.0}, card(weights)).score[0] == 40.0
    assert np.isnan(one({"a": None, "b": np.inf}, card(weights)).score[0])


def test_a_set_value_counts_but_is_not_data() -> None:
    measures = {
        "a": {"feature": "a", "group": "g", "weight": 1, "curve": LINE},
        "b": {"feature": "b", "group": "g", "weight": 1, "curve": LINE, "missing": 20},
    }
    scored = one({"a": 80.0}, card({}, measures=measures))
    assert scored.score[0] == 50.0
    assert scored.coverage[0] == 0.5


def test_words_and_curves() -> None:
    measures = {
        "word": {"feature": "word", "group": "g", "weight": 1, "categories": {"yearly": 100, "monthly": 40}},
    }
    features = pd.DataFrame({"word": ["Yearly", "monthly", "never heard", None]})
    assert score_frame(features, card({}, measures=measures)).score.tolist()[:2] == [100, 40]
    assert np.isnan(score_frame(features, card({}, measures=measures)).score[2:]).all()
    bent = {"m": {"feature": "m", "group": "g", "weight": 1, "curve": [[10, 100], [20, 50], [40, 0]]}}
    line = score_frame(pd.DataFrame({"m": [-5.0, 10, 15, 30, 99]}), card({}, measures=bent))
    assert line.score.tolist() == [100, 100, 75, 25, 0]


def test_stale_input_is_unknown() -> None:
    fresh = {"m": {"feature": "nps_latest", "group": "g", "weight": 1, "curve": LINE, "fresh_for": "30d"}}
    features = pd.DataFrame({"nps_latest": [50.0, 50.0, 50.0]})
    ages = pd.DataFrame({"nps_latest": [30.0, 31.0, np.nan]})
    known = score_frame(features, card({}, measures=fresh), ages).known[:, 0]
    assert known.tolist() == [True, False, True]


def test_the_lowest_cap_that_holds_counts() -> None:
    caps = [
        {"if": "a > 50", "at_most": 60, "because": "first"},
        {"if": "a > 50 and plan = pro", "at_most": 45.5, "because": "second"},
        {"if": "a < 50", "at_most": 1, "because": "third"},
    ]
    scored = score_frame(
        pd.DataFrame({"a": [90.0, 90.0, 50.0], "plan": ["pro", None, "pro"]}), card({"a": 1}, caps=caps)
    )
    assert scored.score.tolist() == [45.5, 60.0, 50.0]
    assert scored.cap.tolist() == [1, 0, -1]
    assert scored.capped.tolist() == [-445, -300, 0]


@pytest.mark.parametrize(
    ("score", "pulse", "becomes"),
    [
        (30, "green", 70), (90, "green", 90), (90, "yellow", 69.9), (30, "yellow", 40),
        (50, "yellow", 50), (90, "red", 39.9), (10, "red", 10), (30, None, 30),
    ],
)  # fmt: skip
def test_a_pulse_moves_the_score_to_the_nearest_edge(score: float, pulse: str | None, becomes: float) -> None:
    scored = one({"a": float(score)}, card({"a": 1}), pulse=pd.Series([pulse], dtype=object))
    assert scored.score[0] == becomes
    assert scored.pulsed[0] == round(10 * (becomes - score))


def test_half_a_tenth_is_rounded_up() -> None:
    assert one({"a": 69.95}, card({"a": 1})).score[0] == 70.0
    assert one({"a": 69.94}, card({"a": 1})).score[0] == 69.9


@given(
    st.integers(1, 12).flatmap(
        lambda width: st.tuples(
            st.lists(st.floats(0.01, 9), min_size=width, max_size=width),
            st.lists(
                st.lists(st.one_of(st.floats(0, 100), st.none()), min_size=width, max_size=width),
                min_size=1,
                max_size=6,
            ),
        )
    )
)
def test_parts_add_up_to_the_tenth_and_lie_near_their_exact_value(drawn: tuple[list[float], list[Any]]) -> None:
    weights, rows = drawn
    names = [f"m{number:02}" for number in range(len(weights))]
    features = pd.DataFrame(rows, columns=names, dtype=float)
    scored = score_frame(features, card(dict(zip(names, weights, strict=True))))
    known = ~np.isnan(scored.score)
    assert (scored.points.sum(axis=1)[known] == np.rint(scored.score[known] * 10)).all()
    assert (scored.points[~known] == 0).all()
    values = features.to_numpy()
    used = np.where(np.isnan(values), 0, weights)
    exact = 10 * np.nan_to_num(values) * used / np.maximum(used.sum(axis=1), 1e-9)[:, None]
    assert (np.abs(scored.points - exact) < 1.0001).all()


def test_the_cap_that_moves_the_score_is_the_one_that_is_named() -> None:
    both = Scorecard.model_validate(
        {
            "purpose": "health",
            "measures": {"a": {"feature": "a", "weight": 1, "group": "g", "curve": [[0, 0], [100, 100]]}},
            "caps": [
                {"if": "x = 1", "at_least": 60, "because": "a floor"},
                {"if": "y = 1", "at_most": 80, "because": "a roof"},
            ],
        }
    )
    found = score_frame(pd.DataFrame({"a": [20.0, 90.0, 70.0], "x": 1, "y": 1}), both)
    assert found.score.tolist() == [60.0, 80.0, 70.0]
    assert found.cap.tolist() == [0, 1, -1]
    assert found.capped.tolist() == [400, -100, 0]
