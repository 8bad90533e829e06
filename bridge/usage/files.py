"""Takes usage files (CSV or Parquet: account, person, feature, day, count) into the store, in pieces.

A file that did not change since is not read again. Rows that cannot be read are counted and the first ones
named; accounts that nobody knows keep their rows, and are counted.
"""

import csv
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from hashlib import file_digest
from math import isfinite
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bridge.knowledge import usage_keys
from bridge.knowledge.usage_keys import UsageKeys
from bridge.persons.withholding import nameless
from bridge.progress import Progress, silent
from bridge.store import customers, keys, usage
from bridge.store.erased import Erased
from bridge.store.usage import DailyTotal
from bridge.workspace import Workspace
from config.errors import ConfigError, Problem
from config.settings import UsageSource

REQUIRED = ("account", "feature", "day", "count")
PIECE = 20_000
"""Rows held at a time."""
NAMED = 5
"""Bad rows that are named; the others are only counted."""


@dataclass(slots=True)
class UsageTaken:
    """What a usage file held. ``unknown`` accounts and ``ambiguous`` ones have rows that no customer has."""

    source: str
    rows: int = 0
    changed_accounts: int = 0
    bad: int = 0
    bad_examples: list[str] = field(default_factory=list)
    unknown: int = 0
    ambiguous: int = 0
    skipped: bool = False


def take_in_file(workspace: Workspace, source: UsageSource, file: str, progress: Progress = silent) -> UsageTaken:
    """Take in a source's file, unless it is as it was. Raises ConfigError for one that cannot be used."""
    path, taken = workspace.folder / file, UsageTaken(file)
    try:
        with path.open("rb") as opened:
            digest = file_digest(opened, "sha256").hexdigest()
    except OSError as exc:
        raise _unusable(file, f"cannot be read: {exc.strerror}") from exc
    with workspace.store.write() as db:
        usage_keys.index_whole(db, workspace.settings)
        taken.skipped = usage.digest(db, file) == digest
    if taken.skipped:
        return taken
    changed: set[str] = set()
    for piece in _pieces(path, taken, partial(UsageKeys(source.account_key).spelled, workspace.settings)):
        with workspace.store.write() as db:
            changed |= _store(db, source, file, piece, workspace.now())
        progress(f"usage: {path.name}", len(piece))
    with workspace.store.write() as db:
        usage.save_digest(db, file, digest, workspace.now())
    taken.changed_accounts = len(changed)
    return taken


def count_strangers(workspace: Workspace, source: UsageSource, taken: UsageTaken) -> None:
    """How many of the source's accounts no customer goes by, and how many fit several. Ask once the CRMs were read."""
    with workspace.store.read() as db:
        named = usage.account_keys(db, taken.source)
        taken.ambiguous = len(keys.ambiguous(db, source.account_key, named))
        taken.unknown = len(named) - taken.ambiguous - len(keys.customers_of(db, source.account_key, named))


def _store(db: Connection, source: UsageSource, file: str, piece: list[DailyTotal], now: datetime) -> set[str]:
    """Upsert a piece and mark the customers whose totals changed, in one transaction; gives the changed keys."""
    changed = usage.take_in(db, file, nameless(piece, Erased(db)), now)
    customers.mark_affected(db, keys.customers_of(db, source.account_key, changed).values(), now)
    return changed


def _pieces(path: Path, taken: UsageTaken, spelled: Callable[[str], str]) -> Iterator[list[DailyTotal]]:
    piece: list[DailyTotal] = []
    for number, row in enumerate(_rows(path), start=2):
        taken.rows += 1
        try:
            piece.append(_total(row, spelled))
        except ValueError as exc:
            taken.bad += 1
            if len(taken.bad_examples) < NAMED:
                taken.bad_examples.append(f"row {number}: {exc}")
        if len(piece) >= PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() == ".parquet":
        yield from _parquet_rows(path)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
            _check_columns(path, reader.fieldnames)
            yield from reader
    except (UnicodeDecodeError, csv.Error) as exc:
        raise _unusable(str(path), f"is not CSV in UTF-8: {exc}") from exc


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        pyarrow, parquet = map(importlib.import_module, ("pyarrow", "pyarrow.parquet"))
    except ModuleNotFoundError as exc:
        raise _unusable(str(path), "needs pyarrow to be read; install csbridge[usage]") from exc
    try:
        with parquet.ParquetFile(path) as opened:
            _check_columns(path, opened.schema_arrow.names)
            for batch in opened.iter_batches(batch_size=PIECE):
                yield from batch.to_pylist()
    except pyarrow.ArrowException as exc:
        raise _unusable(str(path), f"is not Parquet: {exc}") from exc


def check_columns(path: Path) -> None:
    """Read as much of a file as shows whether it can be used. ConfigError when it cannot."""
    next(iter(_rows(path)), None)


def _check_columns(path: Path, columns: Any) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise _unusable(str(path), f"has no column {', '.join(missing)}")


def _unusable(file: str, what: str) -> ConfigError:
    return ConfigError(
        [
            Problem(
                "usage[].file",
                f"{file} {what}",
                expected="a CSV or Parquet file with the columns account, person, feature, day, count",
                example="account,person,feature,day,count",
            )
        ]
    )


def _total(row: Mapping[str, Any], spelled: Callable[[str], str]) -> DailyTotal:
    """One row. ValueError says what is wrong with it."""
    account, feature = _text(row["account"]), _text(row["feature"])
    if not account or not feature:
        raise ValueError("account and feature are needed")
    try:
        count = float(row["count"])
    except (TypeError, ValueError):
        raise ValueError(f"count {row['count']!r} is not a number") from None
    if not isfinite(count) or count < 0:
        raise ValueError(f"count {row['count']!r} is not a number from 0 up")
    return DailyTotal(spelled(account), _date(row["day"]), _text(row.get("person")), feature, count)


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        raise ValueError(f"day {value!r} is not a day such as 2026-01-31") from None
