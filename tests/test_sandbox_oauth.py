"""The sandboxes' OAuth end points as other people's clients use them, and refused as the vendors refuse."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from hubspot import HubSpot
from logins import CALLBACK, browse, private_pem, public_pem
from sandbox_salesforce import NOW, RoutedSession, sandbox, world
from simple_salesforce.api import Salesforce

from adapters.hubspot.token import SCOPES
from adapters.sandbox.oauth import challenge_of
from adapters.sandbox.serve import Sandbox, running

VERIFIER = "v" * 64
APP = {"client_id": "sandbox-integration", "client_secret": "sandbox-integration-secret"}


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox(options={"certificate": public_pem()}) as one:
        yield one


def code(box: Sandbox, **query: str) -> str:
    """By the consent that the sandbox gives at once."""
    asked = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": CALLBACK}
    pkce = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    back = browse(f"{box.url}/services/oauth2/authorize?{urlencode({**asked, **pkce, **query})}")
    return parse_qs(urlsplit(back).query).get("code", [""])[0]


def asked(box: Sandbox, **form: str) -> tuple[int, Any]:
    answer = requests.post(f"{box.url}/services/oauth2/token", data=form, timeout=10)
    return answer.status_code, answer.json()


def redeemed(box: Sandbox, given: str, **changes: str) -> tuple[int, Any]:
    form = {"grant_type": "authorization_code", "code": given, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return asked(box, **{**APP, **form, **changes})


def test_a_code_brings_a_session_and_a_refresh_token_that_stays(box: Sandbox) -> None:
    status, granted = redeemed(box, code(box))
    assert status == 200
    again = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"], **APP}
    for _ in range(2):
        status, renewed = asked(box, **again)
        assert (status, "refresh_token" in renewed, "expires_in" in renewed) == (200, False, False)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "other"}, ("invalid_grant", "invalid code verifier")),
        ({"redirect_uri": f"{CALLBACK}/"}, ("redirect_uri_mismatch", "redirect_uri must match configuration")),
        ({"client_id": "nobody"}, ("invalid_client_id", "client identifier invalid")),
        ({"client_secret": "wrong"}, ("invalid_client", "invalid client credentials")),
        ({"code": "invented"}, ("invalid_grant", "invalid authorization code")),
        ({"grant_type": "magic"}, ("unsupported_grant_type", "grant type not supported")),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, ("invalid_grant", "expired access/refresh token")),
        ({"grant_type": "password", "username": "x"}, ("invalid_grant", "authentication failure")),
    ],
)
def test_salesforce_refuses_in_its_own_words(box: Sandbox, changes: dict[str, str], error: tuple[str, str]) -> None:
    status, body = redeemed(box, code(box), **changes)
    assert (status, (body["error"], body["error_description"])) == (400, error)


def test_a_code_is_good_once(box: Sandbox) -> None:
    given = code(box)
    assert redeemed(box, given)[0] == 200
    assert redeemed(box, given)[1]["error_description"] == "invalid authorization code"


def test_a_code_does_not_last() -> None:
    with sandbox() as box:
        given = code(box)
        box.instruments.clock.advance(11 * 60)
        assert redeemed(box, given)[1]["error_description"] == "expired authorization code"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"client_id": "nobody"}, 400),
        ({"redirect_uri": "http://evil.example.com/"}, 400),
        ({"response_type": "x"}, 302),
    ],
)
def test_what_is_not_asked_rightly_brings_no_code(box: Sandbox, query: dict[str, str], status: int) -> None:
    asked = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": CALLBACK, **query}
    answer = requests.get(f"{box.url}/services/oauth2/authorize", params=asked, allow_redirects=False, timeout=10)
    assert answer.status_code == status
    assert "code=" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "how", [{"privatekey": private_pem()}, {"password": APP["client_secret"], "consumer_secret": APP["client_secret"]}]
)
def test_simple_salesforce_logs_in_by_its_own_flows(box: Sandbox, how: dict[str, str]) -> None:
    who = {"username": str(box.announcement["username"]), "consumer_key": APP["client_id"]}
    client = Salesforce(**who, **how, session=RoutedSession(box.url), version="60.0")
    assert client.query("SELECT Id FROM Account")["totalSize"] == 3


def test_the_hubspot_client_gets_and_renews_tokens() -> None:
    with running("hubspot", world=world(), clock=NOW) as box:
        app = {name: str(box.announcement[name]) for name in ("client_id", "client_secret")}
        asked = {"client_id": app["client_id"], "redirect_uri": CALLBACK, "scope": " ".join(SCOPES)}
        back = browse(f"{box.url}/oauth/authorize?{urlencode(asked)}")
        given = parse_qs(urlsplit(back).query)["code"][0]
        tokens = HubSpot(host=box.url).oauth.tokens_api
        first = tokens.create(grant_type="authorization_code", code=given, redirect_uri=CALLBACK, **app)
        renewed = tokens.create(grant_type="refresh_token", refresh_token=first.refresh_token, **app)
        assert (renewed.expires_in, renewed.refresh_token) == (1800, first.refresh_token)
        client = HubSpot(host=box.url, access_token=renewed.access_token)
        assert len(client.crm.companies.basic_api.get_page(limit=10).results) == 3
