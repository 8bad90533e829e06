"""The page and its pictures: one file that loads nothing, says everything in words too, and breaks on no text."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from bridge.cli.main import main
from bridge.cli.needing import require
from bridge.reporting import charts
from bridge.reporting.page import Figure, Headline, Page, Section, Table, render, write
from bridge.reporting.terminal import text
from bridge.reporting.words import interval, share
from config.errors import ConfigError
from scoring.metrics.estimates import Estimate

EVIL = '<script>alert(1)</script> & "quotes" [red]\''


class Tags(HTMLParser):
    """What a page holds, as a browser would read it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def pictures() -> list[Any]:
    return [
        charts.lines("line " + EVIL, ["a", "b", "c"], {"x": [1.0, None, 3.0], "y": [1.0, 2.0, 2.0]}, level=1.0,
                     intervals={"x": ([0.5, None, 2.0], [2.0, None, 4.0])}, percent=True),
        charts.bars("bars", ["green", EVIL], [3.0, None], colours=[charts.BANDS["green"], charts.BANDS["red"]]),
        charts.heat("heat", ["a", "b"], ["0", "1"], [[1.0, 0.4], [1.0, None]], "months"),
        charts.points("points", ["a"], [2.0], [1.0], [4.0], level=1.0, logarithmic=True),
        charts.steps("steps", {"x": ([0, 1], [1, 0.5], [1, 0.2], [1, 0.8])}, "months"),
    ]  # fmt: skip


def page(language: str = "en") -> Page:
    table = Table.of(["name", "n"], [[EVIL, "1"]], EVIL)
    figures = [Figure(f"figure {place}", svg, EVIL, table) for place, svg in enumerate(pictures())]
    section = Section("one", EVIL, EVIL, [Headline(EVIL, "1", EVIL)], figures, [table], [EVIL])
    return Page(EVIL, EVIL, [section], [Headline("NRR", "104 %")], [EVIL], [EVIL], language)


def test_text_is_shown_not_run() -> None:
    made = render(page())
    assert "<script" not in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert Tags(made).open == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    made = Tags(render(page()))
    assert not {"script", "link", "img", "iframe", "object", "embed"} & {tag for tag, _ in made.tags}
    for _, attrs in made.tags:
        for name, value in attrs.items():
            assert name not in ("src", "onload", "onclick")
            assert name not in ("href", "xlink:href") or str(value).startswith("#")
    assert "@import" not in render(page())
    assert not re.search(r"url\((?!#)", render(page()))


def test_every_picture_says_what_it_shows_and_its_ids_are_its_own() -> None:
    made = Tags(render(page()))
    shown = [attrs for attrs in made.named("svg") if attrs.get("role") == "img"]
    assert len(shown) == 5
    assert all(attrs["aria-label"] for attrs in shown)
    ids = [attrs["id"] for _, attrs in made.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))


def test_a_picture_is_the_same_for_the_same_numbers_and_is_xml() -> None:
    assert pictures() == pictures()
    for svg in pictures():
        ElementTree.fromstring(str(svg))


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl"), ("fa-IR", "rtl"), ("de", "ltr")])
def test_the_page_says_its_language_and_direction(language: str, direction: str) -> None:
    assert Tags(render(page(language))).named("html") == [{"lang": language, "dir": direction}]


def test_the_terminal_shows_text_as_it_is() -> None:
    said = text([Section("a", "Title", tables=[Table.of(["x", "n"], [[EVIL, "2"]])], notes=[EVIL])])
    assert said.count("[red]") == 2


def test_where_it_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write(page(), tmp_path / "no" / "such.html")


def test_an_interval_is_said_only_where_there_is_one() -> None:
    assert interval(Estimate(0.5)) == ""
    assert interval(Estimate(0.5, 0.25, None)) == "25.0 to …"
    assert interval(Estimate(0.5, 0.25, 0.75)) == "25.0 to 75.0 %"
    assert share(None) == "unknown"


ACCOUNTS = """\
id,name,status,arr,industry,customer_since,churned_on
1,Account 1,customer,100,Tools,,
2,Account 2,customer,300,Tools,2025-06-01,
3,Account 3,churned,,Tools,2025-06-01,2026-02-01
"""


def run(folder: Path, *words: str) -> Result:
    environment = {"CSBRIDGE_CLOCK": "2026-03-02T09:00:00Z"}
    return CliRunner(env=environment).invoke(main, ["-c", str(folder / "csbridge.yml"), *words])


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A spreadsheet company, read on one day."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "accounts.csv").write_text(ACCOUNTS, "utf-8")
    (tmp_path / "csbridge.yml").write_text("connections: [{name: book, crm: csv, folder: data}]\n", "utf-8")
    for verb in ("sync", "score"):
        assert run(tmp_path, verb).exit_code == 0
    return tmp_path


def test_metrics_and_report_from_the_command_line(workspace: Path) -> None:
    data = json.loads(run(workspace, "metrics", "--months", "3", "--by", "industry", "--json").stdout)
    assert data["by"] == "industry"
    assert (data["period"]["customers"], data["period"]["lost"]) == (2, 1)
    assert data["period"]["nrr"] == {"value": None, "low": None, "high": None, "n": 0}
    assert data["revenue"][-1]["arr"] == 400.0
    rows = workspace / "accounts.csv"
    assert "Not enough history" in run(workspace, "metrics", "--months", "3", "--accounts", str(rows)).output
    lost = {row["account"]: row["lost"] for row in csv.DictReader(rows.open(encoding="utf-8"))}
    assert lost == {"book:1 Account 1": "", "book:2 Account 2": "False", "book:3 Account 3": "True"}
    out = workspace / "report.html"
    assert json.loads(run(workspace, "report", "--out", str(out), "--json").stdout)["out"] == str(out)
    assert Tags(out.read_text("utf-8")).named("h1") == [{}]


def test_what_cannot_be_done_ends_with_code_2(workspace: Path) -> None:
    assert run(workspace, "metrics", "--by", "colour").exit_code == 2
    assert run(workspace, "report", "--out", str(workspace / "no" / "such.html")).exit_code == 2
    assert run(workspace, "report").exit_code == 2
    with pytest.raises(ConfigError, match="which is not installed"):
        require("no_such_package", "report", "csbridge report")
