"""Reads records by their ids, and what rows of any source do not carry: associations, stages, the currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from adapters.errors import Refused
from adapters.hubspot import associations, mapping, paths, values
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.mapping import Beside, Row, Stage
from adapters.hubspot.portal import Portal
from adapters.hubspot.shapes import MERGED, SETS, Shape, is_ours
from adapters.hubspot.together import together
from adapters.records import Item, Ref, Tombstone

READ_BATCH: Final = 100
"""Ids of one batch/read."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from."""

    client: Client
    portal: Portal
    overlap: timedelta


def read(source: Source, shapes: Sequence[Shape], ids: Sequence[str]) -> list[Item]:
    """The records of these ids now; a Tombstone for each that is gone or was merged away (then its survivor, too).

    An id that cannot be HubSpot's names nothing; asking for it would fail the whole batch.
    """
    left = list(dict.fromkeys(ids))
    items: list[Item] = []
    for shape in shapes:
        mine = {one: number for one in left if (number := shape.number(one)) is not None}
        items += _read_object(source, shape, list(mine.values()))
        left = [one for one in left if one not in mine]
    now = source.client.now()
    return items + [Tombstone(Ref(shapes[0].connection, shapes[0].kind, one), now) for one in left if shapes]


def _read_object(source: Source, shape: Shape, ids: Sequence[str]) -> list[Item]:
    told: list[Item] = []
    for start in range(0, len(ids), associations.BATCH):
        rows: dict[str, Row] = {}
        some = ids[start : start + associations.BATCH]
        batches = [some[at : at + READ_BATCH] for at in range(0, len(some), READ_BATCH)]
        replies = together([partial(_batch, source, shape, asked) for asked in batches])
        for asked, reply in zip(batches, replies, strict=True):
            rows |= {str(row.get("id")): row for row in reply.results}
            told += _gone(shape, asked, reply, _survivors(source, shape, asked, reply))
        told += [mapping.no_touch(row, shape) for row in rows.values() if is_ours(row)]
        theirs = [row for row in rows.values() if not is_ours(row)]
        about = beside(source, shape, theirs)
        told += [mapping.record(row, shape, about) for row in theirs]
    return told


def _batch(source: Source, shape: Shape, ids: Sequence[str]) -> Reply:
    body = {"properties": list(shape.properties), "inputs": [{"id": one} for one in ids]}
    return source.client.search(paths.BATCH_READ, "read", body, object=shape.object)


def _gone(shape: Shape, asked: Sequence[str], reply: Reply, survivors: Mapping[str, str]) -> list[Item]:
    """Tombstones of the asked ids that did not come back as themselves."""
    came = {str(row.get("id")) for row in reply.results}
    into = {one: shape.id(survivor) for one, survivor in survivors.items()}
    missing = [one for one in asked if one not in came]
    return [Tombstone(Ref(shape.connection, shape.kind, shape.id(one)), reply.at, into.get(one)) for one in missing]


def _survivors(source: Source, shape: Shape, asked: Sequence[str], reply: Reply) -> dict[str, str]:
    """Merged id → the one it lives on in. A merged record comes back as its survivor, which lists whom it absorbed.

    Not always: of a chain of merges it may know the last only. One missing id and one that nobody asked for belong
    together; of several, each is asked for alone.
    """
    came = {str(row.get("id")): row for row in reply.results}
    known = {one: id for id, row in came.items() for one in _absorbed(row)}
    gone = _not_found(reply)
    missing = [one for one in asked if one not in came and one not in known and one not in gone]
    strangers = [one for one in came if one not in asked and one not in known.values()]
    if len(missing) == len(strangers) == 1:
        return known | {missing[0]: strangers[0]}
    if strangers or len(came) < len(reply.results):
        alone = {one: _batch(source, shape, [one]).results for one in missing}
        known |= {one: str(rows[0].get("id")) for one, rows in alone.items() if rows}
    return known


def _not_found(reply: Reply) -> set[str]:
    """Ids that the answer (207) says are of no record."""
    contexts = [error.get("context") or {} for error in reply.body.get("errors") or () if isinstance(error, dict)]
    return {str(one) for context in contexts for one in context.get("ids") or ()}


def _absorbed(row: Row) -> tuple[str, ...]:
    said: Mapping[str, Any] = row.get("properties") or {}
    return values.ids(said.get(MERGED)) + values.ids(said.get("hs_calculated_merged_vids"))


def items(row: Row, shape: Shape, beside: Beside) -> list[Item]:
    """What one row of a pull tells: nothing, where csbridge created it."""
    if is_ours(row):
        return []
    return [mapping.record(row, shape, beside), *mapping.merged_away(row, shape)]


def beside(source: Source, shape: Shape, rows: Sequence[Row]) -> Beside:
    asked = {name: [str(row.get("id")) for row in rows if _open(row, shape, name)] for name in shape.references}
    links = together([partial(_linked, source, shape, shape.references[name], ids) for name, ids in asked.items()])
    priced = rows and (shape.kind in ("deal", "invoice") or (shape.kind == "account" and "arr" in shape.mapped))
    return Beside(
        links=dict(zip(asked, links, strict=True)),
        stages=_stages(source, shape, rows),
        currency=source.portal.currency() if priced else None,
    )


def _linked(source: Source, shape: Shape, to: str, ids: Sequence[str]) -> associations.Links:
    """A custom object is associated with what its portal chose: with another one it has no associations at all."""
    try:
        return associations.linked(source.client, shape.object, to, ids) if ids else {}
    except Refused as error:
        if error.status != 400 or not shape.custom:
            raise
        return {}


def _open(row: Row, shape: Shape, name: str) -> bool:
    """Whether the associations must say what this reference is: always for sets, else when no property names it."""
    vendor = shape.mapped.get(name)
    said: Mapping[str, Any] = row.get("properties") or {}
    return name in SETS or vendor is None or values.text(said.get(vendor)) is None


def _needs_stage(row: Row, shape: Shape) -> bool:
    said: Mapping[str, Any] = row.get("properties") or {}
    if shape.kind == "deal":
        return values.flag(said.get("hs_is_closed")) is None
    return shape.kind == "ticket"


def _stages(source: Source, shape: Shape, rows: Sequence[Row]) -> Mapping[str, Stage]:
    """What the pipelines say of the stages of these rows; not asked where no row needs it."""
    named = shape.mapped.get("status", "")
    words = {values.text((row.get("properties") or {}).get(named)) for row in rows if _needs_stage(row, shape)}
    wanted = {word for word in words if word is not None}
    return source.portal.stages(shape.object, wanted) if wanted else {}
