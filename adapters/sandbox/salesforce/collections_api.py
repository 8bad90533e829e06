"""``composite/sobjects``: up to 200 records in one call, each with an outcome of its own, or all or none."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Response, request

from adapters.sandbox.salesforce import ids
from adapters.sandbox.salesforce.errors import ApiError, RowError
from adapters.sandbox.salesforce.fields import ObjectType
from adapters.sandbox.salesforce.query import Columns, renderer
from adapters.sandbox.salesforce.refusals import TRIGGER
from adapters.sandbox.salesforce.sobjects_api import by_external, external_field
from adapters.sandbox.salesforce.transactions import undoable
from adapters.sandbox.salesforce.web import MOST_RECORDS, Desk, answer, body, caller

MOST_CHUNKS: Final = 10
MOST_READ: Final = 2000
ROLLED_BACK: Final = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)

Act = Callable[[Mapping[str, Any]], dict[str, Any]]


def add(routes: Blueprint, desk: Desk) -> None:
    """The collection routes of one API version."""
    _add_writes(routes, desk)
    _add_reads(routes, desk)


def _add_writes(routes: Blueprint, desk: Desk) -> None:
    @routes.patch("/composite/sobjects/")
    def update(version: str) -> Response:
        seen: set[str] = set()

        def act(record: Mapping[str, Any]) -> dict[str, Any]:
            kind, row_id = _target(desk, record, seen)
            desk.rows.update(caller(), kind, row_id, _fields(record))
            return {"id": row_id, "success": True, "errors": []}

        return _run(desk, body(), act)

    @routes.post("/composite/sobjects/")
    def create(version: str) -> Response:
        def act(record: Mapping[str, Any]) -> dict[str, Any]:
            made = desk.rows.create(caller(), _kind(desk, record), _fields(record))
            return {"id": made, "success": True, "errors": []}

        return _run(desk, body(), act)

    @routes.patch("/composite/sobjects/<name>/<key>/")
    def upsert(version: str, name: str, key: str) -> Response:
        kind = desk.org.type(name)
        field = external_field(desk, kind, key)

        def act(record: Mapping[str, Any]) -> dict[str, Any]:
            return _upserted(desk, kind, record, by_external(desk, kind, field, record.get(key)))

        return _run(desk, body(), act)

    @routes.delete("/composite/sobjects/")
    def delete(version: str) -> Response:
        listed = [part for part in request.args.get("ids", "").split(",") if part]
        wanted = {"allOrNone": request.args.get("allOrNone", "false") == "true", "records": [{"Id": i} for i in listed]}

        def act(record: Mapping[str, Any]) -> dict[str, Any]:
            row_id = _row_id(record)
            kind = desk.org.type_of(row_id)
            if kind is None or kind.tooling:
                raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            desk.rows.delete(caller(), kind, row_id)
            return {"id": row_id, "success": True, "errors": []}

        return _run(desk, wanted, act, typed=False)


def _add_reads(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/composite/sobjects/<name>/")
    def read(version: str, name: str) -> Response:
        listed = request.args.get("ids", "").split(",")
        return _read(desk, name, listed, request.args.get("fields", "").split(","), version)

    @routes.post("/composite/sobjects/<name>/")
    def read_many(version: str, name: str) -> Response:
        asked = body()
        return _read(desk, name, asked.get("ids") or [], asked.get("fields") or [], version)


def _read(desk: Desk, name: str, listed: Sequence[str], names: Sequence[str], version: str) -> Response:
    if len(listed) > MOST_READ:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot retrieve more than {MOST_READ} records")
    kind, actor = desk.org.type(name), caller()
    with desk.org.lock:
        columns = Columns(desk.org, desk.rights, actor, kind)
        render = renderer(desk.org, kind, [tuple(path.strip().split(".")) for path in names], columns, version)
        rows = [desk.org.tables[kind.name].rows.get(ids.normal(key) or "") for key in listed]
        return answer([render(row) if row and not row.get("IsDeleted") else None for row in rows])


def _run(desk: Desk, asked: Mapping[str, Any], act: Act, typed: bool = True) -> Response:
    """Check the request as a whole, then each record by ``act``; 200 with one outcome per record, in order."""
    records, together = _records(desk, asked, typed), bool(asked.get("allOrNone", False))
    if typed and _triggered(desk, records):
        return answer([_refused(TRIGGER) for _ in records])
    with desk.org.lock, undoable(desk.org) as undo:
        outcomes = [_outcome(act, record) for record in records]
        if together and not all(outcome["success"] for outcome in outcomes):
            undo.roll_back()
            desk.org.rights_changed()
            desk.org.journal.roll_back_here(ROLLED_BACK.code)
            outcomes = [o if not o["success"] else _refused(ROLLED_BACK) for o in outcomes]
    return answer(outcomes)


def _triggered(desk: Desk, records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a trigger fails over one of these, and with it all of them (the fault "trigger")."""
    given = {str(record.get("Id", "")) for record in records}
    subjects = {caller().call, *(str(record["attributes"]["type"]) for record in records)}
    return desk.org.faults.take(("trigger",), subjects, given) is not None


