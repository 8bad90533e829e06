"""``csb_scores.csv`` and ``csb_surveys.csv``: what csbridge says of accounts and of persons, a row each, columns named
as the own fields.

Written whole and at once, so that whoever opens it sees the old file or the new one. Columns that somebody added
beside ours are kept.
"""

import csv
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from filelock import FileLock

from adapters.csv import cells, files
from adapters.errors import Retry
from adapters.records import Fields
from config.errors import ConfigError, Problem
from config.fields import OwnField
from config.words import Kind

NAMES: Final[Mapping[Kind, str]] = {"account": "csb_scores.csv", "person": "csb_surveys.csv"}
"""Kind → the file that holds what its own fields hold."""
WAIT: Final = 30
"""Seconds to wait for another process that writes."""

Texts = Mapping[str, str]


class Results:
    """The file of one kind as it is read, changed and written again."""

    def __init__(self, kind: Kind, folder: Path, own: Sequence[OwnField], zone: tzinfo) -> None:
        self._path = folder / NAMES[kind]
        self._own = [field for field in own if field.on == kind and field.written]
        self._named = ["name"] if kind == "account" else []
        self._zone = zone

    @property
    def is_wanted(self) -> bool:
        """Whether any own field of the kind is on."""
        return bool(self._own)

    def columns(self) -> list[str]:
        return ["id", *self._named, *(field.to or field.name for field in self._own)]

    def read(self) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """Cells by id, and the columns; nothing before the first write. Raises ConfigError for another's."""
        if not self._path.is_file():
            return {}, []
        table = files.read(self._path)
        if table.header and "id" not in table.header:
            expected = "our own file: move yours away"
            raise ConfigError([Problem(self._path.name, "is there already, and has no column id", expected=expected)])
        return {id: dict(row) for row in table.rows if (id := cells.text(row.get("id")))}, list(table.header)

    def own(self, row: Mapping[str, Any]) -> Fields:
        """What our fields hold in a row, by canonical name."""
        return {field.name: cells.OWN[field.type](row.get(field.to or field.name), self._zone) for field in self._own}

    @property
    def changed_at(self) -> datetime | None:
        """When the file was last written, by us or by somebody else."""
        return datetime.fromtimestamp(self._path.stat().st_mtime, UTC) if self._path.is_file() else None

    def write(self, patches: Mapping[str, Texts], names: Mapping[str, str], living: Collection[str]) -> datetime:
        """Set cells; rows of records that are gone go, too. Gives the file's time. Raises Retry while it is held.

        Under a lock: of two processes that read the file at once, the second would write over what the first wrote.
        """
        with self._locked():
            self._change(patches, names, living)
            return datetime.fromtimestamp(self._path.stat().st_mtime, UTC)

    def forget(self, ids: Collection[str]) -> int:
        """Delete these rows, with whatever stands in them; how many there were. Raises Retry while the file is held."""
        if not self._path.is_file():
            return 0
        with self._locked():
            rows, header = self.read()
            kept = [row for id, row in rows.items() if id not in ids]
            if len(kept) < len(rows):
                replaced(self._path, header, kept)
        return len(rows) - len(kept)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with FileLock(self._path.with_name(f".{self._path.stem}.lock"), timeout=WAIT):
                yield
        except OSError as exc:
            raise Retry(f"{self._path.name} cannot be written now: {exc.strerror or exc}") from exc

    def _change(self, patches: Mapping[str, Texts], names: Mapping[str, str], living: Collection[str]) -> None:
        rows, columns = self.read()
        header = list(dict.fromkeys([*self.columns(), *columns]))
        for id, said in patches.items():
            rows[id] = {**rows.get(id, {}), "id": id, **said}
        kept = [{**row, "name": names.get(id, row.get("name", ""))} for id, row in rows.items() if id in living]
        replaced(self._path, header, kept)


def replaced(path: Path, header: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Put a new file in the place of the old one, all at once."""
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=".csb_", suffix=".tmp", delete=False
    ) as made:
        new = Path(made.name)
        try:
            sheet = csv.DictWriter(made, header, restval="", extrasaction="ignore")
            sheet.writeheader()
            sheet.writerows(rows)
            made.flush()
            os.fsync(made.fileno())
        except BaseException:
            new.unlink()
            raise
    new.chmod(0o644)
    new.replace(path)
