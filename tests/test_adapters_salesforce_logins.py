"""Every OAuth flow of Salesforce, against the sandbox: tokens fetched, renewed once, rotated, refused with a mend."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fake_salesforce
import jwt
import pytest
import requests
import responses
from logins import calls, consented, context, public_pem, rsa_key, salesforce
from sandbox_salesforce import NOW, V, sandbox

from adapters.consent import Consenting
from adapters.contract import Calls
from adapters.errors import Retry, Unauthorized
from adapters.records import Account
from adapters.registry import open_adapter
from adapters.salesforce.client import Client
from adapters.salesforce.grants import audience
from adapters.sandbox.serve import Sandbox
from adapters.vault import MemoryVault
from config.errors import ConfigError

TOKEN = "/services/oauth2/token"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with sandbox(options={"certificate": public_pem(), "rotate_refresh_tokens": True}) as one:
        yield one


def connected(box: Sandbox, vault: MemoryVault, **more: Any) -> Any:
    """An adapter that a person has let in."""
    adapter = open_adapter(salesforce(box, "authorization_code", **more), context(box, vault=vault))
    assert isinstance(adapter, Consenting)
    consent = adapter.consent()
    assert consent
    consented(box, consent)
    return adapter


@pytest.mark.parametrize("flow", ["client_credentials", "jwt_bearer", "username_password"])
def test_a_login_without_a_person_leads_to_the_org(box: Sandbox, flow: str) -> None:
    adapter = open_adapter(salesforce(box, flow), context(box))
    assert adapter.identify() == box.announcement["org_id"]
    assert isinstance(adapter, Consenting)
    assert (adapter.consent(), adapter.user()) == (None, box.announcement["username"])
    adapter.close()


def test_a_security_token_stands_behind_the_password(box: Sandbox) -> None:
    settings = salesforce(box, "username_password", security_token=box.announcement["security_token"])
    adapter = open_adapter(settings, context(box))
    assert adapter.identify() == box.announcement["org_id"]


def test_a_key_may_lie_in_a_file_or_have_its_lines_escaped(box: Sandbox, tmp_path: Path) -> None:
    settings = salesforce(box, "jwt_bearer")
    pem = settings.auth.private_key.get_secret_value()  # type: ignore[union-attr]
    (tmp_path / "server.key").write_text(pem)
    for key in ({"private_key": pem.replace("\n", "\\n")}, {"private_key_file": str(tmp_path / "server.key")}):
        adapter = open_adapter(salesforce(box, "jwt_bearer", **({"private_key": None} | key)), context(box))
        assert adapter.identify()


@pytest.mark.parametrize("key", [{"private_key": "hush-hush"}, {"private_key": None, "private_key_file": "/nowhere"}])
def test_a_key_that_cannot_be_used_is_a_matter_of_the_configuration(box: Sandbox, key: dict[str, Any]) -> None:
    adapter = open_adapter(salesforce(box, "jwt_bearer", **key), context(box))
    with pytest.raises(ConfigError, match=r"connections\.sf\.auth\.private_key") as caught:
        adapter.identify()
    assert "hush" not in str(caught.value)


def test_a_user_who_is_not_approved_for_the_app_is_told_how(box: Sandbox) -> None:
    adapter = open_adapter(salesforce(box, "jwt_bearer", username="other@example.com"), context(box))
    with pytest.raises(Unauthorized, match=r"hasn't approved this consumer; pre-authorise the user"):
        adapter.identify()


@pytest.mark.parametrize(
    ("login_url", "expected"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--dev.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://acme--dev.my.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:9101", "http://127.0.0.1:9101"),
    ],
)
def test_whom_an_assertion_is_for(login_url: str, expected: str) -> None:
    assert audience(login_url) == expected


@pytest.mark.parametrize("exp", [int(NOW.timestamp()) + 180, str(int(NOW.timestamp()) + 180)])
def test_the_sandbox_takes_assertions_of_other_clients(box: Sandbox, exp: object) -> None:
    """simple-salesforce writes ``exp`` as text, and no ``iat``."""
    claims = {"iss": "sandbox-integration", "sub": box.announcement["username"], "aud": "https://login.salesforce.com"}
    answer = asserted(box, claims | {"exp": exp})
    assert answer["access_token"]
    assert "refresh_token" not in answer


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": int(NOW.timestamp()) - 1}, "expired"),
        ({"aud": "https://evil.example.com"}, "audience"),
        ({"iss": "nobody"}, "client identifier invalid"),
        ({"exp": "soon"}, "invalid assertion"),
    ],
)
def test_the_sandbox_refuses_assertions_that_do_not_hold(box: Sandbox, claims: dict[str, Any], why: str) -> None:
    good = {"iss": "sandbox-integration", "sub": box.announcement["username"], "exp": int(NOW.timestamp()) + 60}
    assert why in asserted(box, good | {"aud": "https://login.salesforce.com"} | claims)["error_description"]


def asserted(box: Sandbox, claims: dict[str, Any]) -> Any:
    # signed as is: PyJWT's own encode does not take an exp that is text
    assertion = jwt.PyJWS().encode(json.dumps(claims).encode(), rsa_key(), "RS256")
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    return requests.post(box.url + TOKEN, data=form, timeout=10).json()


def test_consent_logs_in_and_later_processes_refresh(box: Sandbox) -> None:
    vault = MemoryVault()
    adapter = connected(box, vault)
    assert adapter.identify() == box.announcement["org_id"]
    assert calls(box, TOKEN) == 1, "the code's own token is used"
    for made in (2, 3):
        later = open_adapter(salesforce(box, "authorization_code"), context(box, vault=vault))
        assert later.identify() == box.announcement["org_id"]
        assert calls(box, TOKEN) == made, "each refresh brought the next refresh token"


def test_a_public_app_has_no_secret(box: Sandbox) -> None:
    assert connected(box, MemoryVault(), client_secret=None).identify()


def test_a_code_is_good_once_and_only_with_its_verifier(box: Sandbox) -> None:
    adapter = open_adapter(salesforce(box, "authorization_code"), context(box))
    assert isinstance(adapter, Consenting)
    consent = adapter.consent()
    assert consent
    request = consented(box, consent)
    with pytest.raises(Unauthorized, match=r"invalid authorization code; run `csbridge connect sf`"):
        consent.redeem("used-already", request)


def test_a_revoked_refresh_token_says_what_to_do(box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    vault = MemoryVault()
    adapter = connected(box, vault)
    kept = vault.load("sf")
    refresh = kept.split('"refresh_token": "')[1].split('"')[0]
    requests.post(f"{box.url}/services/oauth2/revoke", data={"token": refresh}, timeout=10)
    box.instruments.faults.add({"kind": "401"})
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(Unauthorized, match=r"expired access/refresh token; run `csbr") as caught,
    ):
        list(adapter.pull("account", None))
    assert calls(box, TOKEN) == 2, "one refresh, no loop"
    assert refresh not in str(caught.value) + caplog.text


def test_a_given_refresh_token_is_used_until_it_rotates(box: Sandbox) -> None:
    given, vault = MemoryVault(), MemoryVault()
    connected(box, given)
    refresh = given.load("sf").split('"refresh_token": "')[1].split('"')[0]
    for _ in range(2):
        adapter = open_adapter(salesforce(box, "refresh_token", refresh_token=refresh), context(box, vault=vault))
        assert adapter.identify()
    dead = open_adapter(salesforce(box, "refresh_token", refresh_token=refresh), context(box))
    with pytest.raises(Unauthorized, match="put a new refresh_token into"):
        dead.identify()


def test_trap_13_a_token_that_dies_in_mid_stream_costs_one_refresh_and_doubles_nothing() -> None:
    with sandbox(2_100, options={"rotate_refresh_tokens": True}) as box:
        adapter = connected(box, MemoryVault())
        pages = adapter.pull("account", None)
        seen = [item.ref.id for item in next(pages).items if isinstance(item, Account)]
        box.instruments.faults.add({"kind": "401"})  # ends the session, too
        seen += [item.ref.id for page in pages for item in page.items if isinstance(item, Account)]
        assert len(seen) == len(set(seen)) == 2_100
        assert calls(box, TOKEN) == 2


def test_eight_threads_with_a_dead_session_make_one_login(box: Sandbox) -> None:
    made = Calls()
    settings = context(box)
    client = Client(salesforce(box, "jwt_bearer"), made, settings.patience, settings.clock)
    box.vendor.desk.logins.close(client.identity().access)  # type: ignore[attr-defined]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: client.read("limits", "other").body["DailyApiRequests"]["Max"], range(8)))
    assert len(set(replies)) == 1
    assert made.made["token"] == 2


@pytest.mark.parametrize("error", ["unknown_error", "temporarily_unavailable", "server_error"])
def test_a_token_end_point_that_is_away_is_no_refusal(error: str) -> None:
    with responses.RequestsMock() as mock:
        mock.post(fake_salesforce.TOKEN, status=400, json={"error": error, "error_description": "retry your request"})
        with pytest.raises(Retry):
            fake_salesforce.adapter().identify()


def test_secrets_show_nowhere(box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        adapter = connected(box, MemoryVault())
        adapter.check()
        wrong = open_adapter(salesforce(box, "username_password", password="hush-hush-hush"), context(box))
        with pytest.raises(Unauthorized) as caught:
            wrong.identify()
    token = adapter._client._tokens.current()
    for secret in ("hush-hush-hush", token.access, token.refresh, str(box.announcement["client_secret"])):
        assert secret not in caplog.text + repr(token) + str(caught.value) + repr(adapter.consent())


def test_userinfo_names_the_user(box: Sandbox) -> None:
    http = requests.Session()
    form = {"grant_type": "client_credentials"}
    app = (str(box.announcement["client_id"]), str(box.announcement["client_secret"]))
    granted = http.post(box.url + TOKEN, data=form, auth=app, timeout=10).json()
    http.headers["Authorization"] = f"Bearer {granted['access_token']}"
    assert http.get(f"{box.url}/services/oauth2/userinfo", timeout=10).json()["user_id"] == granted["id"].split("/")[-1]
    assert http.get(f"{box.url}{V}/limits", timeout=10).status_code == 200
