import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
from fake_webhooks import NOON, SECRET, MemoryInbox, PathWebhooks, SignedWebhooks, sign
from flask import Flask
from prometheus_client import CollectorRegistry

from bridge.workers.runners import Runner
from bridge.workers.serving import Serving, serve
from config.errors import ConfigError
from webhooks.admin import create_admin_app
from webhooks.app import MAX_BODY, create_public_app
from webhooks.receivers import Receiver

SOON = 60.0
PATH = "/webhooks/crm/secret"
BODY = b'[{"id": "A1"}]'


def hello(text: str) -> Flask:
    app = Flask("hello", static_folder=None)
    app.add_url_rule("/", "hello", lambda: text)
    return app


class Server:
    """``serve`` in a thread, until the test ends."""

    def __init__(self, public: Flask, admin: Flask, *runners: Runner) -> None:
        ready = threading.Event()

        def on_ready(serving: Serving) -> None:
            self.serving = serving
            ready.set()

        arguments = (public, admin, "127.0.0.1", 0, "localhost", 0, runners, on_ready)
        self.thread = threading.Thread(target=serve, args=arguments, daemon=True)
        self.thread.start()
        assert ready.wait(SOON)

    def stop(self) -> None:
        self.serving.stop()
        self.thread.join(SOON)
        assert not self.thread.is_alive()

    def connect(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self.serving.public).netloc, timeout=SOON)

    def say(self, *lines: str, body: bytes = b"") -> HTTPResponse:
        """Send bytes as they are, and read the answer."""
        address = urlsplit(self.serving.public)
        with socket.create_connection((str(address.hostname), address.port or 0), timeout=SOON) as wire:
            wire.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            answer = HTTPResponse(wire)
            answer.begin()
            answer.read()
            return answer


