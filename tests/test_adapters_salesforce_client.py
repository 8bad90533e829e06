"""The login and the calls: tokens, failures by family, patience, and what is never shown."""

import json
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fake_salesforce import DATA, HEADERS, INSTANCE, NOW, TOKEN, Sleeps, connection, context, error, page, token
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

from adapters.contract import Calls, Quota
from adapters.errors import AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.salesforce.client import Client
from adapters.salesforce.failures import cut
from adapters.salesforce.line import usage
from adapters.salesforce.token import TokenEndpoint, provider
from adapters.vault import MemoryVault
from config.errors import ConfigError

LIMITS = f"{DATA}/limits"
QUERY = f"{DATA}/query/"
COLLECTION = f"{DATA}/composite/sobjects"


@pytest.fixture
def mock() -> Any:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def client(sleeps: Sleeps | None = None, **changes: Any) -> tuple[Client, Calls]:
    calls = Calls()
    settings = context(sleeps)
    return Client(connection(**changes), calls, settings.patience, settings.clock), calls


def test_the_login_is_by_basic_authentication_and_happens_once(mock: responses.RequestsMock) -> None:
    token(mock)
    mock.get(LIMITS, json={"a": 1}, headers=HEADERS)
    org, calls = client()
    assert org.read("limits", "other").body == {"a": 1}
    reply = org.read("limits", "other")
    login = mock.calls[0].request
    assert login.body == "grant_type=client_credentials"
    assert login.headers["Authorization"].startswith("Basic ")
    assert "hush-hush" not in str(login.url)
    assert mock.calls[1].request.headers["Authorization"] == "Bearer 00Dxx!one"
    assert "X-PrettyPrint" not in mock.calls[1].request.headers
    assert reply.at == NOW
    assert org.quota == Quota(limit=5000, remaining=4982)
    assert calls.made == {"token": 1, "other": 2}


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_login_says_why_and_never_with_the_secret(mock: responses.RequestsMock, status: int) -> None:
    mock.post(TOKEN, status=status, json={"error": "invalid_client", "error_description": "invalid client credentials"})
    org, _ = client()
    with pytest.raises(Unauthorized, match=r"invalid client credentials .*invalid_client") as caught:
        org.read("limits", "other")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>log in</html>", "{}", "[]", json.dumps({"access_token": "x"})])
def test_a_page_that_is_no_login_answer_is_no_login(mock: responses.RequestsMock, body: str) -> None:
    mock.post(TOKEN, body=body)
    with pytest.raises(Unauthorized):
        client()[0].read("limits", "other")


@pytest.mark.parametrize("instance", ["http://acme.my.salesforce.com", "ftp://x", "acme", "https://"])
def test_a_token_is_never_sent_to_an_unsafe_instance(mock: responses.RequestsMock, instance: str) -> None:
    token(mock, instance_url=instance)
    with pytest.raises(ConfigError, match="not safe"):
        client()[0].read("limits", "other")
    assert len(mock.calls) == 1


def test_a_local_instance_is_spoken_to_over_http(mock: responses.RequestsMock) -> None:
    token(mock, instance_url="http://127.0.0.1:9101")
    mock.get("http://127.0.0.1:9101/services/data/v60.0/limits", json={"a": 1})
    assert client()[0].read("limits", "other").body == {"a": 1}


def test_the_token_does_not_show_in_any_repr(mock: responses.RequestsMock) -> None:
    token(mock)
    org, _ = client()
    assert "00Dxx!one" not in repr(org.identity())
    assert org.identity().org_id == "00Dxx0000001gPFEAY"


def test_an_expired_session_is_renewed_once_and_the_call_made_again(mock: responses.RequestsMock) -> None:
    token(mock, "00Dxx!one")
    token(mock, "00Dxx!two")
    mock.get(LIMITS, status=401, json=error("INVALID_SESSION_ID", "Session expired or invalid"))
    mock.get(LIMITS, json={"a": 1})
    org, calls = client()
    assert org.read("limits", "other").body == {"a": 1}
    assert mock.calls[-1].request.headers["Authorization"] == "Bearer 00Dxx!two"
    assert calls.made == {"token": 2, "other": 2}


