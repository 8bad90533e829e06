"""The back-test on panels whose skill is known: it must find what is there, and nothing where nothing is."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from scoring.proof.backtest import Backtest, backtest
from scoring.proof.lead_time import lead_time
from scoring.proof.outcomes import lives
from scoring.proof.resampling import Draws, estimate, ranking
from scoring.proof.rivals import logistic

HALF_SEPARATED = 1.0
"""Scores of the lost lie this many standard deviations lower: AUC = Φ(1 / √2) = 0.7602."""
AUC = 0.7602


def book(
    seed: int, customers: int = 400, months: int = 12, apart: float = HALF_SEPARATED, rate: float = 0.06
) -> pd.DataFrame:
    """Customers × months; each has a trait of its own, so that its rows are alike."""
    rng = np.random.default_rng(seed)
    lost = (rng.random(customers * months) < rate).astype(float)
    score = 60 + 15 * (rng.standard_normal(customers * months) - apart * lost)
    return pd.DataFrame(
        {
            "customer": np.tile(np.arange(customers), months),
            "cut": np.repeat(pd.date_range("2024-01-31", periods=months, freq="ME").astype("datetime64[s]"), customers),
            "score": score.clip(0, 100).round(1),
            "lost": lost,
            "band": np.where(score < 40, "red", "green"),
        }
    )


def judged(rows: pd.DataFrame, **options: Any) -> Backtest:
    return backtest(rows, draws=200, **options)


def test_the_interval_covers_the_true_auc_nineteen_times_in_twenty() -> None:
    found = [judged(book(seed, months=4)).score for seed in range(30)]
    assert sum(skill is not None and skill.auc.contains(AUC) for skill in found) >= 26


def test_no_skill_is_called_no_skill() -> None:
    kinds = [judged(book(seed, months=4, apart=0.0)).verdict.kind for seed in range(20)]
    assert kinds.count("no skill shown") >= 17
    said = judged(book(1, apart=0.0)).verdict.sentence
    assert "No skill shown" in said


def test_a_score_that_points_the_wrong_way_is_told_so() -> None:
    assert judged(book(1, apart=-1.0)).verdict.kind == "points the wrong way"


def test_rows_of_one_customer_widen_the_interval() -> None:
    """Twelve copies of the same twelve hundred rows say nothing new; counting rows as independent would."""
    once = book(3, customers=1_000, months=1)
    copies = pd.concat([once.assign(cut=day) for day in pd.date_range("2024-01-31", periods=12, freq="ME")])
    narrow, wide = judged(once).score, judged(copies.reset_index(drop=True)).score
    assert narrow is not None
    assert wide is not None
    assert wide.auc.value == pytest.approx(narrow.auc.value)
    assert wide.auc.high - wide.auc.low == pytest.approx(narrow.auc.high - narrow.auc.low, rel=0.05)


@pytest.mark.parametrize("lost", [0, 9])
def test_too_few_losses_give_no_figure_but_say_what_is_missing(lost: int) -> None:
    rows = book(1, months=1).assign(lost=0.0)
    rows.loc[: lost - 1, "lost"] = 1.0 if lost else 0.0
    told = judged(rows.head(lost + 300))
    assert told.score is None
    assert told.verdict.kind == "too little data"
    assert "at least 10" in (told.missing or "")
    assert told.as_data()["auc"] is None


def test_one_customer_and_no_customer_are_no_error() -> None:
    for rows in (book(1, customers=1), book(1).head(0), book(1).assign(lost=np.nan), book(1).assign(score=np.nan)):
        assert judged(rows).verdict.kind == "too little data"


def test_the_order_of_rows_never_matters() -> None:
    rows = book(5)
    shuffled = rows.sample(frac=1, random_state=1).sort_values("customer", kind="stable").reset_index(drop=True)
    one, other = judged(rows.sort_values("customer", kind="stable")).as_data(), judged(shuffled).as_data()
    assert one == other


def test_drift_is_found_and_shown_by_cut() -> None:
    early, late = book(1, months=6, apart=2.0), book(2, months=6, apart=0.0)
    rows = pd.concat([early, late.assign(cut=late["cut"] + pd.Timedelta(days=366))], ignore_index=True)
    told = judged(rows.assign(cut=rows["cut"].astype("datetime64[s]")))
    assert told.drift is not None
    assert told.drift.high < 0
    first, last = told.by_cut[0]["auc"], told.by_cut[-1]["auc"]
    assert first["interval"][0] > 0.75
    assert last["interval"][0] < 0.55


def test_the_red_band_is_counted_as_a_csm_would() -> None:
    rows = book(1)
    red = judged(rows).red
    assert red is not None
    in_it = rows[rows["band"] == "red"]
    assert red.precision.value == pytest.approx(in_it["lost"].mean())
    assert red.recall.value == pytest.approx(in_it["lost"].sum() / rows["lost"].sum())
    assert red.share.value == pytest.approx(len(in_it) / len(rows))
    assert red.precision.low < red.precision.value < red.precision.high


def test_the_regression_learns_only_what_was_over_by_then() -> None:
    """A feature that tells the outcome until a month, and its opposite afterwards, must fool it right after."""
    rows = book(1, months=12, customers=600)
    turned = rows["cut"] >= rows["cut"].unique()[8]
    rows["leak"] = np.where(turned, -rows["lost"], rows["lost"]) + np.random.default_rng(1).normal(0, 0.1, len(rows))
    risk = logistic(rows, ["leak"], horizon=90).risk
    cuts = rows["cut"].unique()
    assert risk[rows["cut"].isin(cuts[:3])].isna().all()  # nothing was over by then
    at_turn = rows["cut"] == cuts[8]
    assert roc_auc_score(rows.loc[at_turn, "lost"], risk[at_turn]) < 0.1
    before = rows["cut"] == cuts[7]
    assert roc_auc_score(rows.loc[before, "lost"], risk[before]) > 0.9


def test_while_nothing_was_known_of_a_feature_the_regression_foretells_the_rate() -> None:
    rows = book(1, months=12)
    cuts = rows["cut"].unique()
    rows["tells"] = rows["lost"].where(rows["cut"] >= cuts[10])  # measured since then
    risk = logistic(rows, ["tells"], horizon=90).risk
    over = rows["cut"] + pd.Timedelta(days=90) <= cuts[8]
    assert risk[rows["cut"] == cuts[8]].tolist() == pytest.approx([rows.loc[over, "lost"].mean()] * 400)


def test_without_time_the_regression_is_judged_on_other_customers() -> None:
    rows = book(1, apart=0.5).assign(cut=pd.Timestamp("2025-01-31"))
    rng = np.random.default_rng(3)
    rows["tells"] = rng.standard_normal(len(rows)) + 2 * rows["lost"]
    rows["name"] = rows["customer"].astype(str)  # learns by heart, where a customer is on both sides
    told = judged(rows, features=["tells", "name"], horizon=None)
    assert told.rivals["logistic regression"].skill.auc.contains(0.92)
    assert "logistic regression" not in judged(rows, features=["tells"]).rivals  # nothing earlier to learn from


def test_a_baseline_that_does_better_is_named() -> None:
    rows = book(1, apart=0.7)
    rng = np.random.default_rng(7)
    rows["days_since_login"] = 10 + 5 * (rng.standard_normal(len(rows)) + 2 * rows["lost"])
    told = judged(rows, features=["days_since_login"])
    assert told.as_data()["baselines"]["recency"]["score_is"] == "worse"
    assert "does worse than recency alone" in told.verdict.sentence
    assert set(told.rivals) == {"recency alone", "logistic regression"}


def test_a_probability_is_judged_against_what_came() -> None:
    rng = np.random.default_rng(1)
    rows = book(1, apart=0.0)
    truth = rng.uniform(0.01, 0.4, len(rows))
    rows["lost"] = (rng.random(len(rows)) < truth).astype(float)
    right, wrong = (
        judged(rows.assign(probability=truth)).calibration,
        judged(rows.assign(probability=1 - truth)).calibration,
    )
    assert right is not None
    assert wrong is not None
    assert right.brier.high < right.brier_of_base_rate
    assert wrong.brier.low > wrong.brier_of_base_rate
    covered = [came.contains(told) for told, came in zip(right.foretold, right.came, strict=True)]
    assert sum(covered) >= 8


def test_by_group_only_where_there_is_enough() -> None:
    rows = book(1)
    rows["segment"] = np.where(rows["customer"] < 390, "mid", "strategic")
    assert list(judged(rows, by="segment").by_group) == ["mid"]


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=4, max_size=60), st.integers(1, 5))
def test_auc_and_lift_equal_their_definitions(pairs: list[tuple[int, bool]], customers: int) -> None:
    score = np.array([float(one) for one, _ in pairs])
    lost = np.array([gone for _, gone in pairs])
    told = ranking(score, lost, np.arange(len(pairs)) % customers, Draws(customers, 20))
    if lost.all() or not lost.any():
        assert np.isnan(told.auc()[0])
        return
    assert told.auc()[0] == pytest.approx(roc_auc_score(lost, -score))
    assert told.caught(np.array([0.0, 1.0]))[0].tolist() == [0.0, 1.0]
    assert estimate(told.auc()).value == told.auc()[0]


def test_only_rows_of_one_cut_are_compared() -> None:
    """In one month half are lost and all score high; in the other few are lost and all score low."""
    lost = np.array([True, False] * 50 + [True] * 5 + [False] * 95)
    month, customer = np.repeat([0, 1], 100), np.arange(200)
    level = np.where(month == 0, 80.0, 20.0)

    def auc(score: np.ndarray, within: np.ndarray | None) -> float:
        return float(ranking(score, lost, customer, Draws(200, 20), within).auc()[0])

    assert auc(level, None) < 0.25
    assert auc(level, month) == 0.5
    perfect = level + np.where(lost, -1.0, 1.0)
    assert auc(perfect, month) == 1.0
    drawn = ranking(perfect, lost, customer, Draws(200, 20), month)
    assert drawn.roc(np.array([0.01, 1.0]))[0].tolist() == [1.0, 1.0]
    assert drawn.caught(np.array([0.05]))[0, 0] == pytest.approx((50 * 0.1 + 5 * 1.0) / 55), "of each month its lowest"


def test_lead_time_runs_from_the_first_red_of_the_last_year_to_the_loss() -> None:
    days = pd.to_datetime(["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"]).astype("datetime64[s]")
    bands = {1: ["red", "green", "red", "red"], 2: ["green"] * 3 + ["red"], 3: ["green"] * 4, 4: ["red"] * 4}
    rows = pd.DataFrame(
        [(id, day, band) for id, some in bands.items() for day, band in zip(days, some, strict=True)],
        columns=["customer", "cut", "band"],
    )
    losses = lives([(id, date(2025, 5, 10), None) for id in (1, 2, 3)], [], []).losses
    told = lead_time(rows, losses, np.datetime64("2025-06-30", "s"), 50, 1)
    assert sorted(told.days[:2].tolist()) == [10.0, 99.0]
    assert np.isnan(told.days[2])
    assert told.median.value == pytest.approx(54.5)
    assert told.caught[30].value == pytest.approx(1 / 3)
    assert told.seen == {30: 3, 60: 3, 90: 3}
    nobody = lead_time(rows, losses.head(0), np.datetime64("2025-06-30", "s"), 50, 1)
    assert nobody.as_data()["median_days"] is None
