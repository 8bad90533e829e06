"""The token endpoint (client credentials, password), userinfo, and the list of API versions."""

import base64
import binascii

from flask import Blueprint, Response, request

from adapters.sandbox.salesforce.org import Actor
from adapters.sandbox.salesforce.web import Desk, answer

SCOPE = "api web full"


def routes(desk: Desk, versions: range) -> Blueprint:
    """What lives outside ``/services/data/vNN.0``."""
    made = Blueprint("oauth", __name__)

    @made.post("/services/oauth2/token")
    def token() -> Response:
        return _token(desk)

    @made.route("/services/oauth2/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        return _userinfo(desk)

    @made.get("/services/data/")
    def listed() -> Response:
        return answer([{"label": f"v{n}.0", "url": f"/services/data/v{n}.0", "version": f"{n}.0"} for n in versions])

    return made


def _token(desk: Desk) -> Response:
    client_id, client_secret = _credentials()
    grant = request.form.get("grant_type", "")
    if grant not in ("client_credentials", "password"):
        return _refused("unsupported_grant_type", "grant type not supported")
    try:
        app = desk.logins.app(client_id, client_secret)
    except KeyError:
        return _refused("invalid_client_id", "client identifier invalid")
    if app is None:
        return _refused("invalid_client", "invalid client credentials")
    actor: Actor | None = app.actor
    if grant == "password":
        actor = desk.logins.user(request.form.get("username", ""), request.form.get("password", ""))
    if actor is None:
        return _refused("invalid_grant", "authentication failure")
    base = request.host_url.rstrip("/")
    return answer(
        {
            "access_token": desk.logins.open(actor),
            "instance_url": base,
            "id": f"{base}/id/{desk.org.id}/{actor.user}",
            "token_type": "Bearer",
            "issued_at": str(int(desk.org.clock.now().timestamp() * 1000)),
            "signature": base64.b64encode(desk.org.id.encode()).decode(),
            "scope": SCOPE,
        }
    )


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
