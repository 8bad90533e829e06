"""CSV of the Bulk API 2.0 → rows as a REST query gives them. Pure.

A row of REST is JSON: true, 12.5, null, a parent's field in an object of its own. Here everything is text, and an
empty cell is null; describe's types say what the text was.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.salesforce.view import View

Cells = Sequence[str]


class Torn(ValueError):
    """The text ends before its rows do."""


def table(content: bytes) -> Iterator[list[str]]:
    """Lines of cells, the header first; raises Torn. Salesforce writes UTF-8 and does not always say so."""
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace").replace("\0", ""), newline=""), strict=True)
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
