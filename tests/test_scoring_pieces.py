"""The columnar scorecard equals a plain one, customer by customer, to the tenth: weighted, index, caps, ranking."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scorecards import Action, AdditiveCard, Scorecard
from scoring import scorecard as module
from scoring.apportioning import apportioned
from scoring.measures import along
from scoring.ranking import largest
from scoring.scorecard import ScoredFrame, score_frame

NOISE = 1e-9
CURVES = ([[0, 0], [100, 100]], [[0, 100], [30, 60], [31, 60], [90, 5]], [[-5, 20], [0, 20], [1, 80], [50, 100]])
values = st.one_of(
    st.integers(-20, 120).map(float), st.floats(-20, 120), st.sampled_from([math.nan, math.inf, -math.inf])
)
weights = st.one_of(st.sampled_from([0.5, 1.0, 1.5, 3.0]), st.floats(0.1, 5))
WEIGHTED = st.fixed_dictionaries(
    {"weight": weights, "curve": st.sampled_from(CURVES), "missing": st.sampled_from(["unknown", "unknown", 0, 35.5])}
)
ACTION = st.fixed_dictionaries(
    {
        "value": st.sampled_from([-7.5, -1.0, 0.25, 1.0, 3.0, 12.0]), "weight": weights,
        "cap": st.sampled_from([None, 10.0, 60.0]), "missing": st.sampled_from(["unknown", 0, 2.0]),
    }
)  # fmt: skip
few = settings(max_examples=60, deadline=None)


@st.composite
def books(draw: Any, measure: Any) -> tuple[list[dict[str, Any]], list[list[float]]]:
    width = draw(st.integers(1, 9))
    measures = draw(st.lists(measure, min_size=width, max_size=width))
    rows = draw(st.lists(st.lists(values, min_size=width, max_size=width), min_size=1, max_size=12))
    return measures, rows


def named(measures: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {f"m{at}": {"feature": f"f{at}", "group": "g", **measure} for at, measure in enumerate(measures)}


def frame(rows: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[f"f{at}" for at in range(len(rows[0]))], dtype=float)


def divided(exact: list[float], total: int, takes_part: list[bool]) -> list[int]:
    """Largest remainder, in words: round down, then one more to whoever lost most, the first of equals."""
    whole = [math.floor(value) for value in exact]
    order = sorted((at for at in range(len(exact)) if takes_part[at]), key=lambda at: (whole[at] - exact[at], at))
    for at in order[: total - sum(whole)]:
        whole[at] += 1
    return whole


def plain_weighted(card: Scorecard, row: list[float]) -> tuple[float, list[int], list[int], float]:
    """Score, points and losses in tenths, coverage of one customer."""
    measures = list(card.measures.values())
    scores: list[float | None] = []
    for measure, value in zip(measures, row, strict=True):
        xs, ys = zip(*measure.curve or (), strict=True)
        scores.append(float(np.interp(value, xs, ys)) if math.isfinite(value) else None)
    known = [measure.weight for measure, score in zip(measures, scores, strict=True) if score is not None]
    coverage = sum(known) / sum(measure.weight for measure in measures)
    filled = [
        measure.missing if score is None and measure.missing != "unknown" else score
        for measure, score in zip(measures, scores, strict=True)
    ]
    used = [measure.weight if score is not None else 0.0 for measure, score in zip(measures, filled, strict=True)]
    if not sum(used) or coverage + NOISE < card.min_coverage:
        return math.nan, [0] * len(row), [0] * len(row), coverage
    share = [weight * (10 / sum(used)) for weight in used]
    exact = [(score or 0.0) * part for score, part in zip(filled, share, strict=True)]
    total = math.floor(sum(exact) + 0.5 + NOISE)
    losses = [
        round((100 - (100 if score is None else score)) * part) for score, part in zip(filled, share, strict=True)
    ]
    return total / 10, divided(exact, total, [part > 0 for part in share]), losses, coverage


@few
@given(books(WEIGHTED), st.sampled_from([0, 0.3, 0.8]))
def test_a_weighted_card_equals_the_plain_one(
    book: tuple[list[dict[str, Any]], list[list[float]]], floor: float
) -> None:
    measures, rows = book
    card = Scorecard.model_validate({"purpose": "health", "min_coverage": floor, "measures": named(measures)})
    scored = score_frame(frame(rows), card)
    for at, row in enumerate(rows):
        score, points, losses, coverage = plain_weighted(card, row)
        assert scored.score[at] == pytest.approx(score, abs=1e-9, nan_ok=True)
        assert scored.coverage[at] == pytest.approx(coverage)
        assert scored.points[at].sum() == (0 if math.isnan(score) else round(score * 10))
        # Remainders that are mathematically equal may differ in the last bit: then another of them is rounded up.
        assert np.abs(scored.points[at] - points).max() <= 1
        assert np.abs(scored.losses[at] - losses).max() <= 1


def plain_index(card: AdditiveCard, row: list[float]) -> float:
    """The index's place in its range, 0–100, before rounding; NaN where too little is known."""
    counts, weight = [], 0.0
    for action, value in zip(card.measures.values(), row, strict=True):
        weight += action.weight if math.isfinite(value) else 0
        counts.append(value if math.isfinite(value) else None if action.missing == "unknown" else float(action.missing))
    coverage = weight / sum(action.weight for action in card.measures.values())
    if all(count is None for count in counts) or coverage + NOISE < card.min_coverage:
        return math.nan
    index = 0.0
    for action, count in zip(card.measures.values(), counts, strict=True):
        brought = (count or 0.0) * action.value
        index += brought if action.cap is None else max(-action.cap, min(action.cap, brought))
    low, high = card.scale
    return min(100.0, max(0.0, 100 * (index - low) / (high - low)))


