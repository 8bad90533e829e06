"""Attacks on the two CRMs' doors, through the real app, store and server: nothing forged is stored, nothing stops."""

import gzip
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fake_webhooks import NOON
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sha256_state import extended, padding
from sqlalchemy import select
from test_bridge_serving import Server, chunked, get, hello
from test_webhooks_receivers import ACCOUNT, BOMB, CLIENT_SECRET, EVENT, MESSAGE, ORG, signed

from bridge.store import cursors
from bridge.store.inbox import bodies
from bridge.store.schema import inbox
from bridge.workers.public_port import public_app
from bridge.workspace import Workspace, open_workspace
from webhooks.app import MAX_BODY

PATIENCE = 30.0
"""Seconds: what is tested is what comes, and machines are shared."""
HUBSPOT, SALESFORCE = "/webhooks/hs", "/webhooks/sf/hook"
EVENTS = json.dumps([EVENT]).encode()
SETTINGS = """
store: sqlite:///attacked.db
public_url: https://cs.example.com
connections:
  - name: sf
    crm: salesforce
    login_url: http://127.0.0.1:9
    auth: {flow: client_credentials, client_id: id, client_secret: not-the-hook}
    webhook_secret: [newer, hook]
  - name: hs
    crm: hubspot
    auth: {flow: private_app, token: not-the-secret}
    webhook_secret: [newer, CLIENT_SECRET]
"""

Headers = dict[str, str]


def genuine(path: str = HUBSPOT, body: bytes = EVENTS, late: timedelta = timedelta(0)) -> Headers:
    return signed(f"https://cs.example.com{path}", body, NOON - late)


def oldest(body: bytes) -> Headers:
    """The headers of version 1."""
    digest = hashlib.sha256(CLIENT_SECRET.encode() + body).hexdigest()
    return {"X-HubSpot-Signature": digest, "X-HubSpot-Signature-Version": "v1"}


