"""The OAuth end points: authorize, token for every grant, revoke, userinfo; and the list of API versions."""

import base64

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from adapters.sandbox.oauth import may_return_to, sent_back
from adapters.sandbox.salesforce.granting import Refusal, granted
from adapters.sandbox.salesforce.org import Actor
from adapters.sandbox.salesforce.web import Desk, answer

SCOPE = "api web full refresh_token"


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
    """The person, whom a sandbox takes for the app's own user unless told otherwise, consents at once."""
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
    person = desk.logins.person or app.actor
    code = desk.logins.consents.code(app.client_id, person, back, asked.get("code_challenge", ""))
    return redirect(sent_back(back, code=code, state=asked.get("state", "")))


def _token(desk: Desk) -> Response:
    try:
        actor, refresh = granted(desk)
    except Refusal as refusal:
        return _refused(refusal.error, refusal.description)
    return answer(_session(desk, actor) | ({"refresh_token": refresh} if refresh else {}))


def _session(desk: Desk, actor: Actor) -> dict[str, str]:
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


def _refused(error: str, description: str) -> Response:
    return answer({"error": error, "error_description": description}, 400)
