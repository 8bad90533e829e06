"""The frames that scoring takes: their names, columns and meaning. Built by ``bridge``, tied to the records by a test.

Every frame carries ``customer`` (the index of ``customers``). Days are ``datetime64[s]`` at midnight, in the
workspace's time zone; a missing value is NaN/NaT/None. Rows are already limited to what was known at the
moment of scoring; features still leave out whatever happened after ``as_of``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.reading import read_plain

COLUMNS: Final[dict[str, dict[str, str]]] = {
    # one row per customer, index = customer id (int64)
    "customers": {
        "name": "object",
        "status": "object",
        "industry": "object",
        "employees": "float64",
        "country": "object",
        "plan": "object",
        "customer_since": "datetime64[s]",
        "churned_on": "datetime64[s]",
        "renewal_date": "datetime64[s]",
        "arr": "float64",
        # what it was a year before, in the same currency
        "arr_year_ago": "float64",
        "currency": "object",
        "seats_bought": "float64",
        "pulse": "object",
        "pulse_reason": "object",
        "pulse_until": "datetime64[s]",
        "pulse_since": "datetime64[s]",
    },
    "persons": {
        "customer": "int64", "person": "object", "role": "object", "title": "object", "left_on": "datetime64[s]",
    },
    "usage": {
        "customer": "int64", "source": "object", "person": "object", "feature": "object",
        "day": "datetime64[s]", "count": "float64",
    },
    "tickets": {
        "customer": "int64", "ticket": "object", "status": "object", "priority": "object", "category": "object",
        "opened": "datetime64[s]", "first_reply": "datetime64[s]", "closed": "datetime64[s]",
        "reopened": "float64", "escalated": "object", "subject": "object",
        # the day since which csbridge has known the ticket to be escalated; unknown counts as since the opening
        "escalated_since": "datetime64[s]",
    },
    "responses": {
        "customer": "int64", "person": "object", "survey": "object", "score": "float64",
        "comment": "object", "day": "datetime64[s]",
    },
    "activities": {
        "customer": "int64", "activity": "object", "person": "object", "owner": "object", "kind": "object",
        "direction": "object", "day": "datetime64[s]", "done": "object",
        # True: it lies ahead and was known then. Rows dated later without it are left out as any other
        "booked": "object",
    },
    "deals": {
        "customer": "int64", "deal": "object", "kind": "object", "status": "object", "amount": "float64",
        "currency": "object", "opened": "datetime64[s]", "closes": "datetime64[s]",
    },
    "contracts": {
        "customer": "int64", "contract": "object", "status": "object", "starts": "datetime64[s]",
        "ends": "datetime64[s]", "arr": "float64", "seats": "float64", "plan": "object", "auto_renew": "object",
    },
    "invoices": {
        "customer": "int64", "invoice": "object", "due": "datetime64[s]", "paid": "datetime64[s]",
        "amount": "float64", "currency": "object",
    },
    # one row per usage source: the newest day of any account that was known (the watermark), and the oldest
    "sources": {
        "source": "object", "newest": "datetime64[s]", "oldest": "datetime64[s]", "stale_after_days": "float64",
    },
}  # fmt: skip

CODED: Final = {("usage", "source"), ("usage", "person"), ("usage", "feature")}
"""Columns of many rows and few words: they may come as categories or strings, and are taken as they are."""

NOBODY: Final = -1
"""The customer of a row that names none; no customer has this id, so the row counts for nobody."""


@dataclass(frozen=True)
class Frames:
    """What is known about some customers, as scoring takes it. See ``COLUMNS``."""

    customers: pd.DataFrame
    persons: pd.DataFrame
    usage: pd.DataFrame
    tickets: pd.DataFrame
    responses: pd.DataFrame
    activities: pd.DataFrame
    deals: pd.DataFrame
    contracts: pd.DataFrame
    invoices: pd.DataFrame
    sources: pd.DataFrame
    as_of: date
    extra: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What else is known of accounts, by customer, mapped fields among it: for rules and scorecards."""
    dated: bool = False
    """Whether they are of a day before the first sync: from what is known now, each event by its own date."""
    declared: bool = False
    """Whether every frame was made by ``frame`` or ``columns``, so that its columns and types need no look."""

    def typed(self, name: str) -> pd.DataFrame:
        """One of them in its declared columns and types."""
        given: pd.DataFrame = getattr(self, name)
        return given if self.declared else typed(name, given)


def frame(name: str, rows: Iterable[Mapping[str, object]] = ()) -> pd.DataFrame:
    """A frame with the declared columns and types from rows; what a row leaves out is missing.

    Rows of ``customers`` carry their id as ``customer``, which becomes the index. What cannot be read as
    its column's type becomes missing.
    """
    given = list(rows)
    declared = COLUMNS[name] if name != "customers" else {"customer": "int64", **COLUMNS[name]}
    columns = {column: [row.get(column) for row in given] for column in declared}
    return _made(name, {column: read(values, declared[column]) for column, values in columns.items()}, len(given))