class Doors:
    """A served workspace with both doors, and what its store holds."""

    def __init__(self, workspace: Workspace, server: Server) -> None:
        self.workspace, self.server = workspace, server

    def rows(self) -> list[tuple[str, list[list[str]]]]:
        with self.workspace.store.read() as db:
            return [(row.connection, row.refs) for row in db.execute(select(inbox).order_by(inbox.c.id))]

    def send(self, path: str, body: bytes, headers: Headers, *more: str) -> int:
        lines = [*(f"{name}: {value}" for name, value in headers.items()), *more]
        if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines):
            lines.append(f"Content-Length: {len(body)}")
        with self.wire() as wire:
            wire.sendall("\r\n".join([f"POST {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode("latin-1") + body)
            answer = HTTPResponse(wire)
            answer.begin()
            answer.read()
            return answer.status

    def take_what_is_genuine(self) -> None:
        """Each door, after whatever came before."""
        before = len(self.rows())
        assert self.send(HUBSPOT, EVENTS, genuine()) == 200
        assert self.send(SALESFORCE, MESSAGE, {}) == 200
        assert self.rows()[before:] == [("hs", [["account", "1246965"]]), ("sf", [["account", ACCOUNT]])]

    @contextmanager
    def unmoved(self) -> Iterator[None]:
        """What happens inside leaves no row behind, and both doors working."""
        before = self.rows()
        yield
        assert self.rows() == before
        self.take_what_is_genuine()

    def wire(self) -> socket.socket:
        address = urlsplit(self.server.serving.public)
        return socket.create_connection((str(address.hostname), address.port or 0), timeout=PATIENCE)


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    (folder / "csbridge.yml").write_text(SETTINGS.replace("CLIENT_SECRET", CLIENT_SECRET), "utf-8")
    workspace = open_workspace(folder / "csbridge.yml", {}, lambda: NOON)
    with workspace.store.write() as db:
        cursors.pin_org(db, "sf", "salesforce", ORG, NOON)
        cursors.pin_org(db, "hs", "hubspot", "62515", NOON)
    try:
        yield workspace
    finally:
        workspace.close()


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with opened(tmp_path_factory.mktemp("attacked")) as workspace:
        server = Server(public_app(workspace), hello("admin"))
        yield Doors(workspace, server)
        server.stop()


# Forged, replayed, changed on the way


FORGED = {
    "unsigned": {},
    "by another app": signed(f"https://cs.example.com{HUBSPOT}", EVENTS, secret="another"),
    "by nobody": signed(f"https://cs.example.com{HUBSPOT}", EVENTS, secret=""),
    "for another address": genuine("/webhooks/other"),
    "six minutes old": genuine(late=timedelta(minutes=6)),
    "of tomorrow": genuine(late=-timedelta(days=1)),
    "with another time": {**genuine(), "X-HubSpot-Request-Timestamp": str(int(NOON.timestamp() * 1000) + 1)},
    "of the first version, guessed": {"X-HubSpot-Signature": "0" * 64, "X-HubSpot-Signature-Version": "v1"},
    "of a version to come": {**oldest(EVENTS), "X-HubSpot-Signature-Version": "v4"},
    "a good old one beside a bad new one": {**oldest(EVENTS), "X-HubSpot-Signature-v3": "AAAA"},
    "a good old one beside a stale new one": {**oldest(EVENTS), **genuine(late=timedelta(hours=1))},
}


@pytest.mark.parametrize("forgery", FORGED)
def test_what_is_forged_is_turned_away(doors: Doors, forgery: str) -> None:
    with doors.unmoved():
        assert doors.send(HUBSPOT, EVENTS, FORGED[forgery]) == 401


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/sf",
        "/webhooks/sf/",
        "/webhooks/sf/hoo",
        "/webhooks/sf/hook/",
        "/webhooks/sf/hook/hook",
        "/webhooks/sf/HOOK",
        "/webhooks/sf/hook%00",
        "/webhooks/sf/%20hook",
        "/webhooks/sf/newer,hook",
        "/webhooks/sf?secret=hook",
        "/webhooks/sf/../sf/hook",
        "/webhooks/hs/hook",
        "/webhooks/SF/hook",
        "/webhooks/sf/%EF%BD%88ook",  # a full-width h
        "/webhooks/sf/h%C3%B6ok",
        "/webhooks/sf/%ED%A0%80",  # half a surrogate pair
        "/webhooks/sf/%FF%FE",
        "/webhooks/sf/\xf6\xff",
    ],
)
def test_a_guessed_path_opens_nothing(doors: Doors, path: str) -> None:
    with doors.unmoved():
        assert doors.send(path, MESSAGE, {}) in (400, 401, 404)


def test_a_message_of_another_org_is_turned_away_though_the_secret_is_right(doors: Doors) -> None:
    with doors.unmoved():
        assert doors.send(SALESFORCE, MESSAGE.replace(ORG.encode(), b"00D000000000002EAA"), {}) == 401


def test_a_replay_makes_us_look_at_the_same_records_again_and_no_more(doors: Doors) -> None:
    before = len(doors.rows())
    for headers in (genuine(), genuine(), oldest(EVENTS), oldest(EVENTS)):
        assert doors.send(HUBSPOT, EVENTS, headers) == 200
    assert doors.send(SALESFORCE, MESSAGE, {}) == 200
    assert doors.send(SALESFORCE, MESSAGE, {}) == 200
    assert doors.rows()[before:] == [("hs", [["account", "1246965"]])] * 4 + [("sf", [["account", ACCOUNT]])] * 2
    with doors.unmoved():
        assert doors.send(HUBSPOT, EVENTS, genuine(late=timedelta(minutes=5, seconds=1))) == 401, "a later replay"


def test_an_old_signature_cannot_be_stretched_over_more_events(doors: Doors) -> None:
    """SHA-256 over secret + body lets anybody append to a body that was signed; what it has to append is no JSON."""
    length, suffix = len(CLIENT_SECRET) + len(EVENTS), b',{"portalId":62515,"objectId":7}]'
    stretched = EVENTS + padding(length) + suffix
    forged = {**oldest(EVENTS), "X-HubSpot-Signature": extended(oldest(EVENTS)["X-HubSpot-Signature"], length, suffix)}
    assert forged == oldest(stretched), "the forgery is as good as the vendor's own"
    with doors.unmoved():
        assert doors.send(HUBSPOT, stretched, forged) == 400


@pytest.mark.parametrize("cut", [0, 1, 50, len(EVENTS) - 1])
def test_a_truncated_body_is_turned_away(doors: Doors, cut: int) -> None:
    with doors.unmoved():
        assert doors.send(HUBSPOT, EVENTS[:cut], genuine()) == 401
        assert doors.send(SALESFORCE, MESSAGE[: cut * 2], {}) == 400


@pytest.mark.parametrize("path", [HUBSPOT, SALESFORCE])
def test_a_body_that_ends_before_its_time_is_not_looked_at(doors: Doors, path: str) -> None:
    body = EVENTS if path == HUBSPOT else MESSAGE
    with doors.unmoved(), doors.wire() as wire:
        head = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body) + 1}"]
        wire.sendall("\r\n".join([*head, *(f"{n}: {v}" for n, v in genuine().items()), "", ""]).encode() + body)
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(1) == b""


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(json.loads(EVENTS), indent=1).encode(),
        json.dumps(json.loads(EVENTS), separators=(",", ":")).encode(),
        json.dumps(json.loads(EVENTS), sort_keys=True).encode(),
        EVENTS.replace(b"Acme", rb"\u0041cme"),
        EVENTS.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + EVENTS,
        EVENTS + b"\n",
        gzip.compress(EVENTS),
    ],
)
def test_the_same_said_in_other_bytes_is_not_the_same(doors: Doors, body: bytes) -> None:
    assert body != EVENTS
    with doors.unmoved():
        assert doors.send(HUBSPOT, body, genuine()) == 401
        assert doors.send(HUBSPOT, body, genuine(), "Content-Encoding: gzip") == 401