def test_threads_that_meet_an_expired_session_together_share_one_new_login(mock: responses.RequestsMock) -> None:
    token(mock, "00Dxx!one")
    token(mock, "00Dxx!two")
    made: list[int] = []
    endpoint = TokenEndpoint(connection(), requests.Session(), lambda: NOW, lambda: made.append(1))
    tokens = provider(connection(), endpoint, MemoryVault(), lambda: NOW)
    stale = tokens.current()
    with ThreadPoolExecutor(4) as pool:
        fresh = list(pool.map(lambda _: tokens.renewed(stale), range(8)))
    assert {one.access for one in fresh} == {"00Dxx!two"}
    assert len(made) == 2


@pytest.mark.parametrize("body", [json.dumps(error("INVALID_SESSION_ID")), "<html>", "", '{"a": 1}', "[]"])
def test_a_token_that_is_never_accepted_ends_after_one_renewal(mock: responses.RequestsMock, body: str) -> None:
    token(mock)
    mock.get(LIMITS, status=401, body=body)
    org, calls = client()
    with pytest.raises(Unauthorized):
        org.read("limits", "other")
    assert calls.made == {"token": 2, "other": 2}


def test_trap_13_a_session_that_ended_may_be_told_with_a_400(mock: responses.RequestsMock) -> None:
    token(mock)
    token(mock, "00Dxx!two")
    said = {"exceptionCode": "InvalidSessionId", "exceptionMessage": "Invalid session id"}
    mock.get(f"{DATA}/jobs/query/750", status=400, json=said)
    mock.get(f"{DATA}/jobs/query/750", json={"state": "JobComplete"})
    org, calls = client()
    assert org.read("jobs/query/750", "page").body == {"state": "JobComplete"}
    assert calls.made == {"token": 2, "page": 2}


def test_a_401_that_a_new_token_does_not_cure_is_not_tried_again(mock: responses.RequestsMock) -> None:
    token(mock)
    message = "This session is not valid for use with the REST API"
    mock.get(LIMITS, status=401, json=error("INVALID_SESSION_ID", message))
    org, calls = client()
    with pytest.raises(Unauthorized, match="not valid for use"):
        org.read("limits", "other")
    assert calls.made == {"token": 1, "other": 1}


FAMILIES: list[tuple[int, Any, type[AdapterError]]] = [
    (400, error("MALFORMED_QUERY"), Refused),
    (400, error("INVALID_FIELD", "No such column 'X' on entity 'Account'"), Refused),
    (400, error("UNABLE_TO_LOCK_ROW"), Locked),
    (400, error("QUERY_TIMEOUT"), Retry),
    (400, error("INSUFFICIENT_ACCESS_OR_READONLY"), Unauthorized),
    (403, error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), QuotaSpent),
    (403, error("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."), Retry),
    (403, error("API_DISABLED_FOR_ORG"), Unauthorized),
    (404, error("NOT_FOUND"), Refused),
    (414, "<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>", Refused),
    (300, ["/services/data/v60.0/sobjects/Account/x"], Refused),
    (406, "", Retry),
    (420, "", Retry),
    (429, "<html>slow down</html>", Retry),
    (500, error("UNKNOWN_EXCEPTION"), Lost),
    (502, "<html>bad gateway</html>", Lost),
    (503, error("SERVER_UNAVAILABLE"), Retry),
    (503, "<html>maintenance</html>", Retry),
]


@pytest.mark.parametrize(("status", "body", "family"), FAMILIES)
def test_a_failure_is_named_by_what_to_do_next(
    mock: responses.RequestsMock, status: int, body: Any, family: type[AdapterError]
) -> None:
    token(mock)
    mock.get(LIMITS, status=status, body=body if isinstance(body, str) else json.dumps(body))
    sleeps = Sleeps()
    org, calls = client(sleeps)
    with pytest.raises(AdapterError) as caught:
        org.read("limits", "other")
    assert type(caught.value) is family
    assert caught.value.status == status
    assert caught.value.connection == "sf"
    assert calls.made["other"] == (4 if issubclass(family, Retry) else 1)
    assert len(sleeps.taken) == calls.made["other"] - 1


def test_a_retry_after_is_kept(mock: responses.RequestsMock) -> None:
    token(mock)
    mock.get(LIMITS, status=503, headers={"Retry-After": "3"})
    mock.get(LIMITS, json={"a": 1})
    sleeps = Sleeps()
    assert client(sleeps)[0].read("limits", "other").body == {"a": 1}
    assert sleeps.taken == [3.0]


