from pathlib import Path

import pytest
from config_files import ENVIRON

from config.errors import ConfigError
from config.loading import load
from config.not_acting import not_acting
from config.workspace import scorecard_paths, write_workspace


def test_a_new_workspace_loads_once_the_secrets_are_set(tmp_path: Path) -> None:
    written = write_workspace(tmp_path / "new")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "new/csbridge.yml",
        "new/scorecards/health.yml",
    ]
    settings = load(written[0], ENVIRON)
    assert [connection.name for connection in settings.connections] == ["sf", "hs"]
    assert settings.store == f"sqlite:///{tmp_path}/new/csbridge.db"
    assert not_acting(settings) == []


def test_the_commented_lines_of_a_new_workspace_are_right_too(tmp_path: Path) -> None:
    path = write_workspace(tmp_path)[0]
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(_uncommented(line) for line in lines[4:]), "utf-8")
    settings = load(path, ENVIRON)
    assert settings.scope == "status = customer"
    assert settings.connection("sf").map["account"].fields["arr"] == "Annual_Contract_Value__c"
    assert settings.write.dry_run


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


def test_scorecards_in_the_order_of_their_names_or_the_shipped_ones(tmp_path: Path) -> None:
    assert [path.name for path in scorecard_paths(tmp_path)] == ["health.yml"]
    (tmp_path / "scorecards").mkdir()
    for name in ("health-b.yml", "health-a.yml", "notes.txt"):
        (tmp_path / "scorecards" / name).write_text("")
    assert [path.name for path in scorecard_paths(tmp_path)] == ["health-a.yml", "health-b.yml"]
