"""``/crm/v3/objects/{type}/batch/…``: at most 100 inputs; first every input is decided, then all of it is done.

A missing id is one error of a 207. A bad value fails the whole batch with 400 and nothing is written, unless inputs
carry an objectWriteTraceId or the option ``partial_updates`` is on: then it is one error of a 207, too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from adapters.sandbox.hubspot import shapes, writing
from adapters.sandbox.hubspot.calls import Desk, batch_answer, body_of, flag, found, nothing, unique_ids
from adapters.sandbox.hubspot.errors import HubspotError, not_found, validation
from adapters.sandbox.hubspot.fields import inputs_of, optional_text, properties_of, text_of, texts_of
from adapters.sandbox.hubspot.linking import associate_new, check_associations
from adapters.sandbox.hubspot.portal import Row, Shelf

HISTORY_BATCH = 50
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One input that can be done: ``do`` writes and returns the record's JSON."""

    item: Item
    record: str | None
    action: str
    do: Callable[[], dict[str, Any]]


Decision = Step | HubspotError


def read_batch(desk: Desk, word: str) -> Response:
    shelf, body, began = desk.readable(word), body_of(), desk.now()
    history, wanted = texts_of(body, "propertiesWithHistory"), texts_of(body, "properties")
    inputs = inputs_of(body, HISTORY_BATCH if history else 100)
    ids = [text_of(item, "id") for item in inputs]
    unique_ids(ids)
    key, archived = optional_text(body, "idProperty"), flag("archived")
    rows = [(record, found(shelf, record, key, archived)) for record in ids]
    results = [shapes.record(shelf, row, wanted, history) for _, row in rows if row]
    missing = [record for record, row in rows if row is None]
    return batch_answer(results, absent(shelf, missing, "get"), began, desk.now())


def absent(shelf: Shelf, ids: Sequence[str], verb: str) -> list[dict[str, Any]]:
    """The one error that names all ids that were not found."""
    if not ids:
        return []
    name = shelf.kind.singular.upper()
    return [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": f"Could not {verb} some {name} objects, they may be deleted or not exist. "
            "Check that ids are valid.",
            "context": {"ids": list(ids)},
        }
    ]


def create_batch(desk: Desk, word: str) -> Response:
    shelf, inputs, began = desk.writable(word), inputs_of(body_of()), desk.now()
    _no_shared_values(desk, shelf, inputs)
    decided = [_decide(lambda item: _creation(desk, shelf, item), item) for item in inputs]
    return _carry_out(desk, shelf, inputs, decided, began, "create", 201)


def update_batch(desk: Desk, word: str) -> Response:
    shelf, inputs, began = desk.writable(word), inputs_of(body_of()), desk.now()
    unique_ids([text_of(item, "id") for item in inputs])
    _no_shared_values(desk, shelf, inputs)
    decided = [
        _decide(lambda item: _update(desk, shelf, item, optional_text(item, "idProperty")), item) for item in inputs
    ]
    return _carry_out(desk, shelf, inputs, decided, began, "update", 200)


def upsert_batch(desk: Desk, word: str) -> Response:
    shelf, inputs, began = desk.writable(word), inputs_of(body_of()), desk.now()
    unique_ids([text_of(item, "id").lower() for item in inputs])
    decided = [_decide(lambda item: _upsert(desk, shelf, item), item) for item in inputs]
    return _carry_out(desk, shelf, inputs, decided, began, "update", 200)


def archive_batch(desk: Desk, word: str) -> Response:
    """204 whether or not the records were there."""
    shelf = desk.writable(word)
    for item in inputs_of(body_of()):
        row = found(shelf, text_of(item, "id"), None)
        if row is not None:
            writing.archive(desk.portal, shelf, row, desk.now())
            desk.note(shelf, str(row.id), {}, "archive")
            desk.tell(shelf, row, "deleted", {})
    return nothing()


def _decide(decide: Callable[[Item], Step], item: Item) -> Decision:
    try:
        return decide(item)
    except HubspotError as error:
        return error


def _no_shared_values(desk: Desk, shelf: Shelf, inputs: Sequence[Item]) -> None:
    """400 when two inputs of one batch claim the same value of a unique property."""
    for name in [name for name, known in shelf.definitions.items() if known.unique]:
        given = [properties_of(item).get(name) for item in inputs]
        values = [str(value).lower() for value in given if value]
        if len(set(values)) < len(values):
            raise validation(f"Duplicate values found in batch input for unique property {name}")