@few
@given(books(ACTION), st.sampled_from([(0, 100), (-40, 160), (10, 20)]), st.sampled_from([0, 0.5]))
def test_an_index_equals_the_plain_one_and_its_parts_add_up(
    book: tuple[list[dict[str, Any]], list[list[float]]], scale: tuple[float, float], floor: float
) -> None:
    measures, rows = book
    given_card = {"purpose": "health", "form": "additive", "range": scale, "min_coverage": floor}
    card = Scorecard.model_validate({**given_card, "measures": named(measures)})
    assert isinstance(card, AdditiveCard)
    scored = score_frame(frame(rows), card)
    for at, row in enumerate(rows):
        assert scored.score[at] == pytest.approx(plain_index(card, row), abs=0.0501, nan_ok=True)
    assert added(scored) == tenths(scored)
    assert (scored.losses >= 0).all()


def added(scored: ScoredFrame) -> list[int]:
    parts = scored.points.sum(axis=1, dtype=np.int64) + scored.base + scored.clamped + scored.capped + scored.pulsed
    return parts.tolist()


def tenths(scored: ScoredFrame) -> list[int]:
    return np.rint(np.nan_to_num(scored.score) * 10).astype(int).tolist()


def index_of(**measures: dict[str, Any]) -> Scorecard:
    return Scorecard.model_validate(
        {"purpose": "health", "form": "additive", "range": [-50, 150], "measures": measures}
    )


def test_count_times_value_with_caps_and_a_clamp_of_its_own() -> None:
    card = index_of(
        reports={"feature": "reports", "value": 2, "cap": 40}, meetings={"feature": "meetings", "value": 10},
        open={"feature": "open", "value": -5},
    )  # fmt: skip
    given_counts = {"reports": [10.0, 900.0, np.nan, 0], "meetings": [3.0, 20, np.nan, 0], "open": [2.0, 0, 1, 30]}
    scored = score_frame(pd.DataFrame(given_counts), card)
    assert scored.measures == ("meetings", "open", "reports")
    assert scored.score.tolist() == [45.0, 100.0, 22.5, 0.0]
    assert scored.points.tolist() == [[150, -50, 100], [1000, 0, 200], [0, -25, 0], [0, -750, 0]]
    assert scored.base.tolist() == [250] * 4
    assert scored.clamped.tolist() == [0, -450, 0, 500]
    assert scored.coverage.round(3).tolist() == [1, 1, 0.333, 1]
    assert scored.losses.tolist() == [[50, 50, 100], [50, 0, 0], [0, 25, 0], [50, 750, 200]]


def test_nothing_known_is_no_index_and_absurd_counts_stay_whole() -> None:
    card = index_of(a={"feature": "a", "value": 5}, b={"feature": "b", "value": -5})
    scored = score_frame(pd.DataFrame({"a": [np.nan, 1e300], "b": [np.nan, 1e290]}), card)
    assert np.isnan(scored.score).tolist() == [True, False]
    assert added(scored) == tenths(scored)


def test_a_floor_lifts_a_risk_and_low_is_good() -> None:
    caps = [
        {"if": "a > 50", "at_least": 70, "because": "first"},
        {"if": "a > 80", "at_least": 90, "because": "second"},
        {"if": "b > 0", "at_most": 60, "because": "third"},
    ]
    bands = {"green": 30, "yellow": 60, "falling": True}
    card = Scorecard.model_validate(
        {
            "purpose": "risk",
            "measures": named([{"weight": 1, "curve": [[0, 0], [200, 100]]}]),
            "caps": caps,
            "bands": bands,
        }
    )
    features = pd.DataFrame({"f0": [20.0, 20, 20, 199], "a": [10.0, 60, 90, 90], "b": [0.0, 0, 0, 1]})
    scored = score_frame(features, card, pulse=pd.Series([None, "green", None, None], dtype=object))
    assert scored.score.tolist() == [10, 30, 90, 60]
    assert scored.cap.tolist() == [-1, 0, 1, 2]
    assert (scored.capped.tolist(), scored.pulsed.tolist()) == ([0, 600, 800, -395], [0, -400, 0, 0])
    assert added(scored) == tenths(scored)


