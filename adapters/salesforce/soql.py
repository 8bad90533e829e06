"""The SOQL that csbridge asks, and how long it may be. Pure text; every literal is escaped here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote_plus

from adapters import times
from adapters.salesforce.view import STAMP, View
from config.errors import ConfigError, Problem

BUDGET: Final = 13_000
"""Bytes of an encoded query. URI and headers together may have 16,384; a longer one is answered 414 in HTML."""

MOST_IDS: Final = 200


@dataclass(frozen=True, slots=True)
class After:
    """Where a pull stands within one object: behind this row, in the order of (SystemModstamp, Id)."""

    stamp: datetime
    id: str


def page(view: View, start: datetime | None, after: After | None, until: datetime) -> str:
    """Rows behind ``after``, else from ``start`` on (inclusive; None: all), up to ``until`` (inclusive), in order.

    SystemModstamp is not unique, so the place in the order is the pair with Id; mixed AND and OR need parentheses.
    """
    where = [f"{STAMP} <= {moment(until)}"]
    if after:
        at = moment(after.stamp)
        where.insert(0, f"(({STAMP} = {at} AND Id > {quoted(after.id)}) OR {STAMP} > {at})")
    elif start:
        where.insert(0, f"{STAMP} >= {moment(start)}")
    if "IsChild" in view.columns:
        where.append("IsChild = false")  # an event is copied for every invitee; only the original counts
    return _bounded(f"{_select(view)} WHERE {' AND '.join(where)} ORDER BY {STAMP} ASC, Id ASC", view)


def listing(view: View) -> str:
    """Ids and stamps of all living rows, in the order of ids; to be asked of queryAll, which has the archived ones."""
    where = ["IsDeleted = false"] if "IsDeleted" in view.columns else []
    where += ["IsChild = false"] if "IsChild" in view.columns else []
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    return f"SELECT Id, {STAMP} FROM {view.object}{condition} ORDER BY Id ASC"


def by_ids(view: View, ids: Sequence[str]) -> Iterator[str]:
    """Queries for these ids, as few as fit: at most 200 ids and the length of an address each."""
    room = BUDGET - len(quote_plus(_bounded(f"{_select(view)} WHERE Id IN ()", view)))
    each = len(quote_plus("'000000000000000000',"))
    step = max(1, min(MOST_IDS, room // each))
    for first in range(0, len(ids), step):
        yield f"{_select(view)} WHERE Id IN ({','.join(map(quoted, ids[first : first + step]))})"


def moment(value: datetime) -> str:
    """A datetime literal (never quoted), with milliseconds only where there are some."""
    return times.iso_milliseconds(value) if value.microsecond else times.iso_seconds(value)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _select(view: View) -> str:
    return f"SELECT {', '.join(view.columns)} FROM {view.object}"


def _bounded(soql: str, view: View) -> str:
    if len(quote_plus(soql)) > BUDGET:
        raise ConfigError([Problem(
            f"connections[].map.{view.kind}.fields",
            f"{len(view.columns)} fields of {view.object} make a query longer than Salesforce accepts in an address",
            expected=f"names of at most about {BUDGET} characters together; map fewer fields",
        )])  # fmt: skip
    return soql
