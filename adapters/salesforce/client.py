"""Calls to one org through simple-salesforce: a fresh token when the old one expired, patience, a reply with its time.

Knows REST paths only as its callers give them. One ``Salesforce`` and one session per thread, because neither
is safe to share; the token is shared.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from simple_salesforce.api import Salesforce

from adapters.contract import Calls, Purpose, Quota
from adapters.errors import Lost, Unauthorized
from adapters.retrying import Patience, repeat_read, repeat_write
from adapters.salesforce.consenting import SalesforceConsent
from adapters.salesforce.failures import SessionExpired
from adapters.salesforce.line import RoutedSession
from adapters.salesforce.token import Token, TokenEndpoint, provider
from adapters.vault import MemoryVault, Vault
from config.connections import SalesforceConnection
from config.logins import AuthorizationCode


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer: its JSON (None when empty), and the vendor's ``Date``."""

    body: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Download:
    """A successful answer that is no JSON."""

    content: bytes
    headers: Mapping[str, str]
    at: datetime


@dataclass(slots=True)
class _Line:
    """A thread's own way to the org, and the token it was opened with."""

    token: Token
    api: Salesforce
    session: RoutedSession


class Client:
    """Speaks to one org. Every method raises an error family of ``adapters.errors`` and nothing else of HTTP."""

    def __init__(
        self,
        connection: SalesforceConnection,
        calls: Calls,
        patience: Patience,
        clock: Callable[[], datetime],
        vault: Vault | None = None,
    ) -> None:
        self.connection = connection.name
        self._settings = connection
        self._calls = calls
        self._patience = patience
        self._clock = clock
        self._login = requests.Session()
        self._vault = vault or MemoryVault()
        self._endpoint = TokenEndpoint(connection, self._login, clock, lambda: calls.count("token"))
        self._tokens = provider(connection, self._endpoint, self._vault, clock)
        self._lines = threading.local()
        self._sessions: list[requests.Session] = [self._login]

    def read(self, path: str, purpose: Purpose) -> Reply:
        """GET below ``/services/data/vNN.N/``."""
        return self._patiently(lambda api: api.restful(path), purpose)

    def retrieve(self, path: str, purpose: Purpose, body: object) -> Reply:
        """POST that only reads."""
        return self._patiently(lambda api: api.restful(path, method="POST", json=body), purpose)

    def query(self, soql: str, purpose: Purpose, *, deleted: bool = False, tooling: bool = False) -> Reply:
        """The first page of a query; ``deleted`` includes rows in the recycle bin, merged and archived ones."""
        if tooling:
            return self._patiently(lambda api: api.restful("tooling/query/", params={"q": soql}), purpose)
        return self._patiently(lambda api: api.query(soql, include_deleted=deleted), purpose)

    def more(self, url: str, purpose: Purpose) -> Reply:
        """The page behind ``nextRecordsUrl``."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self._patiently(lambda api: api.query_more(path, identifier_is_url=True), purpose)

    @property
    def data(self) -> str:
        """The path that all others are below."""
        return f"/services/data/v{self._settings.api_version}/"

    def userinfo(self) -> Reply:
        return self._patiently(lambda api: api.oauth2("userinfo"), "other")

    def change(self, method: str, path: str, purpose: Purpose, body: object) -> Reply:
        """POST or PATCH that changes something: not repeated once it may have been applied (``Lost``)."""
        return repeat_write(lambda: self.change_once(method, path, purpose, body), self._patience)

    def change_once(self, method: str, path: str, purpose: Purpose, body: object) -> Reply:
        """The same without patience; the header names us in Salesforce's change events."""
        headers = {"Sforce-Call-Options": "client=csbridge"}
        return self._once(lambda api: api.restful(path, method=method, json=body, headers=headers), purpose)

    def download_once(self, path: str, purpose: Purpose, asked: Mapping[str, str]) -> Download:
        """GET of a file below the data path, held whole; without patience, for its reader judges what arrived."""

        def fetched(api: Salesforce) -> requests.Response:
            headers = {**api.headers, "Accept": "text/csv"}
            return api.session.request("GET", f"{api.base_url}{path}", headers=headers, params=asked)

        reply = self._once(fetched, purpose)
        return Download(reply.body.content, reply.body.headers, reply.at)

    def upload_once(self, path: str, purpose: Purpose, content: bytes) -> datetime:
        """PUT of a CSV file below the data path, without patience; the vendor's time of it."""

        def put(api: Salesforce) -> requests.Response:
            headers = {**api.headers, "Content-Type": "text/csv; charset=UTF-8"}
            return api.session.request("PUT", f"{api.base_url}{path}", headers=headers, data=content)

        return self._once(put, purpose).at

    def identity(self) -> Token:
        """Who the token says we are; logs in when needed."""
        return repeat_read(self._tokens.current, self._patience)

    def consent(self) -> SalesforceConsent | None:
        """How a person lets us in; None where the login needs nobody."""
        auth = self._settings.auth
        if not isinstance(auth, AuthorizationCode):
            return None
        return SalesforceConsent(self._settings, auth, self._endpoint, self._vault, self._tokens)

    def adopt(self, token: Token) -> None:
        """Use a token that somebody handed in."""
        self._tokens.adopt(token)

    @property
    def quota(self) -> Quota | None:
        """What the last answer of this thread said of the org's daily allowance."""
        line: _Line | None = getattr(self._lines, "line", None)
        return line.session.quota if line else None

    def close(self) -> None:
        for session in self._sessions:
            session.close()

    def _patiently(self, call: Callable[[Salesforce], Any], purpose: Purpose) -> Reply:
        return repeat_read(lambda: self._once(call, purpose), self._patience)

    def _once(self, call: Callable[[Salesforce], Any], purpose: Purpose) -> Reply:
        """One call, with one fresh token when the present one has expired; a second 401 is final."""
        line = self._line(self._tokens.current())
        try:
            return self._send(line, call, purpose)
        except SessionExpired:
            line = self._line(self._tokens.renewed(line.token))
        try:
            return self._send(line, call, purpose)
        except SessionExpired as exc:
            raise Unauthorized(
                "Salesforce does not accept the token it has just given",
                connection=self.connection, status=exc.status, code=exc.code,
            ) from exc  # fmt: skip

    def _send(self, line: _Line, call: Callable[[Salesforce], Any], purpose: Purpose) -> Reply:
        line.session.purpose = purpose
        try:
            body = call(line.api)
        except ValueError as exc:  # a success whose body is no JSON: a proxy's page, or an answer cut short
            raise Lost("the answer is not JSON", connection=self.connection) from exc
        return Reply(body, line.session.answered_at)

    def _line(self, token: Token) -> _Line:
        line: _Line | None = getattr(self._lines, "line", None)
        if line is None or line.token.access != token.access:
            line = self._open(token, line)
            self._lines.line = line
        return line

    def _open(self, token: Token, old: _Line | None) -> _Line:
        session = old.session if old else self._session(token)
        session.base = token.instance_url
        api = Salesforce(
            session_id=token.access,
            instance_url=token.instance_url,
            version=self._settings.api_version,
            session=session,
            object_pairs_hook=None,
        )
        api.headers.pop("X-PrettyPrint", None)  # or every answer is a third longer
        return _Line(token, api, session)

    def _session(self, token: Token) -> RoutedSession:
        seconds = self._settings.timeout.total_seconds()
        session = RoutedSession(token.instance_url, self.connection, seconds, self._calls, self._clock)
        self._sessions.append(session)
        return session
