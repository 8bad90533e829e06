"""The proof from the command line, end to end on a folder of spreadsheets: backtest, whatif."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from churning_book import END, write_book
from click.testing import CliRunner, Result

from bridge.cli.main import main
from bridge.cli.proof_text import judged
from config.shipped import shipped_path

NOW = {"CSBRIDGE_CLOCK": f"{END}T12:00:00+00:00"}


def run(folder: Path, *words: str) -> Result:
    return CliRunner(env=NOW).invoke(main, ["-c", str(folder / "csbridge.yml"), *words])


def data(folder: Path, *words: str, code: int = 0) -> Any:
    result = run(folder, *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def opened(folder: Path, **options: Any) -> Path:
    write_book(folder, **options)
    data(folder, "sync")
    return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests that change nothing in it."""
    return opened(tmp_path_factory.mktemp("book"))


def other_card(folder: Path, **replacing: str) -> Path:
    text = Path(str(shipped_path("scorecards/health.yml"))).read_text("utf-8")
    for old, new in {"green: 70 ": "green: 85 ", **replacing}.items():
        assert old in text
        text = text.replace(old, new)
    file = folder / "other.yml"
    file.write_text(text, "utf-8")
    return file


def test_the_planted_fading_is_found_and_told_as_json(book: Path) -> None:
    told = data(book, "backtest", "--draws", "100")
    assert told["verdict"]["kind"] == "skill"
    assert told["auc_interval"][0] > 0.7
    assert told["customers_lost"] >= 10
    assert told["horizon_days"] == 90
    assert told["outcomes"]["churned"] >= told["customers_lost"]
    assert set(told["baselines"]) == {"recency", "logistic_regression"}
    assert len(told["by_cut"]) >= 10
    assert told["lead_time"]["customers_lost"] >= told["customers_lost"]
    assert told["known_until"] == "2026-03-01"
    assert any("lie before the first sync" in note for note in told["notes"])


def test_where_nothing_foretells_it_no_skill_is_claimed(tmp_path: Path) -> None:
    told = data(opened(tmp_path, fading=False, seed=3), "backtest", "--from", "2025-04-30", "--draws", "100")
    assert told["verdict"]["kind"] in ("no skill shown", "points the wrong way")


def test_the_options_choose_months_and_horizon(book: Path) -> None:
    told = data(book, "backtest", "--from", "2025-06-30", "--to", "2025-09-30", "--horizon", "30d", "--draws", "50")
    assert told["cuts"] == ["2025-06-30", "2025-07-31", "2025-08-31", "2025-09-30"]
    assert told["horizon_days"] == 30
    assert run(book, "backtest", "--horizon", "soon").exit_code == 2


