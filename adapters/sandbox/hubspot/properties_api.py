"""``/crm/v3/properties/{type}``: property definitions and groups, and those that were archived."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import Response, request

from adapters.sandbox.hubspot import shapes
from adapters.sandbox.hubspot.calls import Desk, answer, batch_answer, body_of, nothing
from adapters.sandbox.hubspot.errors import HubspotError, missing_scopes, not_found, validation
from adapters.sandbox.hubspot.fields import inputs_of, optional_text, text_of, whole_of
from adapters.sandbox.hubspot.options import Options
from adapters.sandbox.hubspot.portal import Shelf
from adapters.sandbox.hubspot.schema import BOOL_OPTIONS, FIELD_TYPES, Definition, Option

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
NAME_LIMIT: Final = 100
LABEL_LIMIT: Final = 250


def _schema(desk: Desk, word: str, right: str) -> Shelf:
    shelf = desk.shelf(word)
    desk.may(f"crm.schemas.{shelf.kind.name}.{right}")
    return shelf


def list_properties(desk: Desk, word: str) -> Response:
    shelf = _schema(desk, word, "read")
    if request.args.get("archived") == "true":
        return answer({"results": [{**shapes.definition(item), "archived": True} for item in shelf.archived.values()]})
    return answer({"results": [shapes.definition(item) for item in shelf.definitions.values()]})


def get_property(desk: Desk, word: str, name: str) -> Response:
    return answer(shapes.definition(_existing(_schema(desk, word, "read"), name)))


def _existing(shelf: Shelf, name: str) -> Definition:
    if name not in shelf.definitions:
        raise not_found(f"Property {name} for object type {shelf.kind.type_id} does not exist")
    return shelf.definitions[name]


def create_property(desk: Desk, word: str) -> Response:
    shelf = _schema(desk, word, "write")
    made = defined(shelf, body_of(), desk.now(), desk.portal.options)
    _put(shelf, made)
    return answer(shapes.definition(made), 201)


def create_properties(desk: Desk, word: str) -> Response:
    """Each input on its own: those that exist or are malformed become errors of a 207."""
    shelf, began = _schema(desk, word, "write"), desk.now()
    results, errors = [], []
    for item in inputs_of(body_of()):
        try:
            made = defined(shelf, item, desk.now(), desk.portal.options)
        except HubspotError as error:
            errors.append({"status": "error", "category": error.category, "message": error.message,
                           "context": {"name": [str(item.get("name"))]}})  # fmt: skip
        else:
            _put(shelf, made)
            results.append(shapes.definition(made))
    return batch_answer(results, errors, began, desk.now(), 201)


def read_properties(desk: Desk, word: str) -> Response:
    shelf, began = _schema(desk, word, "read"), desk.now()
    wanted = [text_of(item, "name") for item in inputs_of(body_of())]
    results = [shapes.definition(shelf.definitions[name]) for name in wanted if name in shelf.definitions]
    missing = [name for name in wanted if name not in shelf.definitions]
    errors = [
        {"status": "error", "category": "OBJECT_NOT_FOUND", "message": f"Property {name} does not exist",
         "context": {"name": [name]}}
        for name in missing
    ]  # fmt: skip
    return batch_answer(results, errors, began, desk.now())


def custom_property_limits(desk: Desk) -> Response:
    """How many custom properties each object has, of how many."""
    most = desk.portal.options.custom_properties
    if not desk.portal.options.limits_api:
        raise missing_scopes("crm.schemas.companies.read")
    used = {shelf.kind: _customs(shelf) for shelf in desk.portal.shelves.values()}
    rows = [
        {"objectTypeId": kind.type_id, "singularLabel": kind.singular.title(), "pluralLabel": kind.name.title(),
         "limit": most, "usage": number, "percentage": round(100 * number / max(most, 1), 1)}
        for kind, number in used.items()
    ]  # fmt: skip
    total, overall = sum(used.values()), most * len(used)
    percentage = round(100 * total / max(overall, 1), 1)
    return answer(
        {"byObjectType": rows, "overallLimit": overall, "overallUsage": total, "overallPercentage": percentage}
    )


def _customs(shelf: Shelf) -> int:
    return sum(not item.shipped for item in shelf.definitions.values())


def _put(shelf: Shelf, made: Definition) -> None:
    shelf.archived.pop(made.name, None)
    shelf.definitions[made.name] = made


def defined(shelf: Shelf, body: Mapping[str, Any], now: int, options: Options) -> Definition:
    """The property that a request describes; 400 when malformed or one too many, 409 when the name is taken."""
    most = options.custom_properties
    name, label, kind, widget, group = (
        text_of(body, key) for key in ("name", "label", "type", "fieldType", "groupName")
    )
    if not _NAME.fullmatch(name) or len(name) > NAME_LIMIT:
        raise validation(f'Property name "{name}" is invalid: lower-case letters, digits and underscores only')
    if len(label) > LABEL_LIMIT:
        raise validation(f"label must not exceed {LABEL_LIMIT} characters")
    if name in shelf.definitions or (options.reserve_archived and name in shelf.archived):
        raise HubspotError(409, "OBJECT_ALREADY_EXISTS", f'Property "{name}" already exists')
    if _customs(shelf) >= most:
        raise validation(f"You have reached the limit of {most} custom properties on {shelf.kind.name}")
    if widget not in FIELD_TYPES.get(kind, ()):
        raise validation(f'fieldType "{widget}" is not valid for a property of type "{kind}"')
    if group not in shelf.groups:
        raise validation(f'Property group "{group}" does not exist')
    return Definition(
        name=name,
        label=label,
        type=kind,
        field_type=widget,
        group=group,
        description=str(body.get("description") or ""),
        options=options_of(kind, body.get("options") or []),
        unique=bool(body.get("hasUniqueValue", False)),
        shipped=False,
        created=now,
        updated=now,
        form_field=bool(body.get("formField", False)),
        order=whole_of(body, "displayOrder", -1),
    )


def options_of(kind: str, asked: Any) -> tuple[Option, ...]:
    """Options of a pick-list: each needs label, value and hidden, no value twice. A bool needs true and false."""
    if not isinstance(asked, list):
        raise validation("Invalid input JSON: options must be a list")
    if kind not in ("enumeration", "bool"):
        return ()
    options = tuple(_option(item, place) for place, item in enumerate(asked))
    values = [option.value for option in options]
    if len(set(values)) < len(values):
        raise validation("Option values must be unique")
    if kind == "bool" and sorted(values) != [option.value for option in BOOL_OPTIONS][::-1]:
        raise validation("A property of type bool needs exactly the options true and false")
    return options


def _option(item: Any, place: int) -> Option:
    if not isinstance(item, dict) or not isinstance(item.get("hidden"), bool):
        raise validation("Some required fields were not set: [hidden]")
    order = item.get("displayOrder")
    return Option(
        text_of(item, "label"), text_of(item, "value"), place if order is None else int(order), item["hidden"]
    )


def change_property(desk: Desk, word: str, name: str) -> Response:
    """PATCH: label, description, group, options (the whole list). The type and HubSpot's own cannot be changed."""
    shelf, body = _schema(desk, word, "write"), body_of()
    item = _existing(shelf, name)
    if item.shipped:
        raise validation(f'"{name}" is defined by HubSpot and read only')
    group = optional_text(body, "groupName") or item.group
    if group not in shelf.groups:
        raise validation(f'Property group "{group}" does not exist')
    if body.get("type", item.type) != item.type:
        raise validation("The type of a property that holds values cannot be changed")
    changed = replace(
        item,
        label=str(body.get("label", item.label)),
        description=str(body.get("description", item.description)),
        group=group,
        options=options_of(item.type, body["options"]) if "options" in body else item.options,
        updated=desk.now(),
    )
    shelf.definitions[name] = changed
    return answer(shapes.definition(changed))


