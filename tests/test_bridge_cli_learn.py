"""``csbridge learn`` and ``csbridge score --table`` as an analyst runs them: no workspace, files in and out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from bridge.cli.main import main


def run(*args: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)
    return result.exit_code, result.output


def as_json(*args: object) -> tuple[int, dict[str, Any]]:
    code, output = run(*args, "--json")
    return code, json.loads(output)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    chance = np.random.default_rng(11)
    use = chance.exponential(10, 700)
    gone = chance.random(700) < 1 / (1 + np.exp(0.3 * use - 1.5))
    rows = pd.DataFrame(
        {
            "customerID": [f"{at:05}" for at in range(700)],
            "days_since_login": (60 / (1 + use)).round(1),
            "plan": chance.choice(["free", "pro"], 700),
            "month": [f"2024-{at:02}" for at in chance.integers(1, 13, 700)],
            "churned": np.where(gone, "Yes", "No"),
        }
    )
    rows.to_csv(folder / "train.csv", index=False)
    rows.drop(columns="churned").tail(200).to_csv(folder / "test.csv", index=False)
    noise = pd.DataFrame(
        {"a": chance.normal(size=400), "b": chance.normal(size=400), "churned": chance.integers(0, 2, 400)}
    )
    noise.to_csv(folder / "noise.csv", index=False)
    return folder


def test_learn_then_score(exported: Path) -> None:
    card, out = exported / "card.yml", exported / "scores.csv"
    code, data = as_json(
        "learn", "--table", exported / "train.csv", "--label", "churned", "--drop", "month", "--out", card,
        "--report", exported / "card.html",
    )  # fmt: skip
    assert code == 0
    assert data["verdict"] in ("beats", "level", "behind")
    assert data["baselines"]["recency"]["column"] == "days_since_login"
    assert data["out"] == str(card)
    assert {item["column"] for item in data["set_aside"]} == {"customerID", "month", "churned"}
    assert (exported / "card.md").read_text("utf-8").startswith("# Model card of card.yml")
    assert "http" not in (exported / "card.html").read_text("utf-8")

    code, data = as_json("score", "--table", exported / "test.csv", "--scorecard", card, "--out", out)
    assert code == 0
    assert data["rows"] == data["scored"] == 200
    scores = pd.read_csv(out, dtype={"customerID": str})
    assert list(scores.columns) == ["customerID", "score", "probability", "band", "reasons", "coverage"]
    assert scores["customerID"].tolist() == [f"{at:05}" for at in range(500, 700)]
    assert scores["score"].corr(scores["probability"]) < -0.9
    before = out.read_bytes()
    run("score", "--table", exported / "test.csv", "--scorecard", card, "--out", out)
    assert out.read_bytes() == before


def test_out_of_time(exported: Path) -> None:
    code, data = as_json(
        "learn", "--table", exported / "train.csv", "--label", "churned", "--time", "month", "--out", exported / "t.yml"
    )
    assert code == 0
    assert data["judged"]["how"] == "out of time"
    assert data["judged"]["taught_until"] < data["judged"]["judged_from"]
    assert data["in_folds"]["auc"] is not None


@pytest.mark.parametrize("words", [("--embargo", "2"), ("--time", "month", "--embargo", "soon"), ("--embargo", "-1d")])
def test_an_embargo_that_says_nothing_is_refused(exported: Path, words: tuple[str, ...]) -> None:
    code, text = run(
        "learn", "--table", exported / "train.csv", "--label", "churned", "--out", exported / "e.yml", *words
    )
    assert (code, "--embargo" in text) == (2, True)


def test_an_embargo_is_told_in_json_and_in_the_model_card(exported: Path) -> None:
    card = exported / "e.yml"
    asked = ("learn", "--table", exported / "train.csv", "--label", "churned", "--time", "month", "--embargo", "2")
    code, data = as_json(*asked, "--out", card)
    assert (code, data["judged"]["embargo"], data["judged"]["left_out"] > 0) == (0, {"periods": 2}, True)
    assert "the 2 periods before" in card.with_suffix(".md").read_text("utf-8")


def test_no_skill_writes_no_card_unless_forced(exported: Path) -> None:
    card = exported / "noise.yml"
    asked = ["learn", "--table", exported / "noise.csv", "--label", "churned", "--out", card]
    code, data = as_json(*asked)
    assert (code, data["verdict"], data["out"]) == (1, "no skill", None)
    assert not card.exists()
    code, text = run(*asked, "--force")
    if card.exists():
        assert code == 0
        assert "proven: false" in card.read_text("utf-8")
    else:
        assert "no column says anything" in text


def test_any_card_scores_any_table_and_says_what_it_lacks(exported: Path, tmp_path: Path) -> None:
    card = tmp_path / "hand.yml"
    card.write_text(
        "purpose: health\nmeasures:\n"
        "  login: {feature: days_since_login, group: use, weight: 2, curve: [[0, 100], [60, 0]]}\n"
        "  plan: {feature: plan, group: deal, weight: 1, categories: {pro: 100}}\n"
        "  seats: {feature: seats, group: deal, weight: 1, curve: [[0, 0], [10, 100]]}\n"
        "caps:\n  - {if: plan = free, at_most: 50, because: they pay nothing}\n",
        "utf-8",
    )
    code, data = as_json("score", "--table", exported / "test.csv", "--scorecard", card)
    assert code == 0
    assert data["columns_missing"] == ["seats"]
    assert list(data["words_unknown"]) == ["plan"]
    assert data["mean_probability"] is None
    assert data["ids"] == ["customerID"]


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["learn", "--table", "train.csv", "--label", "churn", "--out", "x.yml"], "did you mean churned"),
        (["learn", "--table", "nowhere.csv", "--label", "churned", "--out", "x.yml"], "no such file"),
        (["learn", "--table", "train.csv", "--label", "plan", "--out", "x.yml"], "--positive"),
        (["score", "--table", "test.csv"], "--scorecard"),
        (["score", "--scorecard", "x.yml", "--all"], "--table"),
        (
            ["learn", "--table", "train.csv", "--label", "churned", "--out", "no/folder/x.yml", "--drop", "month"],
            "cannot be written",
        ),
    ],
)
def test_misuse_is_named(exported: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], what: str) -> None:
    monkeypatch.chdir(exported)
    code, text = run(*args)
    assert code == 2
    assert what in text
