"""A person lets csbridge in: what their browser is sent with (state, PKCE), and the code that it brings back.

RFC 6749 section 4.1 and RFC 7636 (S256). Pure; vendors add their addresses, and the engine listens.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, runtime_checkable
from urllib.parse import parse_qs, urlencode, urlsplit

from adapters.errors import Unauthorized

LIFETIME: Final = timedelta(minutes=15)
"""How long a person may take."""


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """One request to a person. The verifier is a secret until the code is redeemed."""

    state: str
    verifier: str = field(repr=False)
    redirect_uri: str
    asked_at: datetime

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def expired(self, now: datetime) -> bool:
        return now - self.asked_at > LIFETIME


class Consent(Protocol):
    """A login that begins with a person."""

    @property
    def redirect_uri(self) -> str:
        """Where the vendor sends the browser back to, as the app is set up."""

    def address(self, request: ConsentRequest) -> str:
        """Where the person's browser goes."""

    def redeem(self, code: str, request: ConsentRequest) -> None:
        """Exchange the code; from now on the adapter uses what it brings. Raises Unauthorized when it is not taken."""

    def keep(self) -> None:
        """Keep what the code brought beyond this process, in place of what was kept before."""


@runtime_checkable
class Consenting(Protocol):
    """An adapter some of whose logins need a person."""

    def consent(self) -> Consent | None:
        """None when the connection logs in without one."""

    def user(self) -> str:
        """Whom the vendor takes us for; empty when it does not say."""


@runtime_checkable
class Administered(Protocol):
    """An adapter whose set-up can be changed by an administrator's login instead of the connection's own."""

    def as_admin(self, token: str) -> Consent | None:
        """From now on what provisioning looks at and changes, it does as an administrator: nothing of it is kept.

        With ``token``; without one, through the consent that is given back, to be redeemed before anything else.
        Raises ConfigError where there is no other way than a token.
        """


def new_request(redirect_uri: str, now: datetime, random: Callable[[int], str]) -> ConsentRequest:
    """``random`` gives that many random bytes as URL-safe text, such as ``secrets.token_urlsafe``."""
    return ConsentRequest(state=random(24), verifier=random(48), redirect_uri=redirect_uri, asked_at=now)


def with_query(address: str, query: Mapping[str, str]) -> str:
    """The address with these parameters, those that are empty left out."""
    return f"{address}?{urlencode({name: value for name, value in query.items() if value})}"


def answers(address: str, request: ConsentRequest) -> bool:
    """Whether this is where the vendor sent a browser back to for that request."""
    state = _parameter(address, "state")
    return hmac.compare_digest(state.encode(), request.state.encode())


def code_in(address: str, request: ConsentRequest, connection: str) -> str:
    """The code in the address that the browser was sent back to. Raises Unauthorized."""
    if not answers(address, request):
        what = "this address does not answer the request that was made last; begin again with `csbridge connect`"
        raise Unauthorized(what, connection=connection)
    if code := _parameter(address, "code"):
        return code
    error, why = _parameter(address, "error"), _parameter(address, "error_description")
    raise Unauthorized(
        f"csbridge was not let in: {why or error or 'no code came back'}", connection=connection, code=error
    )


def _parameter(address: str, name: str) -> str:
    return next(iter(parse_qs(urlsplit(address.strip()).query).get(name, ())), "")
