"""Takes back what one call did to the rows, when it asked for all or none."""

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.sandbox.salesforce.org import Org
from adapters.sandbox.salesforce.tables import Table


class Undo:
    """The rows as they were before each change, in order of the changes."""

    def __init__(self) -> None:
        self._steps: list[tuple[Table, str, dict[str, object] | None]] = []

    def note(self, table: Table, row_id: str) -> None:
        """Called by a table before it changes a row (None: there was none yet)."""
        row = table.rows.get(row_id)
        self._steps.append((table, row_id, None if row is None else dict(row)))

    def roll_back(self) -> None:
        """Put every row back, the last change first."""
        for table, _, _ in self._steps:
            table.watch = None
        for table, row_id, before in reversed(self._steps):
            if row_id in table.rows:
                table.drop(row_id)
            if before is not None:
                table.add(before)
        self._steps.clear()


@contextmanager
def undoable(org: Org) -> Iterator[Undo]:
    """While it lasts every table of ``org`` notes what it changes. Hold the org's lock."""
    undo = Undo()
    for table in org.tables.values():
        table.watch = undo.note
    try:
        yield undo
    finally:
        for table in org.tables.values():
            table.watch = None