def test_a_book_of_several_pieces_is_one_book(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(3)
    features = pd.DataFrame(np.where(dice.random((500, 4)) < 0.2, np.nan, dice.uniform(0, 100, (500, 4)))).add_prefix(
        "f"
    )
    features["f3"] = pd.Categorical.from_codes(dice.integers(-1, 2, 500), ["yes", "no"])
    some = [{"weight": 1 + at, "curve": CURVES[at]} for at in range(3)]
    words = {"weight": 2, "categories": {"yes": 90, "no": 10}}
    cap = {"if": "f3 = no", "at_most": 50, "because": "no"}
    card = Scorecard.model_validate({"purpose": "health", "measures": named([*some, words]), "caps": [cap]})
    whole = score_frame(features, card)
    monkeypatch.setattr(module, "ROWS", 7)
    pieces = score_frame(features.assign(f3=features["f3"].astype(object)), card)
    for field in ("score", "coverage", "known", "points", "losses", "cap", "capped"):
        np.testing.assert_array_equal(getattr(whole, field), getattr(pieces, field))


def test_an_empty_book_and_one_without_columns() -> None:
    card = Scorecard.model_validate({"purpose": "health", "measures": named([{"weight": 1, "curve": CURVES[0]}])})
    assert score_frame(pd.DataFrame(), card).points.shape == (0, 1)
    nobody_knows = score_frame(pd.DataFrame(index=[4, 5]), card)
    assert np.isnan(nobody_knows.score).all()
    assert nobody_knows.coverage.tolist() == [0, 0]


@few
@given(st.lists(values, max_size=30), st.sampled_from(CURVES))
def test_a_curve_is_numpys_to_the_last_bit(given_values: list[float], points: list[list[float]]) -> None:
    curve = tuple((float(x), float(y)) for x, y in points)
    column = np.array(given_values, dtype=float)
    wanted = np.interp(column, *zip(*curve, strict=True))
    np.testing.assert_array_equal(along(curve, column), np.where(np.isfinite(column), wanted, np.nan))


@few
@given(
    st.integers(1, 40).flatmap(
        lambda width: st.lists(st.lists(st.integers(-3, 9), min_size=width, max_size=width), min_size=1, max_size=5)
    )
)
def test_the_largest_are_those_of_a_plain_sort(rows: list[list[int]]) -> None:
    for kind in (np.int16, np.int32):
        found = largest(np.array(rows, dtype=kind))
        for row, ranked in zip(rows, found.tolist(), strict=True):
            wanted = [at for at in sorted(range(len(row)), key=lambda at: -row[at]) if row[at] > 0][:3]
            assert ranked == [*wanted, -1, -1, -1][:3]


@pytest.mark.parametrize("kind", ["Int64", "Float64", "boolean", "object", "string", "int64[pyarrow]", "category"])
def test_columns_of_any_kind_are_read_as_their_numbers(kind: str) -> None:
    card = Scorecard.model_validate(
        {"purpose": "health", "measures": named([{"weight": 1, "curve": [[0, 0], [2, 100]]}])}
    )
    column = pd.Series([1, 0, None], dtype="object").astype(kind)
    assert score_frame(pd.DataFrame({"f0": column}), card).score.tolist() == pytest.approx(
        [50, 0, math.nan], nan_ok=True
    )


def test_of_equal_remainders_the_first_gets_the_tenth_also_among_many() -> None:
    exact = np.full((300, 2), 0.5)
    parts = apportioned(exact, np.array([150.0, 0.0]), np.ones((300, 2), dtype=bool))
    assert parts[:, 0].tolist() == [1.0] * 150 + [0.0] * 150
    assert parts[:, 1].sum() == 0


def test_actions_are_measures_to_whoever_lists_them() -> None:
    action = index_of(a={"action": "meeting", "value": 5}).measures["a"]
    assert isinstance(action, Action)
    assert (action.weight, action.group, action.missing, action.label) == (1, "actions", "unknown", None)


@few
@given(books(ACTION), st.data())
def test_more_of_the_good_never_lowers_an_index(
    book: tuple[list[dict[str, Any]], list[list[float]]], data: Any
) -> None:
    measures, rows = book
    counts = frame([[0.0 if not math.isfinite(value) else value for value in row] for row in rows])
    at = data.draw(st.integers(0, len(measures) - 1))
    more = counts.assign(**{f"f{at}": counts[f"f{at}"] + data.draw(st.floats(0, 50))})
    card = Scorecard.model_validate({"purpose": "health", "form": "additive", "measures": named(measures)})
    change = score_frame(more, card).score - score_frame(counts, card).score
    assert (change * np.sign(measures[at]["value"]) >= 0).all()


@few
@given(books(WEIGHTED), st.randoms(use_true_random=False))
def test_order_of_customers_never_matters(book: tuple[list[dict[str, Any]], list[list[float]]], random: Any) -> None:
    measures, rows = book
    card = Scorecard.model_validate({"purpose": "health", "measures": named(measures)})
    order = random.sample(range(len(rows)), len(rows))
    whole, mixed = score_frame(frame(rows), card), score_frame(frame([rows[at] for at in order]), card)
    np.testing.assert_array_equal(whole.score[order], mixed.score)
    np.testing.assert_array_equal(whole.points[order], mixed.points)