def test_a_cut_answer_is_asked_for_again_when_reading_but_lost_when_writing(mock: responses.RequestsMock) -> None:
    token(mock)
    for failure in (requests.ReadTimeout("slow"), requests.ConnectionError("reset")):
        mock.get(LIMITS, body=failure)
    mock.get(LIMITS, json={"a": 1})
    mock.patch(COLLECTION, body=requests.ReadTimeout("slow"))
    org, calls = client()
    assert org.read("limits", "other").body == {"a": 1}
    with pytest.raises(Lost):
        org.change("PATCH", "composite/sobjects", "write", {})
    assert calls.made == {"token": 1, "other": 3, "write": 1}


def test_a_login_that_gets_no_answer_is_tried_again_and_leaves_a_write_unsent(mock: responses.RequestsMock) -> None:
    mock.post(TOKEN, body=requests.ReadTimeout("slow"))
    org, calls = client()
    with pytest.raises(Retry, match="no login at") as caught:
        org.change("PATCH", "composite/sobjects", "write", {})
    assert type(caught.value) is Retry
    assert calls.made == {"token": 4}


def test_a_refused_connection_applied_nothing(mock: responses.RequestsMock) -> None:
    token(mock)
    refused = requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))
    mock.patch(COLLECTION, body=refused)
    org, calls = client()
    with pytest.raises(Retry) as caught:
        org.change("PATCH", "composite/sobjects", "write", {})
    assert type(caught.value) is Retry
    assert calls.made["write"] == 4


def test_a_success_that_is_not_json_is_an_answer_cut_short(mock: responses.RequestsMock) -> None:
    token(mock)
    mock.get(QUERY, body="<html>proxy</html>")
    with pytest.raises(Lost, match="not JSON"):
        client()[0].query("SELECT Id FROM Account", "page")


def test_following_a_page_accepts_a_path_or_a_whole_address(mock: responses.RequestsMock) -> None:
    token(mock)
    mock.get(f"{QUERY}01g-2000", json=page([]))
    org, _ = client()
    assert org.more("/services/data/v60.0/query/01g-2000", "page").body["done"] is True
    assert org.more(f"{INSTANCE}/services/data/v60.0/query/01g-2000", "page").body["done"] is True


def test_the_configured_time_out_reaches_every_request(mock: responses.RequestsMock) -> None:
    token(mock)
    mock.get(LIMITS, json={"a": 1})
    org, _ = client(timeout=timedelta(seconds=7))
    org.read("limits", "other")
    assert [call.request.req_kwargs["timeout"] for call in mock.calls] == [(5, 7.0), (5, 7.0)]


@pytest.mark.parametrize(
    ("header", "quota"),
    [
        ("api-usage=18/5000", Quota(5000, 4982)),
        ("api-usage=6000/5000; per-app-api-usage=17/250(appName=sample-app)", Quota(5000, 0)),
        ("per-app-api-usage=17/250(appName=x)", None),
        ("nonsense", None),
        (None, None),
    ],
)
def test_the_daily_allowance_is_read_from_the_header(header: str | None, quota: Quota | None) -> None:
    assert usage(header) == quota


@pytest.fixture
def expired(tmp_path: Path) -> Iterator[str]:
    """A server whose certificate was good until yesterday."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    signed = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = signed.not_valid_before(NOW - timedelta(days=2)).not_valid_after(NOW - timedelta(days=1))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    held = tmp_path / "server.pem"
    held.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    safe = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    safe.load_cert_chain(held)
    server.socket = safe.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_expired_certificate_is_no_refusal_of_the_vendor(expired: str) -> None:
    sleeps = Sleeps()
    with pytest.raises(Retry, match=r"no safe connection: .*certificate") as caught:
        client(sleeps, login_url=expired)[0].read("limits", "other")
    assert not isinstance(caught.value, Lost), "nothing was sent"
    assert len(sleeps.taken) == 3


def test_a_connection_that_breaks_in_the_middle_of_tls_may_have_been_of_use() -> None:
    broken = MaxRetryError(None, "/", SSLError(ssl.SSLEOFError(8, "EOF occurred")))
    assert isinstance(cut(requests.exceptions.SSLError(broken), "sf"), Lost)