# Too long, too slow, too deep


@pytest.mark.parametrize("path", [HUBSPOT, SALESFORCE])
def test_too_long_is_refused_however_it_is_framed(doors: Doors, path: str) -> None:
    body = (EVENTS if path == HUBSPOT else MESSAGE) + b" " * MAX_BODY
    with doors.unmoved():
        assert doors.send(path, b"", genuine(path, body), "Content-Length: 10000000000") == 413
        assert doors.send(path, body, genuine(path, body)) == 413
        assert doors.send(path, chunked(body, 50_000), genuine(path, body), "Transfer-Encoding: chunked") == 413
        assert doors.send(path, b"", {"X-Long": "x" * 300_000}) in (400, 431)


def test_callers_that_drip_are_shut_out_and_keep_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than connections are taken; the admin port is open all the while."""
    monkeypatch.setattr("bridge.workers.serving.IDLE_SECONDS", 1)
    monkeypatch.setattr("bridge.workers.serving.CONNECTIONS", 20)
    with opened(tmp_path) as workspace, ExitStack() as stack:
        server = Server(public_app(workspace), hello("admin"))
        stack.callback(server.stop)
        doors = Doors(workspace, server)
        drips = [stack.enter_context(doors.wire()) for _ in range(30)]
        ended = threading.Event()
        stack.callback(ended.set)

        def drip() -> None:
            """A byte ten times a second: of a body, of the headers, or of nothing at all."""
            said = [f"POST {HUBSPOT} HTTP/1.1\r\nContent-Length: 999\r\n\r\n", f"POST {SALESFORCE} HTTP/1.1\r\nX: ", ""]
            for number, wire in enumerate(drips):
                wire.sendall(said[number % 3].encode())
            while not ended.wait(0.1):
                for number, wire in enumerate(drips):
                    with _cut_off_is_fine():
                        wire.sendall(b" " if number % 3 < 2 else b"\r\n")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        assert get(server.serving.admin) == (200, "admin")
        doors.take_what_is_genuine()
        assert len(doors.rows()) == 2
        for wire in drips:
            with _cut_off_is_fine():
                while wire.recv(1000):
                    pass
        ended.set()
        thread.join(PATIENCE)


@contextmanager
def _cut_off_is_fine() -> Iterator[None]:
    try:
        yield
    except ConnectionError:
        return


NESTED = {
    "open": b"[" * 500_000,
    "closed": b"[" * 250_000 + b"]" * 250_000,
    "objects": b'[{"a":' * 80_000 + b"1" + b"}]" * 80_000,
    "in an event": b'[{"subscriptionType":"company.creation","portalId":62515,"objectId":1,"x":'
    + b"[" * 400_000
    + b"]" * 400_000
    + b"}]",
    "a long number": b'[{"portalId":62515,"objectId":' + b"9" * 500_000 + b"}]",
}


@pytest.mark.parametrize("kind", NESTED)
def test_deeply_nested_json_is_refused_though_it_is_signed(doors: Doors, kind: str) -> None:
    with doors.unmoved():
        assert doors.send(HUBSPOT, NESTED[kind], genuine(body=NESTED[kind])) in (200, 400), "200: it names no record"


DTD = b'<!DOCTYPE b [<!ENTITY x "1">]>'
XML = {
    "a bomb": BOMB,
    "a quadratic bomb": b'<!DOCTYPE b [<!ENTITY x "' + b"x" * 100_000 + b'">]><b>' + b"&x;" * 100_000 + b"</b>",
    "a parameter entity": b"<!DOCTYPE b [<!ENTITY % p \"<!ENTITY x '1'>\"> %p;]><b>&x;</b>",
    "a harmless document type": DTD + MESSAGE.partition(b"?>")[2].lstrip(),
    "deep": b"<a>" * 100_000,
    "deep and closed": b"<a>" * 100_000 + b"</a>" * 100_000,
    "deep within a message": MESSAGE.replace(b"<ActionId>", b"<a>" * 100_000 + b"</a>" * 100_000 + b"<ActionId>"),
    "many attributes": b"<a " + b" ".join(b'a%d="1"' % n for n in range(80_000)) + b"/>",
    "many namespaces": b"<a " + b" ".join(b'xmlns:a%d="urn:%d"' % (n, n) for n in range(40_000)) + b"/>",
    "one attribute twice": MESSAGE.replace(b"<ActionId>", b'<ActionId a="1" a="2">'),
    "another encoding than it says": MESSAGE.replace(b"UTF-8", b"UTF-16"),
    "really UTF-16, and a document type": ("\ufeff" + (DTD + b"<b>&x;</b>").decode()).encode("utf-16-le"),
}


@pytest.mark.parametrize("kind", XML)
def test_hostile_xml_is_refused_though_the_secret_is_right(doors: Doors, kind: str) -> None:
    wanted = (200, 400) if kind == "deep within a message" else (400,)
    before = len(doors.rows())
    assert len(XML[kind]) < MAX_BODY
    status = doors.send(SALESFORCE, XML[kind], {})
    assert status in wanted
    assert doors.rows()[before:] == ([("sf", [["account", ACCOUNT]])] if status == 200 else [])
    doors.take_what_is_genuine()


def test_no_external_entity_is_fetched_or_read(doors: Doors, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(ACCOUNT)
    with socket.create_server(("127.0.0.1", 0)) as lure, doors.unmoved():
        lure.setblocking(False)
        theirs = f"http://127.0.0.1:{lure.getsockname()[1]}/x.dtd"
        for kind in (
            f'<!DOCTYPE x SYSTEM "{theirs}">',
            f'<!DOCTYPE x PUBLIC "x" "{theirs}">',
            f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{theirs}"> %p;]>',
            f'<!DOCTYPE x [<!ENTITY f SYSTEM "{theirs}">]>',
            f'<!DOCTYPE x [<!ENTITY f SYSTEM "{secret.as_uri()}">]>',
        ):
            body = kind.encode() + MESSAGE.partition(b"?>")[2].replace(ACCOUNT.encode(), b"&f;").lstrip()
            assert doors.send(SALESFORCE, body, {}) == 400
        included = b'<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="' + theirs.encode() + b'"/></x>'
        assert doors.send(SALESFORCE, included, {}) == 400
        with pytest.raises(BlockingIOError):
            lure.accept()


def test_a_session_reaches_neither_the_store_nor_a_log(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    body = MESSAGE.replace(b'<SessionId xsi:nil="true"/>', b"<SessionId>00D!live-credential</SessionId>")
    assert body != MESSAGE
    with caplog.at_level("DEBUG"):
        assert doors.send(SALESFORCE, body, {}) == 200
        assert doors.send("/webhooks/sf/guess", body, {}) == 401
        assert doors.send(SALESFORCE, body[:-9], {}) == 400
    with doors.workspace.store.read() as db:
        numbers = db.execute(select(inbox.c.id).order_by(inbox.c.id)).scalars().all()
        kept = bodies(db, numbers)
    assert ACCOUNT.encode() in kept[numbers[-1]]
    assert not [number for number, stored in kept.items() if b"live-credential" in stored]
    assert not [record for record in caplog.records if "live-credential" in f"{record.getMessage()} {vars(record)}"]


# Headers


GOOD = genuine()
V3, STAMP = GOOD["X-HubSpot-Signature-v3"], GOOD["X-HubSpot-Request-Timestamp"]
SIGNATURE, TIME = f"X-HubSpot-Signature-v3: {V3}", f"X-HubSpot-Request-Timestamp: {STAMP}"
TRICKS = {
    "two signatures": [SIGNATURE, "X-HubSpot-Signature-v3: AAAA", TIME],
    "the other way round": ["X-HubSpot-Signature-v3: AAAA", SIGNATURE, TIME],
    "two stamps": [SIGNATURE, TIME, "X-HubSpot-Request-Timestamp: 1"],
    "a list": [f"X-HubSpot-Signature-v3: AAAA,{V3}", TIME],
    "underscores": [SIGNATURE.replace("-", "_", 3), TIME.replace("-", "_", 3)],
    "quotes": [f'X-HubSpot-Signature-v3: "{V3}"', TIME],
    "other digits": [SIGNATURE, "X-HubSpot-Request-Timestamp: \u00b9\u00b2\u00b3"],
    "a sign": [SIGNATURE, f"X-HubSpot-Request-Timestamp: +{STAMP}"],
    "a fraction": [SIGNATURE, f"X-HubSpot-Request-Timestamp: {STAMP}.0"],
    "hexadecimal": [SIGNATURE, f"X-HubSpot-Request-Timestamp: {int(STAMP):#x}"],
    "latin letters": ["X-HubSpot-Signature-v3: \xe9\xff", TIME],
    "an address of the attacker's": ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http"],
    "another method within": ["X-HTTP-Method-Override: GET", *(f"{n}: {v}" for n, v in genuine(body=b"").items())],
}


@pytest.mark.parametrize("trick", TRICKS)
def test_headers_that_are_not_what_the_vendor_sends_open_nothing(doors: Doors, trick: str) -> None:
    with doors.unmoved():
        assert doors.send(HUBSPOT, EVENTS, {}, *TRICKS[trick]) == 401


@pytest.mark.parametrize(
    "lie", ["X-Forwarded-Host: evil.example", "Forwarded: host=evil.example", "X-Original-URL: /x"]
)
def test_headers_of_proxies_change_nothing_where_the_address_is_known(doors: Doors, lie: str) -> None:
    assert doors.send(HUBSPOT, EVENTS, genuine(), lie) == 200


@pytest.mark.parametrize(
    "lines",
    [
        ["X-A: b\x00c"],
        ["X-A : b"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: 5, 5"],
        ["Content-Length: +5"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: xchunked"],
        [": b"],
    ],
)
def test_requests_that_two_servers_would_read_differently_are_refused(doors: Doors, lines: list[str]) -> None:
    with doors.unmoved():
        assert doors.send(HUBSPOT, b"0\r\n\r\n", {}, *lines) in (400, 401, 501)


def test_no_second_request_hides_in_the_body_of_a_first(doors: Doors) -> None:
    """Length and chunks contradict each other: whatever follows the one that counts is never run as a request."""
    hidden = f"POST {SALESFORCE} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(MESSAGE)}\r\n\r\n".encode() + MESSAGE
    with doors.unmoved(), doors.wire() as wire:
        body = b"0\r\n\r\n" + hidden
        head = (
            f"POST {HUBSPOT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        wire.sendall(head.encode() + body)
        wire.shutdown(socket.SHUT_WR)
        answered = b"".join(iter(lambda: wire.recv(10_000), b""))
        assert b" 200 " not in answered


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=90),
    st.sampled_from(["X-HubSpot-Signature-v3", "X-HubSpot-Signature"]),
    st.sampled_from(["v1", "v2", "v3"]),
)
def test_nobody_guesses_a_signature(doors: Doors, body: bytes, signature: str, name: str, version: str) -> None:
    headers = {name: signature, "X-HubSpot-Signature-Version": version, "X-HubSpot-Request-Timestamp": STAMP}
    before = len(doors.rows())
    assert doors.send(HUBSPOT, body, headers) in (400, 401)
    assert len(doors.rows()) == before


# How long a comparison takes


def test_every_secret_of_a_path_is_compared_in_constant_time(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(given: bytes, accepted: bytes) -> bool:
        compared.append(accepted)
        return given == accepted

    monkeypatch.setattr("adapters.salesforce.outbound_message.compare_digest", compare)
    for secret, status in (("newer", 200), ("hook", 200), ("guess", 401)):
        compared.clear()
        assert doors.send(f"/webhooks/sf/{secret}", MESSAGE, {}) == status
        assert compared[:2] == [b"newer", b"hook"]


def test_the_signature_alone_decides_by_the_comparison_in_constant_time(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    with doors.unmoved(), monkeypatch.context() as patch:
        patch.setattr("adapters.hubspot.signature.hmac.compare_digest", lambda expected, given: False)
        assert doors.send(HUBSPOT, EVENTS, genuine()) == 401
        assert doors.send(HUBSPOT, EVENTS, oldest(EVENTS)) == 401


def test_the_app_says_nothing_of_why(doors: Doors) -> None:
    app: Flask = public_app(doors.workspace)
    answers = [app.test_client().post(HUBSPOT, data=EVENTS, headers=headers).get_data() for headers in FORGED.values()]
    assert set(answers) == {b'{"error":"unauthorized"}\n'}
