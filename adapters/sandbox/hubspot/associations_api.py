"""Associations: ``/crm/v4/associations`` and ``/crm/v4/objects/…/associations``, and the older v3 batch read."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from adapters.sandbox.hubspot.calls import (
    Desk,
    answer,
    batch_answer,
    body_of,
    limit_of,
    list_body,
    next_page,
    nothing,
    offset_of,
    required,
)
from adapters.sandbox.hubspot.errors import validation
from adapters.sandbox.hubspot.fields import inputs_of, optional_text, text_of
from adapters.sandbox.hubspot.linking import Pair, check_types, link_types, live_id
from adapters.sandbox.hubspot.links import DEFAULT_TYPES, DEFINED, PRIMARY_TYPES, Link, inline_name, label, types_of
from adapters.sandbox.hubspot.schema import object_type
from adapters.sandbox.hubspot.writing import link

READ_BATCH: Final = 1000
WRITE_BATCH: Final = 2000
PAGE: Final = 500


def _pair(desk: Desk, left: str, right: str) -> Pair:
    pair = (desk.readable(left).kind.name, desk.readable(right).kind.name)
    if pair not in DEFAULT_TYPES:
        raise validation(f"{pair[0]} cannot be associated with {pair[1]}")
    return pair


def read_links(desk: Desk, left: str, right: str) -> Response:
    """v4 batch read: up to 1,000 records; a long list continues with ``after`` of its input."""
    pair, began, results, errors = _pair(desk, left, right), desk.now(), [], []
    for item in inputs_of(body_of(), READ_BATCH):
        record = text_of(item, "id")
        shown = _linked(desk, pair, record, optional_text(item, "after") or "0")
        if shown:
            results.append({"from": {"id": record}, **shown})
        else:
            errors.append(_none_found(pair, record))
    return batch_answer(results, errors, began, desk.now())


def _linked(desk: Desk, pair: Pair, record: str, after: str) -> dict[str, Any]:
    links = desk.portal.links.of(pair, int(record)) if record.isdecimal() else []
    if not links:
        return {}
    if not after.isdecimal():
        raise validation(f"after is not a cursor of this listing: {after}")
    start, size = int(after), desk.portal.options.association_page
    shown: dict[str, Any] = {"to": [_link(desk, pair, item) for item in links[start : start + size]]}
    if start + size < len(links):
        shown["paging"] = {"next": {"after": str(start + size)}}
    return shown


def _link(desk: Desk, pair: Pair, item: Link) -> dict[str, Any]:
    other, types = item
    return {
        "toObjectId": str(other) if desk.portal.options.string_ids else other,
        "associationTypes": [{"category": kind[0], "typeId": kind[1], "label": label(pair, kind)} for kind in types],
    }


def _none_found(pair: Pair, record: str) -> dict[str, Any]:
    left, right = (kind.singular if (kind := object_type(name)) else name for name in pair)
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {right} is associated with {left} {record}.",
        "context": {"fromObjectId": [record], "fromObjectType": [left], "toObjectType": [right]},
    }


def read_links_v3(desk: Desk, left: str, right: str) -> Response:
    """The v3 shape: ``to`` holds id and type name, every type of every link."""
    pair, began, results, errors = _pair(desk, left, right), desk.now(), [], []
    for item in inputs_of(body_of(), READ_BATCH):
        record = text_of(item, "id")
        links = desk.portal.links.of(pair, int(record)) if record.isdecimal() else []
        if links:
            to = [{"id": str(other), "type": inline_name(pair, kind)} for other, kinds in links for kind in kinds]
            results.append({"from": {"id": record}, "to": to})
        else:
            errors.append(_none_found(pair, record))
    return batch_answer(results, errors, began, desk.now())


def list_links(desk: Desk, word: str, key: str, target: str) -> Response:
    """``GET /crm/v4/objects/{type}/{id}/associations/{target}``."""
    pair = _pair(desk, word, target)
    row = required(desk.shelf(word), key, None)
    links, start, limit = desk.portal.links.of(pair, row.id), offset_of(), limit_of(PAGE, PAGE)
    body: dict[str, Any] = {"results": [_link(desk, pair, item) for item in links[start : start + limit]]}
    if start + limit < len(links):
        body["paging"] = next_page(start + limit)
    return answer(body)


def labels(desk: Desk, left: str, right: str) -> Response:
    pair = _pair(desk, left, right)
    numbers = [number for table in (PRIMARY_TYPES, DEFAULT_TYPES) if (number := table.get(pair)) is not None]
    return answer(
        {"results": [{"category": DEFINED, "typeId": n, "label": label(pair, (DEFINED, n))} for n in numbers]}
    )


def put_default(desk: Desk, left: str, key: str, right: str, other: str) -> Response:
    """``PUT …/associations/default/{target}/{id}``."""
    pair, began = _pair(desk, left, right), desk.now()
    desk.writable(left)
    return batch_answer([_join(desk, pair, key, other)], [], began, desk.now())


def put_labelled(desk: Desk, left: str, key: str, right: str, other: str) -> Response:
    """``PUT …/associations/{target}/{id}`` with a list of types as body."""
    pair = _pair(desk, left, right)
    desk.writable(left)
    types = link_types(list_body())
    check_types(pair, types)
    one, two = live_id(desk.portal, pair[0], key), live_id(desk.portal, pair[1], other)
    link(desk.portal, pair, one, two, types)
    _note(desk, pair, one, two, "associate")
    shown = {"fromObjectTypeId": left, "fromObjectId": one, "toObjectTypeId": right, "toObjectId": two, "labels": []}
    return answer(shown, 201)


def delete_links(desk: Desk, left: str, key: str, right: str, other: str) -> Response:
    pair = _pair(desk, left, right)
    desk.writable(left)
    if key.isdecimal() and other.isdecimal():
        desk.portal.links.remove(pair, int(key), int(other))
        _note(desk, pair, int(key), int(other), "dissociate")
    return nothing()


def create_default_links(desk: Desk, left: str, right: str) -> Response:
    """``batch/associate/default``."""
    pair, began = _pair(desk, left, right), desk.now()
    desk.writable(left)
    inputs = inputs_of(body_of(), WRITE_BATCH)
    results = [_join(desk, pair, _end(item, "from"), _end(item, "to")) for item in inputs]
    return batch_answer(results, [], began, desk.now())


def create_links(desk: Desk, left: str, right: str) -> Response:
    """``batch/create``: every input is checked before any is linked."""
    pair, began = _pair(desk, left, right), desk.now()
    desk.writable(left)
    wanted = []
    for item in inputs_of(body_of(), WRITE_BATCH):
        types = link_types(item.get("types"))
        check_types(pair, types)
        ends = live_id(desk.portal, pair[0], _end(item, "from")), live_id(desk.portal, pair[1], _end(item, "to"))
        wanted.append((*ends, types))
    results = []
    for one, two, types in wanted:
        link(desk.portal, pair, one, two, types)
        _note(desk, pair, one, two, "associate")
        results.append(
            {"fromObjectTypeId": left, "fromObjectId": one, "toObjectTypeId": right, "toObjectId": two, "labels": []}
        )
    return batch_answer(results, [], began, desk.now(), 201)


def archive_links(desk: Desk, left: str, right: str) -> Response:
    """``batch/archive``: ``to`` is a list."""
    pair = _pair(desk, left, right)
    desk.writable(left)
    for item in inputs_of(body_of(), WRITE_BATCH):
        one, targets = _end(item, "from"), item.get("to") or []
        for target in targets if isinstance(targets, list) else [targets]:
            two = text_of(target if isinstance(target, dict) else {}, "id")
            if one.isdecimal() and two.isdecimal():
                desk.portal.links.remove(pair, int(one), int(two))
                _note(desk, pair, int(one), int(two), "dissociate")
    return nothing()


def _join(desk: Desk, pair: Pair, key: str, other: str) -> dict[str, Any]:
    one, two = live_id(desk.portal, pair[0], key), live_id(desk.portal, pair[1], other)
    link(desk.portal, pair, one, two, types_of(pair))
    _note(desk, pair, one, two, "associate")
    spec = {"associationCategory": DEFINED, "associationTypeId": DEFAULT_TYPES[pair]}
    return {"from": {"id": str(one)}, "to": {"id": str(two)}, "associationSpec": spec}


def _note(desk: Desk, pair: Pair, one: int, two: int, action: str) -> None:
    desk.note(desk.portal.shelves[pair[0]], str(one), {pair[1]: str(two)}, action)


def _end(item: Mapping[str, Any], key: str) -> str:
    end = item.get(key)
    if not isinstance(end, dict):
        raise validation(f"Some required fields were not set: [{key}]")
    return text_of(end, "id")
