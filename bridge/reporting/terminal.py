"""Sections as text for a terminal. Needs no pictures."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from bridge.business.numbers import Numbers
from bridge.reporting.business_tables import headlines, sections
from bridge.reporting.page import Headline, Section, Table

WIDTH = 118


def shown(numbers: Numbers) -> str:
    """The numbers of the business, headlines first."""
    top = Section(
        "top", f"Customers and revenue, {numbers.start} to {numbers.end}", headlines=headlines(numbers),
        notes=numbers.notes,
    )  # fmt: skip
    return text([top, *sections(numbers)])


def text(sections: Sequence[Section], width: int = WIDTH) -> str:
    """Titles, tables and notes, one under the other; figures are left out."""
    out = StringIO()
    console = Console(file=out, width=width, highlight=False, color_system=None)
    for section in sections:
        console.print(f"\n{escape(section.title)}\n{'─' * len(section.title)}", markup=True)
        if section.headlines and not section.tables:
            console.print(_headlines(section.headlines))
        for table in section.tables:
            console.print(_table(table))
        for note in section.notes:
            console.print(f"· {escape(note)}")
    return out.getvalue().strip("\n")


def _headlines(some: Sequence[Headline]) -> RichTable:
    table = RichTable(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
    for one in some:
        table.add_row(escape(one.label), escape(one.value), escape(one.detail))
    return table


def _table(given: Table) -> RichTable:
    caption = given.caption or None
    table = RichTable(box=None, pad_edge=False, title=caption, title_justify="left", padding=(0, 2, 0, 0))
    for place, name in enumerate(given.columns):
        table.add_column(escape(name), justify="right" if place in given.numbers else "left", overflow="fold")
    for row in given.rows:
        table.add_row(*map(escape, row))
    return table