def columns(name: str, rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """As ``frame``, from rows whose values stand in the order of the declared columns: for frames of many rows."""
    by_column = zip(COLUMNS[name].items(), zip(*rows, strict=True), strict=True) if rows else ()
    return _made(name, {column: read(values, wanted) for (column, wanted), values in by_column}, len(rows))


def _made(name: str, columns: Mapping[str, NDArray[Any] | pd.Series], rows: int) -> pd.DataFrame:
    """The frame of columns that were read already."""
    if not rows:
        return _empty(name).copy()
    given = dict(columns)
    index = pd.Index(given.pop("customer"), name="customer") if name == "customers" else pd.RangeIndex(rows)
    as_read = {
        column: pd.Series(np.asarray(values), index, values.dtype) for column, values in given.items()
    }  # texts stay objects
    return pd.DataFrame(as_read, index)


def typed(name: str, given: pd.DataFrame) -> pd.DataFrame:
    """The frame in its declared columns and types; one that has them already is handed back without a copy."""
    columns = COLUMNS[name]
    if name == "customers" and "customer" in given.columns:
        given = given.set_index("customer")
    if list(given.columns) != list(columns):
        given = given.reindex(columns=list(columns))
    wrong = {column: wanted for column, wanted in columns.items() if not _fits(name, given[column], wanted)}
    if wrong:
        given = given.assign(**{column: _as(given[column], wanted) for column, wanted in wrong.items()})
    held = {column: given[column].map(hashable) for column in columns if _mixed(given[column])}
    given = given.assign(**held) if held else given
    if name == "customers":
        given = given.set_axis(given.index.astype("int64").rename("customer"))
    return given


def extra_frame(rows: Mapping[int, Mapping[str, object]]) -> pd.DataFrame:
    """Mapped fields by customer; what a row leaves out is missing, several options in one field are a tuple."""
    names = sorted({name for row in rows.values() for name in row})
    held = {name: [hashable(row.get(name)) for row in rows.values()] for name in names}
    index = pd.Index(list(rows), dtype="int64", name="customer")
    return pd.DataFrame({name: pd.Series(values, index, dtype="object") for name, values in held.items()}, index)


def hashable(value: object) -> object:
    """What a cell holds, so that it can be compared: several options are a tuple."""
    if isinstance(value, (list, set)):
        return tuple(value) if isinstance(value, list) else tuple(sorted(map(str, value)))
    return str(value) if isinstance(value, (dict, np.ndarray)) else value


def _mixed(column: pd.Series) -> bool:
    return column.dtype.kind == "O" and pd.api.types.infer_dtype(column, skipna=True).startswith("mixed")


def _fits(name: str, column: pd.Series, wanted: str) -> bool:
    coded = isinstance(column.dtype, (pd.CategoricalDtype, pd.StringDtype)) and (name, column.name) in CODED
    return coded or str(column.dtype) == wanted


def empty_frames(as_of: date) -> Frames:
    """Nothing known about nobody."""
    return Frames(**{name: frame(name) for name in COLUMNS}, as_of=as_of, dated=False, declared=False)


@cache
def _empty(name: str) -> pd.DataFrame:
    return typed(name, pd.DataFrame())


def read(values: Sequence[object], wanted: str) -> NDArray[Any] | pd.Series:
    """A column of its declared type; what cannot be read as that is missing."""
    plain = read_plain(values, wanted)
    if plain is not None:
        return plain
    column = _as(pd.Series(values, dtype="object" if wanted == "object" else None), wanted)
    return column.map(hashable) if _mixed(column) else column


def _as(column: pd.Series, wanted: str) -> pd.Series:
    if wanted == "float64":
        return pd.Series(pd.to_numeric(column, errors="coerce")).astype("float64")
    if wanted == "int64":
        numbers = pd.Series(pd.to_numeric(column, errors="coerce")).astype("float64")
        return numbers.where(np.isfinite(numbers) & numbers.abs().lt(2**53), NOBODY).astype("int64")
    if wanted == "datetime64[s]":
        return _days(column)
    return column.astype("object")


def _days(column: pd.Series) -> pd.Series:
    """Dates and moments; of one that names a zone, the day that its own calendar shows. Text is ISO 8601 wherever any
    of it is.
    """
    if column.dtype.kind == "O" or isinstance(column.dtype, pd.StringDtype):
        column = column.map(_in_its_zone, na_action="ignore")
        iso = pd.Series(pd.to_datetime(column, errors="coerce", format="ISO8601"))
        if iso.notna().any():
            return iso.astype("datetime64[s]")
    found = pd.Series(pd.to_datetime(column, errors="coerce"))
    return (found if found.dt.tz is None else found.dt.tz_localize(None)).astype("datetime64[s]")


def _in_its_zone(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return _ZONE.sub("", value) if isinstance(value, str) else value


_ZONE: Final = re.compile(r"(?<=:\d\d)(\.\d+)?(?:Z|[+-]\d\d:?\d\d)$")
