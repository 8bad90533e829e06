"""A report as data, and as one self-contained HTML file: sections of headlines, pictures and tables.

Owns the page's shape and its template; must not know what is reported, nor where it comes from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from config.errors import ConfigError, Problem

RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as they are shown; ``numbers``: positions of the columns that are set flush right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    numbers: frozenset[int] = frozenset()

    @classmethod
    def of(cls, columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", words: int = 1) -> "Table":
        """A table whose columns are numbers but for the first ``words``."""
        return cls(columns, rows, caption, frozenset(range(words, len(columns))))


@dataclass(frozen=True, slots=True)
class Headline:
    """One number with its name, and in ``detail`` what it is of: its interval, its n."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture (SVG, see ``bridge.reporting.charts``), what it shows in words, and its numbers as a table."""

    title: str
    svg: Markup
    caption: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page. ``notes`` say what is missing and why: shown as they are, never hidden."""

    id: str
    title: str
    intro: str = ""
    headlines: Sequence[Headline] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    subtitle: str
    sections: Sequence[Section]
    headlines: Sequence[Headline] = ()
    notes: Sequence[str] = ()
    """What must be read first."""
    footer: Sequence[str] = ()
    language: str = "en"

    @property
    def direction(self) -> str:
        return "rtl" if self.language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def render(page: Page) -> str:
    """The whole page as HTML: no script, and nothing that is loaded from elsewhere."""
    return _environment().get_template("page.html").render(page=page)


def write(page: Page, out: Path) -> None:
    """Write the page to a file. Raises ConfigError where that cannot be done."""
    try:
        out.write_text(render(page), "utf-8")
    except OSError as exc:
        raise ConfigError([Problem("--out", f"{out} cannot be written: {exc.strerror}")]) from exc


@cache
def _environment() -> Environment:
    loader = PackageLoader("bridge.reporting")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
