"""``csbridge erase-person``: nobody is erased unless a person, or --yes, says so."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from bridge.cli.main import main
from bridge.store.engine import Store, open_store
from bridge.store.schema import erased

CONFIG = "connections: [{name: book, crm: csv, folder: data}]\n"
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


def told(folder: Path, *words: str, input: str = "") -> Result:
    environ = {"CSBRIDGE_CLOCK": NOW.isoformat()}
    return CliRunner(env=environ).invoke(main, ["-c", str(folder / "csbridge.yml"), "erase-person", *words], input)


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
