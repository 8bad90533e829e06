"""Jobs of the Bulk API 2.0: opened, waited for, given up. What is in them is their callers' business.

A job costs a call to open and one for every look; looks come ever more seldom, because a vendor that needs
minutes need not be asked every second.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from adapters.errors import AdapterError, Lost, Retry
from adapters.retrying import Patience, repeat_read
from adapters.salesforce.client import Client, Reply

LONGEST: Final = timedelta(minutes=30)
"""How long a job is waited for; shorter than ``LONGEST_WRITE``."""
_FIRST: Final = 1.0
"""Seconds before the first look."""
_SELDOM: Final = 60.0
"""The most seconds between two."""
_ENDED: Final = ("JobComplete", "Failed", "Aborted")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it was last seen."""

    id: str
    state: str
    processed: int = 0
    failed: int = 0
    message: str = ""

    @property
    def ended(self) -> bool:
        return self.state in _ENDED


class Jobs:
    """One family of jobs in one org."""

    def __init__(
        self, client: Client, patience: Patience, family: Literal["query", "ingest"], purpose: Literal["page", "write"]
    ) -> None:
        self.client = client
        self.patience = patience
        self.path = f"jobs/{family}"
        self.purpose = purpose

    def open(self, asked: Mapping[str, Any]) -> Job:
        """A new job. One whose answer was lost does nothing, so asking again is safe; raises Retry, never Lost."""
        try:
            return _job(repeat_read(lambda: self._posted(asked), self.patience))
        except Lost as exc:
            raise Retry(str(exc), after=exc.after, connection=exc.connection, status=exc.status) from exc

    def look(self, id: str) -> Job:
        return _job(self.client.read(f"{self.path}/{id}", self.purpose))

    def awaited(self, id: str) -> Job:
        """The job once it has ended, or as it is when it was waited for long enough.

        A look that fails is no news: only its last one, or a refusal of another kind, is raised.
        """
        failure: Retry | None = None
        job = Job(id, "")
        for wait in _waits():
            self.patience.sleep(wait)
            try:
                job, failure = self.look(id), None
            except Retry as exc:
                failure = exc
            if job.ended:
                return job
        if failure:
            raise failure
        return job

    def give_up(self, id: str) -> None:
        """Abort the job, if that is possible; nothing depends on it."""
        try:
            self.client.change_once("PATCH", f"{self.path}/{id}", self.purpose, {"state": "Aborted"})
        except AdapterError as exc:
            log.info("job %s could not be aborted: %s", id, exc)

    def _posted(self, asked: Mapping[str, Any]) -> Reply:
        return self.client.change_once("POST", self.path, self.purpose, asked)


def _job(reply: Reply) -> Job:
    said: Mapping[str, Any] = reply.body if isinstance(reply.body, dict) else {}
    return Job(
        id=str(said.get("id") or ""),
        state=str(said.get("state") or ""),
        processed=int(said.get("numberRecordsProcessed") or 0),
        failed=int(said.get("numberRecordsFailed") or 0),
        message=str(said.get("errorMessage") or ""),
    )


def _waits() -> Iterator[float]:
    """Seconds between looks: doubling, bounded, and not for ever."""
    wait, waited = _FIRST, 0.0
    while waited < LONGEST.total_seconds():
        yield wait
        waited += wait
        wait = min(2 * wait, _SELDOM)
