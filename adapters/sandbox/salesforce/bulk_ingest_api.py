"""``jobs/ingest`` of the Bulk API 2.0: one CSV upload, worked off row by row once it is closed, three result files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from zlib import crc32

from flask import Blueprint, Response, request

from adapters.sandbox.salesforce import bulk_csv
from adapters.sandbox.salesforce.bulk_csv import BadCsv
from adapters.sandbox.salesforce.bulk_jobs import Job, no_bulk, wrong_state
from adapters.sandbox.salesforce.errors import ApiError, RowError
from adapters.sandbox.salesforce.fields import ObjectType
from adapters.sandbox.salesforce.ids import normal
from adapters.sandbox.salesforce.refusals import TRIGGER
from adapters.sandbox.salesforce.sobjects_api import by_external, external_field
from adapters.sandbox.salesforce.web import Desk, answer, body, caller, empty

OPERATIONS: Final = ("insert", "update", "upsert", "delete")
LARGEST: Final = 100 * 1024 * 1024
CHUNK: Final = 200
"""Rows that a trigger is handed together."""
"""Bytes of an upload: 150 MB once it is in base64."""
LONGEST_ROW: Final = 400_000
LONGEST_CELL: Final = 32_000
NULL: Final = "#N/A"
"""Clears a field; an empty cell leaves it as it is."""

Record = dict[str, str]
Act = Callable[[Record], tuple[str, bool]]
"""Does what the job is for with one row: the id, and whether it was created. Raises RowError."""


def add(routes: Blueprint, desk: Desk) -> None:
    """The ingest job routes of one API version."""
    _add_jobs(routes, desk)

    @routes.put("/jobs/ingest/<id>/batches/")
    def upload(version: str, id: str) -> Response:
        job = desk.bulk.job("ingest", id)
        if job.state != "Open" or job.upload is not None:
            raise wrong_state(f"Found multiple contents for job: {job.id}, or it is not open any more")
        if len(request.get_data()) > LARGEST:
            raise ApiError(400, "INVALIDBATCH", "the upload is larger than 100 MB")
        job.upload = request.get_data().decode()
        return Response(status=201)

    @routes.get("/jobs/ingest/<id>/successfulResults/")
    def successful(version: str, id: str) -> Response:
        return _file(desk, id, '"sf__Id","sf__Created",', lambda job: job.successful)

    @routes.get("/jobs/ingest/<id>/failedResults/")
    def failed(version: str, id: str) -> Response:
        return _file(desk, id, '"sf__Id","sf__Error",', lambda job: job.failed)

    @routes.get("/jobs/ingest/<id>/unprocessedrecords/")
    def unprocessed(version: str, id: str) -> Response:
        return _file(desk, id, "", lambda job: job.unprocessed)


def _add_jobs(routes: Blueprint, desk: Desk) -> None:
    @routes.post("/jobs/ingest/")
    def create(version: str) -> Response:
        if desk.bulk.off:
            raise no_bulk()
        return answer(_created(desk, body(), version).shown())

    @routes.get("/jobs/ingest/")
    def listed(version: str) -> Response:
        return answer({"done": True, "records": [job.told() for job in desk.bulk.of("ingest")], "nextRecordsUrl": None})

    @routes.get("/jobs/ingest/<id>/")
    def look(version: str, id: str) -> Response:
        job = desk.bulk.job("ingest", id)
        with desk.org.lock:
            desk.bulk.look(job, lambda job: _work(desk, job))
        return answer(job.told())

    @routes.patch("/jobs/ingest/<id>/")
    def turn(version: str, id: str) -> Response:
        job, wanted = desk.bulk.job("ingest", id), body().get("state")
        possible = {"UploadComplete": job.state == "Open", "Aborted": not job.ended}
        if not possible.get(str(wanted)):
            raise wrong_state(f"Changing a job that is {job.state} to {wanted} is not possible")
        job.state = "UploadComplete" if wanted == "UploadComplete" else "Aborted"
        if job.state == "Aborted":
            _leave(job)
        return answer(job.shown())

    @routes.delete("/jobs/ingest/<id>/")
    def delete(version: str, id: str) -> Response:
        job = desk.bulk.job("ingest", id)
        if job.state in ("UploadComplete", "InProgress"):
            raise wrong_state("Only a job that has ended can be deleted")
        del desk.bulk.jobs[job.id]
        return empty()


def _created(desk: Desk, asked: Mapping[str, Any], version: str) -> Job:
    operation = asked.get("operation")
    if operation not in OPERATIONS or asked.get("contentType", "CSV") != "CSV":
        raise ApiError(400, "INVALIDJOB", f"operation must be one of {', '.join(OPERATIONS)}, and contentType CSV")
    if asked.get("columnDelimiter", "COMMA") != "COMMA":
        raise ApiError(400, "INVALIDJOB", "this sandbox reads CSV with commas only")
    kind = desk.org.type(str(asked.get("object", "")))
    if operation == "upsert":
        external_field(desk, kind, str(asked.get("externalIdFieldName", "")))
    end = "\r\n" if asked.get("lineEnding") == "CRLF" else "\n"
    with desk.org.lock:
        return desk.bulk.open("ingest", operation, kind.name, caller(), version, asked=dict(asked), line_end=end)


def _work(desk: Desk, job: Job) -> None:
    """Row by row. A header that cannot be, or text that is no CSV, fails the job; a row that cannot be fails alone."""
    kind = desk.org.type(job.object)
    try:
        lines = list(bulk_csv.read(job.upload or "", job.line_end))
        header, rows = (lines[0], lines[1:]) if lines else ([], [])
        _check(desk, job, kind, header, rows)
    except BadCsv as exc:
        job.state, job.message = "Failed", str(exc)
        _leave(job)
        return
    job.header = bulk_csv.line(header, job.line_end)
    done = len(rows) // 2 if job.fate == "failed" else len(rows)
    act = _act(desk, job, kind)
    for first in range(0, done, CHUNK):
        chunk = rows[first : min(first + CHUNK, done)]
        triggered = _triggered(desk, job, chunk)
        for cells in chunk:
            _row(job, header, cells, triggered or act)
    job.unprocessed = [bulk_csv.line(cells, job.line_end) for cells in rows[done:]]
    for results in (job.successful, job.failed):  # not in the order of the upload
        results.sort(key=lambda line: crc32(line.encode()))
    if job.fate == "failed":
        job.message = job.message or "InternalServerError : Retried more than 10 times"


def _leave(job: Job) -> None:
    """Nothing of the upload was begun."""
    job.header, *job.unprocessed = (job.upload or "").splitlines(keepends=True) or [""]


def _check(desk: Desk, job: Job, kind: ObjectType, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for name in header:
        if name.casefold() != "id" and desk.rights.field(job.actor.user, kind, name.partition(".")[0]) is None:
            raise BadCsv(f"InvalidBatch : Field name not found : {name}")
    for cells in rows:
        if len(cells) != len(header):
            raise BadCsv(f"InvalidBatch : Failed to parse CSV. {len(cells)} cells in a row of {len(header)}")
        if sum(map(len, cells)) > LONGEST_ROW or max(map(len, cells), default=0) > LONGEST_CELL:
            raise BadCsv(f"InvalidBatch : a row exceeds {LONGEST_ROW} characters, or a field {LONGEST_CELL}")


def _triggered(desk: Desk, job: Job, rows: Sequence[Sequence[str]]) -> Act | None:
    """What becomes of each row where a trigger fails over one of those it is handed together (the fault "trigger")."""
    given = {cell for cells in rows for cell in cells}
    if desk.org.faults.take(("trigger",), (job.actor.call, job.object), given) is None:
        return None

    def refuse(record: Record) -> tuple[str, bool]:
        raise RowError(TRIGGER.code, TRIGGER.message)

    return refuse


def _row(job: Job, header: Sequence[str], cells: Sequence[str], act: Act) -> None:
    record = dict(zip(header, cells, strict=True))
    job.processed += 1
    given = next((cell for name, cell in record.items() if name.casefold() == "id"), "")
    try:
        made, created = act(record)
        job.successful.append(bulk_csv.line([made, "true" if created else "false", *cells], job.line_end))
    except RowError as exc:
        job.refused += 1
        error = f"{exc.code}:{exc.message}:{' '.join(exc.fields)} --"
        job.failed.append(bulk_csv.line([given, error, *cells], job.line_end))


def _act(desk: Desk, job: Job, kind: ObjectType) -> Act:
    def fields(record: Record) -> dict[str, Any]:
        given = {name: cell for name, cell in record.items() if name.casefold() != "id" and cell != ""}
        return {name: None if cell == NULL else cell for name, cell in given.items()}

    def update(record: Record) -> tuple[str, bool]:
        row_id = _id(kind, record)
        desk.rows.update(job.actor, kind, row_id, fields(record))
        return row_id, False

    def insert(record: Record) -> tuple[str, bool]:
        return desk.rows.create(job.actor, kind, fields(record)), True

    def upsert(record: Record) -> tuple[str, bool]:
        key = external_field(desk, kind, str(job.asked["externalIdFieldName"]))
        found = by_external(desk, kind, key, record.get(key.name))
        if len(found) > 1:
            raise RowError("DUPLICATE_EXTERNAL_ID", f"more than one record found for external id field: {found}")
        if not found:
            return insert(record)
        desk.rows.update(job.actor, kind, found[0], fields(record))
        return found[0], False

    def delete(record: Record) -> tuple[str, bool]:
        row_id = _id(kind, record)
        desk.rows.delete(job.actor, kind, row_id)
        return row_id, False

    return {"insert": insert, "update": update, "upsert": upsert, "delete": delete}[job.operation]


def _id(kind: ObjectType, record: Record) -> str:
    given = next((cell for name, cell in record.items() if name.casefold() == "id"), "")
    if not given:
        raise RowError("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
    found = normal(given)
    if found is None:
        raise RowError("MALFORMED_ID", f"Id: id value of incorrect type: {given}", ["Id"])
    if found[:3] != kind.prefix:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return found


def _file(desk: Desk, id: str, before: str, lines: Callable[[Job], Sequence[str]]) -> Response:
    job = desk.bulk.job("ingest", id)
    if not job.ended:
        raise ApiError(desk.bulk.early, "INVALIDJOBSTATE", f"there are no results of a job that is {job.state}")
    text = before + job.header + "".join(lines(job))
    if desk.org.faults.take(("truncated",), (f"GET {request.path}", job.object)):
        text = text[: len(text) * 2 // 3]
    return Response(text.encode(), 200, content_type="text/csv")
