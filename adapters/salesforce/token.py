"""The token end point of one org's login: a grant goes in, an access token comes out; and which grants a login makes.

POST {login_url}/services/oauth2/token. The answer has no ``expires_in``: a token is good until a call says it is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import requests
from pydantic import TypeAdapter, ValidationError

from adapters import tokens
from adapters.errors import Lost, Retry, Unauthorized
from adapters.refreshing import RefreshChain, mend
from adapters.salesforce import grants
from adapters.salesforce.failures import cut, explained, failure
from adapters.salesforce.grants import Grant
from adapters.tokens import TokenProvider
from adapters.vault import Vault
from config.connections import SalesforceConnection
from config.errors import ConfigError, Problem
from config.logins import AuthorizationCode, RefreshToken
from config.values import WebAddress

_ADDRESS: Final[TypeAdapter[str]] = TypeAdapter(WebAddress)

_AWAY: Final = {"temporarily_unavailable", "server_error", "unknown_error"}
"""A 400 of the token end point that says nothing about the login."""

_UNAPPROVED: Final = "pre-authorise the user for the app: permitted users, then a profile or permission set of theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(tokens.Token):
    instance_url: str
    """Where the org's API answers; without a trailing slash."""
    org_id: str = ""
    user_id: str = ""


class TokenEndpoint:
    """Asks for tokens. Raises Unauthorized with the vendor's error and description, Retry while it is away."""

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

    def ask(self, grant: Grant) -> Token:
        try:
            return token(self._answer(grant), self._connection.name)
        except Lost as exc:  # a login that got no answer changed nothing
            message = f"no login at {self._connection.login_url}"
            raise Retry(message, connection=exc.connection, status=exc.status, code=exc.code) from exc

    def _answer(self, grant: Grant) -> Any:
        settings = self._connection
        self._counted()
        try:
            answer = self._session.post(
                f"{settings.login_url}/services/oauth2/token",
                data=grant.form,
                auth=grant.basic,
                headers={"Accept": "application/json"},
                timeout=(5, settings.timeout.total_seconds()),
                allow_redirects=False,  # credentials go to the configured host and nowhere else
            )
        except requests.RequestException as exc:
            raise cut(exc, settings.name) from exc
        code, message = explained(answer.text)
        if answer.status_code in (400, 401, 403) and code not in _AWAY:
            raise Unauthorized(
                f"Salesforce refused the login at {settings.login_url}: {message}{_cure(settings, code, message)}",
                connection=settings.name, status=answer.status_code, code=code,
            )  # fmt: skip
        if code in _AWAY:
            raise Retry(message, connection=settings.name, status=answer.status_code, code=code)
        if answer.status_code != 200:
            raise failure(answer.status_code, answer.headers, answer.text, settings.name, self._clock())
        try:
            return answer.json()
        except ValueError as exc:
            if answer.text.lstrip().startswith("{"):
                raise Lost("the login's answer was cut off", connection=settings.name, status=200) from exc
            raise Unauthorized("the login address does not answer as Salesforce does; is login_url your My Domain?",
                               connection=settings.name, status=200) from exc  # fmt: skip


def provider(
    connection: SalesforceConnection, endpoint: TokenEndpoint, vault: Vault, clock: Callable[[], datetime]
) -> TokenProvider[Token]:
    """The tokens of a connection, by the flow of its settings."""
    auth = connection.auth
    if isinstance(auth, (AuthorizationCode, RefreshToken)):
        chain = refresh_chain(connection, vault)
        return TokenProvider(lambda: chain.refreshed(lambda held: endpoint.ask(grants.refresh(auth, held))), clock)
    return TokenProvider(
        lambda: endpoint.ask(grants.unattended(auth, connection.name, connection.login_url, clock())), clock
    )


def refresh_chain(connection: SalesforceConnection, vault: Vault) -> RefreshChain:
    auth = connection.auth
    given = auth.refresh_token.get_secret_value() if isinstance(auth, RefreshToken) else ""
    return RefreshChain(connection.name, vault, given)


def token(answer: Any, connection: str) -> Token:
    """The token of a login answer. Raises Unauthorized when there is none, ConfigError for an unsafe instance."""
    if not isinstance(answer, dict) or not answer.get("access_token") or not answer.get("instance_url"):
        raise Unauthorized("the login answer holds no access_token and instance_url", connection=connection)
    org_id, user_id = _identity(str(answer.get("id") or ""))
    return Token(
        str(answer["access_token"]),
        refresh=str(answer.get("refresh_token") or ""),
        instance_url=_safe(str(answer["instance_url"]), connection),
        org_id=org_id,
        user_id=user_id,
    )


def _safe(instance: str, connection: str) -> str:
    try:
        return _ADDRESS.validate_python(instance)
    except ValidationError as exc:
        what = f"the login named an instance that is not safe to use: {instance}"
        expected = "https:// (http:// for loopback hosts only)"
        raise ConfigError([Problem(f"connections.{connection}.login_url", what, expected=expected)]) from exc


def _cure(connection: SalesforceConnection, code: str, message: str) -> str:
    """What a person does about a refusal, where the vendor's words do not say it."""
    if "hasn't approved this consumer" in message:
        return f"; {_UNAPPROVED}"
    if code == "invalid_grant" and isinstance(connection.auth, AuthorizationCode):
        return f"; {mend(connection.name)}"
    if code == "invalid_grant" and isinstance(connection.auth, RefreshToken):
        return "; put a new refresh_token into the connection's auth"
    return ""


def _identity(url: str) -> tuple[str, str]:
    """``https://login.salesforce.com/id/<OrgId>/<UserId>`` → both ids."""
    parts = url.split("/id/")[-1].split("/") if "/id/" in url else []
    return (parts[0], parts[1]) if len(parts) == 2 else ("", "")
