"""A large query as a job of the Bulk API 2.0: its rows page by page, in no order, each page proved complete.

Saves calls and costs a wait: over REST 2,000 rows are a call; a job is one call to open, a few to look, and one
for every 25,000 rows. Whatever a job will not do REST does, so nothing here is an error that a person must see.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

from adapters.errors import Lost, Refused, Unauthorized
from adapters.retrying import Patience, repeat_read
from adapters.salesforce.bulk import Job, Jobs
from adapters.salesforce.bulk_csv import Torn, table, to_row
from adapters.salesforce.client import Client
from adapters.salesforce.cursor import JobPlace
from adapters.salesforce.mapping import Row
from adapters.salesforce.view import View

PAGE: Final = 25_000
"""Rows of a result page: one is held in memory, as text."""
PIECE: Final = 2_000
"""Rows handed on at a time."""
_END: Final = "null"
"""The locator behind the last page: literally this word."""

log = logging.getLogger(__name__)


class JobUseless(Exception):
    """The job will not give its rows, or not all: failed, aborted, too slow, gone, or torn again and again."""


@dataclass(frozen=True, slots=True)
class _Page:
    content: bytes
    count: int
    following: str
    """Locator of the next page; empty behind the last."""


class _TornPage(Lost):
    """A download that ended well, but too early: seen in the wild, and cured by asking again."""


class BulkQuery:
    """Query jobs of one org. ``above``: rows still to come for which a job is worth its wait."""

    def __init__(self, client: Client, patience: Patience, above: int | Literal["never"]) -> None:
        self._client = client
        self._jobs = Jobs(client, patience, "query", "page")
        self._patience = patience
        self._above = above

    def pays(self, rows: int) -> bool:
        return self._above != "never" and rows > self._above

    def begun(self, soql: str) -> JobPlace | None:
        """A job for this query, deleted rows included; None where the org, the day or the object does not allow it."""
        asked = {"operation": "queryAll", "query": soql, "contentType": "CSV", "columnDelimiter": "COMMA"}
        try:
            job = self._jobs.unapplied(lambda: self._jobs.open_once({**asked, "lineEnding": "LF"}))
            return JobPlace(job.id)
        except (Refused, Unauthorized) as exc:
            if exc.status == 401:
                raise
            log.warning("%s: read page by page instead of in bulk: %s", self._client.connection, exc)
            return None

    def rows(self, view: View, place: JobPlace) -> Iterator[tuple[Sequence[Row], JobPlace, bool]]:
        """Rows behind ``place``, the place behind them, and whether they were the last. Raises JobUseless."""
        total = self._complete(place.job).processed
        while True:
            page = self._page(place)
            seen = place.seen + page.count
            behind = JobPlace(place.job, page.following, seen=seen) if page.following else None
            if seen > total or (behind is None and seen < total):
                raise JobUseless(f"it gave {seen} rows of {total}")
            lines = table(page.content)
            build = to_row(view, next(lines, []))
            left = islice(lines, place.row, None)
            exhausted = False
            while not exhausted:
                piece = [build(cells) for cells in islice(left, PIECE)]
                place = replace(place, row=place.row + len(piece))
                exhausted = place.row >= page.count
                yield piece, behind if exhausted and behind else place, exhausted and behind is None
            if behind is None:
                return
            place = behind

    def useless(self, view: View, place: JobPlace, why: JobUseless) -> None:
        """Tell of it, and leave nothing running."""
        log.warning("%s: page by page instead of bulk job %s: %s", view.object, place.job, why)
        self._jobs.give_up(place.job)

    def _complete(self, id: str) -> Job:
        try:
            job = self._jobs.awaited(id)
        except Refused as exc:
            raise JobUseless(str(exc)) from exc
        if job.state != "JobComplete":
            raise JobUseless(f"it is {job.state or 'unknown'}: {job.message or 'waited for long enough'}")
        return job

    def _page(self, place: JobPlace) -> _Page:
        """One page, fetched again while it is torn."""
        try:
            page = repeat_read(lambda: self._fetched(place), self._patience)
        except (Lost, Refused) as exc:  # as long as it may be: some proxies cut what is large, and always will
            raise JobUseless(str(exc)) from exc
        if page.following and page.following == place.locator:
            raise JobUseless("a page leads back to itself")
        return page

    def _fetched(self, place: JobPlace) -> _Page:
        asked = {"maxRecords": str(PAGE)} | ({"locator": place.locator} if place.locator else {})
        download = self._client.download_once(f"jobs/query/{place.job}/results", "page", asked)
        locator, said = (download.headers.get(name, "") for name in ("Sforce-Locator", "Sforce-NumberOfRecords"))
        try:
            count = max(sum(1 for _ in table(download.content)) - 1, 0)
        except Torn as exc:
            raise _TornPage(f"a result page is torn: {exc}", connection=self._client.connection) from exc
        if said.isdigit() and int(said) != count:
            raise _TornPage(f"a result page has {count} rows of {said}", connection=self._client.connection)
        return _Page(download.content, count, "" if locator == _END else locator)
