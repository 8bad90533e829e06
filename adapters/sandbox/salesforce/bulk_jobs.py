"""Jobs of the Bulk API 2.0: what was asked, how far it is, what came out. Speaks no HTTP and reads no row.

A job moves on whenever it is looked at, as a real one does between two looks: queued, in progress, ended.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from adapters.sandbox.salesforce import times
from adapters.sandbox.salesforce.errors import ApiError, not_found
from adapters.sandbox.salesforce.org import Actor, Org

Family = Literal["query", "ingest"]
State = Literal["Open", "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"]
ENDED: Final = ("JobComplete", "Failed", "Aborted")
KEPT_FOR: Final = timedelta(days=7)
DAY: Final = timedelta(hours=24)
MOST_QUERIES: Final = 10_000
LOOKS: Final = 2
"""Looks at a job until it has ended."""


@dataclass(slots=True)
class Job:
    """One job. ``rows``: result lines of a query; the three others: those of an ingest."""

    id: str
    family: Family
    operation: str
    object: str
    actor: Actor
    version: str
    created: str
    state: State
    asked: Mapping[str, Any] = field(default_factory=dict)
    line_end: str = "\n"
    fate: Literal["", "failed", "stuck"] = ""
    looks: int = 0
    processed: int = 0
    refused: int = 0
    message: str = ""
    header: str = ""
    rows: Sequence[str] = ()
    upload: str | None = None
    successful: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unprocessed: list[str] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def shown(self) -> dict[str, Any]:
        """Job info as the API gives it."""
        info: dict[str, Any] = {
            "id": self.id, "operation": self.operation, "object": self.object, "createdById": self.actor.user,
            "createdDate": self.created, "systemModstamp": self.created, "state": self.state,
            "concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(self.version.removeprefix("v")),
            "lineEnding": "CRLF" if self.line_end == "\r\n" else "LF", "columnDelimiter": "COMMA",
        }  # fmt: skip
        if self.family == "ingest":
            info["contentUrl"] = f"services/data/{self.version}/jobs/ingest/{self.id}/batches"
        return info

    def told(self) -> dict[str, Any]:
        """Job info with its progress: what a look at the job gives."""
        progress: dict[str, Any] = {
            "jobType": "V2Query" if self.family == "query" else "V2Ingest", "retries": 0,
            "totalProcessingTime": 1000 * self.looks, "numberRecordsProcessed": self.processed,
        }  # fmt: skip
        if self.family == "query":
            progress["isPkChunkingSupported"] = True
        else:
            progress |= {"numberRecordsFailed": self.refused, "apiActiveProcessingTime": 0, "apexProcessingTime": 0}
        if self.message:
            progress["errorMessage"] = self.message
        return {**self.shown(), **progress}


@dataclass(slots=True)
class BulkJobs:
    """The jobs of one org. ``off``: this org has no Bulk API."""

    org: Org
    off: bool = False
    most_queries: int = MOST_QUERIES
    unsupported: frozenset[str] = frozenset()
    """Objects that bulk does not read, in lower case."""
    early: int = 400
    """How results are answered that are not there yet: not confirmed, so it can be switched."""
    offset: bool = False
    """Stamps in results as ``+0000`` instead of ``Z``: not confirmed, so it can be switched."""
    jobs: dict[str, Job] = field(default_factory=dict)

    def open(self, family: Family, operation: str, name: str, actor: Actor, version: str, **more: Any) -> Job:
        """A new job; faults may have decided already what becomes of it."""
        if family == "query" and self._queries_today() >= self.most_queries:
            message = f"Max bulk v2 query jobs ({self.most_queries}) per 24 hrs has been reached"
            raise ApiError(400, "LIMIT_EXCEEDED", message)
        state: State = "UploadComplete" if family == "query" else "Open"
        job = Job(self.org.new_id("750"), family, operation, name, actor, version, self.org.now(), state, **more)
        fault = self.org.faults.take(("job_failed", "job_stuck"), (actor.call, name), (job.id,))
        if fault:
            job.fate = "failed" if fault.kind == "job_failed" else "stuck"
            job.message = fault.message if fault.kind == "job_failed" else ""
        self.jobs[job.id] = job
        return job

    def job(self, family: Family, id: str) -> Job:
        """The job, unless there is none, it is of the other family, or its seven days are over."""
        if self.off:
            raise no_bulk()
        job = self.jobs.get(id)
        if job is None or job.family != family or self._age(job) > KEPT_FOR:
            raise not_found()
        return job

    def of(self, family: Family) -> list[Job]:
        return [job for job in self.jobs.values() if job.family == family and self._age(job) <= KEPT_FOR]

    def look(self, job: Job, work: Callable[[Job], None]) -> None:
        """Let the job come one step further; ``work`` does it when its turn has come."""
        if job.ended or job.state == "Open":
            return
        job.looks += 1
        job.state = "InProgress"
        if job.looks < LOOKS or job.fate == "stuck":
            return
        work(job)
        if job.state == "InProgress":
            job.state = "Failed" if job.fate == "failed" else "JobComplete"

    def queries_left(self) -> int:
        return max(self.most_queries - self._queries_today(), 0)

    def _queries_today(self) -> int:
        return sum(job.family == "query" and self._age(job) < DAY for job in self.jobs.values())

    def _age(self, job: Job) -> timedelta:
        return self.org.clock.now() - times.moment(job.created)


def no_bulk() -> ApiError:
    return ApiError(403, "FUNCTIONALITY_NOT_ENABLED", "Bulk API is not enabled for this org or user")


def wrong_state(message: str) -> ApiError:
    return ApiError(400, "INVALIDJOBSTATE", message)
