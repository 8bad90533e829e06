from pathlib import Path

import pytest
from config_files import ENVIRON

from config.errors import ConfigError
from config.loading import load
from config.not_acting import not_acting
from config.scorecards import by_purpose
from config.shipped import shipped_text
from config.words import PURPOSES, Purpose
from config.workspace import card_files, scorecard_paths, write_scorecards, write_workspace


def test_a_new_workspace_loads_once_the_secrets_are_set(tmp_path: Path) -> None:
    written = write_workspace(tmp_path / "new")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "new/csbridge.yml",
        "new/scorecards/health.yml",
        "new/scorecards/health-high.yml",
        "new/scorecards/health-tech.yml",
    ]
    settings = load(written[0], ENVIRON)
    assert [connection.name for connection in settings.crms] == ["sf", "hs"]
    assert settings.store == f"sqlite:///{tmp_path}/new/csbridge.db"
    assert not_acting(settings) == []


def test_the_commented_lines_of_a_new_workspace_are_right_too(tmp_path: Path) -> None:
    path = write_workspace(tmp_path)[0]
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(_uncommented(line) for line in lines[4:]), "utf-8")
    settings = load(path, {**ENVIRON, "STRIPE_SECRET": "a-secret", "SLACK_URL": "https://slack.example.com/services/1"})
    assert settings.scope == "status = customer"
    assert settings.connection("sf").map["account"].fields["arr"] == "Annual_Contract_Value__c"
    assert settings.write.dry_run
    assert [sender.name for sender in settings.senders] == ["stripe"]
    assert [source.name for source in settings.usage] == ["usage.csv", "segment"]
    assert [endpoint.format for endpoint in settings.outbound] == ["slack"]


def _uncommented(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return indent + line.lstrip().removeprefix("# ")


def test_a_new_workspace_without_secrets_says_which_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write_workspace(tmp_path)[0], {})
    assert [problem.what.split()[3] for problem in caught.value.problems] == [
        "SF_CLIENT_ID",
        "SF_CLIENT_SECRET",
        "HS_TOKEN",
    ]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    card = tmp_path / "scorecards" / "health.yml"
    card.parent.mkdir()
    card.write_text("mine")
    with pytest.raises(ConfigError) as caught:
        write_workspace(tmp_path)
    assert [problem.file for problem in caught.value.problems] == [str(card)]
    assert card.read_text() == "mine"
    assert not (tmp_path / "csbridge.yml").exists()


def test_a_folder_that_cannot_be_made_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_workspace(tmp_path / "file" / "new")


def names(folder: Path, *purposes: Purpose) -> list[str]:
    return [path.name for path in scorecard_paths(folder, purposes or PURPOSES)]


def test_a_workspace_without_own_cards_has_the_shipped_ones_of_its_purposes(tmp_path: Path) -> None:
    assert names(tmp_path, "health") == ["health-high.yml", "health-tech.yml", "health.yml"]
    assert names(tmp_path, "risk", "advocacy") == [
        "advocacy-high.yml", "advocacy-tech.yml", "advocacy.yml", "risk-high.yml", "risk-tech.yml", "risk.yml"
    ]  # fmt: skip
    assert len(names(tmp_path)) == 15
    assert all(file.shipped for file in card_files(tmp_path))


def test_own_cards_count_per_purpose_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "scorecards").mkdir()
    text = shipped_text("scorecards/health.yml")
    for name in ("b.yml", "a.yml", "notes.txt"):
        (tmp_path / "scorecards" / name).write_text(text)
    assert names(tmp_path, "health") == ["a.yml", "b.yml"]
    assert names(tmp_path, "health", "risk") == ["a.yml", "b.yml", "risk-high.yml", "risk-tech.yml", "risk.yml"]
    cards = by_purpose(card_files(tmp_path, ["health", "risk"]))
    assert {purpose: len(some) for purpose, some in cards.items()} == {"health": 2, "risk": 3}


def test_the_shipped_cards_of_a_purpose_can_be_copied_to_be_edited(tmp_path: Path) -> None:
    written = write_scorecards(tmp_path, "risk")
    assert [path.name for path in written] == ["risk-high.yml", "risk-tech.yml", "risk.yml"]
    assert [file.shipped for file in card_files(tmp_path, ["risk"])] == [False] * 3
    with pytest.raises(ConfigError, match="is there already"):
        write_scorecards(tmp_path, "risk")
