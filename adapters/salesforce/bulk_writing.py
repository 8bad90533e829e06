"""Many records by one job of the Bulk API 2.0: open, upload, close, wait, and read what became of each.

Rows are matched by Id, for results come in no order. Until the job is closed nothing is applied, so everything up to
there may be done again with another job; from then on nothing is raised: what is not known is lost, and read back.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.contract import Outcome
from adapters.errors import AdapterError, Lost, Refused, Unauthorized
from adapters.records import Ref
from adapters.retrying import Patience, repeat_read
from adapters.salesforce.bulk import Job, Jobs
from adapters.salesforce.bulk_csv import NULL, Torn, table, uploads
from adapters.salesforce.client import Client
from adapters.salesforce.values import long_id
from adapters.salesforce.verdicts import judged, judged_text

LONGEST_CELL: Final = 32_000
JOB_CALLS: Final = 10
"""Of a usual job: to open, upload and close it, five looks within half a minute, two result files."""
_NO_FIELD: Final = "Field name not found : "

Json = Mapping[str, Any]

log = logging.getLogger(__name__)


def fits(record: Json) -> bool:
    """Whether CSV can say it: bulk takes the text #N/A for null, and a line end of Windows for a broken file."""
    texts = [value for value in record.values() if isinstance(value, str)]
    return not any(text == NULL or "\r" in text or len(text) > LONGEST_CELL for text in texts)


