"""``csb_notes.csv``: the tasks and notes that csbridge created, one row each by its key, beside the results.

Written whole and at once under a lock, like the results. Columns that somebody added beside ours are kept.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock

from adapters.contract import Calls, Outcome, Patch
from adapters.csv import cells, files
from adapters.csv.results import WAIT, replaced
from adapters.csv.sheets import Sheets
from adapters.errors import Retry
from adapters.keyed import FIELDS, Keyed
from adapters.records import Item, Ref, Tombstone, Value
from adapters.texts import written
from config.errors import ConfigError, Problem
from config.words import KeyedKind

NAME: Final = "csb_notes.csv"
LOCK: Final = ".csb_notes.lock"
COLUMNS: Final = ("key", "account", "at", "subject", "body", "kind", "status", "due", "owner", "person")

Texts = dict[str, str]


class Notes:
    """The file of one folder."""

    def __init__(self, folder: Path, connection: str) -> None:
        self._path, self._connection = folder / NAME, connection

    def write(self, sheets: Sheets, patches: Sequence[Patch], calls: Calls) -> list[Outcome]:
        """Outcomes in the order of ``patches``. Raises Retry when another program holds the file: nothing was written.

        What is to stand on an account without a row, or was deleted from the file by somebody, is gone.
        """
        sheet = sheets.sheet("account")
        living = sheet.rows if sheet else {}
        calls.count("write")
        try:
            with FileLock(self._path.with_name(LOCK), timeout=WAIT):
                rows, header = self._rows()
                outcomes = [self._put(rows, patch, living) for patch in patches]
                if any(outcome.status == "written" for outcome in outcomes):
                    replaced(self._path, list(dict.fromkeys([*COLUMNS, *header])), list(rows.values()))
        except OSError as exc:
            raise Retry(f"{NAME} cannot be written now: {exc.strerror or exc}") from exc
        return outcomes

    def read(self, kind: KeyedKind, keys: Sequence[str], now: datetime) -> list[Item]:
        rows, _ = self._rows()
        at = datetime.fromtimestamp(self._path.stat().st_mtime, UTC) if self._path.is_file() else now
        return [
            Keyed(ref=Ref(self._connection, kind, key), changed_at=at, own=_own(rows[key]))
            if key in rows
            else Tombstone(Ref(self._connection, kind, key), now)
            for key in dict.fromkeys(keys)
        ]

    def _rows(self) -> tuple[dict[str, Texts], list[str]]:
        """Rows by key; nothing before the first write. Raises ConfigError for another's file."""
        if not self._path.is_file():
            return {}, []
        table = files.read(self._path)
        if table.header and "key" not in table.header:
            expected = "our own file: move yours away"
            raise ConfigError([Problem(NAME, "is there already, and has no column key", expected=expected)])
        return {key: dict(row) for row in table.rows if (key := cells.text(row.get("key")))}, list(table.header)

    def _put(self, rows: dict[str, Texts], patch: Patch, living: Mapping[str, object]) -> Outcome:
        """At the moment of the file; which is told when it is there."""
        key = patch.ref.id
        before = rows.get(key, {})
        account = str(patch.fields.get("account") or before.get("account") or "")
        if account not in living or (not before and not patch.new):
            return Outcome(
                patch.ref, "gone", code="NO_ROW", message="there is no such account, or no such row any more"
            )
        said = {name: written(FIELDS[name], value) for name, value in patch.fields.items()}
        rows[key] = {**before, "key": key, "kind": patch.ref.kind, **said}
        return Outcome(patch.ref, "written")


def _own(row: Mapping[str, str]) -> dict[str, Value]:
    texts = {name: cells.text(row.get(name)) for name in FIELDS}
    due, at = texts["due"], texts["at"]
    return {
        **texts,
        "due": date.fromisoformat(due) if due else None,
        "at": datetime.fromisoformat(at) if at else None,
    }
