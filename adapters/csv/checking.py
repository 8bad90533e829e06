"""Looks at the files of a folder for ``doctor``: which kinds there are, and what in them says nothing."""

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.contract import Finding, Report
from adapters.csv.mapping import Flaws
from adapters.csv.sheets import Sheets

SHOWN: Final = 5
"""Rows that a finding names."""


def check(sheets: Sheets, folder: str) -> Report:
    found = [sheet for kind in sheets.kinds if (sheet := sheets.sheet(kind))]
    findings = [one for sheet in found for one in _findings(sheets.stem(sheet.kind), sheets.find_flaws(sheet))]
    missing = {sheet.kind: tuple(sheet.columns.missing) for sheet in found if sheet.columns.missing}
    kinds = tuple(sheet.kind for sheet in found)
    return Report(folder, f"the folder {folder}", kinds, missing, findings=tuple(findings))


def _findings(stem: str, flaws: Flaws) -> Iterator[Finding]:
    for column, lines in flaws.unreadable.items():
        what = f"{stem}: {column} cannot be read in {_rows(lines)}"
        yield Finding(
            "warning", what, "write numbers as 1200.5, days as 2026-05-01, and words as csbridge or the map does"
        )
    if flaws.unnamed:
        yield Finding("warning", f"{stem}: no id in {_rows(flaws.unnamed)}, left out", "give each row an id")
    if flaws.doubled:
        what = f"{stem}: {_rows(flaws.doubled)} left out, the same id comes again further down"
        yield Finding("warning", what, "give each row an id of its own")


def _rows(lines: Sequence[int]) -> str:
    """``row 7``, ``rows 7, 9 and 20 more``."""
    more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return f"row{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:SHOWN]))}{more}"