STORED = MemoryInbox()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The real public and admin apps, one pair for all tests of the wire."""
    receivers = {
        "crm": Receiver("crm", PathWebhooks(), ["secret"]),
        "signed": Receiver("signed", SignedWebhooks(), [SECRET]),
    }
    public = create_public_app(receivers, STORED, lambda: NOON)
    server = Server(public, create_admin_app(lambda: {"store": True}, CollectorRegistry()))
    yield server
    server.stop()


@pytest.fixture
def inbox() -> MemoryInbox:
    STORED.rows.clear()
    return STORED


def get(url: str, path: str = "/") -> tuple[int, str]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=SOON)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_each_app_on_its_own_port_until_stopped() -> None:
    server = Server(hello("public"), hello("admin"))
    assert get(server.serving.public) == (200, "public")
    assert get(server.serving.admin) == (200, "admin")
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        get(server.serving.public)
    with pytest.raises(ConnectionRefusedError):
        get(server.serving.admin)


def test_runners_live_as_long_as_the_servers() -> None:
    ran = threading.Event()
    runner = Runner("poll", ran.set, timedelta(days=1))
    server = Server(hello("public"), hello("admin"), runner)
    assert ran.wait(SOON)
    assert runner.alive
    server.stop()
    assert not runner.alive


def test_request_that_has_begun_is_answered_before_the_end() -> None:
    began, go_on = threading.Event(), threading.Event()
    app = Flask("slow", static_folder=None)

    @app.get("/")
    def slow() -> str:
        began.set()
        assert go_on.wait(SOON)
        return "answered"

    server = Server(app, hello("admin"))
    connection = server.connect()
    connection.request("GET", "/")
    assert began.wait(SOON)
    server.serving.stop()
    go_on.set()
    assert connection.getresponse().read() == b"answered"
    connection.close()
    server.stop()


def test_busy_public_port_leaves_the_admin_port_answering() -> None:
    go_on, arrived = threading.Event(), threading.Semaphore(0)
    app = Flask("slow", static_folder=None)

    @app.get("/")
    def slow() -> str:
        arrived.release()
        assert go_on.wait(SOON)
        return ""

    server = Server(app, hello("admin"))
    connections = [server.connect() for _ in range(8)]
    for connection in connections:
        connection.request("GET", "/")
    assert all(arrived.acquire(timeout=SOON) for _ in connections)
    assert get(server.serving.admin) == (200, "admin")
    go_on.set()
    assert [connection.getresponse().status for connection in connections] == [200] * 8
    for connection in connections:
        connection.close()
    server.stop()


@pytest.mark.parametrize("taken", ["--port", "--admin-port"])
def test_a_taken_port_is_a_problem_that_names_the_option(taken: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ports = (port, 0) if taken == "--port" else (0, port)
        with pytest.raises(ConfigError, match=f"port {port} on 127.0.0.1 is taken") as caught:
            serve(hello("public"), hello("admin"), "127.0.0.1", ports[0], "127.0.0.1", ports[1])
    assert [problem.where for problem in caught.value.problems] == [taken]
    assert caught.value.problems[0].example == f"csbridge serve {taken} 0"


@pytest.mark.parametrize(
    ("host", "port", "what"),
    [("192.0.2.1", 0, "has no address"), ("127.0.0.1", 70_000, "cannot listen"), ("no host", 0, "cannot listen")],
)
def test_an_address_that_cannot_be_is_a_problem(host: str, port: int, what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        serve(hello("public"), hello("admin"), host, port, "127.0.0.1", 0)


def test_delivery_over_the_wire(server: Server, inbox: MemoryInbox) -> None:
    answer = server.say(f"POST {PATH} HTTP/1.1", "Host: x", f"Content-Length: {len(BODY)}", body=BODY)
    assert answer.status == 200
    assert answer.getheader("Server") == "csbridge"
    [(_, body, _, _)] = inbox.rows
    assert body == BODY


def chunked(body: bytes, size: int) -> bytes:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


def test_chunked_body_is_taken_and_reaches_the_check_whole(server: Server, inbox: MemoryInbox) -> None:
    answer = server.say(f"POST {PATH} HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", body=chunked(BODY, 5))
    assert answer.status == 200
    assert inbox.rows[0][1] == BODY


@pytest.mark.parametrize("length", [MAX_BODY + 1, 10**9, 10**30])
def test_announced_too_long_is_413_before_it_is_sent(server: Server, inbox: MemoryInbox, length: int) -> None:
    body = b" " * length if length == MAX_BODY + 1 else b""
    answer = server.say(f"POST {PATH} HTTP/1.1", "Host: x", f"Content-Length: {length}", body=body)
    assert answer.status == 413
    assert inbox.rows == []


def test_unannounced_too_long_is_413(server: Server, inbox: MemoryInbox) -> None:
    body = chunked(BODY + b" " * MAX_BODY, 100_000)
    answer = server.say(f"POST {PATH} HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", body=body)
    assert answer.status == 413
    assert inbox.rows == []


def test_endless_chunks_are_cut_off_with_413(server: Server, inbox: MemoryInbox) -> None:
    address = urlsplit(server.serving.public)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=SOON) as wire:
        wire.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        endless = (b"10000\r\n" + b" " * 0x10000 + b"\r\n") * 1000
        with pytest.raises(ConnectionError):
            wire.sendall(endless)
    assert inbox.rows == []


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["POST /webhooks/crm/secret HTTP/1.1", "Host: x", "Content-Length: -5"], b""),
        (["POST /webhooks/crm/secret HTTP/1.1", "Host: x", "Content-Length: 3", "Content-Length: 14"], BODY),
        (["POST /webhooks/crm/secret HTTP/1.1", "Host: x", "Content-Length: 14x"], BODY),
        (["POST /webhooks/crm/secret HTTP/1.1", "Host: x", "Transfer-Encoding: chunked"], b"zz\r\n"),
        (["POST /webhooks/crm/secret HTTP/1.1", "Host: x", "Transfer-Encoding: gzip"], b""),
        (["POST /webhooks/crm/secret HTTP/1.1", "Host: x", "Bad Header: 1"], b""),
        (["POST /webhooks/crm/wr\xffng?\xff=\xfe HTTP/1.1", "Host: x"], b""),
        (["POST * HTTP/1.1", "Host: x"], b""),
        (["\x16\x03\x01\x02 HTTP/1.1", "Host: x"], b""),
    ],
)
def test_broken_requests_are_refused_and_stored_nowhere(
    server: Server, inbox: MemoryInbox, lines: list[str], body: bytes
) -> None:
    answer = server.say(*lines, body=body)
    assert 400 <= answer.status < 500 or answer.status == http.client.NOT_IMPLEMENTED
    assert inbox.rows == []


def test_body_cut_short_is_stored_nowhere(server: Server, inbox: MemoryInbox) -> None:
    address = urlsplit(server.serving.public)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=SOON) as wire:
        wire.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n".encode() + BODY)
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(1) == b""
    assert get(server.serving.public, "/healthz")[0] == 200
    assert inbox.rows == []


def test_headers_of_a_proxy_that_nobody_configured_count_for_nothing(server: Server, inbox: MemoryInbox) -> None:
    lies = ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "Forwarded: host=evil.example"]
    genuine, lured = (sign(f"{origin}/webhooks/signed", BODY) for origin in ("http://x", "https://evil.example"))
    for signature, status in ((genuine, 200), (lured, 401)):
        lines = ["Host: x", f"Content-Length: {len(BODY)}", *lies, *(f"{n}: {v}" for n, v in signature.items())]
        assert server.say("POST /webhooks/signed HTTP/1.1", *lines, body=BODY).status == status
    assert len(inbox.rows) == 1


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["X-Forwarded-Proto: https", "X-Forwarded-Host: cs.example.com"], 200),
        (["Forwarded: for=192.0.2.7;proto=https;host=cs.example.com"], 200),
        (["X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example", "X-Forwarded-Host: cs.example.com"], 401),
        (["X-Forwarded-Proto: https", "X-Forwarded-Proto: http", "X-Forwarded-Host: cs.example.com"], 401),
        (["X-Forwarded-Proto: https", "X_Forwarded_Host: cs.example.com"], 401),
        (["X-Forwarded-Proto: https", "X-Forwarded-Host: cs.example.com", "Forwarded: host=evil.example"], 401),
        ([], 401),
    ],
)
def test_a_proxy_that_the_admin_named_says_where_it_was_called(lines: list[str], status: int) -> None:
    inbox = MemoryInbox()
    receivers = {"signed": Receiver("signed", SignedWebhooks(), [SECRET])}
    public = create_public_app(receivers, inbox, lambda: NOON, trusted_proxies=[ip_network("127.0.0.1")])
    server = Server(public, hello("admin"))
    signature = [f"{name}: {value}" for name, value in sign("https://cs.example.com/webhooks/signed", BODY).items()]
    sent = ["Host: x", f"Content-Length: {len(BODY)}", *signature, *lines]
    assert server.say("POST /webhooks/signed HTTP/1.1", *sent, body=BODY).status == status
    assert len(inbox.rows) == (status == 200)
    server.stop()


PROGRAM = """
import sys, threading
from datetime import timedelta
from flask import Flask
from bridge.workers.runners import Runner
from bridge.workers.serving import serve

runner = Runner("poll", lambda: None, timedelta(days=1))
app = Flask("hello", static_folder=None)
serve(app, app, "127.0.0.1", 0, "127.0.0.1", 0, [runner], lambda serving: print(serving.public, flush=True))
print("stopped" if not runner.alive else "runner left", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_process_with_0(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        text=True,
        cwd=os.path.dirname(os.path.dirname(__file__)),
    )
    assert process.stdout
    url = process.stdout.readline().strip()
    assert get(url)[0] == 404
    process.send_signal(number)
    rest, _ = process.communicate(timeout=SOON)
    assert (process.returncode, rest) == (0, "stopped\n")


def test_runner_that_stays_busy_is_named_and_left(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.workers.serving.GRACE", timedelta(0))
    go_on = threading.Event()

    def job() -> None:
        go_on.wait(SOON)

    runner = Runner("endless job", job, timedelta(days=1))
    with caplog.at_level(logging.WARNING):
        Server(hello("public"), hello("admin"), runner).stop()
    assert "endless job is still busy and is left" in caplog.text
    go_on.set()
    assert runner.stop()
