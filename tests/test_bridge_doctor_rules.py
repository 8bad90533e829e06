"""Slips in rules where the CRM is a folder of spreadsheets: any column may be one, and doctor looks which there are."""

import json
from pathlib import Path

from click.testing import CliRunner

from bridge.cli.main import main

CONFIG = """\
connections: [{name: book, crm: csv, folder: data}]
scope: stauts != churned
segments: [{name: big, if: tier = gold and arr > 5}, {name: other, if: teir = tin}]
stages: [{name: all, enter: days_since_login >= 0, exit: arr < 0}]
"""


def warned(folder: Path) -> list[str]:
    """What doctor warns of in csbridge.yml."""
    result = CliRunner().invoke(main, ["-c", str(folder / "csbridge.yml"), "doctor", "--json"])
    found = json.loads(result.stdout)["findings"]
    warnings = [one for one in found if one["level"] == "warning" and one["place"] == "csbridge.yml"]
    return [f"{one['what']}; {one['mend']}" for one in warnings]


def test_a_name_that_no_account_has_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "csbridge.yml").write_text(CONFIG)
    (tmp_path / "data" / "accounts.csv").write_text("id,name,status,arr,tier\n1,One,customer,9,gold\n")
    assert warned(tmp_path) == []  # nothing was read yet
    CliRunner().invoke(main, ["-c", str(tmp_path / "csbridge.yml"), "sync"])
    scope, segment = warned(tmp_path)
    assert scope.startswith("scope names stauts")
    assert "did you mean status?" in scope
    assert segment.startswith("segments.other.if names teir")
    assert "did you mean tier?" in segment
