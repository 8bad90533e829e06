"""One thread's HTTP session with an org: routes, counts, times out, and turns every failure into its family.

simple-salesforce insists on https and on a host, has no time-out, and loses the headers of an error; all of
that is cured here, below it, so that it only ever sees answers that succeeded.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from adapters.contract import Calls, Purpose, Quota
from adapters.errors import AdapterError, QuotaSpent
from adapters.salesforce.failures import cut, failure
from adapters.times import http_date

CONNECT_SECONDS = 5


class FastResponse(requests.Response):
    """A response whose JSON is read several times faster; what orjson will not take (a lone surrogate) as usual."""

    def json(self, **options: Any) -> Any:
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return super().json(**options)


class RoutedSession(requests.Session):
    """Sends every request to ``base``, whatever host simple-salesforce made up."""

    def __init__(self, base: str, connection: str, timeout: float, calls: Calls, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.base = base
        self.purpose: Purpose = "other"
        self.answered_at = clock()
        """The vendor's ``Date`` of the last answer; our own clock's only while it gives none."""
        self.quota: Quota | None = None
        self._connection = connection
        self._timeout = (CONNECT_SECONDS, timeout)
        self._calls = calls
        self._clock = clock

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Like ``requests``; raises an AdapterError for every answer that is no success."""
        parts = urlsplit(str(url))
        target = self.base + parts.path + (f"?{parts.query}" if parts.query else "")
        kwargs.setdefault("timeout", self._timeout)
        try:
            response = super().request(method, target, *args, **kwargs)
        except requests.RequestException as exc:
            raise cut(exc, self._connection) from exc
        self._note(response)
        if response.status_code >= 300:
            raise self._failed(response)
        fast = FastResponse()
        fast.__dict__.update(response.__dict__)
        return fast

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Every request on the wire passes here, redirects included."""
        self._calls.count(self.purpose)
        return super().send(request, **kwargs)

    def _note(self, response: requests.Response) -> None:
        self.answered_at = http_date(response.headers.get("Date")) or self._clock()
        if quota := usage(response.headers.get("Sforce-Limit-Info")):
            self.quota = quota
            self._calls.budget.heard(quota)

    def _failed(self, response: requests.Response) -> AdapterError:
        error = failure(response.status_code, response.headers, response.text, self._connection, self.answered_at)
        if isinstance(error, QuotaSpent):
            error.until = self._calls.budget.refused(error.until)
        return error


def usage(header: str | None) -> Quota | None:
    """``api-usage=18/5000; per-app-api-usage=17/250(appName=x)`` → what is left of the org's day."""
    for part in (header or "").split(";"):
        name, _, figures = part.strip().partition("=")
        used, _, limit = figures.partition("/")
        if name == "api-usage" and used.isdigit() and limit.isdigit():
            return Quota(limit=int(limit), remaining=max(int(limit) - int(used), 0))
    return None
