"""HubSpot's OAuth end points: authorize, token (v1, v3 and dated), introspect, and what a token is good for."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from adapters.sandbox.hubspot.calls import answer, nothing
from adapters.sandbox.hubspot.errors import HubspotError, not_found, validation
from adapters.sandbox.hubspot.options import Options
from adapters.sandbox.hubspot.tokens import LIFETIME, USER, AccessToken, Installation, Tokens
from adapters.sandbox.oauth import Consents, Denied, may_return_to, sent_back

VERSIONS: Final = ("v1", "v3", "2026-03")


class OAuthDesk:
    """What these routes work with."""

    def __init__(self, options: Options, secret: str, tokens: Tokens, consents: Consents[Installation]) -> None:
        self.options, self.secret, self.tokens, self.consents = options, secret, tokens, consents


def routes(desk: OAuthDesk) -> Blueprint:
    made = Blueprint("oauth", __name__, url_prefix="/oauth")
    served: Mapping[str, Callable[..., AnyResponse]] = {
        "GET /authorize": _authorize,
        **{f"POST /{version}/token": _token for version in VERSIONS},
        **{f"POST /{version}/token/introspect": _introspect for version in VERSIONS if version != "v1"},
        "GET /v1/access-tokens/<token>": _access_token,
        "DELETE /v1/refresh-tokens/<token>": _forget,
    }
    for rule, handler in served.items():
        method, _, path = rule.partition(" ")
        made.add_url_rule(path, rule.replace(".", ""), _with(desk, handler), methods=[method])
    return made


def _with(desk: OAuthDesk, handler: Callable[..., AnyResponse]) -> Callable[..., AnyResponse]:
    return lambda **parts: handler(desk, **parts)


def _authorize(desk: OAuthDesk) -> AnyResponse:
    """The person consents at once, to whatever is asked."""
    asked = request.args
    back, state = asked.get("redirect_uri", ""), asked.get("state", "")
    if asked.get("client_id") != desk.options.client_id or not may_return_to(back):
        raise validation("missing or unknown client id, or redirect_uri is not one of the app's")
    scopes = tuple(asked.get("scope", "").split())
    if not scopes:
        return redirect(sent_back(back, error="invalid_scope", error_description="scope is missing", state=state))
    code = desk.consents.code(desk.options.client_id, Installation(USER, scopes), back)
    return redirect(sent_back(back, code=code, state=state))


def _token(desk: OAuthDesk) -> Response:
    _admit(desk)
    client_id, form = desk.options.client_id, request.form
    try:
        if form.get("grant_type") == "authorization_code":
            who = desk.consents.redeemed(form.get("code", ""), client_id, form.get("redirect_uri", ""))
            refresh = desk.consents.issue(client_id, who)
        elif form.get("grant_type") == "refresh_token":
            who, refresh = desk.consents.refreshed(form.get("refresh_token", ""), client_id)
        else:
            raise _bad("BAD_GRANT_TYPE", "missing or unknown grant type")
    except Denied as denied:
        raise _DENIED[denied.what] from denied
    granted = {"token_type": "bearer", "refresh_token": refresh, "access_token": desk.tokens.open(who)}
    return answer(granted | {"expires_in": int(LIFETIME.total_seconds())})


def _introspect(desk: OAuthDesk) -> Response:
    _admit(desk)
    token = request.form.get("token", "")
    found = desk.tokens.find(token)
    return answer({"active": False} if found is None else {"active": True, **_facts(desk, found)})


def _access_token(desk: OAuthDesk, token: str) -> Response:
    found = desk.tokens.find(token)
    if found is None:
        raise not_found("token is expired or not known")
    return answer({"token": token, **_facts(desk, found)})


def _forget(desk: OAuthDesk, token: str) -> Response:
    desk.consents.revoke(token)
    return nothing()


def _facts(desk: OAuthDesk, found: AccessToken) -> dict[str, Any]:
    options = desk.options
    return {
        "user": found.user,
        "hub_domain": "sandbox.example.com",
        "scopes": list(found.scopes),
        "hub_id": options.portal_id,
        "app_id": options.app_id,
        "user_id": 1,
        "expires_in": int(LIFETIME.total_seconds()),
        "token_type": "access",
    }


def _admit(desk: OAuthDesk) -> None:
    """400 unless the app says who it is."""
    if request.form.get("client_id") != desk.options.client_id:
        raise _bad("BAD_CLIENT_ID", "missing or unknown client id")
    if request.form.get("client_secret") != desk.secret:
        raise _bad("BAD_CLIENT_SECRET", "missing or invalid client secret")


def _bad(status: str, message: str) -> HubspotError:
    """A refusal of the token end point: its code stands where others say "error"."""
    return HubspotError(400, "", message, extra={"status": status})


_DENIED: Final[Mapping[str, HubspotError]] = {
    "code": _bad("BAD_AUTH_CODE", "missing or unknown auth code"),
    "redirect_uri": _bad("BAD_REDIRECT_URI", "missing or unknown redirect URI"),
    "verifier": _bad("BAD_AUTH_CODE", "missing or unknown auth code"),
    "refresh_token": _bad("BAD_REFRESH_TOKEN", "missing or unknown refresh token"),
}
