"""What Salesforce kept of the past: rows of the history objects, as turns of canonical fields.

A field's rows say from what to what it changed. What it was before the first of them is known only since the field is
tracked, of which Salesforce keeps no record: at least since the oldest row of that field in the whole org, or since
the record was made. Where the rows do not join up (tracking was off for a while), only what is behind the break counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters import times
from adapters.contract import Past
from adapters.errors import Refused, Unauthorized
from adapters.records import Ref, Value
from adapters.salesforce import soql
from adapters.salesforce.answers import next_url, records
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.mapping import Row, readers
from adapters.salesforce.values import Reader, long_id
from adapters.salesforce.view import View

_WITHOUT: Final = ("Task", "Event", "User")
_HIDDEN: Final = ("INVALID_TYPE", "INVALID_FIELD", "NOT_FOUND")
Step = tuple[datetime, Value, Value]
"""When a field changed, from what to what."""

_JOINT: Final = {("deal", "status"), ("ticket", "status")}
"""Fields that take several vendor fields to know, of which histories tell each alone."""


@dataclass(frozen=True, slots=True)
class _Tracked:
    """One mapped field: what its history rows call it, and how its values are read."""

    name: str
    vendor: str
    reader: Reader
    is_lookup: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """``OwnerId`` is called ``Owner`` there."""
        return (self.vendor, self.vendor.removesuffix("Id")) if self.is_lookup else (self.vendor,)

    def read(self, value: object, view: View) -> Value:
        return None if value is None else self.reader(value, view.zone)


class Histories:
    """Asks one org for the past, and remembers since when each field has been tracked there."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._since: dict[tuple[str, str], datetime | None] = {}

    def past(self, view: View, ids: Sequence[str], fields: Sequence[str]) -> list[Past]:
        """Nothing where the object keeps no history, the login may not see it, or no field is tracked."""
        tracked = [one for one in _tracked(view, fields) if self._oldest(view, one)] if ids else []
        found: list[Past] = []
        for first in range(0, len(ids) if tracked else 0, soql.MOST_IDS):
            some = [one for one in map(long_id, ids[first : first + soql.MOST_IDS]) if one]
            current = {str(row["Id"]): row for row in self._current(view, tracked, some)}
            changes = self._changes(view, tracked, some)
            for id, row in current.items():
                for one in tracked:
                    found += self._turns(view, one, row, changes.get((id, one.name), []))
        return found

    def _turns(self, view: View, one: _Tracked, row: Row, changes: Sequence[Row]) -> Iterator[Past]:
        begun = max(filter(None, (times.instant(row.get("CreatedDate")), self._oldest(view, one))))
        steps = [
            (at, one.read(change.get("OldValue"), view), one.read(change.get("NewValue"), view))
            for change in changes
            if (at := times.instant(change.get("CreatedDate")))
        ]
        if turns := turns_of(begun, one.read(row.get(one.vendor), view), steps):
            yield Past(Ref(view.connection, view.kind, str(row["Id"])), one.name, turns)

    def _oldest(self, view: View, one: _Tracked) -> datetime | None:
        """When the field is first known to have been tracked; None when the org shows no row of it."""
        key = (view.object, one.vendor)
        if key not in self._since:
            query = (
                f"SELECT CreatedDate FROM {_history(view)} WHERE Field IN ({soql.listed(one.spellings)}) "
                "ORDER BY CreatedDate ASC LIMIT 1"
            )
            rows = list(self._rows(query))
            self._since[key] = times.instant(rows[0].get("CreatedDate")) if rows else None
        return self._since[key]

    def _current(self, view: View, tracked: Sequence[_Tracked], ids: Sequence[str]) -> Iterator[Row]:
        columns = dict.fromkeys(["Id", "CreatedDate", *(one.vendor for one in tracked)])
        return self._rows(soql.by_ids(view, list(columns), ids))

    def _changes(self, view: View, tracked: Sequence[_Tracked], ids: Sequence[str]) -> dict[tuple[str, str], list[Row]]:
        """The history rows by record and canonical field, in order."""
        parent = _parent(view)
        by_spelling = {spelling.lower(): one for one in tracked for spelling in one.spellings}
        query = (
            f"SELECT {parent}, Field, OldValue, NewValue, CreatedDate FROM {_history(view)} "
            f"WHERE {parent} IN ({soql.listed(ids)}) AND Field IN ({soql.listed(list(by_spelling))}) "
            f"ORDER BY CreatedDate ASC, Id ASC"
        )
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self._rows(query):
            one = by_spelling.get(str(row.get("Field")).lower())
            if one and not (one.is_lookup and _is_name(row)):
                found.setdefault((str(long_id(row.get(parent))), one.name), []).append(row)
        return found

    def _rows(self, query: str) -> Iterator[Row]:
        try:
            reply: Reply | None = self._client.query(query, "other")
            while reply:
                yield from records(reply)
                url = next_url(reply)
                reply = self._client.more(url, "other") if url else None
        except (Refused, Unauthorized) as exc:
            if exc.status == 401 or not (exc.code in _HIDDEN or isinstance(exc, Unauthorized)):
                raise


def turns_of(begun: datetime, current: Value, steps: Sequence[Step]) -> tuple[tuple[datetime, Value], ...]:
    """Each value of one field of one record, with since when it is known to have been so. Pure.

    Nothing when the last step does not lead to what the field holds now: it changed unseen, and nobody knows when.
    """
    turns: list[tuple[datetime, Value]] = []
    value = current
    for at, old, new in reversed(steps):
        if new != value:
            return tuple(turns)
        if old != new:
            turns.insert(0, (at, new))
        value = old
    if not turns or begun < turns[0][0]:
        turns.insert(0, (begun, value))
    return tuple(turns)


def _tracked(view: View, fields: Sequence[str]) -> Iterator[_Tracked]:
    if view.object in _WITHOUT:
        return
    for name, (vendor, reader) in readers(view).items():
        if name in fields and "." not in vendor and (view.kind, name) not in _JOINT:
            yield _Tracked(name, vendor, reader, view.types.get(vendor) == "reference")


def _history(view: View) -> str:
    if view.object.endswith("__c"):
        return view.object.removesuffix("__c") + "__History"
    return f"{view.object}FieldHistory" if view.object == "Opportunity" else f"{view.object}History"


def _parent(view: View) -> str:
    return "ParentId" if view.object.endswith("__c") else f"{view.object}Id"


def _is_name(row: Row) -> bool:
    """Whether it is the row with the names; a change of a lookup leaves a second one with the ids."""
    return any(value is not None and not long_id(value) for value in (row.get("OldValue"), row.get("NewValue")))
