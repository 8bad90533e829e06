"""Pulls and reads records: searches or batches, then the associations and facts that the rows do not carry.

Holds at most 1,000 rows: the associations of five pages are one call. Decisions are ``search``'s and ``mapping``'s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from adapters.contract import Page
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import associations, mapping, paths, search, values
from adapters.hubspot.client import Client
from adapters.hubspot.mapping import Beside, Row, Stage
from adapters.hubspot.portal import Portal
from adapters.hubspot.search import Walk
from adapters.hubspot.shapes import MERGED, Shape
from adapters.records import Item, Ref, Tombstone

READ_BATCH: Final = 100
"""Ids of one batch/read."""

_SETS: Final = frozenset({"accounts", "persons"})

Marks = dict[str, dict[str, int]]
"""A cursor, opened: object → ``from``; in mid-walk also ``until``, and ``id`` where a millisecond is drained.

In mid-walk ``from`` only says where to go on: the window's end alone decides where the next one begins.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from."""

    client: Client
    portal: Portal
    overlap: timedelta


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one answer, and the cursor to resume after them."""

    rows: tuple[Row, ...]
    mark: dict[str, int]


def pull(source: Source, shapes: Sequence[Shape], cursor: str | None, until: datetime | None) -> Iterator[Page]:
    """Pages of every object of a kind, one object after the other; the last cursor is there even without a row."""
    marks: Marks = orjson.loads(cursor) if cursor else {}
    told: Marks | None = None
    for shape in shapes:
        for batch, items in _object_pages(source, shape, marks.get(shape.object, {}), until):
            marks[shape.object] = batch.mark
            if items:
                told = {**marks}
                yield Page(tuple(items), orjson.dumps(marks).decode())
    if marks and told != marks:
        yield Page((), orjson.dumps(marks).decode())


def _object_pages(
    source: Source, shape: Shape, mark: Mapping[str, int], until: datetime | None
) -> Iterator[tuple[Batch, list[Item]]]:
    stages = _stages_once(source, shape)
    most = associations.BATCH if shape.references else search.LIMIT
    for batches in _gathered(_batches(source, shape, mark, until), most):
        rows = [row for batch in batches for row in batch.rows]
        beside = _beside(source, shape, rows, stages)
        for batch in batches:
            yield batch, [item for row in batch.rows for item in _items(row, shape, beside)]


def _gathered(batches: Iterator[Batch], most: int) -> Iterator[list[Batch]]:
    """Consecutive batches, together at most ``most`` rows: what one association call takes, where one is needed."""
    held: list[Batch] = []
    for batch in batches:
        held.append(batch)
        if sum(len(one.rows) for one in held) + search.LIMIT > most:
            yield held
            held = []
    if held:
        yield held


def _batches(source: Source, shape: Shape, mark: Mapping[str, int], until: datetime | None) -> Iterator[Batch]:
    """Walk one object's window. An object that this portal does not have, or hides from us, has no batch at all."""
    start = max(mark.get("from", 0), search.EARLIEST)
    bound = mark.get("until", None if until is None else search.milliseconds(until))
    walk: Walk | None = Walk(start, bound, drain=mark.get("id"))
    while walk is not None:
        try:
            body = search.query(walk, shape.stamp, shape.properties)
            reply = source.client.search(paths.SEARCH, "page", body, object=shape.object)
        except (Unauthorized, Refused) as error:
            if shape.kind == "account" or not _absent(error):
                raise
            return
        past = search.milliseconds(reply.at) - 1  # the answer's Date has no fraction: its second is still running
        end = past if walk.until is None else min(walk.until, past)
        if reply.after is not None:
            # a row that changes while its window is paged must leave it, or the offsets shift and nothing tells;
            # one answer that is the whole window may bring rows of the running second, too
            walk = replace(walk, until=end)
        step = search.advance(walk, reply.results, shape.stamp, reply.body.get("total"), reply.after)
        yield Batch(step.rows, _final(end, source.overlap) if step.walk is None else _mark(step.walk))
        walk = step.walk