def archive_property(desk: Desk, word: str, name: str) -> Response:
    """Take a custom property away, with its values. One that a workflow uses stays."""
    shelf = _schema(desk, word, "write")
    item = shelf.definitions.get(name)
    if item is None:
        return nothing()
    if item.shipped:
        raise validation(f'"{name}" is defined by HubSpot and cannot be archived')
    if name in desk.portal.options.used_properties:
        raise validation(f'Property "{name}" is used in a workflow and cannot be archived')
    shelf.archived[name] = shelf.definitions.pop(name)
    for row in shelf.rows.values():
        row.props.pop(name, None)
    return nothing()


def list_groups(desk: Desk, word: str) -> Response:
    return answer({"results": list(_schema(desk, word, "read").groups.values())})


def get_group(desk: Desk, word: str, name: str) -> Response:
    shelf = _schema(desk, word, "read")
    if name not in shelf.groups:
        raise not_found(f"Property group {name} does not exist")
    return answer(shelf.groups[name])


def create_group(desk: Desk, word: str) -> Response:
    shelf, body = _schema(desk, word, "write"), body_of()
    name, label = text_of(body, "name"), text_of(body, "label")
    if name in shelf.groups:
        raise HubspotError(409, "OBJECT_ALREADY_EXISTS", f'Property group "{name}" already exists')
    return answer(shelf.add_group(name, label, whole_of(body, "displayOrder", -1)), 201)


def archive_group(desk: Desk, word: str, name: str) -> Response:
    shelf = _schema(desk, word, "write")
    held: Sequence[str] = [item.name for item in shelf.definitions.values() if item.group == name]
    if held:
        raise validation(f"Property group {name} still has properties: {', '.join(held)}")
    shelf.groups.pop(name, None)
    return nothing()
