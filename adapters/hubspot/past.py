"""The past of properties, as HubSpot keeps it (propertiesWithHistory), in canonical values.

HubSpot keeps a limited number of versions of each property and does not say when it dropped older ones: the first
version that it still has is where knowledge begins, whatever the record's age.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapters import times
from adapters.contract import Past
from adapters.hubspot import mapping, paths
from adapters.hubspot.mapping import STAGED, Beside, Row
from adapters.hubspot.reading import Source
from adapters.hubspot.shapes import Shape
from adapters.records import Ref, Value

BATCH: Final = 50
"""Ids of one batch/read with history."""


def kept(source: Source, shapes: Sequence[Shape], ids: Sequence[str], fields: Sequence[str]) -> list[Past]:
    """Of every field that one property decides; an association has no history."""
    return [past for shape in shapes for past in _of_object(source, shape, ids, fields)]


def _of_object(source: Source, shape: Shape, ids: Sequence[str], fields: Sequence[str]) -> Iterator[Past]:
    properties = {**shape.extra, **shape.mapped}
    wanted = {name: properties[name] for name in dict.fromkeys(fields) if properties.get(name)}
    numbers = [number for one in dict.fromkeys(ids) if (number := shape.number(one)) is not None]
    if not wanted or not numbers:
        return
    staged = any((shape.kind, name) in STAGED for name in wanted)
    beside = Beside(stages=source.portal.stages(shape.object) if staged else {})
    for start in range(0, len(numbers), BATCH):
        asked = numbers[start : start + BATCH]
        for row in _rows(source, shape, asked, wanted):
            if str(row.get("id")) in asked:  # a merged record comes back as its survivor, whose past is another
                yield from _pasts(row, shape, wanted, beside)


def _rows(source: Source, shape: Shape, ids: Sequence[str], wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    body = {
        "properties": [shape.stamp],
        "propertiesWithHistory": list(dict.fromkeys(wanted.values())),
        "inputs": [{"id": one} for one in ids],
    }
    return source.client.search(paths.BATCH_READ, "read", body, object=shape.object).results


def _pasts(row: Row, shape: Shape, wanted: Mapping[str, str], beside: Beside) -> Iterator[Past]:
    told = row.get("propertiesWithHistory") or {}
    ref = Ref(shape.connection, shape.kind, shape.id(str(row.get("id"))))
    for name, vendor in wanted.items():
        versions = _versions(told.get(vendor) or ())
        turns = [(at, mapping.value_of(shape, name, value, beside)) for at, value in versions]
        if turns:
            yield Past(ref, name, _changes(turns))


def _versions(told: Sequence[Mapping[str, Any]]) -> list[tuple[datetime, object]]:
    """Oldest first; HubSpot lists the newest first, and of one moment the later one first."""
    dated = [(at, one.get("value")) for one in reversed(told) if (at := times.instant(one.get("timestamp")))]
    return sorted(dated, key=lambda version: version[0])


def _changes(turns: Sequence[tuple[datetime, Value]]) -> tuple[tuple[datetime, Value], ...]:
    """Without versions that say the same as the one before: other words of HubSpot's, or written again."""
    return tuple(turn for place, turn in enumerate(turns) if place == 0 or turn[1] != turns[place - 1][1])