def _absent(error: Unauthorized | Refused) -> bool:
    """No such object here, or no right to it (403; ``check`` reports that): the connection has no such rows."""
    unknown = error.status == 400 and "infer object type" in str(error)
    return error.status in (403, 404) or unknown


def _mark(walk: Walk) -> dict[str, int]:
    start = walk.start if walk.last is None or walk.drain is not None else max(walk.start, walk.last)
    mark = {"from": start} | ({} if walk.until is None else {"until": walk.until})
    return mark | ({} if walk.drain is None else {"id": walk.drain})


def _final(end: int, overlap: timedelta) -> dict[str, int]:
    """What follows the window's last millisecond, in whole seconds, less the overlap: search shows changes late.

    Not bounded by where the walk started: after a crash in mid-walk that is the stamp of the last row that was kept,
    and bounding by it would eat the overlap.
    """
    after = end + 1
    return {"from": after - after % 1000 - overlap // timedelta(milliseconds=1)}


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
    items: list[Item] = []
    stages = _stages_once(source, shape)
    for start in range(0, len(ids), associations.BATCH):
        rows: list[Row] = []
        for at in range(start, min(start + associations.BATCH, len(ids)), READ_BATCH):
            batch = ids[at : min(at + READ_BATCH, start + associations.BATCH)]
            body = {"properties": list(shape.properties), "inputs": [{"id": one} for one in batch]}
            reply = source.client.search(paths.BATCH_READ, "read", body, object=shape.object)
            rows += reply.results
            items += gone(batch, reply.results, shape, reply.at)
        beside = _beside(source, shape, rows, stages)
        items += [mapping.record(row, shape, beside) for row in {str(row.get("id")): row for row in rows}.values()]
    return items


def gone(asked: Sequence[str], rows: Sequence[Row], shape: Shape, at: datetime) -> list[Item]:
    """Tombstones of the asked ids that did not come back as themselves.

    A merged record comes back under its survivor's id; the survivor lists whom it absorbed, and where it does not,
    one missing id and one that nobody asked for belong together.
    """
    came = {str(row.get("id")): row for row in rows}
    survivors = {one: id for id, row in came.items() for one in _absorbed(row)}
    missing = [one for one in asked if one not in came]
    strangers = [one for one in came if one not in asked]
    if len(missing) == len(strangers) == 1:
        survivors.setdefault(missing[0], strangers[0])
    return [
        Tombstone(
            Ref(shape.connection, shape.kind, shape.id(one)),
            at,
            shape.id(survivors[one]) if one in survivors else None,
        )
        for one in missing
    ]


def _absorbed(row: Row) -> tuple[str, ...]:
    said: Mapping[str, Any] = row.get("properties") or {}
    return values.ids(said.get(MERGED)) + values.ids(said.get("hs_calculated_merged_vids"))


def _items(row: Row, shape: Shape, beside: Beside) -> list[Item]:
    return [mapping.record(row, shape, beside), *mapping.merged_away(row, shape)]


def _beside(source: Source, shape: Shape, rows: Sequence[Row], stages: Callable[[], Mapping[str, Stage]]) -> Beside:
    links = {}
    for name, to in shape.references.items():
        ids = [str(row.get("id")) for row in rows if _open(row, shape, name)]
        links[name] = _linked(source, shape, to, ids)
    priced = rows and (shape.kind in ("deal", "invoice") or (shape.kind == "account" and "arr" in shape.mapped))
    return Beside(
        links=links,
        stages=stages() if any(_needs_stage(row, shape) for row in rows) else {},
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
    return name in _SETS or vendor is None or values.text(said.get(vendor)) is None


def _needs_stage(row: Row, shape: Shape) -> bool:
    said: Mapping[str, Any] = row.get("properties") or {}
    if shape.kind == "deal":
        return values.flag(said.get("hs_is_closed")) is None
    return shape.kind == "ticket"


def _stages_once(source: Source, shape: Shape) -> Callable[[], Mapping[str, Stage]]:
    """The pipelines' stages, asked for when a row first needs them, once per pull."""
    known: list[Mapping[str, Stage]] = []

    def stages() -> Mapping[str, Stage]:
        if not known:
            known.append(source.portal.stages(shape.object))
        return known[0]

    return stages
