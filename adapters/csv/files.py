"""The files of a folder as tables: which file holds which kind, its header, its rows, and whether it changed.

Knows CSV and XLSX, not what a column means. A file is read whole: this is the spreadsheet stage of a company.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook

from adapters.errors import Retry
from config.errors import ConfigError, Problem

SUFFIXES: Final = (".csv", ".xlsx")
_DECIMAL_COMMA: Final = re.compile(r"\s*-?(\d+|\d{1,3}(\.\d{3})+),\d+\s*")

Row = Mapping[str, Any]
"""Cells by column, in the spelling of the header; text from CSV, also numbers and dates from XLSX."""


@dataclass(frozen=True, slots=True)
class Table:
    """What one file held when it was read."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str
    """Of the file's bytes."""
    changed_at: datetime


def find(folder: Path, stem: str) -> Path | None:
    """The file of that name, whatever its case; None when there is none. Raises ConfigError for two of them."""
    found = sorted(path for path in _listed(folder) if path.stem.lower() == stem and path.suffix.lower() in SUFFIXES)
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise ConfigError([Problem(f"folder {folder}", f"{names} hold the same kind", expected="one of them")])
    return found[0] if found else None


def _listed(folder: Path) -> list[Path]:
    """Its files, without the marks that spreadsheet programs leave beside open ones. Raises ConfigError."""
    try:
        return [path for path in folder.iterdir() if not path.name.startswith(("~$", ".~"))]
    except OSError as exc:
        what = f"the folder {folder} cannot be read: {exc.strerror}"
        raise ConfigError([Problem("connections[].folder", what, expected="a folder with accounts.csv")]) from exc


def read(path: Path) -> Table:
    """Raises ConfigError for what is no table, Retry when another program holds the file or writes it."""
    data, changed_at = _content(path)
    lines = _sheet(path, data) if path.suffix.lower() == ".xlsx" else _lines(path, data)
    header = [str(cell).strip() if cell is not None else "" for cell in next(lines, ())]
    _require_unambiguous(path, header)
    rows = tuple(_row(header, cells) for cells in lines if any(cell not in (None, "") for cell in cells))
    named = tuple(name for name in header if name)
    return Table(path, named, rows, blake2b(data, digest_size=16).hexdigest(), changed_at)


def _content(path: Path) -> tuple[bytes, datetime]:
    try:
        before = path.stat()
        data = path.read_bytes()
        after = path.stat()
    except OSError as exc:
        raise Retry(f"{path.name} cannot be read now: {exc.strerror}") from exc
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise Retry(f"{path.name} is being written: it was read in the middle of that")
    return data, datetime.fromtimestamp(before.st_mtime, UTC)


def _row(header: Sequence[str], cells: Sequence[Any]) -> Row:
    return {name: cell for name, cell in zip(header, cells, strict=False) if name}


def _require_unambiguous(path: Path, header: Sequence[str]) -> None:
    folded = [name.lower() for name in header if name]
    doubled = sorted({name for name in folded if folded.count(name) > 1})
    if doubled:
        raise ConfigError([Problem(path.name, f"has two columns {doubled[0]!r}", expected="each column once")])


def _lines(path: Path, data: bytes) -> Iterator[list[Any]]:
    """Separated by comma, semicolon (as Excel does where the comma is decimal) or tab: what the header has most of."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        what = f"is not UTF-8 (byte {exc.start})"
        raise ConfigError([Problem(path.name, what, expected="the file saved as “CSV UTF-8”")]) from exc
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = _parsed(path, text.replace("\0", ""), delimiter)
    yield from map(_with_decimal_points, lines) if delimiter == ";" else lines


def _parsed(path: Path, text: str, delimiter: str) -> Iterator[list[str]]:
    """Strictly: a quote that is not closed, or not doubled within a cell, would swallow the rows behind it."""
    lines, read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 0
    try:
        for cells in lines:
            yield cells
            read = lines.line_num
    except csv.Error as exc:
        what = f"cannot be read from line {read + 1} on: {exc}"
        expected = 'cells closed by the quote that opens them, and a quote within one doubled: "12"" pipe"'
        raise ConfigError([Problem(path.name, what, expected=expected)]) from exc


def _with_decimal_points(cells: list[str]) -> list[str]:
    """``12.000,50`` → ``12000.50``: where the semicolon separates cells, the comma is decimal."""
    return [cell.replace(".", "").replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells]


def _sheet(path: Path, data: bytes) -> Iterator[list[Any]]:
    """The rows of the first sheet."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as exc:  # whatever a broken archive makes the library raise
        raise ConfigError([Problem(path.name, "is no workbook that can be read", expected="an .xlsx file")]) from exc
    try:
        for cells in book.worksheets[0].iter_rows(values_only=True):
            yield list(cells)
    finally:
        book.close()
