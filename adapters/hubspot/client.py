"""HTTP with HubSpot: one request in, one parsed reply or one error family out; counted, paced, repeated by family.

Uses the transport of hubspot-api-client (token, connection pool, host) with our own paths and raw JSON: decoding
into the client's models is fifteen times slower, and its paths carry a version. Knows no record.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hubspot import HubSpot
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from adapters.contract import Calls, Purpose
from adapters.errors import AdapterError, Lost, QuotaSpent, Retry, Unauthorized
from adapters.hubspot import bodies, paths
from adapters.hubspot.failures import PER_SECOND, Failure, family
from adapters.hubspot.pace import daily_quota, shared_pace
from adapters.hubspot.token import oauth_app, private_tokens
from adapters.registry import Context
from adapters.retrying import repeat_read, repeat_write
from adapters.times import http_date
from adapters.tokens import Token
from config.connections import HubspotConnection

_CONNECT_SECONDS: Final = 5.0
_NEVER_SENT: Final = (ConnectTimeoutError, NewConnectionError, LocationParseError, ProxyError, SSLError)

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer. ``at`` is the vendor's ``Date`` (our clock where it is missing); header names lower."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    at: datetime

    @property
    def results(self) -> list[dict[str, Any]]:
        return list(self.body.get("results") or ())

    @property
    def after(self) -> str | None:
        """Where the next page starts; None on the last."""
        following = (self.body.get("paging") or {}).get("next") or {}
        after = following.get("after")
        return None if after is None else str(after)


class Client:
    """A connection to one portal. ``zone`` is the portal's time zone, the workspace's until somebody learnt it."""

    def __init__(self, connection: HubspotConnection, context: Context, calls: Calls) -> None:
        vendor = HubSpot(
            host=connection.base_url,
            # urllib3 neither repeats nor follows: every request is made, and counted, here
            retry=False,
        )
        # the client builds a new pool each time this is asked for: kept for the adapter's life
        self._api = vendor.crm.objects.basic_api.api_client
        self._api.set_default_header("Accept-Encoding", "gzip")
        self._api.set_default_header("Accept", "application/json")
        self._timeout = (_CONNECT_SECONDS, connection.timeout.total_seconds())
        self._name = connection.name
        self._clock, self._patience = context.clock, context.patience
        self._pace = shared_pace((connection.base_url, connection.name), time.monotonic)
        self._calls = calls
        self.zone: ZoneInfo = context.zone
        self.app = oauth_app(connection, self._post_form, context.vault, context.clock)
        """None where the connection is a private app, whose token nobody can renew."""
        self._tokens = self.app.tokens if self.app else private_tokens(connection, context.clock)

    def get(self, path: str, purpose: Purpose, query: Query = (), **parts: str) -> Reply:
        return repeat_read(lambda: self._request("GET", path, parts, purpose, query=query), self._patience)

    def search(self, path: str, purpose: Purpose, body: Mapping[str, Any], **parts: str) -> Reply:
        """A POST that only reads (search, batch/read): repeated like a GET."""
        return repeat_read(lambda: self._request("POST", path, parts, purpose, body=body), self._patience)

    def send(self, method: str, path: str, purpose: Purpose, body: Mapping[str, Any] | None, **parts: str) -> Reply:
        """A request that changes something: never repeated when it may have been applied."""
        return repeat_write(lambda: self._request(method, path, parts, purpose, body=body), self._patience)

    @property
    def whom(self) -> str:
        """What HubSpot takes us for."""
        return "OAuth app" if self.app else "private app"

    @property
    def calls_per_second(self) -> float | None:
        return self._pace.per_second

    def now(self) -> datetime:
        """Our own clock, for what no answer dates."""
        return self._clock()

    def hear(self, headers: Mapping[str, str]) -> None:
        """What an answer says of the portal's day goes to the budget; searches say nothing."""
        if quota := daily_quota(headers, self.zone):
            self._calls.budget.heard(quota)

    def close(self) -> None:
        self._api.rest_client.pool_manager.clear()

    def _request(
        self,
        method: str,
        path: str,
        parts: Mapping[str, str],
        purpose: Purpose,
        *,
        query: Query = (),
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """One request, with one fresh token when the present one has expired; a second 401 is final."""
        send = partial(self._send, method, path, parts, purpose, query, body)
        token = self._tokens.current()
        try:
            return send(token)
        except Unauthorized as error:
            if error.status != 401 or self.app is None:
                raise
        return send(self._tokens.renewed(token))

    def _send(
        self,
        method: str,
        path: str,
        parts: Mapping[str, str],
        purpose: Purpose,
        query: Query,
        body: Mapping[str, Any] | None,
        token: Token,
    ) -> Reply:
        search = path == paths.SEARCH
        self._pace.before(self._patience.sleep, search=search)
        self._calls.count(purpose)
        try:
            status, headers, data = self._call(
                method,
                path.format(**{name: quote(part, safe="") for name, part in parts.items()}),
                header_params={"Authorization": f"Bearer {token.access}"},
                query_params=list(query),
                body=body,
            )
        except Retry as error:
            if error.status == 429 and error.after:
                self._pace.limited(error.after.total_seconds(), search=search and error.code == PER_SECOND)
            raise
        self._pace.after(headers)
        self.hear(headers)
        return self._reply(status, headers, data)

    def _post_form(self, path: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """A call of the OAuth end points: without a token, and outside the portal's limits."""
        self._calls.count("token")
        content = {"Content-Type": "application/x-www-form-urlencoded"}
        status, headers, data = self._call("POST", path, header_params=content, post_params=list(form.items()))
        return self._reply(status, headers, data).body

    def _call(self, method: str, path: str, **options: Any) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a success; raises the family of anything else."""
        try:
            raw = self._api.call_api(path, method, **options, _preload_content=False, _request_timeout=self._timeout)
            return raw.status, _lowered(raw.headers), raw.data
        except Exception as error:
            # the client's packages share no exception class, and its decoding of error bodies can itself fail
            if (known := self._translated(error)) is None:
                raise
            raise known from error
        finally:
            # the client would keep the page, and through it the socket, until the next call
            self._api.last_response = None

    def _reply(self, status: int, headers: Mapping[str, str], data: bytes) -> Reply:
        try:
            body = bodies.read(data) if data else {}
        except ValueError as error:
            raise Lost("HubSpot's answer is not JSON", connection=self._name, status=status) from error
        if not isinstance(body, dict):
            raise Lost("HubSpot's answer is not a JSON object", connection=self._name, status=status)
        return Reply(status, body, headers, http_date(headers.get("date")) or self._clock())

    def _translated(self, error: Exception) -> AdapterError | None:
        """The family of what the vendor's client raised; None for a bug."""
        for cause in (error, error.__context__):
            if isinstance(cause, MaxRetryError) and cause.reason is not None:
                cause = cause.reason
            if isinstance(cause, HTTPError):
                return self._unreached(cause)
            if isinstance(status := getattr(cause, "status", None), int):
                return self._answered(status, cause)
        return None

    def _unreached(self, cause: BaseException) -> AdapterError:
        kind = Retry if isinstance(cause, _NEVER_SENT) else Lost
        return kind(f"no answer from HubSpot: {type(cause).__name__}", connection=self._name)

    def _answered(self, status: int, cause: object) -> AdapterError:
        if status == 0:
            return Retry(f"no safe connection to HubSpot: {getattr(cause, 'reason', '')}", connection=self._name)
        headers, body = _lowered(getattr(cause, "headers", None)), getattr(cause, "body", None) or b""
        self._pace.after(headers)
        self.hear(headers)
        failure = Failure(status, headers, body.encode() if isinstance(body, str) else body)
        now = http_date(headers.get("date")) or self._clock()
        error = family(failure, connection=self._name, now=now, zone=self.zone)
        if isinstance(error, QuotaSpent):
            error.until = self._calls.budget.refused(error.until)
        return error


def _lowered(headers: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in (headers or {}).items()}
