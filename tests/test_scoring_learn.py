"""``learn`` on tables that nobody tuned it to: what it finds, what it refuses, and what never changes its answer."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.errors import ConfigError
from config.scorecards import Scorecard
from scoring.proof import additive
from scoring.proof.card import is_monotone
from scoring.proof.data import lesson_data
from scoring.proof.judging import CARD
from scoring.proof.learn import Lesson, learn
from scoring.proof.model_card import markdown, summary
from scoring.proof.page import page
from scoring.proof.shapes import find_shape
from scoring.proof.timing import Embargo
from scoring.tables import score_table


def table(rows: int = 1200, seed: int = 1, rate: float = 1.2) -> pd.DataFrame:
    """Use and plan decide, tickets bend, the rest is noise."""
    chance = np.random.default_rng(seed)
    use, tickets = chance.exponential(10, rows), chance.poisson(2, rows)
    plan = chance.choice(["free", "pro", "team"], rows)
    logit = 1.5 - 0.15 * use + 0.4 * tickets + np.where(plan == "free", 0.8, 0) - rate - 1
    return pd.DataFrame(
        {
            "customer": [f"c{at:05}" for at in chance.permutation(rows)],
            "Nutzung": use.round(2),
            "tickets": tickets,
            "plan": plan,
            "noise": chance.normal(size=rows),
            "colour": chance.choice(["red", "blue"], rows),
            "churned": np.where(chance.random(rows) < additive.sigmoid(logit), "yes", "no"),
        }
    )


@cache
def lesson() -> Lesson:
    return learn(table(), "churned")


def learnt(found: Lesson) -> Scorecard:
    assert found.card is not None
    return found.card


def test_it_finds_what_decides_and_says_how_well() -> None:
    found = lesson()
    assert found.verdict in ("beats", "level")
    assert found.figures is not None
    assert found.figures.auc[CARD].low > 0.65
    measures = learnt(found).measures
    assert {"Nutzung", "tickets", "plan"} <= set(measures)
    assert measures["Nutzung"].curve is not None
    assert measures["Nutzung"].curve[0][1] < measures["Nutzung"].curve[-1][1]
    assert measures["plan"].categories is not None
    assert measures["plan"].categories["free"] == 0
    assert found.ids == ("customer",)
    assert len(summary(found)) <= 60


def test_what_is_written_about_it_is_complete() -> None:
    found = lesson()
    data = lesson_data(found)
    assert data["judged"] == {"how": "folds", "folds": 5, "rows": 1200}
    assert set(data["baselines"]) == {"recency", "logistic_regression"}
    assert data["auc_interval"][0] < data["auc"] < data["auc_interval"][1]
    assert {item["column"] for item in data["set_aside"]} == {"customer", "churned"}
    text = markdown(found, "a.csv", "card.yml")
    assert all(
        head in text for head in ("How good", "Columns set aside", "For whom it holds less", "What it is not for")
    )
    assert "<script" not in page(found, "<script>.csv", "card.yml")


def test_the_probability_is_what_comes_true() -> None:
    fresh = table(4000, seed=9)
    scored = score_table(fresh, learnt(lesson()))
    came = (fresh["churned"] == "yes").to_numpy()
    for tenth in np.array_split(np.argsort(scored["probability"].to_numpy(), kind="stable"), 5):
        assert abs(scored["probability"].to_numpy()[tenth].mean() - came[tenth].mean()) < 0.08


def test_the_order_of_rows_never_matters() -> None:
    shuffled = learn(table().sample(frac=1, random_state=4), "churned")
    assert shuffled.card == lesson().card
    assert shuffled.figures == lesson().figures


@pytest.mark.parametrize("column", ["Nutzung", "tickets"])
def test_more_of_the_good_never_lowers_the_score(column: str) -> None:
    card = learnt(lesson())
    measure = card.measures[column]
    assert is_monotone(measure)
    assert measure.curve is not None
    more_is_better = measure.curve[-1][1] > measure.curve[0][1]
    rows = table(300, seed=2)
    more = rows.assign(**{column: rows[column] + np.random.default_rng(0).integers(0, 9, len(rows))})
    change = score_table(more, card)["score"] - score_table(rows, card)["score"]
    assert (change >= 0).all() if more_is_better else (change <= 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_refused(seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows = pd.DataFrame(chance.normal(size=(600, 8)), columns=list("abcdefgh"))
    found = learn(rows.assign(word=chance.choice(list("uvwxyz"), 600), churned=chance.random(600) < 0.2), "churned")
    assert found.verdict == "no skill"
    assert not found.proven


def test_too_few_are_refused_and_named() -> None:
    rows = table(3000).assign(keep=range(3000))
    few = pd.concat([rows[rows.churned == "yes"].head(20), rows[rows.churned == "no"].head(500)])
    found = learn(few, "churned")
    assert found.verdict == "too few"
    assert "only 20 rows" in found.because
    assert not found.proven
    none = learn(pd.concat([few.head(3), few.tail(100)]), "churned")
    assert none.card is None


def test_a_leak_is_left_out_unless_told_otherwise() -> None:
    rows = table(600).assign(closed_on_invoice=lambda t: (t.churned == "yes") * 5.0 + np.arange(600) / 1000)
    found = learn(rows, "churned")
    assert [leak.column for leak in found.leaks] == ["closed_on_invoice"]
    assert "closed_on_invoice" not in learnt(found).measures
    assert "closed_on_invoice" in learnt(learn(rows, "churned", keep=["closed_on_invoice"])).measures


def test_out_of_time_is_judged_on_later_rows_only() -> None:
    chance = np.random.default_rng(3)
    rows = table(2000).assign(month=lambda t: [f"2024-{at:02}" for at in chance.integers(1, 13, len(t))])
    early = rows["month"] < "2024-09"
    gone = (rows["churned"] == "yes").astype(float)
    rows["fashion"] = np.where(early, gone + chance.normal(size=2000), chance.normal(size=2000))
    found = learn(rows, "churned", time="month")
    assert found.time is not None
    assert (found.time.until, found.time.since) == ("2024-07", "2024-09")
    assert (found.time.embargo, found.time.left_out) == (Embargo(1), int((rows["month"] == "2024-08").sum()))
    assert found.judged is not None
    assert found.figures is not None
    assert found.folds is not None
    assert len(found.judged.rows) == int((~early).sum())
    assert found.folds.auc[CARD].value > found.figures.auc[CARD].value


@pytest.mark.parametrize(
    ("embargo", "until"),
    [
        (Embargo(0), "2024-08"),
        (Embargo(3), "2024-05"),
        (Embargo(60, "days"), "2024-07"),
        (Embargo(90, "days"), "2024-06"),
    ],
)
def test_rows_whose_labels_reach_into_the_judged_time_teach_nothing(embargo: Embargo, until: str) -> None:
    """The cut stays where it is; months are days by their first."""
    rows = table(2000).assign(month=lambda t: [f"2024-{at % 12 + 1:02}" for at in range(len(t))])
    found = learn(rows, "churned", time="month", embargo=embargo)
    assert found.time is not None
    assert found.judged is not None
    between = int(((rows["month"] > until) & (rows["month"] < "2024-09")).sum())
    assert (found.time.until, found.time.since, found.time.left_out) == (until, "2024-09", between)
    assert found.time.taught + between + len(found.judged.rows) == len(rows)
    assert (str(embargo) in "".join(summary(found))) == bool(embargo.number)


def test_an_embargo_that_leaves_nothing_to_learn_from_is_named_and_the_usual_one_gives_way() -> None:
    rows = table(400).assign(day=lambda t: [f"2024-01-{at % 3 + 1:02}" for at in range(len(t))], step=1.5)
    found = learn(rows, "churned", time="day")
    assert found.time is not None
    assert (found.time.embargo, found.time.left_out) == (Embargo(0), 0)
    with pytest.raises(ConfigError, match="a shorter --embargo than 90 days"):
        learn(rows, "churned", time="day", embargo=Embargo(90, "days"))
    with pytest.raises(ConfigError, match="holds numbers, no days"):
        learn(rows.assign(step=range(400)), "churned", time="step", embargo=Embargo(9, "days"))


def test_good_news_turns_the_probability_and_not_the_score() -> None:
    rows = table().assign(renewed=lambda t: np.where(t.churned == "yes", "no", "yes")).drop(columns="churned")
    card = learnt(learn(rows, "renewed"))
    assert card.learnt is not None
    assert card.learnt.good
    scored = score_table(rows, card)
    assert scored["score"].corr(scored["probability"]) > 0.9
    assert scored["score"].corr(score_table(table(), learnt(lesson()))["score"]) > 0.99


def test_holes_are_learnt_from_and_never_raise() -> None:
    chance = np.random.default_rng(8)
    rows = table(1500)
    rows["tickets"] = rows["tickets"].where(~((rows["churned"] == "yes") & (chance.random(1500) < 0.5)))
    rows["Nutzung"] = rows["Nutzung"].where(chance.random(1500) > 0.3)
    measures = learnt(learn(rows, "churned")).measures
    assert isinstance(measures["tickets"].missing, float)
    assert measures["tickets"].missing < 50
    scored = score_table(rows.assign(Nutzung=np.nan), learnt(lesson()))
    assert scored["score"].notna().mean() > 0.8
    assert set(score_table(rows[["noise"]], learnt(lesson()))["band"]) == {"unknown"}


def test_rows_of_one_customer_are_not_torn_apart() -> None:
    """A customer's own number gives its outcome away where its rows stand on both sides."""
    chance = np.random.default_rng(2)
    mark, gone = chance.normal(size=300), chance.random(300) < 0.4
    who = np.repeat(np.arange(300), 8)
    rows = pd.DataFrame({"account_id": who + 1000, "mark": mark[who], "churned": gone[who]})
    assert learn(rows, "churned").verdict == "no skill"