def test_a_person_reads_the_verdict_and_the_figures(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "proof.html"
    result = run(book, "backtest", "--from", "2025-05-31", "--draws", "50", "--report", str(out))
    assert result.exit_code == 0, result.output
    assert "A low score comes before losses" in result.stdout
    assert "recency alone" in result.stdout
    page = Page.of(out.read_text("utf-8"))
    assert page.loads == []
    assert page.charts >= 6


class Page(HTMLParser):
    """What a page would load, and how many pictures it has."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.charts = 0

    @classmethod
    def of(cls, text: str) -> "Page":
        page = cls()
        page.feed(text)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.charts += tag == "svg"
        self.loads += [tag] if tag in ("script", "link", "iframe") else []
        self.loads += [value for name in ("src", "href") if (value := given.get(name)) and not value.startswith("#")]


def test_another_card_is_judged_on_the_same_history(book: Path, tmp_path: Path) -> None:
    file = other_card(tmp_path)
    since = ("--from", "2025-08-31", "--draws", "50")
    told = data(book, "backtest", "--scorecard", str(file), *since)
    own = data(book, "backtest", *since)
    assert told["scorecards"] != own["scorecards"]
    assert told["auc"] == pytest.approx(own["auc"])  # only the bands differ


def test_what_if_shows_who_changes_and_stores_nothing(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(book, folder)
    data(folder, "score")
    before = data(folder, "push", "--dry-run")
    told = data(folder, "whatif", str(other_card(tmp_path, **{"weight: 3,\n": "weight: 8,\n"})))
    assert told["customers"] == 60
    assert sum(told["bands"]["present"].values()) == sum(told["bands"]["other"].values()) == 60
    assert told["band_changes"] == len(told["changed"]) == sum(told["moves"].values()) > 0
    for one in told["changed"]:
        old, new = one["score"]
        if None not in (old, new):
            assert sum(part["points"] for part in one["why"]) == pytest.approx(new - old, abs=0.05)
    push = told["push"]["books"]
    assert push["records"] == 60
    assert push["write_calls"] == 1
    assert push["records_told_otherwise"] >= told["band_changes"]
    assert data(folder, "push", "--dry-run") == before
    assert data(folder, "score")["decisions"] == 0


def test_what_if_with_the_card_in_force_changes_nothing(book: Path) -> None:
    told = data(book, "whatif", str(shipped_path("scorecards/health.yml")))
    assert (told["band_changes"], told["next_action_changes"], told["flags"]["customers"]) == (0, 0, 0)
    assert told["push"]["books"]["records_told_otherwise"] == 0
    assert any("in force already" in note for note in told["notes"])


def test_what_if_foretells_that_a_first_card_of_ones_own_ends_the_shipped_ones(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(book, folder)
    shutil.rmtree(folder / "scorecards")
    data(folder, "score")
    card = other_card(tmp_path, **{"for: all": "for: arr > 1e9"})
    told = data(folder, "whatif", str(card))
    assert told["bands"]["other"]["not scored"] == 60
    assert any("health-tech.yml, health.yml no more" in note for note in told["notes"])
    first, second = (data(folder, "scorecard", "activate", str(card), "--as", name) for name in ("a.yml", "b.yml"))
    assert [any("no more" in said for said in one["warnings"]) for one in (first, second)] == [True, False]


def test_what_if_refuses_a_card_that_names_what_is_not_there(book: Path, tmp_path: Path) -> None:
    file = other_card(tmp_path, **{"feature: breadth": "feature: breath"})
    assert data(book, "whatif", str(file), code=2)["error"]["family"] == "ConfigError"


def test_a_person_reads_what_another_card_would_change(book: Path, tmp_path: Path) -> None:
    out = run(book, "whatif", str(other_card(tmp_path))).stdout
    assert "green from 70, yellow from 40" in out
    assert "would change band" in out
    assert "books: would write 60 records in 1 call" in out


def test_a_card_is_learnt_from_the_workspaces_own_history(book: Path, tmp_path: Path) -> None:
    card = tmp_path / "learnt.yml"
    result = run(book, "learn", "--out", str(card), "--force", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["horizon_days"] == 90
    assert told["outcomes"]["churned"] > 0
    assert set(told) >= {"beats_present_card", "present_card_text", "measures", "verdict", "notes"}
    assert card.exists()
    assert data(book, "scorecard", "check", str(card))["purpose"] == "health"


def test_without_losses_nothing_is_learnt_and_nothing_written(tmp_path: Path) -> None:
    folder = opened(tmp_path, customers=2)
    out = tmp_path / "card.yml"
    error = data(folder, "learn", "--out", str(out), "--horizon", "5d", code=2)["error"]
    assert "nothing to learn from" in error["message"]
    assert not out.exists()
    assert run(folder, "learn", "--out", str(out), "--time", "month").exit_code == 2


def test_a_score_in_a_table_is_judged_without_a_workspace(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    rows = ["account,health,churned,days_since_login"]
    rows += [f"a{n},{30 + n % 40},{'yes' if n % 40 < 8 and n % 3 else 'no'},{n % 7}" for n in range(400)]
    file.write_text("\n".join(rows) + "\n", "utf-8")
    asked = ("--table", str(file), "--score", "health", "--label", "churned", "--draws", "60")
    told = data(tmp_path, "backtest", *asked)
    assert told["verdict"]["kind"] == "skill"
    assert told["red_band"]["recall"]["value"] == 1.0
    assert told["label"] == {"column": "churned", "positive": "yes", "good": False}
    assert run(tmp_path, "backtest", "--table", str(file)).exit_code == 2
    assert run(tmp_path, "backtest", "--score", "health").exit_code == 2


def test_a_red_band_with_nobody_in_it_is_said_so() -> None:
    figure = {"value": 0.0, "interval": [0.0, 0.0]}
    red = {"precision": {"value": None}, "recall": figure, "share": figure, "base_rate": {**figure, "value": 0.04}}
    data = {
        "rows": 9, "customers": 3, "customers_lost": 1, "verdict": {"sentence": "Perhaps."}, "score": None,
        "red_band": red, "lead_time": None, "by_segment": {}, "drift": None, "calibration": None,
        "without_score": {"rows": 0},
    }  # fmt: skip
    assert "red band: nobody was in it; of all, 4% (0%–0%) were lost" in list(judged(data))
