"""The tokens of one portal: a private app's own, or an OAuth app's, good for thirty minutes and renewed before.

developers.hubspot.com "Manage OAuth tokens". Secrets travel in request bodies only, never in an address.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.consent import ConsentRequest, with_query
from adapters.errors import Lost, Refused, Retry, Unauthorized
from adapters.hubspot import paths
from adapters.refreshing import RefreshChain, mend
from adapters.tokens import Token, TokenProvider
from adapters.vault import Vault
from config.connections import HubspotConnection
from config.logins import HubspotOAuth, PrivateApp

Form = Mapping[str, str]
Post = Callable[[str, Form], Mapping[str, Any]]
"""A path and a form → the answer's JSON; raises the error families."""

SCOPES: Final = (
    "oauth",
    "crm.objects.companies.read", "crm.objects.companies.write", "crm.schemas.companies.read",
    "crm.schemas.companies.write", "crm.objects.contacts.read", "crm.objects.contacts.write",
    "crm.schemas.contacts.read", "crm.schemas.contacts.write", "crm.objects.deals.read", "crm.schemas.deals.read",
    "crm.objects.owners.read", "tickets",
)  # fmt: skip
"""What csbridge reads and writes by the shipped maps; an app with other scopes names them in ``auth.scopes``."""


class OAuthApp:
    """One app in one portal: exchanges codes and refresh tokens, and keeps the latest of the latter."""

    def __init__(
        self,
        connection: HubspotConnection,
        auth: HubspotOAuth,
        post: Post,
        vault: Vault,
        clock: Callable[[], datetime],
    ) -> None:
        self._name = connection.name
        self._base = connection.base_url
        self._auth = auth
        self._post = post
        self._clock = clock
        given = auth.refresh_token.get_secret_value() if auth.refresh_token else ""
        self.given = bool(given)
        """Its first refresh token stands in the settings: nobody has to let it in."""
        self._chain = RefreshChain(connection.name, vault, given)
        self.tokens = TokenProvider(self._refreshed, clock)

    @property
    def redirect_uri(self) -> str:
        return self._auth.redirect_uri

    def address(self, request: ConsentRequest) -> str:
        query = {
            "client_id": self._auth.client_id,
            "redirect_uri": request.redirect_uri,
            "scope": " ".join(self._auth.scopes or SCOPES),
            "state": request.state,
        }
        return with_query(authorize_address(self._base), query)

    def redeem(self, code: str, request: ConsentRequest) -> None:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": request.redirect_uri}
        self.tokens.adopt(self._ask(form))

    def keep(self) -> None:
        self._chain.begin(self.tokens.current())

    def user(self) -> str:
        """Who let csbridge in; empty where HubSpot does not say."""
        return str(self._told().get("user") or "")

    def scopes(self) -> tuple[str, ...]:
        """What csbridge was granted; empty where HubSpot does not say."""
        return tuple(map(str, self._told().get("scopes") or ()))

    def _told(self) -> Mapping[str, Any]:
        form = {"token": self.tokens.current().access, "token_type_hint": "access_token", **self._app()}
        try:
            return self._post(paths.INTROSPECT, form)
        except (Refused, Unauthorized):
            return {}

    def _refreshed(self) -> Token:
        return self._chain.refreshed(lambda held: self._ask({"grant_type": "refresh_token", "refresh_token": held}))

    def _ask(self, form: Form) -> Token:
        """Raises Unauthorized with what to do, Retry while the end point is away."""
        asked_at = self._clock()
        try:
            answer = self._post(paths.TOKEN, {**form, **self._app()})
        except Lost as exc:
            raise Retry(f"no login at {self._base}", connection=self._name, status=exc.status, code=exc.code) from exc
        except (Refused, Unauthorized) as exc:
            what = f"HubSpot refused the login: {exc.said}; {self._mend()}"
            raise Unauthorized(what, connection=self._name, status=exc.status, code=exc.code) from exc
        return token(answer, asked_at, self._name)

    def _app(self) -> Form:
        return {"client_id": self._auth.client_id, "client_secret": self._auth.client_secret.get_secret_value()}

    def _mend(self) -> str:
        return "put a new refresh_token into the connection's auth" if self.given else mend(self._name)


def oauth_app(
    connection: HubspotConnection, post: Post, vault: Vault, clock: Callable[[], datetime]
) -> OAuthApp | None:
    """None for a private app."""
    auth = connection.auth
    return OAuthApp(connection, auth, post, vault, clock) if isinstance(auth, HubspotOAuth) else None


def private_tokens(connection: HubspotConnection, clock: Callable[[], datetime]) -> TokenProvider[Token]:
    """The one token of a private app."""
    auth = connection.auth
    if not isinstance(auth, PrivateApp):
        raise ValueError(f"{auth.flow} is no private app")
    return TokenProvider(lambda: Token(auth.token.get_secret_value()), clock)


def token(answer: Mapping[str, Any], asked_at: datetime, connection: str) -> Token:
    """The token of an answer; it expires counted from when it was asked for. Raises Unauthorized when there is none."""
    access, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(access, str) or not access:
        raise Unauthorized("the login answer holds no access_token; is base_url right?", connection=connection)
    expires_at = asked_at + timedelta(seconds=seconds) if isinstance(seconds, (int, float)) else None
    return Token(access, expires_at, str(answer.get("refresh_token") or ""))


def authorize_address(base_url: str) -> str:
    """Where a browser goes: the application's host for HubSpot's own API hosts, else the API's."""
    host = urlsplit(base_url).hostname or ""
    if host.endswith(".hubapi.com"):
        return f"https://{host.replace('api', 'app', 1).removesuffix('.hubapi.com')}.hubspot.com{paths.AUTHORIZE}"
    return base_url + paths.AUTHORIZE
