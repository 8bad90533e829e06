"""Jobs of the Bulk API 2.0: opened, waited for, given up. What is in them is their callers' business.

A job costs a call to open and one for every look; looks come ever more seldom, because a vendor that needs
minutes need not be asked every second.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, TypeVar

from adapters.errors import AdapterError, Lost, Retry
from adapters.retrying import Patience, repeat_read
from adapters.salesforce.client import Client, Reply

LONGEST: Final = timedelta(minutes=30)
"""How long a job is waited for; shorter than ``LONGEST_WRITE``."""
DEAF: Final = 3
"""Looks in a row without an answer, each with patience, after which nobody knows."""
_FIRST: Final = 1.0
"""Seconds before the first look."""
_SELDOM: Final = 60.0
"""The most seconds between two."""
_ENDED: Final = ("JobComplete", "Failed", "Aborted")

T = TypeVar("T")

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

    def open_once(self, asked: Mapping[str, Any]) -> Job:
        """A new job, without patience."""
        return _job(self.client.change_once("POST", self.path, self.purpose, asked))

    def unapplied(self, call: Callable[[], T]) -> T:
        """Make calls that have no effect by themselves, as often as patience allows. Raises Retry, never Lost.

        A job whose answer was lost does nothing, so that another may be opened.
        """
        try:
            return repeat_read(call, self.patience)
        except Lost as exc:
            raise Retry(str(exc), after=exc.after, connection=exc.connection, status=exc.status) from exc

    def close(self, id: str) -> None:
        """The upload is complete: let the job run. Raises Lost when nobody knows whether it does."""
        try:
            self._turn(id, "UploadComplete")
        except Lost as exc:
            if self._known(id, exc).state == "Open":
                self._turn(id, "UploadComplete")

    def look(self, id: str) -> Job:
        return _job(self.client.read(f"{self.path}/{id}", self.purpose))

    def awaited(self, id: str) -> Job:
        """The job once it has ended, or as it is when it was waited for long enough.

        A look without an answer is no news, unless several in a row are.
        """
        job, unanswered = Job(id, ""), 0
        for wait in _waits():
            self.patience.sleep(wait)
            try:
                job, unanswered = self.look(id), 0
            except Retry:
                unanswered += 1
                if unanswered == DEAF:
                    raise
            if job.ended:
                break
        return job

    def give_up(self, id: str) -> None:
        """Abort the job, if that is possible; nothing depends on it."""
        try:
            self._turn(id, "Aborted")
        except AdapterError as exc:
            log.info("job %s could not be aborted: %s", id, exc)

    def _known(self, id: str, unknown: Lost) -> Job:
        try:
            return self.look(id)
        except AdapterError as exc:
            raise unknown from exc

    def _turn(self, id: str, state: str) -> None:
        self.client.change("PATCH", f"{self.path}/{id}", self.purpose, {"state": state})


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
