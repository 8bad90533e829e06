"""The OAuth end points: authorize, token for every grant, revoke, userinfo; and the list of API versions."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from adapters.sandbox.oauth import Denied, may_return_to, sent_back
from adapters.sandbox.salesforce.assertions import BadAssertion, asserted
from adapters.sandbox.salesforce.logins import App
from adapters.sandbox.salesforce.org import Actor
from adapters.sandbox.salesforce.web import Desk, answer

SCOPE = "api web full refresh_token"

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


def routes(desk: Desk, versions: range) -> Blueprint:
    """What lives outside ``/services/data/vNN.0``."""
    made = Blueprint("oauth", __name__)

    @made.get("/services/oauth2/authorize")
    def authorize() -> AnyResponse:
        return _authorize(desk)

    @made.post("/services/oauth2/token")
    def token() -> Response:
        return _token(desk)

    @made.route("/services/oauth2/revoke", methods=["GET", "POST"])
    def revoke() -> Response:
        return _revoke(desk)

    @made.route("/services/oauth2/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        return _userinfo(desk)

    @made.get("/services/data/")
    def listed() -> Response:
        return answer([{"label": f"v{n}.0", "url": f"/services/data/v{n}.0", "version": f"{n}.0"} for n in versions])

    return made


def _authorize(desk: Desk) -> AnyResponse:
    """The person, whom a sandbox takes for the app's own user, consents at once."""
    asked = request.args
    app, back = desk.logins.apps.get(asked.get("client_id", "")), asked.get("redirect_uri", "")
    if app is None:
        return _refused("invalid_client_id", "client identifier invalid")
    if not may_return_to(back):
        return _refused("redirect_uri_mismatch", "redirect_uri must match configuration")
    if asked.get("response_type") != "code":
        return redirect(sent_back(back, error="unsupported_response_type", state=asked.get("state", "")))
    if asked.get("code_challenge") and asked.get("code_challenge_method", "plain") != "S256":
        return redirect(sent_back(back, error="invalid_request", state=asked.get("state", "")))
    code = desk.logins.consents.code(app.client_id, app.actor, back, asked.get("code_challenge", ""))
    return redirect(sent_back(back, code=code, state=asked.get("state", "")))


def _token(desk: Desk) -> Response:
    grant = GRANTS.get(request.form.get("grant_type", ""))
    if grant is None:
        return _refused("unsupported_grant_type", "grant type not supported")
    try:
        actor, refresh = grant(desk)
    except Refusal as refusal:
        return _refused(refusal.error, refusal.description)
    except Denied as denied:
        error, description = _DENIED[denied.what]
        return _refused(error, description.replace("invalid", "expired", 1) if denied.expired else description)
    return answer(_granted(desk, actor) | ({"refresh_token": refresh} if refresh else {}))


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


def _granted(desk: Desk, actor: Actor) -> dict[str, str]:
    base = request.host_url.rstrip("/")
    return {
        "access_token": desk.logins.open(actor),
        "instance_url": base,
        "id": f"{base}/id/{desk.org.id}/{actor.user}",
        "token_type": "Bearer",
        "issued_at": str(int(desk.org.clock.now().timestamp() * 1000)),
        "signature": base64.b64encode(desk.org.id.encode()).decode(),
        "scope": SCOPE,
    }


def _revoke(desk: Desk) -> Response:
    """An access token or a refresh token; 200 with nothing to say."""
    token = request.values.get("token", "")
    known = desk.logins.consents.revoke(token) or desk.logins.actor(token) is not None
    desk.logins.close(token)
    return Response(status=200) if known else _refused("unsupported_token_type", "this token type is not supported")


def _userinfo(desk: Desk) -> Response:
    _, _, bearer = request.headers.get("Authorization", "").partition(" ")
    actor = desk.logins.actor(bearer.strip())
    if actor is None:
        return Response("Bad_OAuth_Token", 403, mimetype="text/plain")
    base = request.host_url.rstrip("/")
    return answer(
        {
            "sub": f"{base}/id/{desk.org.id}/{actor.user}",
            "user_id": actor.user,
            "organization_id": desk.org.id,
            "preferred_username": actor.name,
            "name": actor.name,
            "email": actor.name,
            "email_verified": True,
            "zoneinfo": "UTC",
            "active": True,
            "urls": {
                "rest": f"{base}/services/data/v{{version}}/",
                "query": f"{base}/services/data/v{{version}}/query/",
            },
        }
    )


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


def _refused(error: str, description: str) -> Response:
    return answer({"error": error, "error_description": description}, 400)
