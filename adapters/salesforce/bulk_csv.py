"""CSV of the Bulk API 2.0 → rows as a REST query gives them, and records → CSV as a job takes it. Pure.

A row of REST is JSON: true, 12.5, null, a parent's field in an object of its own. Here everything is text, and an
empty cell read is null; describe's types say what the text was. An empty cell written leaves a field as it is.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from adapters.records import Ref
from adapters.salesforce.view import View

NULL: Final = "#N/A"
"""What clears a field. No text that is this very word can be written."""
LARGEST: Final = 95_000_000
"""Bytes of one upload: Salesforce takes 150 MB of base64, about 100 MB as they are."""

Cells = Sequence[str]


class Torn(ValueError):
    """The text ends before its rows do."""


def table(content: bytes) -> Iterator[list[str]]:
    """Lines of cells, the header first; raises Torn. Salesforce writes UTF-8 and does not always say so.

    Decoded as it is read: a page as one text would take several times its bytes.
    """
    text = io.TextIOWrapper(io.BytesIO(content.replace(b"\0", b"")), "utf-8-sig", "replace", newline="")
    reader = csv.reader(text, strict=True)
    width = 0
    try:
        for cells in reader:
            width = width or len(cells)
            if len(cells) != width:
                raise Torn(f"{len(cells)} cells in a row of {width}")
            yield cells
    except csv.Error as exc:
        raise Torn(str(exc)) from exc


def to_row(view: View, header: Cells) -> Callable[[Cells], Mapping[str, Any]]:
    """What turns the cells of a line into a row of the view's object."""
    spelled = {column.lower(): column for column in view.columns}
    names = [spelled.get(name.lower(), name) for name in header]
    readers = [(name, _READERS[kind]) for name in names if (kind := view.types.get(name, "")) in _READERS]
    nested = [tuple(name.split(".")) for name in names if "." in name]

    def row(cells: Cells) -> Mapping[str, Any]:
        read: dict[str, Any] = {name: cell or None for name, cell in zip(names, cells, strict=True)}
        for name, reader in readers:
            if (cell := read[name]) is not None:
                read[name] = reader(cell)
        for path in nested:
            _put(read, path, read.pop(".".join(path)))
        return read

    return row


def _put(row: dict[str, Any], path: Cells, value: object) -> None:
    for part in path[:-1]:
        row = row.setdefault(part, {})
    row[path[-1]] = value


def _flag(cell: str) -> bool | str:
    return {"true": True, "false": False}.get(cell.lower(), cell)


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def _whole(cell: str) -> int | str:
    try:
        return int(cell)
    except ValueError:
        return cell


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "boolean": _flag, "double": _number, "currency": _number, "percent": _number, "int": _whole, "long": _whole,
}  # fmt: skip
"""By describe's type; what cannot be read stays as it is."""


def uploads(records: Iterable[tuple[Ref, Mapping[str, Any]]]) -> Iterator[tuple[list[Ref], bytes]]:
    """The records as files, each as large as one job takes; a column that a record does not have stays empty."""
    known = list(records)
    columns = ["Id", *sorted({name for _, record in known for name in record} - {"Id", "attributes"})]
    head = _line(columns)
    refs, lines, size = list[Ref](), [head], len(head)
    for ref, record in known:
        line = _line([_cell(record[name]) if name in record else "" for name in columns])
        if refs and size + len(line) > LARGEST:
            yield refs, b"".join(lines)
            refs, lines, size = [], [head], len(head)
        refs.append(ref)
        lines.append(line)
        size += len(line)
    if refs:
        yield refs, b"".join(lines)


def _line(cells: Cells) -> bytes:
    return (",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' if cell else "" for cell in cells) + "\n").encode()


def _cell(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(Decimal(str(value)), "f") if isinstance(value, (int, float)) else str(value)