def _creation(desk: Desk, shelf: Shelf, item: Item) -> Step:
    props = properties_of(item)
    links = check_associations(desk.portal, shelf, item.get("associations"))
    writing.check_new(desk.portal, shelf, props, writing.API)
    refused = desk.refusal(shelf, "")
    if refused:
        raise refused

    def do() -> dict[str, Any]:
        row = writing.create(desk.portal, shelf, props, desk.now(), writing.API)
        associate_new(desk.portal, shelf, row, links)
        desk.tell(shelf, row, "created", {})
        return shapes.record(shelf, row, tuple(row.props))

    return Step(item, None, "create", do)


def _update(desk: Desk, shelf: Shelf, item: Item, id_property: str | None) -> Step:
    key = text_of(item, "id")
    row = found(shelf, key, id_property)
    if row is None:
        raise not_found(key)
    return _change(desk, shelf, item, row, properties_of(item))


def _change(desk: Desk, shelf: Shelf, item: Item, row: Row, props: Mapping[str, Any]) -> Step:
    refused = desk.refusal(shelf, str(row.id))
    if refused:
        raise refused
    stroke = writing.stroke(desk.portal, shelf, row, props, writing.API)

    def do() -> dict[str, Any]:
        changed = writing.apply(shelf, stroke, desk.now(), writing.API)
        desk.tell(shelf, row, "updated", changed)
        return shapes.record(shelf, row, tuple(props))

    return Step(item, str(row.id), "update", do)


def _upsert(desk: Desk, shelf: Shelf, item: Item) -> Step:
    """By a unique property; the value of ``id`` becomes the new record's when there is none."""
    key, name = text_of(item, "id"), optional_text(item, "idProperty")
    if not name or name == "hs_object_id":
        return _marked(_update(desk, shelf, item, None), new=False)
    if name not in shelf.definitions or not shelf.definitions[name].unique:
        raise validation(f"idProperty {name} is not a unique property of {shelf.kind.name}")
    row = shelf.by_value(name, key)
    if row is not None:
        return _marked(_change(desk, shelf, item, row, properties_of(item)), new=False)
    return _marked(_creation(desk, shelf, {**item, "properties": {name: key, **properties_of(item)}}), new=True)


def _marked(step: Step, new: bool) -> Step:
    return Step(step.item, step.record, step.action, lambda: step.do() | {"new": new})


def _carry_out(
    desk: Desk,
    shelf: Shelf,
    inputs: Sequence[Item],
    decided: Sequence[Decision],
    began: int,
    action: str,
    status: int,
) -> Response:
    bad = [(item, error) for item, error in zip(inputs, decided, strict=True) if isinstance(error, HubspotError)]
    fatal = [error for _, error in bad if error.category != "OBJECT_NOT_FOUND"]
    partial = desk.portal.options.partial_updates or any("objectWriteTraceId" in item for item in inputs)
    whole = bool(fatal) and not partial
    results, failed = [], []
    for item, step in zip(inputs, decided, strict=True):
        if isinstance(step, HubspotError):
            desk.note(shelf, _key(item), properties_of(item), action, step.category)
            failed.append((item, step))
        elif whole:
            desk.note(shelf, step.record, step.item["properties"], step.action, "BATCH_REFUSED")
        else:
            shown = step.do()
            results.append(shown)
            desk.note(shelf, str(shown["id"]), step.item["properties"], step.action)
    if whole:
        raise fatal[0]
    missing = [_key(item) or "" for item, error in failed if error.category == "OBJECT_NOT_FOUND"]
    errors = absent(shelf, missing, "update")
    errors += [_error(item, error) for item, error in failed if error.category != "OBJECT_NOT_FOUND"]
    return batch_answer(results, errors, began, desk.now(), status)


def _key(item: Item) -> str | None:
    return None if item.get("id") is None else str(item["id"])


def _error(item: Item, error: HubspotError) -> dict[str, Any]:
    trace = item.get("objectWriteTraceId")
    context = {"objectWriteTraceId": [str(trace)]} if trace is not None else {}
    if _key(item) is not None:
        context["ids"] = [str(item["id"])]
    category = str(error.extra.get("category", error.category))
    return {"status": "error", "category": category, "message": error.message, "context": context}
