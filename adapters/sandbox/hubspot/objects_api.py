"""``/crm/v3/objects/{type}``: list, one record, search, merge. Each function answers one request."""

from flask import Response, request

from adapters.sandbox.hubspot import query as queries
from adapters.sandbox.hubspot import search, shapes, writing
from adapters.sandbox.hubspot.calls import (
    Desk,
    answer,
    body_of,
    flag,
    found,
    limit_of,
    names,
    next_page,
    nothing,
    offset_of,
    required,
)
from adapters.sandbox.hubspot.errors import HubspotError, validation
from adapters.sandbox.hubspot.fields import properties_of, text_of
from adapters.sandbox.hubspot.linking import associate_new, check_associations
from adapters.sandbox.hubspot.schema import object_type

PAGE = 100
HISTORY_PAGE = 50


def list_records(desk: Desk, word: str) -> Response:
    shelf = desk.readable(word)
    history = names("propertiesWithHistory")
    limit = limit_of(10, HISTORY_PAGE if history else PAGE)
    rows, more = shelf.page(offset_of(), limit, flag("archived"))
    wanted, targets = names("properties"), target_names()
    results = []
    for row in rows:
        shown = shapes.record(shelf, row, wanted, history)
        inline = shapes.associations(desk.portal, shelf, row, targets)
        results.append(shown | {"associations": inline} if inline else shown)
    body: dict[str, object] = {"results": results}
    if more:
        body["paging"] = next_page(rows[-1].id)
    return answer(body)


def target_names() -> list[str]:
    """The ``associations`` parameter as type names; unknown ones are refused."""
    found_names = []
    for word in names("associations"):
        kind = object_type(word)
        if kind is None:
            raise validation(f"Unable to infer object type from: {word}")
        found_names.append(kind.name)
    return found_names


def get_record(desk: Desk, word: str, key: str) -> Response:
    shelf = desk.readable(word)
    row = required(shelf, key, request.args.get("idProperty"), flag("archived"))
    shown = shapes.record(shelf, row, names("properties"), names("propertiesWithHistory"))
    inline = shapes.associations(desk.portal, shelf, row, target_names())
    return answer(shown | {"associations": inline} if inline else shown)


def create_record(desk: Desk, word: str) -> Response:
    shelf, body = desk.writable(word), body_of()
    props = body.get("properties") or {}
    if not isinstance(props, dict):
        raise validation("Invalid input JSON: properties must be an object")
    try:
        links = check_associations(desk.portal, shelf, body.get("associations"))
        row = writing.create(desk.portal, shelf, props, desk.now(), writing.API)
    except HubspotError as error:
        desk.note(shelf, None, props, "create", error.category)
        raise
    associate_new(desk.portal, shelf, row, links)
    desk.note(shelf, str(row.id), props, "create")
    desk.tell(shelf, row, "created", {})
    return answer(shapes.record(shelf, row, tuple(row.props)), 201)


def update_record(desk: Desk, word: str, key: str) -> Response:
    shelf, props = desk.writable(word), properties_of(body_of())
    row = required(shelf, key, request.args.get("idProperty"))
    try:
        refused = desk.refusal(shelf, str(row.id))
        if refused:
            raise refused
        change = writing.stroke(desk.portal, shelf, row, props, writing.API)
    except HubspotError as error:
        desk.note(shelf, str(row.id), props, "update", error.category)
        raise
    changed = writing.apply(shelf, change, desk.now(), writing.API)
    desk.note(shelf, str(row.id), props, "update")
    desk.tell(shelf, row, "updated", changed)
    return answer(shapes.record(shelf, row, tuple(props)))


def archive_record(desk: Desk, word: str, key: str) -> Response:
    """204 also when there is no such record: archiving is idempotent."""
    shelf = desk.writable(word)
    row = found(shelf, key, request.args.get("idProperty"))
    if row is not None:
        writing.archive(desk.portal, shelf, row, desk.now())
        desk.note(shelf, str(row.id), {}, "archive")
        desk.tell(shelf, row, "deleted", {})
    return nothing()


def search_records(desk: Desk, word: str) -> Response:
    shelf = desk.readable(word)
    asked = queries.parse(shelf, body_of(required=False), desk.portal.options.filter_groups)
    page = search.find(shelf, asked, desk.now() - desk.portal.options.index_lag_ms)
    body: dict[str, object] = {
        "total": page.total,
        "results": [shapes.record(shelf, row, asked.properties) for row in page.rows],
    }
    if page.after is not None:
        body["paging"] = {"next": {"after": str(page.after)}}
    return answer(body)


def merge_records(desk: Desk, word: str) -> Response:
    shelf, body = desk.writable(word), body_of()
    primary = required(shelf, text_of(body, "primaryObjectId"), None)
    other = required(shelf, text_of(body, "objectIdToMerge"), None)
    row = writing.merge(desk.portal, shelf, primary, other, desk.now())
    desk.note(shelf, str(row.id), {"merged": str(other.id)}, "merge")
    return answer(shapes.record(shelf, row))


def linked_records(desk: Desk, word: str, key: str, target: str) -> Response:
    """``GET /crm/v3/objects/{type}/{id}/associations/{target}``: the rest of a long inline list."""
    shelf, other = desk.readable(word), desk.shelf(target)
    row = required(shelf, key, None)
    entries = shapes.association_entries(desk.portal, shelf, row, other.kind.name)
    return answer(shapes.association_page(entries, offset_of(), limit_of(PAGE, 500)))