def _outcome(act: Act, record: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return act(record)
    except RowError as exc:
        return _refused(exc)


def _refused(error: RowError) -> dict[str, Any]:
    return {"success": False, "errors": [error.shown()]}


def _records(desk: Desk, asked: Mapping[str, Any], typed: bool) -> list[Mapping[str, Any]]:
    records = asked.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ApiError(400, "JSON_PARSER_ERROR", "The Records collection is missing or is not a list of objects")
    if len(records) > MOST_RECORDS:
        raise ApiError(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {MOST_RECORDS} records into this call",
        )
    if typed:
        _check_types(desk, records)
    return records


def _check_types(desk: Desk, records: Sequence[Mapping[str, Any]]) -> None:
    for record in records:
        attributes = record.get("attributes")
        named = isinstance(attributes, dict) and isinstance(attributes.get("type"), str)
        if not named or (desk.attributes_first and next(iter(record)) != "attributes"):
            raise ApiError(
                400,
                "JSON_PARSER_ERROR",
                "Nested object for polymorphic foreign key must have an attributes field before any other fields.",
            )
    chunks = [name for name, _ in groupby(record["attributes"]["type"].casefold() for record in records)]
    if len(chunks) > MOST_CHUNKS:
        raise ApiError(
            400,
            "EXCEEDED_MAX_TYPES_LIMIT",
            f"Cannot have more than {MOST_CHUNKS} chunks in a single operation. Please rearrange the data to reduce "
            "chunking.",
        )


def _upserted(desk: Desk, kind: ObjectType, record: Mapping[str, Any], found: list[str]) -> dict[str, Any]:
    if len(found) > 1:
        raise RowError("DUPLICATE_EXTERNAL_ID", f"more than one record found for external id field: {found}")
    if found:
        desk.rows.update(caller(), kind, found[0], _fields(record))
        return {"id": found[0], "success": True, "errors": [], "created": False}
    made = desk.rows.create(caller(), kind, _fields(record))
    return {"id": made, "success": True, "errors": [], "created": True}


def _target(desk: Desk, record: Mapping[str, Any], seen: set[str]) -> tuple[ObjectType, str]:
    kind, row_id = _kind(desk, record), _row_id(record)
    if row_id[:3] != kind.prefix:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row_id in seen:
        raise RowError("DUPLICATE_VALUE", f"duplicate id in one call: {row_id}", ["Id"])
    seen.add(row_id)
    return kind, row_id


def _kind(desk: Desk, record: Mapping[str, Any]) -> ObjectType:
    try:
        return desk.org.type(record["attributes"]["type"])
    except ApiError as exc:
        raise RowError(exc.code, str(exc)) from exc


def _row_id(record: Mapping[str, Any]) -> str:
    given = next((value for name, value in record.items() if name.casefold() == "id"), None)
    if given is None:
        raise RowError("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
    found = ids.normal(given) if isinstance(given, str) else None
    if found is None:
        raise RowError("MALFORMED_ID", f"Id: id value of incorrect type: {given}", ["Id"])
    return found


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "attributes" and name.casefold() != "id"}
