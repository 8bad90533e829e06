"""Who may log in to the sandbox org, by which OAuth grant; refusals in Salesforce's words."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Final

from flask import request

from adapters.sandbox.oauth import Denied
from adapters.sandbox.salesforce.assertions import BadAssertion, asserted
from adapters.sandbox.salesforce.logins import App
from adapters.sandbox.salesforce.org import Actor
from adapters.sandbox.salesforce.web import Desk

_DENIED: Final[Mapping[str, tuple[str, str]]] = {
    "code": ("invalid_grant", "invalid authorization code"),
    "redirect_uri": ("redirect_uri_mismatch", "redirect_uri must match configuration"),
    "verifier": ("invalid_grant", "invalid code verifier"),
    "refresh_token": ("invalid_grant", "expired access/refresh token"),
}


class Refusal(Exception):
    """A 400 of the token end point."""

    def __init__(self, error: str, description: str) -> None:
        self.error, self.description = error, description
        super().__init__(error)


Granted = tuple[Actor, str]
"""Who logged in, and the refresh token that the answer holds ("": none)."""


def granted(desk: Desk) -> Granted:
    """What the request at the token end point is granted. Raises Refusal."""
    grant = GRANTS.get(request.form.get("grant_type", ""))
    if grant is None:
        raise Refusal("unsupported_grant_type", "grant type not supported")
    try:
        return grant(desk)
    except Denied as denied:
        error, description = _DENIED[denied.what]
        words = description.replace("invalid", "expired", 1) if denied.expired else description
        raise Refusal(error, words) from denied


def _client_credentials(desk: Desk) -> Granted:
    return _app(desk).actor, ""


def _password(desk: Desk) -> Granted:
    _app(desk)
    actor = desk.logins.user(request.form.get("username", ""), request.form.get("password", ""))
    if actor is None:
        raise Refusal("invalid_grant", "authentication failure")
    return actor, ""


def _code(desk: Desk) -> Granted:
    app, form, consents = _app(desk, secret=False), request.form, desk.logins.consents
    given = (form.get("code", ""), app.client_id, form.get("redirect_uri", ""), form.get("code_verifier", ""))
    return (who := consents.redeemed(*given)), consents.issue(app.client_id, who)


def _refresh(desk: Desk) -> Granted:
    """The answer holds a refresh token only where they rotate."""
    app, consents = _app(desk, secret=False), desk.logins.consents
    actor, following = consents.refreshed(request.form.get("refresh_token", ""), app.client_id)
    return actor, following if consents.rotate else ""


def _jwt(desk: Desk) -> Granted:
    """The user must be the app's own: nobody else has been pre-authorised."""
    here = request.host_url.rstrip("/")
    try:
        client_id, username = asserted(
            request.form.get("assertion", ""), desk.logins.certificate, here, desk.org.clock.now()
        )
    except BadAssertion as exc:
        raise Refusal("invalid_grant", str(exc)) from exc
    app = desk.logins.apps.get(client_id)
    if app is None:
        raise Refusal("invalid_client_id", "client identifier invalid")
    if app.actor.name != username:
        raise Refusal("invalid_grant", "user hasn't approved this consumer")
    return app.actor, ""


GRANTS: Final[Mapping[str, Callable[[Desk], Granted]]] = {
    "client_credentials": _client_credentials,
    "password": _password,
    "authorization_code": _code,
    "refresh_token": _refresh,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _jwt,
}


def _app(desk: Desk, secret: bool = True) -> App:
    """The app that asks; one that is public may leave its secret out, but not have it wrong."""
    client_id, client_secret = _credentials()
    if not secret and client_id in desk.logins.apps and not client_secret:
        return desk.logins.apps[client_id]
    try:
        app = desk.logins.app(client_id, client_secret)
    except KeyError:
        raise Refusal("invalid_client_id", "client identifier invalid") from None
    if app is None:
        raise Refusal("invalid_client", "invalid client credentials")
    return app


def _credentials() -> tuple[str, str]:
    """Client id and secret from HTTP Basic, else from the form."""
    scheme, _, packed = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() == "basic":
        try:
            client_id, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
            return client_id, secret
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
    return request.form.get("client_id", ""), request.form.get("client_secret", "")