@pytest.mark.parametrize(
    ("change", "options"),
    [
        ({"cap": 1.0}, {}),
        ({"tickets": np.inf}, {}),
        ({"tickets": -5}, {}),
        ({"churned": lambda t: t.churned.where(t.index % 4 > 0)}, {}),
        ({"list": lambda t: [[1]] * len(t)}, {}),
        ({"kind": lambda t: pd.Categorical(t.plan)}, {"drop": ["plan"]}),
        ({"day": pd.Timestamp(2024, 1, 1), "count": lambda t: t.tickets.astype("Int64")}, {}),
    ],
)
def test_dirty_tables_do_not_raise(change: dict[str, Any], options: dict[str, Any]) -> None:
    rows = table(250).assign(**change)
    found = learn(rows, "churned", **options)
    summary(found)
    lesson_data(found)
    assert set(options.get("drop", ())) <= {item.column for item in found.set_aside}


def test_what_cannot_be_used_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigError, match=r"no column churn.*churned"):
        learn(table(50), "churn")
    with pytest.raises(ConfigError, match="no column typo"):
        learn(table(50), "churned", drop=["typo"])
    with pytest.raises(ConfigError, match="cannot be read as a time"):
        learn(table(50), "churned", time="plan")
    with pytest.raises(ConfigError, match="leaves enough"):
        learn(table(50).assign(month=1), "churned", time="month")


