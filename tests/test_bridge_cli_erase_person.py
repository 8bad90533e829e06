"""``csbridge erase-person``: nobody is erased unless a person, or --yes, says so."""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from sqlalchemy import func, select

from adapters.csv import results
from bridge.cli.main import main
from bridge.store.engine import Store, open_store
from bridge.store.schema import erased

CONFIG = """\
connections: [{name: book, crm: csv, folder: data}]
public_url: https://cs.example.com
write: {fields: [health_band, survey_link_nps]}
"""
PERSONS = "id,accounts,email\np1,A,user-1@example.com\np2,A,user-2@example.com\n"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, _empty_sqlite: Path) -> Path:
    (tmp_path / "csbridge.yml").write_text(CONFIG, "utf-8")
    shutil.copyfile(_empty_sqlite, tmp_path / "csbridge.db")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{folder}/csbridge.db")
    yield opened
    opened.close()


def told(folder: Path, *words: str, input: str = "", verb: str = "erase-person", at: datetime = NOW) -> Result:
    environ = {"CSBRIDGE_CLOCK": at.isoformat()}
    return CliRunner(env=environ).invoke(main, ["-c", str(folder / "csbridge.yml"), verb, *words], input)


def kept_out(store: Store) -> int:
    with store.read() as db:
        return int(db.execute(select(func.count()).select_from(erased)).scalar_one())


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_without_a_yes_nothing_is_erased(folder: Path, store: Store, answer: str) -> None:
    """There may be nobody to ask: in a script, or behind a pipe."""
    result = told(folder, "user-1@example.com", input=answer)
    assert result.exit_code == 2, result.output
    assert "--yes" in result.stderr
    assert kept_out(store) == 0


def test_in_json_it_is_said_as_data(folder: Path) -> None:
    result = told(folder, "user-1@example.com", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["family"] == "usage"


@pytest.mark.parametrize(("words", "answer"), [(["--yes"], ""), ([], "y\n")])
def test_with_a_yes_the_person_is_kept_out(folder: Path, store: Store, words: list[str], answer: str) -> None:
    result = told(folder, "user-1@example.com", *words, input=answer)
    assert result.exit_code == 0, result.output
    assert kept_out(store) == 1


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted in the sheet", "still in the sheet"])
def test_the_row_of_survey_links_goes_at_once_and_for_good(folder: Path, is_deleted: bool) -> None:
    sheets, file = folder / "data", folder / "data" / "csb_surveys.csv"
    sheets.mkdir()
    (sheets / "accounts.csv").write_text("id,name,status\nA,Alpha,customer\n", "utf-8")
    (sheets / "persons.csv").write_text(PERSONS, "utf-8")
    assert told(folder, verb="run").exit_code == 0
    file.write_text(file.read_text("utf-8").replace("survey_link_nps", "survey_link_nps,mailed on"), "utf-8")
    assert ids(file) == ["p1", "p2"]
    if is_deleted:
        (sheets / "persons.csv").write_text(PERSONS.replace("p1,A,user-1@example.com\n", ""), "utf-8")
        assert told(folder, verb="reconcile", at=NOW + timedelta(hours=1)).exit_code == 0
    assert json.loads(told(folder, "user-1@example.com", "--yes", "--json").stdout)["erased"]["rows of files"] == 1
    assert ids(file) == ["p2"]
    assert "mailed on" in file.read_text("utf-8")
    for day in (1, 2):
        assert told(folder, verb="run", at=NOW + timedelta(days=day)).exit_code == 0
        assert ids(file) == ["p2"]


def test_while_another_program_holds_the_file_nothing_is_erased(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "accounts.csv").write_text("id,name,status\nA,Alpha,customer\n", "utf-8")
    (folder / "data" / "persons.csv").write_text(PERSONS, "utf-8")
    assert told(folder, verb="run").exit_code == 0
    monkeypatch.setattr(results, "WAIT", 0.05)
    with FileLock(folder / "data" / ".csb_surveys.lock"):
        result = told(folder, "user-1@example.com", "--yes")
    assert (result.exit_code, kept_out(store)) == (3, 0)
    assert "csb_surveys.csv cannot be written now" in result.stderr
    assert told(folder, "user-1@example.com", "--yes").exit_code == 0
    assert ids(folder / "data" / "csb_surveys.csv") == ["p2"]


def ids(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return sorted(row["id"] for row in csv.DictReader(lines))


@pytest.mark.parametrize("words", [["export-person", "p1"], ["erase-person", "p1", "--yes"]])
def test_an_id_that_nobody_has_is_a_misuse(folder: Path, store: Store, words: list[str]) -> None:
    result = told(folder, *words[1:], verb=words[0])
    assert (result.exit_code, "nobody is known by that id" in result.stderr) == (2, True)
    assert kept_out(store) == 0


def test_whoever_has_an_address_is_told_what_is_kept(folder: Path) -> None:
    data = json.loads(told(folder, "user-1@example.com", verb="export-person").stdout)
    assert (data["records"], data["payers"], data["notifications"]) == ([], [], [])
