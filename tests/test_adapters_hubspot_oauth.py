"""HubSpot's OAuth against the sandbox: consent, half-hour tokens, rotation, refusals; and the table of paths."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from logins import calls, consented, context, hubspot
from sandbox_salesforce import NOW, world

import adapters.hubspot.paths
from adapters.consent import Consenting
from adapters.contract import Calls
from adapters.errors import Lost, Retry, Unauthorized
from adapters.hubspot import paths
from adapters.hubspot.client import Client
from adapters.hubspot.provisioning import WRITING_SCOPES
from adapters.hubspot.token import SCOPES, authorize_address, token
from adapters.records import Account
from adapters.registry import open_adapter
from adapters.sandbox.serve import Sandbox, running
from adapters.vault import MemoryVault
from config.fields import OwnField


@pytest.fixture
def box() -> Iterator[Sandbox]:
    options = {"rotate_refresh_tokens": True, "rate_limit": 0, "search_limit": 0}
    with running("hubspot", world=world(), clock=NOW, options=options) as one:
        yield one


def connected(box: Sandbox, vault: MemoryVault, **more: Any) -> Any:
    adapter = open_adapter(hubspot(box, **more), context(box, vault=vault))
    assert isinstance(adapter, Consenting)
    consent = adapter.consent()
    assert consent
    consented(box, consent)
    return adapter


def refresh_token(vault: MemoryVault) -> str:
    return vault.load("hs").split('"refresh_token": "')[1].split('"')[0]


def test_consent_logs_in_as_whoever_gave_it(box: Sandbox) -> None:
    adapter = connected(box, MemoryVault())
    assert adapter.identify() == str(box.announcement["portal_id"])
    assert adapter.user() == "installer@example.com"
    assert "OAuth app" in adapter.check().user


def test_later_processes_refresh_and_a_rotated_token_is_kept(box: Sandbox) -> None:
    vault = MemoryVault()
    connected(box, vault)
    kept = set()
    for _ in range(3):
        open_adapter(hubspot(box), context(box, vault=vault)).identify()
        kept.add(refresh_token(vault))
    assert len(kept) == 3
    assert calls(box, paths.TOKEN) == 4


def test_a_given_refresh_token_needs_no_consent(box: Sandbox) -> None:
    elsewhere = MemoryVault()
    connected(box, elsewhere)
    settings = hubspot(box, refresh_token=refresh_token(elsewhere))
    adapter = open_adapter(settings, context(box, vault=MemoryVault()))
    assert isinstance(adapter, Consenting)
    assert (adapter.consent(), adapter.user()) == (None, "installer@example.com")
    dead = open_adapter(settings, context(box, vault=MemoryVault()))
    with pytest.raises(Unauthorized, match="put a new refresh_token"):
        dead.identify()


def test_trap_32_a_token_is_renewed_before_its_half_hour_ends(box: Sandbox) -> None:
    adapter = connected(box, MemoryVault())
    for _ in range(3):
        list(adapter.pull("account", None))
        box.instruments.clock.advance(29 * 60)
    assert calls(box, paths.TOKEN) == 3
    assert adapter.calls.made["token"] == 3
    assert adapter.calls.made["page"] == 3, "no call met a 401"


def test_trap_32_a_token_that_expires_in_mid_stream_is_renewed_once_and_nothing_is_doubled() -> None:
    options = {"rate_limit": 0, "search_limit": 0, "rotate_refresh_tokens": True}
    with running("hubspot", world=world(450), clock=NOW, options=options) as box:
        adapter = connected(box, MemoryVault())
        pages = adapter.pull("account", None)
        seen = [item.ref.id for item in next(pages).items if isinstance(item, Account)]
        box.instruments.faults.add({"kind": "401"})  # ends the token, too
        seen += [item.ref.id for page in pages for item in page.items if isinstance(item, Account)]
        assert len(seen) == len(set(seen)) == 450
        assert calls(box, paths.TOKEN) == 2


def test_eight_threads_with_an_expired_token_make_one_refresh(box: Sandbox) -> None:
    vault = MemoryVault()
    connected(box, vault)
    made = Calls()
    client = Client(hubspot(box), context(box, vault=vault), made)
    client.get(paths.DETAILS, "describe")
    box.vendor._tokens.expire(client._tokens.current().access)  # type: ignore[attr-defined]
    with ThreadPoolExecutor(8) as pool:
        portals = list(pool.map(lambda _: client.get(paths.DETAILS, "describe").body["portalId"], range(8)))
    assert set(portals) == {box.announcement["portal_id"]}
    assert made.made["token"] == 2


def test_a_401_that_a_refresh_does_not_cure_is_final(box: Sandbox) -> None:
    adapter = connected(box, MemoryVault())
    box.instruments.faults.add({"kind": "401", "times": 9})
    with pytest.raises(Unauthorized, match="expired"):
        list(adapter.pull("account", None))
    assert calls(box, paths.TOKEN) == 2


def test_a_revoked_refresh_token_says_what_to_do(box: Sandbox) -> None:
    vault = MemoryVault()
    connected(box, vault)
    requests.delete(f"{box.url}/oauth/v1/refresh-tokens/{refresh_token(vault)}", timeout=10)
    adapter = open_adapter(hubspot(box), context(box, vault=vault))
    with pytest.raises(Unauthorized, match=r"unknown refresh token.*run `csbridge connect hs`") as caught:
        adapter.identify()
    assert refresh_token(vault) not in str(caught.value)


def test_trap_47_no_secret_is_part_of_an_address_or_a_log(box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    vault = MemoryVault()
    with caplog.at_level(logging.DEBUG, "urllib3.connectionpool"), caplog.at_level(logging.DEBUG):
        adapter = connected(box, vault)
        adapter.user()
        box.instruments.clock.advance(3600)
        adapter.check()
    token = adapter._client._tokens.current()
    secrets = (token.access, token.refresh, refresh_token(vault), str(box.announcement["client_secret"]))
    assert "/oauth/v3/token" in caplog.text
    for secret in secrets:
        assert secret not in caplog.text + repr(token) + repr(adapter.consent())


def test_the_sandbox_tells_an_expired_token_from_one_that_never_was(box: Sandbox) -> None:
    adapter = connected(box, MemoryVault())
    access = adapter._client._tokens.current().access
    box.instruments.clock.advance(31 * 60)
    told = {}
    for name, bearer in {"expired": access, "unknown": "nonsense"}.items():
        headers = {"Authorization": f"Bearer {bearer}"}
        answer = requests.get(f"{box.url}/account-info/v3/details", headers=headers, timeout=10)
        told[name] = (answer.status_code, answer.json()["category"])
    assert told == {"expired": (401, "EXPIRED_AUTHENTICATION"), "unknown": (401, "INVALID_AUTHENTICATION")}


@pytest.mark.parametrize("version", ["v1", "v3"])
@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "authorization_code", "code": "x"}, "BAD_AUTH_CODE"),
        ({"grant_type": "refresh_token", "client_secret": "wrong"}, "BAD_CLIENT_SECRET"),
        ({"grant_type": "other"}, "BAD_GRANT_TYPE"),
    ],
)
def test_the_sandbox_refuses_as_hubspot_does(box: Sandbox, version: str, form: dict[str, str], status: str) -> None:
    app = {name: str(box.announcement[name]) for name in ("client_id", "client_secret")}
    answer = requests.post(f"{box.url}/oauth/{version}/token", data={**app, **form}, timeout=10)
    assert (answer.status_code, answer.json()["status"]) == (400, status)


def test_the_sandbox_tells_what_a_token_is_good_for(box: Sandbox) -> None:
    access = connected(box, MemoryVault())._client._tokens.current().access
    facts = requests.get(f"{box.url}/oauth/v1/access-tokens/{access}", timeout=10).json()
    assert (facts["hub_id"], facts["user"]) == (box.announcement["portal_id"], "installer@example.com")
    assert facts["scopes"] == list(SCOPES)
    assert len(access) > 300


def test_a_login_that_gets_no_answer_leaves_a_write_unsent(box: Sandbox) -> None:
    adapter = open_adapter(hubspot(box, refresh_token="given"), context(box))
    app: Any = adapter._client.app  # type: ignore[attr-defined]

    def cut(path: str, form: object) -> Any:
        raise Lost("cut off")

    app._post = cut
    with pytest.raises(Retry) as caught:
        adapter.identify()
    assert type(caught.value) is Retry


def test_a_token_expires_counted_from_when_it_was_asked_for() -> None:
    assert token({"access_token": "a", "expires_in": 1800}, NOW, "hs").expires_at == NOW + timedelta(minutes=30)
    assert token({"access_token": "a"}, NOW, "hs").expires_at is None
    with pytest.raises(Unauthorized, match="base_url"):
        token({}, NOW, "hs")


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://api.hubapi.com", "https://app.hubspot.com/oauth/authorize"),
        ("https://api-eu1.hubapi.com", "https://app-eu1.hubspot.com/oauth/authorize"),
        ("http://127.0.0.1:9102", "http://127.0.0.1:9102/oauth/authorize"),
    ],
)
def test_where_a_browser_is_sent(base: str, address: str) -> None:
    assert authorize_address(base) == address


def test_a_dated_version_is_a_change_of_one_line() -> None:
    source = Path(adapters.hubspot.paths.__file__).read_text("utf-8")
    changed = source.replace('VERSION: Final = "v3"', 'VERSION: Final = "2026-03"')
    assert changed != source
    table: dict[str, Any] = {}
    exec(compile(changed, "paths", "exec"), table)
    moved = {name: path for name, path in table.items() if name.isupper() and str(path).startswith("/")}
    assert {name for name, path in moved.items() if "2026-03" not in path} == {"AUTHORIZE"}
    assert moved["SEARCH"] == "/crm/objects/2026-03/{object}/search"
    assert moved["ASSOCIATIONS"] == "/crm/associations/2026-03/{object}/{to}/batch/read"
    assert moved["TOKEN"] == "/oauth/2026-03/token"
    assert paths.ASSOCIATIONS == "/crm/v4/associations/{object}/{to}/batch/read"


def test_an_administrator_consents_once_and_nothing_of_it_is_kept(box: Sandbox) -> None:
    vault = MemoryVault()
    adapter = connected(box, vault, scopes=["oauth", "crm.objects.companies.read"])
    own = (OwnField("nps", "CS NPS", "number"),)
    assert adapter.plan(own).lacking == WRITING_SCOPES
    before = vault.load("hs")
    consent = adapter.as_admin("")
    consented(box, consent)
    plan = adapter.plan(own)
    assert plan.lacking == ()
    adapter.provision(plan, own)
    assert adapter.plan(own).changes == ()
    assert vault.load("hs") == before
