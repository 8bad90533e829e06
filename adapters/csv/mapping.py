"""Rows of a table become canonical records; what a cell cannot say becomes None, and can be counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from typing import Any, Final

import orjson

from adapters import domains, times
from adapters.csv import cells
from adapters.csv.files import Row, Table
from adapters.readers import Reader, word
from adapters.records import RECORD_TYPES, Fields, Record, Ref
from adapters.vocabulary import words_of
from config.connections import KindMap
from config.problems import did_you_mean
from config.words import UNKNOWN, Kind

STEMS: Final[Mapping[Kind, str]] = {
    "account": "accounts", "person": "persons", "activity": "activities", "deal": "deals", "ticket": "tickets",
    "contract": "contracts", "response": "responses", "invoice": "invoices", "usage": "usage", "user": "users",
}  # fmt: skip
"""Kind → the name of its file."""

ALIASES: Final[Mapping[str, str]] = {"accounts": "account", "persons": "person"}
"""Canonical field of several ids → the column that may hold them as well, which is how the other kinds call it."""

_BESIDE: Final = {"own", "precision"}
"""Fields that no column holds."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What is read of a table for one kind."""

    kind: Kind
    id: str | None
    """None: a row is known by what it says, so that an edited one counts as another."""
    known: Sequence[tuple[str, str, Reader]]
    """(canonical field, column, reader)."""
    extra: Sequence[tuple[str, str]]
    """(name, column)."""
    missing: Sequence[str]
    """What the admin's map names and the file does not have."""


@dataclass(slots=True)
class Flaws:
    """What a reading could not make sense of."""

    unreadable: dict[str, list[int]] = field(default_factory=dict)
    """Column → the rows, counted as the sheet counts."""
    unnamed: list[int] = field(default_factory=list)
    """Rows without an id: left out."""
    doubled: list[int] = field(default_factory=list)
    """Rows whose id comes again further down: the last one counts."""


def canonical(kind: Kind) -> tuple[str, ...]:
    """The fields of a kind that a column can hold."""
    shared = {item.name for item in fields(Record)} | _BESIDE
    return tuple(item.name for item in fields(RECORD_TYPES[kind]) if item.name not in shared)


def default_maps() -> Mapping[Kind, tuple[KindMap, ...]]:
    """Every column is named as its canonical field, every file as ``STEMS`` says."""
    return {
        kind: (KindMap(object=stem, fields={name: name for name in canonical(kind)}),)
        for kind, stem in STEMS.items()
        if kind in RECORD_TYPES
    }


def columns(kind: Kind, table: KindMap, header: Sequence[str]) -> Columns:
    """The map met with a header; the case of a column does not matter."""
    spelled = {name.lower(): name for name in header}
    found: dict[str, str] = {}
    missing: list[str] = []
    for name, wanted in table.fields.items():
        alias = ALIASES.get(name, wanted) if wanted == name else wanted
        if column := spelled.get(wanted.lower()) or spelled.get(alias.lower()):
            found[name] = column
        elif wanted != name:
            missing.append(f"{name} ({wanted}{did_you_mean(wanted, header)})")
    ours, id = canonical(kind), spelled.get("id")
    return Columns(
        kind,
        id,
        [(name, column, _reader(kind, name, table)) for name, column in found.items() if name in ours],
        [(name, column) for name, column in found.items() if name not in ours]
        + [(name, name) for name in header if name not in (*found.values(), id)],
        missing,
    )


def _reader(kind: Kind, name: str, table: KindMap) -> Reader:
    ours = words_of(kind).get(name)
    if ours is not None:
        words = table.values.get(name, {})
        return lambda value, _zone: word(value, words, ours)
    if name == "domain":
        return lambda value, _zone: domains.domain(cells.text(value))
    return cells.typed(kind)[name]


def rows_by_id(read: Columns, table: Table, flaws: Flaws) -> dict[str, tuple[int, Row]]:
    """Id → its row and where that stands, in the order of the file."""
    rows: dict[str, tuple[int, Row]] = {}
    for line, row in enumerate(table.rows, start=2):
        id = cells.text(row.get(read.id)) if read.id else _content(row)
        if id is None:
            flaws.unnamed.append(line)
            continue
        if id in rows:
            flaws.doubled.append(rows[id][0])
        rows[id] = line, row
    return rows


def _content(row: Row) -> str:
    said = orjson.dumps([[name, cells.text(value)] for name, value in sorted(row.items())])
    return blake2b(said, digest_size=8).hexdigest()


def record(ref: Ref, read: Columns, row: Row, changed_at: datetime, zone: tzinfo, own: Fields) -> Record:
    """``own``: what the own fields of an account or a person hold now."""
    said = {
        name: value
        for name, column, reader in read.known
        if (value := _value(row.get(column), reader, zone)) is not None
    }
    extra = {name: value for name, column in read.extra if (value := cells.untyped(row.get(column), zone)) is not None}
    said |= {"ref": ref, "changed_at": changed_at, "extra": extra}
    if ref.kind in ("account", "person"):
        said["own"] = own
    if ref.kind == "activity":
        said |= _moment(said.get("at"), next((row.get(column) for name, column, _ in read.known if name == "at"), None))
    return RECORD_TYPES[read.kind](**said)


def _value(cell: object, reader: Reader, zone: tzinfo) -> Any:
    return None if cell in (None, "") else reader(cell, zone)


def _moment(at: datetime | None, cell: object) -> dict[str, Any]:
    """A day without a time is kept as that day."""
    if at is None or not cells.is_day(cell):
        return {"at": at}
    day = cells.day(cell, UTC)
    return {"precision": "day", "at": times.midnight(day) if day else None}


def unreadable(read: Columns, rows: Mapping[str, tuple[int, Row]], zone: tzinfo, flaws: Flaws) -> None:
    """Note the cells that say something which is not understood."""
    for line, row in rows.values():
        for _, column, reader in read.known:
            said = cells.text(row.get(column))
            if said and said != UNKNOWN and _value(row.get(column), reader, zone) in (None, UNKNOWN, ()):
                flaws.unreadable.setdefault(column, []).append(line)