def test_names_that_are_numbers_or_come_twice_are_names() -> None:
    rows = table(300)[["Nutzung", "tickets", "noise", "churned"]].set_axis([1, 1, "x", "churned"], axis=1)
    assert set(learn(rows, "churned").frame.columns) == {"1", "1.1", "x"}


def test_only_a_label_is_no_skill() -> None:
    found = learn(table(200)[["customer", "churned"]], "churned")
    assert (found.card, found.verdict) == (None, "no skill")


def test_a_declared_direction_is_kept() -> None:
    rows = table(800)
    values, happened = rows["Nutzung"], (rows["churned"] == "yes").to_numpy(float)
    assert find_shape("Nutzung", values, happened, "down") is None
    found = find_shape("Nutzung", values, happened, "up")
    assert found is not None
    assert set(found.signs) == {-1}


def test_a_mistyped_value_is_no_end_of_a_curve() -> None:
    values = np.repeat(np.arange(1.0, 6.0), 400)
    happened = (np.random.default_rng(4).random(2000) < 0.1 * values).astype(float)
    values[7], values[-7] = -10_000.0, 589_000.0
    found = find_shape("stars", pd.Series(values), happened)
    assert found is not None
    assert (found.knots[0], found.knots[-1]) == (1.0, 5.0)


def test_what_hardly_anybody_has_can_tell_all_the_same() -> None:
    values = np.zeros(40_000)
    values[:80] = 3.0
    happened = np.zeros(40_000)
    happened[:60] = 1.0
    happened[-400:] = 1.0
    found = find_shape("escalations", pd.Series(values), happened)
    assert found is not None
    assert (found.knots[0], found.knots[-1]) == (0.0, 3.0)


def test_a_curve_may_turn_where_the_rows_insist() -> None:
    chance = np.random.default_rng(4)
    values = chance.normal(size=3000)
    happened = (chance.random(3000) < additive.sigmoid(values**2 - 1.5)).astype(float)
    found = find_shape("x", pd.Series(values), happened)
    assert found is not None
    assert set(found.signs) == {-1, 1}
    assert len(found.knots) <= 6


def test_a_few_values_have_a_point_each() -> None:
    chance = np.random.default_rng(4)
    products = chance.choice([1, 2, 3, 4], 4000, p=[0.5, 0.44, 0.03, 0.03]).astype(float)
    rate = np.select([products == 1, products == 2], [0.28, 0.08], 0.85)
    found = find_shape("products", pd.Series(products), (chance.random(4000) < rate).astype(float))
    assert found is not None
    assert found.knots == (1.0, 2.0, 3.0, 4.0)
    assert found.signs == (-1, 1, 1)


def test_non_negative_regression_finds_the_same_as_a_free_one_where_signs_agree() -> None:
    chance = np.random.default_rng(6)
    matrix = chance.normal(size=(4000, 3))
    happened = (chance.random(4000) < additive.sigmoid(matrix @ np.array([1.0, 0.5, -0.7]))).astype(float)
    held = additive.fit(matrix, happened, np.array([False, False, False]), 0.0)
    free = additive.fit(matrix, happened, np.array([True, True, True]), 0.0)
    assert held[3] == 0.0
    assert free[1:] == pytest.approx([1.0, 0.5, -0.7], abs=0.12)


def test_nothing_is_said_of_a_red_band_that_holds_nobody() -> None:
    found = lesson().figures
    assert found is not None
    said = "\n".join(summary(replace(lesson(), figures=replace(found, red_share=0.0))))
    assert "Red is 0% of the rows" in said
    assert "of the red ones" not in said
    assert "-0," not in said
