"""A folder's kinds: each read from its file when asked, as rows by id and as records."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.contract import Calls
from adapters.csv import files, mapping
from adapters.csv.mapping import Columns, Flaws
from adapters.csv.results import NAMES, Results
from adapters.records import Record, Ref
from adapters.registry import Context
from config.connections import KindMap
from config.errors import ConfigError, Problem
from config.words import Kind


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind as its file holds it now."""

    kind: Kind
    columns: Columns
    rows: Mapping[str, tuple[int, files.Row]]
    """By id, each with its place in the file."""
    digest: str
    changed_at: datetime
    flaws: Flaws
    results: str = ""
    """Of accounts and persons: the state of the results file, which is part of them."""


class Sheets:
    """Reads the files of one connection. A reading counts as one call, whatever its size."""

    def __init__(
        self, connection: str, folder: Path, maps: Mapping[Kind, Sequence[KindMap]], context: Context, calls: Calls
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._maps = maps
        self._zone = context.zone
        self._calls = calls
        every = {kind: Results(kind, folder, context.own, context.zone) for kind in NAMES}
        self.results = {kind: results for kind, results in every.items() if kind == "account" or results.is_wanted}
        """By kind: of accounts, and of persons where anything is written to them."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(self._maps)

    def stem(self, kind: Kind) -> str:
        """The name of a kind's file, without its suffix."""
        return str(self._maps[kind][0].object).lower()

    def is_there(self, kind: Kind) -> bool:
        return kind in self._maps and files.find(self._folder, self.stem(kind)) is not None

    def sheet(self, kind: Kind) -> Sheet | None:
        """The kind's file, read now; None where there is none. Raises ConfigError for what cannot be a table of it."""
        path = files.find(self._folder, self.stem(kind)) if kind in self._maps else None
        if path is None:
            return None
        self._calls.count("page")
        table, flaws = files.read(path), Flaws()
        columns = mapping.columns(kind, self._maps[kind][0], table.header)
        if kind == "account" and columns.id is None:
            raise ConfigError([Problem(path.name, "has no column id", expected="an id in each row, e.g. A-1001")])
        rows = mapping.rows_by_id(columns, table, flaws)
        results = self.results.get(kind)
        ours = results.changed_at if results else None
        changed_at = max(table.changed_at, ours) if ours else table.changed_at
        return Sheet(kind, columns, rows, table.digest, changed_at, flaws, ours.isoformat() if ours else "")

    def records(
        self, sheet: Sheet, changed_at: datetime | None = None, only: Collection[str] | None = None
    ) -> Iterator[Record]:
        """Its records, in the order of the file; ``only`` those of these ids."""
        at = changed_at or sheet.changed_at
        results = self.results.get(sheet.kind)
        written = results.read()[0] if results else {}
        for id, (_, row) in sheet.rows.items():
            if only is not None and id not in only:
                continue
            own = results.own(written.get(id, {})) if results else {}
            yield mapping.record(Ref(self._connection, sheet.kind, id), sheet.columns, row, at, self._zone, own)

    def find_flaws(self, sheet: Sheet) -> Flaws:
        mapping.unreadable(sheet.columns, sheet.rows, self._zone, sheet.flaws)
        return sheet.flaws


def names(sheet: Sheet) -> dict[str, str]:
    """What the rows are called, so that a person knows which result is whose."""
    column = next((column for name, column, _ in sheet.columns.known if name == "name"), None)
    return {id: str(row.get(column) or "") for id, (_, row) in sheet.rows.items()} if column else {}
