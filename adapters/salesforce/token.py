"""The access token: fetched when first needed, renewed once for all threads, never shown.

The OAuth 2.0 client credentials flow of Salesforce: POST {My Domain}/services/oauth2/token with Basic
authentication. The answer has no ``expires_in``: a token is good until a call says it is not.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import requests
from pydantic import TypeAdapter, ValidationError

from adapters.errors import Lost, Retry, Unauthorized
from adapters.salesforce.failures import cut, explained, failure
from config.connections import SalesforceConnection
from config.errors import ConfigError, Problem
from config.values import WebAddress

_ADDRESS: Final[TypeAdapter[str]] = TypeAdapter(WebAddress)


@dataclass(frozen=True, slots=True)
class Token:
    access: str = field(repr=False)
    instance_url: str
    """Where the org's API answers; without a trailing slash."""
    org_id: str = ""
    user_id: str = ""


class TokenProvider:
    """Holds the token of one connection. Safe for several threads: whoever comes first fetches, the others wait."""

    def __init__(
        self,
        connection: SalesforceConnection,
        session: requests.Session,
        clock: Callable[[], datetime],
        counted: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._session = session
        self._clock = clock
        self._counted = counted
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> Token:
        with self._lock:
            if self._token is None:
                self._token = self._fetch()
            return self._token

    def renewed(self, stale: Token) -> Token:
        """A token other than ``stale``; fetched only if no other thread has done so meanwhile."""
        with self._lock:
            if self._token is None or self._token.access == stale.access:
                self._token = self._fetch()
            return self._token

    def _fetch(self) -> Token:
        """Raises Unauthorized with the vendor's error and description, Retry while the end point is away."""
        try:
            return token(self._ask(), self._connection.name)
        except Lost as exc:  # a login that got no answer changed nothing
            message = f"no login at {self._connection.login_url}"
            raise Retry(message, connection=exc.connection, status=exc.status, code=exc.code) from exc

    def _ask(self) -> Any:
        settings = self._connection
        self._counted()
        try:
            answer = self._session.post(
                f"{settings.login_url}/services/oauth2/token",
                data={"grant_type": "client_credentials"},
                auth=(settings.auth.client_id, settings.auth.client_secret.get_secret_value()),
                headers={"Accept": "application/json"},
                timeout=(5, settings.timeout.total_seconds()),
                allow_redirects=False,  # credentials go to the configured host and nowhere else
            )
        except requests.RequestException as exc:
            raise cut(exc, settings.name) from exc
        if answer.status_code in (400, 401, 403):
            code, message = explained(answer.text)
            raise Unauthorized(
                f"Salesforce refused the login at {settings.login_url}: {message}",
                connection=settings.name, status=answer.status_code, code=code,
            )  # fmt: skip
        if answer.status_code != 200:
            raise failure(answer.status_code, answer.headers, answer.text, settings.name, self._clock())
        try:
            return answer.json()
        except ValueError as exc:
            raise Unauthorized("the login address does not answer as Salesforce does; is login_url your My Domain?",
                               connection=settings.name, status=200) from exc  # fmt: skip


def token(answer: Any, connection: str) -> Token:
    """The token of a login answer. Raises Unauthorized when there is none, ConfigError for an unsafe instance."""
    if not isinstance(answer, dict) or not answer.get("access_token") or not answer.get("instance_url"):
        raise Unauthorized("the login answer holds no access_token and instance_url", connection=connection)
    instance = str(answer["instance_url"])
    try:
        instance = _ADDRESS.validate_python(instance)
    except ValidationError as exc:
        raise ConfigError(
            [
                Problem(
                    f"connections.{connection}.login_url",
                    f"the login named an instance that is not safe to use: {instance}",
                    expected="https:// (http:// for loopback hosts only)",
                )
            ]
        ) from exc
    org_id, user_id = _identity(str(answer.get("id") or ""))
    return Token(str(answer["access_token"]), instance, org_id, user_id)


def _identity(url: str) -> tuple[str, str]:
    """``https://login.salesforce.com/id/<OrgId>/<UserId>`` → both ids."""
    parts = url.split("/id/")[-1].split("/") if "/id/" in url else []
    return (parts[0], parts[1]) if len(parts) == 2 else ("", "")
