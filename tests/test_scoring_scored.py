"""A table of scores beside what came of its rows, as any export has it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.errors import ConfigError
from scoring.proof.backtest import backtest
from scoring.proof.scored import scored_rows


def table(size: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    gone = rng.random(size) < 0.2
    return pd.DataFrame(
        {
            "id": [f"row-{n}" for n in range(size)],
            "month": rng.choice(["2025-01", "2025-02", "2025-03", "2025-07"], size),
            "health": [f"{value:.1f}" for value in 60 - 15 * gone + 10 * rng.standard_normal(size)],
            "churned": np.where(gone, "yes", "no"),
            "seats": rng.integers(1, 9, size).astype(str),
        }
    )


def test_text_is_read_as_numbers_and_the_label_as_what_it_means() -> None:
    made = scored_rows(table(), "health", "churned")
    assert made.rows["lost"].sum() == (table()["churned"] == "yes").sum()
    assert made.outcome.positive == "yes"
    assert backtest(made.rows, draws=100).verdict.kind == "skill"
    assert any("without --time" in note for note in made.notes)


def test_good_news_is_turned_round() -> None:
    given = table().assign(renewed=lambda rows: np.where(rows["churned"] == "yes", "no", "yes"))
    one, other = (
        scored_rows(given.drop(columns="churned"), "health", "renewed"),
        scored_rows(given, "health", "churned"),
    )
    assert one.rows["lost"].tolist() == other.rows["lost"].tolist()


def test_a_risk_is_turned_round_and_has_no_bands() -> None:
    given = table().assign(risk=lambda rows: 100 - rows["health"].astype(float))
    made = scored_rows(given, "risk", "churned", risk=True)
    assert "band" not in made.rows
    assert backtest(made.rows, draws=100).verdict.kind == "skill"
    wrong = scored_rows(given, "risk", "churned")
    assert backtest(wrong.rows, draws=100).verdict.kind == "points the wrong way"


def test_dates_become_months_and_numbers_keep_their_names() -> None:
    made = scored_rows(table(), "health", "churned", time="month")
    assert sorted({str(day.date()) for day in made.rows["cut"]}) == [
        "2025-01-31",
        "2025-02-28",
        "2025-03-31",
        "2025-07-31",
    ]
    told = scored_rows(table().assign(month=lambda rows: rows["month"].str[-1]), "health", "churned", time="month")
    assert list(told.times.values()) == ["1", "2", "3", "7"]
    many = table().assign(month=range(600))
    assert scored_rows(many, "health", "churned", time="month").rows["cut"].nunique() == 12


def test_rows_without_label_time_or_score_are_named_and_in_no_figure() -> None:
    given = table()
    given.loc[:9, "churned"] = None
    given.loc[10:14, "month"] = None
    given.loc[15:17, "health"] = "n/a"
    made = scored_rows(given, "health", "churned", time="month")
    assert any(note.startswith("10 rows have no label") for note in made.notes)
    assert any(note.startswith("5 rows have no time") for note in made.notes)
    told = backtest(made.rows, draws=50)
    assert told.rows == 600 - 18
    assert told.unscored["rows"] == 3


@pytest.mark.parametrize(
    ("columns", "option"),
    [
        ({"score": "helth"}, "--score"),
        ({"label": "churn"}, "--label"),
        ({"time": "week"}, "--time"),
        ({"score": "id"}, "--score"),
    ],
)
def test_a_column_that_cannot_be_used_is_named(columns: dict[str, Any], option: str) -> None:
    asked: dict[str, Any] = {"score": "health", "label": "churned", **columns}
    with pytest.raises(ConfigError) as caught:
        scored_rows(table(), **asked)
    assert caught.value.problems[0].where == option
