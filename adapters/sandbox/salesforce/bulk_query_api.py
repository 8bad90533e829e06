"""``jobs/query`` of the Bulk API 2.0: a query as a job, its rows as CSV pages behind locators."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any, Final
from zlib import crc32

from flask import Blueprint, Response, request

from adapters.sandbox.salesforce import bulk_csv
from adapters.sandbox.salesforce.bulk_jobs import Job, no_bulk, wrong_state
from adapters.sandbox.salesforce.errors import ApiError
from adapters.sandbox.salesforce.fields import Field
from adapters.sandbox.salesforce.query import Columns, run
from adapters.sandbox.salesforce.soql_ast import Query
from adapters.sandbox.salesforce.soql_filters import Getter
from adapters.sandbox.salesforce.soql_parser import parse
from adapters.sandbox.salesforce.web import Desk, answer, body, caller, empty

PAGE: Final = 10_000
"""Rows of a page when ``maxRecords`` does not say."""
CHUNK: Final = 500
"""Rows whose keys the job takes together; Salesforce takes 100,000, which no test would see the end of."""
END: Final = "null"
OPERATIONS: Final = ("query", "queryAll")


def add(routes: Blueprint, desk: Desk) -> None:
    """The query job routes of one API version."""

    @routes.post("/jobs/query/")
    def create(version: str) -> Response:
        if desk.bulk.off:
            raise no_bulk()
        return answer(_created(desk, body(), version).shown())

    @routes.get("/jobs/query/")
    def listed(version: str) -> Response:
        return answer({"done": True, "records": [job.told() for job in desk.bulk.of("query")], "nextRecordsUrl": None})

    @routes.get("/jobs/query/<id>/")
    def look(version: str, id: str) -> Response:
        job = desk.bulk.job("query", id)
        with desk.org.lock:
            desk.bulk.look(job, lambda job: _work(desk, job))
        return answer(job.told())

    @routes.get("/jobs/query/<id>/results/")
    def results(version: str, id: str) -> Response:
        return _results(desk, desk.bulk.job("query", id), version)

    @routes.patch("/jobs/query/<id>/")
    def abort(version: str, id: str) -> Response:
        job = desk.bulk.job("query", id)
        if body().get("state") != "Aborted" or job.ended:
            raise wrong_state(f"Aborting a job that is {job.state} is not possible")
        job.state = "Aborted"
        return answer(job.shown())

    @routes.delete("/jobs/query/<id>/")
    def delete(version: str, id: str) -> Response:
        job = desk.bulk.job("query", id)
        if not job.ended:
            raise wrong_state("Only a job that has ended can be deleted")
        del desk.bulk.jobs[job.id]
        return empty()


def _created(desk: Desk, asked: dict[str, Any], version: str) -> Job:
    operation, soql = asked.get("operation"), asked.get("query")
    if operation not in OPERATIONS or not isinstance(soql, str):
        raise ApiError(400, "INVALIDJOB", "operation must be query or queryAll, and query must be given")
    if asked.get("contentType", "CSV") != "CSV" or asked.get("columnDelimiter", "COMMA") != "COMMA":
        raise ApiError(400, "INVALIDJOB", "this sandbox writes CSV with commas only")
    parsed = parse(soql)
    with desk.org.lock:
        _check(desk, parsed)
        end = "\r\n" if asked.get("lineEnding") == "CRLF" else "\n"
        return desk.bulk.open("query", operation, parsed.object, caller(), version, asked=asked, line_end=end)


def _check(desk: Desk, parsed: Query) -> None:
    """ApiError for what a query may be but a bulk query may not."""
    name = desk.org.type(parsed.object).name
    if name.casefold() in desk.bulk.unsupported:
        raise ApiError(400, "INVALIDENTITY", f"Entity '{name}' is not supported by the Bulk API.")
    if parsed.counts or parsed.every_field or parsed.offset or parsed.children:
        raise ApiError(400, "API_ERROR", "Aggregates, FIELDS() and OFFSET are not supported in Bulk Query")
    if any(field.type == "address" for _, field, _ in _columns(desk, parsed)):
        raise ApiError(400, "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")


def _columns(desk: Desk, parsed: Query) -> list[tuple[str, Field, Getter]]:
    """(header, field, how to get it) of what is selected. ApiError for what the caller does not see."""
    columns = Columns(desk.org, desk.rights, caller(), desk.org.type(parsed.object))
    found = [(path, *columns.column(path)) for path in parsed.fields]
    return [(".".join([*path[:-1], field.name]), field, get) for path, field, get in found]


def _work(desk: Desk, job: Job) -> None:
    """Run the query as things stand now; the result does not change any more."""
    if job.fate == "failed":
        job.message = job.message or "InternalServerError : Retried more than 15 times"
        return
    parsed = parse(str(job.asked["query"]))
    everything = job.operation == "queryAll"
    found = run(parsed, desk.org, desk.rights, job.actor, everything=everything, version=job.version)
    ids = found.ids if parsed.order else _chunked(found.ids)
    columns, rows = _columns(desk, parsed), desk.org.tables[found.kind.name].rows
    shown = [(get, field.type == "datetime") for _, field, get in columns]
    job.header = bulk_csv.line([header for header, _, _ in columns], job.line_end)
    job.rows = [
        bulk_csv.line([bulk_csv.cell(get(rows[id]), is_time, desk.bulk.offset) for get, is_time in shown], job.line_end)
        for id in ids
    ]
    job.processed = len(job.rows)


def _chunked(ids: Iterable[str]) -> list[str]:
    """As chunks of the primary key come: each in the order of ids, they in none."""
    ordered = sorted(ids)
    starts = sorted(range(0, len(ordered), CHUNK), key=lambda start: crc32(ordered[start].encode()))
    return [id for start in starts for id in ordered[start : start + CHUNK]]


def _results(desk: Desk, job: Job, version: str) -> Response:
    """A page of the result: its header line again, its rows, where the next one begins."""
    if version != job.version:
        raise ApiError(409, "INVALIDJOB", f"this job belongs to API version {job.version}")
    if job.state != "JobComplete":
        raise ApiError(desk.bulk.early, "INVALIDJOBSTATE", f"there are no results of a job that is {job.state}")
    start = _start(request.args.get("locator"))
    end = start + max(int(request.args.get("maxRecords") or PAGE), 1)
    rows = job.rows[start:end]
    text = job.header + "".join(rows)
    if desk.org.faults.take(("truncated",), (f"GET {request.path}", job.object)):
        text = text[: len(text) * 2 // 3]
    locator = _locator(end) if end < len(job.rows) else END
    headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(rows))}
    return Response(text.encode(), 200, headers, content_type="text/csv")


def _locator(start: int) -> str:
    return base64.b64encode(str(start).encode()).decode().rstrip("=")


def _start(locator: str | None) -> int:
    if not locator:
        return 0
    try:
        return int(base64.b64decode(locator + "=" * (-len(locator) % 4)))
    except (ValueError, binascii.Error) as exc:
        raise ApiError(400, "INVALIDLOCATOR", f"invalid locator: {locator}") from exc
