"""What properties HubSpot's objects have now, and what a map can read of them.

HubSpot ignores names that it does not know, so that a property which was renamed, removed or hidden would look blank
everywhere: only the list of properties tells. It is asked for once a quarter of an hour at most, and only of objects
with properties that a person may change: HubSpot's own stay as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from adapters.errors import Refused, Unauthorized
from adapters.hubspot import paths
from adapters.hubspot.client import Client
from adapters.hubspot.shapes import PULSE, Shape, vendor_name
from adapters.schema import Column, Columns, Sort, by_name, readable
from config.maps import default_maps

FRESH: Final = timedelta(minutes=15)
COVERED: Final = "covered"
"""In a cursor, beside the marks of each object: the properties with which it was read."""

_SORTS: Final[Mapping[str, Sort]] = {"number": "number", "bool": "flag", "date": "date", "datetime": "datetime"}


class Schemas:
    """Remembers for a while what it saw."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen: dict[str, tuple[Columns | None, datetime]] = {}

    def columns(self, vendor_object: str) -> Columns | None:
        """The properties; None where they may not be asked for."""
        try:
            rows = self._client.get(paths.PROPERTIES, "describe", object=vendor_object).results
        except (Unauthorized, Refused) as error:
            if error.status == 401:
                raise
            return None
        return columns(rows)

    def narrowed(self, shapes: Sequence[Shape]) -> list[Shape]:
        """The shapes, cut down to what can be read now."""
        return [narrowed(shape, self._recent(shape.object)) if may_drift(shape) else shape for shape in shapes]

    def _recent(self, vendor_object: str) -> Columns | None:
        known, at = self._seen.get(vendor_object, (None, None))
        now = self._client.now()
        if at is None or not timedelta(0) <= now - at < FRESH:
            known = self.columns(vendor_object)
            self._seen[vendor_object] = known, now
        return known


def columns(rows: Iterable[Mapping[str, Any]]) -> Columns:
    """The answer of the properties API."""
    return by_name([_column(row) for row in rows if row.get("name")])


def _column(row: Mapping[str, Any]) -> Column:
    several, yes_or_no = row.get("fieldType") == "checkbox", row.get("fieldType") == "booleancheckbox"
    sort: Sort = "options" if several else "flag" if yes_or_no else _SORTS.get(str(row.get("type")), "text")
    options = [option for option in row.get("options") or () if not option.get("hidden")] if sort != "flag" else []
    return Column(str(row["name"]), str(row.get("label") or ""), sort, tuple(str(one.get("value")) for one in options))


def may_drift(shape: Shape) -> bool:
    """Whether a property that is read here is not HubSpot's own."""
    shipped = {name for table in default_maps("hubspot").get(shape.kind, ()) for name in table.fields.values()}
    return bool(shape.own) or not {*shape.mapped.values(), *shape.extra.values()} <= shipped


def narrowed(shape: Shape, seen: Columns | None) -> Shape:
    """The shape without properties that are not there or cannot hold what is needed."""
    if seen is None:
        return shape

    def kept(fields: Mapping[str, str]) -> dict[str, str]:
        found = {name: seen.get(vendor.lower()) for name, vendor in fields.items()}
        return {
            name: column.name
            for name, column in found.items()
            if column and readable(shape.kind, name, shape.table, column)
        }

    own = tuple(field for field in shape.own if vendor_name(field).lower() in seen)
    return replace(shape, mapped=kept(shape.mapped), extra=kept(shape.extra), own=own)


def covering(cursor: str | None, shapes: Sequence[Shape]) -> str | None:
    """The cursor, but an object whose properties became more or fewer since is to be read from the beginning.

    So what came back is read of records that did not change, and none keeps a value that nobody can see any more.
    """
    marks: dict[str, Any] = orjson.loads(cursor) if cursor else {}
    now = {shape.object: _covered(shape) for shape in shapes if may_drift(shape)}
    before = marks.get(COVERED, {})
    for name, names in now.items():
        if before.get(name, names) != names:
            marks.pop(name, None)
    return orjson.dumps({**marks, COVERED: now}).decode() if now else cursor


def _covered(shape: Shape) -> list[str]:
    """What records are made of: own fields are observed only, the pulse apart."""
    pulse = {vendor_name(field) for field in shape.own if field.name in PULSE}
    return sorted({*shape.mapped.values(), *shape.extra.values(), *pulse})
