"""The rows of one object, found by id, and kept in order of (SystemModstamp, Id) for incremental readers.

A row holds only what is not null. Times are kept as the text the API shows (fixed width, UTC), so that order of text
is order of time.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

Row = dict[str, Any]
LAST: Final = "\uffff"
"""Sorts after every id and every stamp."""


class Table:
    """Rows by id. Ids are given out in ascending order, so ``rows`` is in order of id."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.ids: list[str] = []
        self.watch: Callable[[Table, str], None] | None = None
        """Told of every row about to change, while a call may still be taken back."""
        self._stamps: list[tuple[str, str]] = []

    def add(self, row: Row) -> None:
        """A new row, complete with ``Id`` and ``SystemModstamp``."""
        self._warn(row["Id"])
        self.rows[row["Id"]] = row
        insort(self.ids, row["Id"])
        insort(self._stamps, (row["SystemModstamp"], row["Id"]))

    def fill(self, rows: Iterable[Row]) -> None:
        """Many rows at once."""
        self.rows.update((row["Id"], row) for row in rows)
        self.rows = dict(sorted(self.rows.items()))
        self.ids = list(self.rows)
        self._stamps = sorted((row["SystemModstamp"], row["Id"]) for row in self.rows.values())

    def change(self, row_id: str, changes: Row) -> None:
        """Set ``changes`` (null: unset) on a row and move it to its new place in the order."""
        self._warn(row_id)
        row = self.rows[row_id]
        self._unstamp(row)
        for name, value in changes.items():
            if value is None:
                row.pop(name, None)
            else:
                row[name] = value
        insort(self._stamps, (row["SystemModstamp"], row_id))

    def drop(self, row_id: str) -> None:
        """Remove a row without trace (setup records have no recycle bin)."""
        self._warn(row_id)
        self._unstamp(self.rows.pop(row_id))
        del self.ids[bisect_left(self.ids, row_id)]

    def between(self, low: str, high: str) -> Iterator[tuple[str, str]]:
        """(stamp, id) of rows stamped from ``low`` to ``high``, both included, in order, as asked for."""
        stamps = self._stamps
        end = bisect_right(stamps, (high, LAST))
        return (stamps[place] for place in range(bisect_left(stamps, (low, "")), end))

    def from_id(self, low: str) -> Iterator[str]:
        """Ids from ``low`` on, in order."""
        return (self.ids[place] for place in range(bisect_left(self.ids, low), len(self.ids)))

    def _warn(self, row_id: str) -> None:
        if self.watch:
            self.watch(self, row_id)

    def _unstamp(self, row: Row) -> None:
        del self._stamps[bisect_left(self._stamps, (row["SystemModstamp"], row["Id"]))]