class BulkWriter:
    """Update jobs of one org."""

    def __init__(self, client: Client, patience: Patience) -> None:
        self._client = client
        self._jobs = Jobs(client, patience, "ingest", "write")
        self._patience = patience

    def write(self, vendor_object: str, records: Mapping[Ref, Json]) -> dict[Ref, Outcome]:
        """What became of the records. One that is missing was not touched, and may go another way.

        In the order of ids, so that what was created together, which often hangs on one parent, is in one of
        the batches that Salesforce cuts and works on side by side: two of them would wait for the parent's lock.
        Raises what a first call may raise, while nothing can have been applied.
        """
        outcomes: dict[Ref, Outcome] = {}
        for refs, content in uploads(sorted(records.items(), key=lambda one: one[0].id)):
            try:
                outcomes |= self._run(vendor_object, {ref: records[ref] for ref in refs}, content)
            except (Refused, Unauthorized) as exc:
                if exc.status == 401 and not outcomes:
                    raise
                log.warning("%s: not written in bulk: %s", self._client.connection, exc)
                break
            except AdapterError as exc:
                if not outcomes:
                    raise
                left = [ref for ref in records if ref not in outcomes]
                return outcomes | {ref: Outcome(ref, "later", code=exc.code, message=str(exc)) for ref in left}
        return outcomes

    def _run(self, vendor_object: str, records: Mapping[Ref, Json], content: bytes) -> dict[Ref, Outcome]:
        """One job. Raises only while it has not been closed."""
        id, at = self._uploaded(vendor_object, content)
        try:
            self._jobs.close(id)
        except Lost as exc:
            self._jobs.give_up(id)
            return _lost(records, str(exc))
        try:
            return self._ended(id, records, at)
        except AdapterError as exc:
            log.warning("%s: bulk job %s: %s", self._client.connection, id, exc)
            return _lost(records, str(exc))

    def _uploaded(self, vendor_object: str, content: bytes) -> tuple[str, datetime]:
        """A job that has its upload, and when: one to a job, so that a second try has a second job."""
        asked = {"object": vendor_object, "operation": "update", "contentType": "CSV", "lineEnding": "LF"}

        def upload() -> tuple[str, datetime]:
            id = self._jobs.open_once(asked).id
            try:
                return id, self._client.upload_once(f"jobs/ingest/{id}/batches", "write", content)
            except Lost:
                self._jobs.give_up(id)
                raise

        return self._jobs.unapplied(upload)

    def _ended(self, id: str, records: Mapping[Ref, Json], at: datetime) -> dict[Ref, Outcome]:
        """``at``: before any row was written, so that a person's edit right behind ours is seen to be later."""
        job = self._jobs.awaited(id)
        if not job.ended:
            self._jobs.give_up(id)
            job = self._jobs.look(id)
        return self._told(job, records, at) if job.ended else _lost(records, "the job does not end")

    def _told(self, job: Job, records: Mapping[Ref, Json], at: datetime) -> dict[Ref, Outcome]:
        by_id = {ref.id: ref for ref in records}
        written = self._results(job.id, "successfulResults", job.processed - job.failed)
        failed = self._results(job.id, "failedResults", job.failed)
        outcomes = {ref: Outcome(ref, "written", at=at) for row in written if (ref := by_id.get(_id(row)))}
        outcomes |= {
            ref: judged_text(ref, row.get("sf__Error", ""), at) for row in failed if (ref := by_id.get(_id(row)))
        }
        left = {ref: records[ref] for ref in records if ref not in outcomes}
        return outcomes | self._left(job, left, at) if left else outcomes

    def _left(self, job: Job, records: Mapping[Ref, Json], at: datetime) -> dict[Ref, Outcome]:
        """Records in neither file: not begun, as a third file says; else nobody knows.

        What a failed job did not begin is left to others: they can tell which record it is that Salesforce refuses.
        """
        waiting = self._waiting(job, records)
        outcomes = _lost([ref for ref in records if ref not in waiting], "the job does not say what became of it")
        log.warning("%s: bulk job %s is %s: %s", self._client.connection, job.id, job.state, job.message)
        if job.state == "Failed":
            _, found, column = job.message.partition(_NO_FIELD)
            hidden = [ref for ref, record in waiting.items() if found and column.strip() in record]
            return outcomes | {ref: judged(ref, "INVALID_FIELD", job.message, column.strip(), at) for ref in hidden}
        put_off = f"the job is {job.state}: {job.message}".rstrip(": ")
        return outcomes | {ref: Outcome(ref, "later", code=job.state, message=put_off) for ref in waiting}

    def _waiting(self, job: Job, records: Mapping[Ref, Json]) -> Mapping[Ref, Json]:
        if job.state == "Failed" and job.processed == 0:  # for its header, say: then there may be no such file
            return records
        untouched = {_id(row) for row in self._results(job.id, "unprocessedrecords", 0)}
        return {ref: record for ref, record in records.items() if ref.id in untouched}

    def _results(self, id: str, name: str, count: int) -> list[Mapping[str, str]]:
        """A result file, fetched again while it has fewer rows than the job counted."""
        return repeat_read(lambda: self._fetched(id, name, count), self._patience)

    def _fetched(self, id: str, name: str, count: int) -> list[Mapping[str, str]]:
        download = self._client.download_once(f"jobs/ingest/{id}/{name}", "write", {})
        try:
            rows = list(_rows(table(download.content)))
        except Torn as exc:
            raise Lost(f"{name} is torn: {exc}", connection=self._client.connection) from exc
        if len(rows) < count:
            raise Lost(f"{name} has {len(rows)} rows of {count}", connection=self._client.connection)
        return rows


def _rows(lines: Iterator[Sequence[str]]) -> Iterator[Mapping[str, str]]:
    header = next(lines, [])
    kept = [place for place, name in enumerate(header) if name.lower() in ("id", "sf__id", "sf__error")]
    for cells in lines:
        yield {header[place]: cells[place] for place in kept}


def _id(row: Mapping[str, str]) -> str:
    """The Id that we sent; a result comes with our own columns."""
    return long_id(row.get("Id") or row.get("sf__Id")) or ""


def _lost(refs: Sequence[Ref] | Mapping[Ref, Json], why: str) -> dict[Ref, Outcome]:
    return {ref: Outcome(ref, "lost", message=why) for ref in refs}
