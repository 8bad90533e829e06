"""``sobjects``: the list of objects, describe, single records, upsert, deleted and updated ids; limits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from flask import Blueprint, Response, request

from adapters.sandbox.salesforce import times, values
from adapters.sandbox.salesforce.errors import ApiError, RowError, no_column, not_found
from adapters.sandbox.salesforce.fields import Field, ObjectType
from adapters.sandbox.salesforce.org import BIN
from adapters.sandbox.salesforce.query import Columns, renderer
from adapters.sandbox.salesforce.standard import CHILDREN
from adapters.sandbox.salesforce.web import Desk, answer, body, caller, empty, record_id

T = TypeVar("T")
UPDATED_FOR: Final = timedelta(days=30)


def add(routes: Blueprint, desk: Desk) -> None:
    """The routes about one object or one record."""
    _add_catalogue(routes, desk)
    _add_records(routes, desk)
    _add_upsert(routes, desk)
    _add_replication(routes, desk)


def _add_catalogue(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/sobjects/")
    def catalogue(version: str) -> Response:
        kinds = [kind.summary(version) for kind in desk.org.types.values() if not kind.tooling]
        return answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": kinds})

    @routes.get("/sobjects/<name>/")
    def basics(version: str, name: str) -> Response:
        return answer({"objectDescribe": _kind(desk, name).summary(version), "recentItems": []})

    @routes.get("/sobjects/<name>/describe/")
    def describe(version: str, name: str) -> Response:
        return answer(described(desk, _kind(desk, name), version))

    @routes.get("/limits/")
    def limits(version: str) -> Response:
        most = desk.allowance.most
        left = most - desk.allowance.used(desk.org.clock.now())
        whole = {"DailyBulkApiBatches": 15000, "DailyBulkV2QueryFileStorageMB": 976562}
        told = {name: {"Max": size, "Remaining": size} for name, size in whole.items()}
        told["DailyApiRequests"] = {"Max": most, "Remaining": left}
        told["DailyBulkV2QueryJobs"] = {"Max": desk.bulk.most_queries, "Remaining": desk.bulk.queries_left()}
        return answer(told)


def _add_records(routes: Blueprint, desk: Desk) -> None:
    @routes.post("/sobjects/<name>/")
    def create(version: str, name: str) -> Response:
        kind = _kind(desk, name)
        with desk.org.lock:
            made = _single(lambda: desk.rows.create(caller(), kind, body()))
        return answer({"id": made, "success": True, "errors": []}, 201)

    @routes.get("/sobjects/<name>/<key>/")
    def read(version: str, name: str, key: str) -> Response:
        kind = _kind(desk, name)
        with desk.org.lock:
            return answer(shown(desk, kind, record_id(kind, key), request.args.get("fields"), version))

    @routes.patch("/sobjects/<name>/<key>/")
    def update(version: str, name: str, key: str) -> Response:
        kind = _kind(desk, name)
        with desk.org.lock:
            row_id, fields = _known(desk, kind, key), body()
            if any(field.casefold() == "id" for field in fields):
                raise ApiError(
                    400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", ["Id"]
                )
            _single(lambda: desk.rows.update(caller(), kind, row_id, fields))
        return empty()

    @routes.delete("/sobjects/<name>/<key>/")
    def delete(version: str, name: str, key: str) -> Response:
        kind = _kind(desk, name)
        with desk.org.lock:
            row_id = _known(desk, kind, key)
            _single(lambda: desk.rows.delete(caller(), kind, row_id))
        return empty()


def _add_upsert(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/sobjects/<name>/<key>/<path:value>/")
    def read_by(version: str, name: str, key: str, value: str) -> Response:
        kind = _kind(desk, name)
        with desk.org.lock:
            found = _by_external(desk, kind, key, value)
            if not found:
                raise not_found()
            if len(found) > 1:
                return _choices(kind, found, version)
            return answer(shown(desk, kind, found[0], request.args.get("fields"), version))

    @routes.patch("/sobjects/<name>/<key>/<path:value>/")
    def upsert(version: str, name: str, key: str, value: str) -> Response:
        kind = _kind(desk, name)
        fields = body()
        with desk.org.lock:
            found = _by_external(desk, kind, key, value)
            if len(found) > 1:
                return _choices(kind, found, version)
            if found:
                _single(lambda: desk.rows.update(caller(), kind, found[0], fields))
                return answer({"id": found[0], "success": True, "errors": [], "created": False})
            made = _single(lambda: desk.rows.create(caller(), kind, {**fields, key: value}))
            return answer({"id": made, "success": True, "errors": [], "created": True}, 201)


def _add_replication(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/sobjects/<name>/deleted/")
    def deleted(version: str, name: str) -> Response:
        kind = _kind(desk, name)
        now = desk.org.clock.now()
        low, high = _span(now, BIN)
        with desk.org.lock:
            rows = desk.org.tables[kind.name]
            gone = [
                {"id": row_id, "deletedDate": stamp}
                for stamp, row_id in rows.between(low, high)
                if rows.rows[row_id].get("IsDeleted")
            ]
            past = desk.org.purged.get(kind.name, ())
            gone += [{"id": row_id, "deletedDate": stamp} for stamp, row_id in past if low <= stamp <= high]
        earliest = times.shown(now - BIN)
        return answer({"deletedRecords": gone, "earliestDateAvailable": earliest, "latestDateCovered": high})

    @routes.get("/sobjects/<name>/updated/")
    def updated(version: str, name: str) -> Response:
        kind = _kind(desk, name)
        low, high = _span(desk.org.clock.now(), UPDATED_FOR)
        with desk.org.lock:
            rows = desk.org.tables[kind.name]
            changed = [key for _, key in rows.between(low, high) if not rows.rows[key].get("IsDeleted")]
        return answer({"ids": changed, "latestDateCovered": high})


def described(desk: Desk, kind: ObjectType, version: str) -> dict[str, Any]:
    """describe of ``kind`` as the caller sees it."""
    user = caller().user
    with desk.org.lock:
        fields = [field.describe(desk.rights.edits(user, kind, field)) for field in desk.rights.visible(user, kind)]
    children = [
        {"childSObject": child, "field": key, "relationshipName": relation, "cascadeDelete": True}
        for (parent, relation), (child, key) in CHILDREN.items()
        if parent == kind.name and child.casefold() in desk.org.types
    ]
    return {**kind.summary(version), "childRelationships": children, "recordTypeInfos": [], "fields": fields}


def shown(desk: Desk, kind: ObjectType, row_id: str, wanted: str | None, version: str) -> dict[str, Any]:
    """One record: the fields of the comma-separated list ``wanted``, or all that the caller sees."""
    try:
        row = desk.rows.living(kind, row_id)
    except RowError as exc:
        if exc.code == "INVALID_CROSS_REFERENCE_KEY":
            raise not_found() from exc
        raise exc.as_request_error() from exc
    actor = caller()
    names = [name.strip() for name in wanted.split(",") if name.strip()] if wanted else None
    paths = [(f.name,) for f in desk.rights.visible(actor.user, kind)] if names is None else [(n,) for n in names]
    render = renderer(desk.org, kind, paths, Columns(desk.org, desk.rights, actor, kind), version)
    return render(row)


def external_field(desk: Desk, kind: ObjectType, name: str) -> Field:
    """The field called ``name`` if upserts may use it; ApiError otherwise."""
    field = desk.rights.field(caller().user, kind, name)
    if field is None:
        raise no_column(name, kind.name)
    if not (field.external or field.type == "id"):
        raise ApiError(400, "INVALID_FIELD", f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def by_external(desk: Desk, kind: ObjectType, field: Field, value: Any) -> list[str]:
    """Ids of the living rows that an upsert by ``field`` = ``value`` means."""
    held = values.stored(field, value)
    if field.type == "id":
        return [desk.rows.living(kind, held)["Id"]]
    return desk.rows.by_value(kind, field, held) if held is not None else []


def _by_external(desk: Desk, kind: ObjectType, name: str, value: str) -> list[str]:
    return _single(lambda: by_external(desk, kind, external_field(desk, kind, name), value))


def _choices(kind: ObjectType, found: list[str], version: str) -> Response:
    return answer([f"/services/data/{version}/sobjects/{kind.name}/{row_id}" for row_id in found], 300)


def _single(act: Callable[[], T]) -> T:
    """A row's refusal becomes the refusal of the call about that one row."""
    try:
        return act()
    except RowError as exc:
        raise exc.as_request_error() from exc


def _kind(desk: Desk, name: str) -> ObjectType:
    kind = desk.org.types.get(name.casefold())
    if kind is None or kind.tooling:
        raise not_found()
    return kind


def _known(desk: Desk, kind: ObjectType, key: str) -> str:
    """An id from the path; 404 when there never was such a row."""
    row_id = record_id(kind, key)
    if row_id not in desk.org.tables[kind.name].rows:
        raise not_found()
    return row_id


def _span(now: datetime, longest: timedelta) -> tuple[str, str]:
    """start and end of the request, to the minute, as rows keep stamps; ApiError INVALID_REPLICATION_DATE."""
    try:
        low, high = (times.moment(request.args[key].replace(" ", "+")) for key in ("start", "end"))
    except (KeyError, ValueError) as exc:
        raise ApiError(400, "INVALID_REPLICATION_DATE", "start and end must be moments with a time zone") from exc
    low, high = (bound.replace(second=0, microsecond=0) for bound in (low, min(high, now)))
    if low < now - longest - timedelta(minutes=1):
        raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
    if high <= low:
        raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate must be before endDate")
    return times.shown(low), times.shown(high)
