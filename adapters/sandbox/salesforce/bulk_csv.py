"""CSV as the Bulk API 2.0 writes and reads it: every cell in quotes, null an empty cell, stamps that end in Z. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any


class BadCsv(ValueError):
    """The upload is no CSV that the job could work on; the message is the job's error message."""


def line(cells: Sequence[str], end: str = "\n") -> str:
    """One line of a result."""
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + end


def cell(value: Any, is_time: bool, offset: bool) -> str:
    """A stored value as a cell. ``offset``: a stamp keeps its ``+0000``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_time and not offset:
        return str(value).removesuffix("+0000") + "Z"
    return str(value)


def read(text: str, end: str) -> Iterator[list[str]]:
    """The rows of an upload, header first. Raises BadCsv."""
    if end == "\n" and "\r\n" in text:
        raise BadCsv("ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF")
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as exc:
        raise BadCsv(f"InvalidBatch : Failed to parse CSV. {exc}") from exc
