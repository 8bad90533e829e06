"""Pulls a kind: three passes over each of its objects (``marks`` says why), in pages that can be resumed after.

Changes come by search, and so does the first pull: 200 rows a call where the list has 100, for one more call per
1,000 rows for the associations. What the index still lacked, the late pass brings.
Holds at most 1,000 rows: the associations of five pages are one call.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from adapters.contract import Page
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import associations, listing, marks, paths, reading, search
from adapters.hubspot.marks import Mark, Marks
from adapters.hubspot.reading import Source
from adapters.hubspot.search import Row, Step, Walk, milliseconds
from adapters.hubspot.shapes import Shape
from adapters.records import Item, Record


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one answer, and the object's marks to resume after them."""

    rows: tuple[Row, ...]
    marks: Marks


@dataclass(frozen=True, slots=True)
class Course:
    """The passes over one object. ``marks`` is its own part of the cursor, and moves."""

    source: Source
    shape: Shape
    marks: Marks
    is_first: bool
    """Nothing is known that could have been deleted since."""

    def moved(self, name: str, mark: Mark) -> Marks:
        self.marks[name] = mark
        return {**self.marks}


@dataclass(frozen=True, slots=True)
class Told:
    """Records and tombstones, and the object's marks to resume after them."""

    marks: Marks
    items: Sequence[Item] = ()
    gap: str = ""


def pull(source: Source, shapes: Sequence[Shape], cursor: str | None, until: datetime | None) -> Iterator[Page]:
    """Pages of every object of a kind, one object after the other; the last cursor is there even without a row."""
    so_far = marks.opened(cursor)
    told: Marks | None = None
    for shape in shapes:
        course = Course(source, shape, marks.of_object(so_far, shape.object), shape.object not in so_far)
        for part in chain(_searched(course, until), _archived(course)):
            so_far |= part.marks
            if part.items or part.gap:
                told = {**so_far}
                yield Page(tuple(part.items), marks.closed(so_far), part.gap)
    if so_far and told != so_far:
        yield Page((), marks.closed(so_far))


def _searched(course: Course, until: datetime | None) -> Iterator[Told]:
    source, shape = course.source, course.shape
    most = associations.BATCH if shape.references else search.LIMIT
    for batches in _gathered(_batches(course, None if until is None else milliseconds(until)), most):
        rows = [row for batch in batches for row in batch.rows]
        beside = reading.beside(source, shape, rows)
        for batch in batches:
            told = [item for row in batch.rows for item in reading.items(row, shape, beside)]
            yield Told(batch.marks, told)


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


def _batches(course: Course, until: int | None) -> Iterator[Batch]:
    """The passes by search. An object that this portal does not have, or hides from us, has no batch."""
    try:
        yield from _changed(course, until)
        yield from _late(course)
    except (Unauthorized, Refused) as error:
        if course.shape.kind == "account" or not listing.is_absent(error):
            raise


def _changed(course: Course, until: int | None) -> Iterator[Batch]:
    name = course.shape.object
    mark = course.marks.get(name, {})
    walk = marks.resumed(mark, until)
    is_new = not marks.is_under_way(mark)
    for step, end in _steps(course, walk):
        if is_new:
            course.marks.update(marks.beside(course.marks, name, walk.start, end))
            is_new = False
        following = marks.after(end, course.source.overlap) if step.walk is None else marks.under_way(step.walk)
        yield Batch(step.rows, course.moved(name, following))


def _late(course: Course) -> Iterator[Batch]:
    name = marks.late(course.shape.object)
    mark = course.marks.get(name, {})
    if not marks.is_under_way(mark):
        return
    for step, _ in _steps(course, marks.resumed(mark)):
        going = {} if step.walk is None else marks.under_way(step.walk)
        following = {**going, "then": mark["then"]} if going else {"from": mark["then"]}
        yield Batch(step.rows, course.moved(name, following))


def _steps(course: Course, walk: Walk) -> Iterator[tuple[Step, int]]:
    """The answers of a walk, and where its window ends."""
    going: Walk | None = walk
    while going is not None:
        body = search.query(going, course.shape.stamp, course.shape.properties)
        reply = course.source.client.search(paths.SEARCH, "page", body, object=course.shape.object)
        past = milliseconds(reply.at) - 1  # the answer's Date has no fraction: its second is still running
        end = past if going.until is None else min(going.until, past)
        more = reply.after is not None
        if more:
            # what changes while its window is walked leaves it, and is the next one's;
            # one answer that is the whole window may bring rows of the running second, too
            going = replace(going, until=end)
        step = search.advance(going, reply.results, course.shape.stamp, more=more)
        yield step, end
        going = step.walk


def _archived(course: Course) -> Iterator[Told]:
    """What was deleted or merged away since the last look: read again, which tells the one from the other."""
    name, shape = marks.archived(course.shape.object), course.shape
    mark = course.marks.get(name)
    overlap = course.source.overlap // timedelta(milliseconds=1)
    if mark is None or course.is_first or not marks.archived_is_due(mark, course.marks[shape.object]["from"] + overlap):
        return
    began, pages = mark["from"], 0
    listed: dict[str, int] = {}
    try:
        for reply in listing.replies(course.source.client, shape, archived=True):
            began = began if pages else milliseconds(reply.at) - 1
            pages += 1
            page = listing.deleted(reply.results, began)
            listed |= page
            if fresh := [one for one, at in page.items() if at >= mark["from"] - overlap]:
                yield Told({}, reading.read(course.source, [shape], [shape.id(one) for one in fresh]))
    except (Unauthorized, Refused) as error:
        if not listing.is_absent(error) and (pages or not listing.has_no_archive(error)):
            raise
    yield Told({}, _restored(course, listed, began))
    if listed or course.marks.get(marks.binned(shape.object)):
        course.marks[marks.binned(shape.object)] = listed if pages == 1 else {}
    yield Told(course.moved(name, {"from": began, "pages": max(pages, 1)}), gap=marks.gap(mark["from"], began))


def _restored(course: Course, listed: Mapping[str, int], now: int) -> list[Item]:
    """Records that were listed as deleted and are not any more: coming back is their change, it need move no stamp."""
    shape = course.shape
    back = [shape.id(one) for one in course.marks.get(marks.binned(shape.object), {}) if one not in listed]
    items = reading.read(course.source, [shape], back) if back else []
    at = search.moment(now)
    return [
        replace(item, changed_at=max(item.changed_at, at)) if isinstance(item, Record) and item.ref.id in back else item
        for item in items
    ]
