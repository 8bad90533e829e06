"""One attempt against servers of all manners: what is sent, whom it reaches, and what of the answer is believed."""

import datetime as dt
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from receiver import Receiver, receiving

from webhooks.outbound import sending
from webhooks.outbound.sending import LONGEST_OPEN, READ, Answer, Line, post

BODY = b'{"a":1}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def heard(line: socket.socket) -> None:
    """Take in the whole request: who closes before gives a reset instead of an answer."""
    got = b""
    while not got.endswith(BODY):
        part = line.recv(65536)
        assert part
        got += part


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of one connection, which ``talk`` holds; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.settimeout(5)
                heard(line)
                talk(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)
        assert not thread.is_alive()


def to(url: str, **options: object) -> Answer:
    return post(url, BODY, {"webhook-id": "evt_1"}, private=True, **options)  # type: ignore[arg-type]


def test_what_is_sent(receiver: Receiver) -> None:
    receiver.answer(202)
    answer = to(receiver.url + "?key=1")
    assert answer == Answer(202)
    assert answer.delivered
    (got,) = receiver.got
    assert (got.path, got.body) == ("/hook/secret-path?key=1", BODY)
    assert got.headers["webhook-id"] == "evt_1"
    assert got.headers["host"].startswith("127.0.0.1:")


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.answer(307, location=elsewhere.url)
        assert to(receiver.url) == Answer(307, "307: redirects are not followed")
        assert elsewhere.got == []


def test_no_proxy_and_no_cookie_comes_in(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    receiver.answer(200, set_cookie="a=b")
    assert to(receiver.url).delivered
    assert to(receiver.url).delivered
    assert [one.headers.get("cookie") for one in receiver.got] == [None, None]


def test_a_name_that_leads_to_a_forbidden_address_is_not_reached(receiver: Receiver) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    url = f"https://hooks.example.com:{port}/"
    answer = post(url, b"{}", {}, private=False, lookup=lambda host, port: ["93.184.216.34", "127.0.0.1"])
    assert answer.status is None
    assert answer.cause.startswith("hooks.example.com leads to 127.0.0.1: it lies in a private network")


def test_a_name_is_asked_once_so_that_it_cannot_lead_elsewhere_afterwards(receiver: Receiver) -> None:
    """DNS rebinding: a good address for the check, another one for the connection."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    port = receiver.url.split(":")[2].split("/")[0]
    assert to(f"http://hooks.example.com:{port}/", lookup=rebinding).delivered
    assert asked == ["hooks.example.com"]
    assert receiver.got[0].headers["host"] == f"hooks.example.com:{port}"


def test_the_peer_that_was_reached_is_looked_at(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if something between had led the connection astray."""
    real = socket.create_connection
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr(socket, "create_connection", lambda address, timeout: real(("127.0.0.1", port), timeout))
    answer = post("https://hooks.example.com/", b"{}", {}, private=False, lookup=lambda host, port: ["93.184.216.34"])
    assert answer.cause == "hooks.example.com was reached at 127.0.0.1: it is another one"
    assert receiver.got == []


def test_the_first_address_that_answers_is_taken(receiver: Receiver) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    assert to(f"http://hooks.example.com:{port}/", lookup=lambda host, port: ["127.0.0.9", "127.0.0.1"]).delivered


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert to(f"http://127.0.0.1:{port}/secret-path") == Answer(None, "127.0.0.1: Connection refused")


@pytest.mark.parametrize(
    "said",
    [
        b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)  # fmt: skip
def test_what_is_no_http_is_a_failure_and_no_error(said: bytes) -> None:
    with raw(lambda line: line.sendall(said)) as port:
        answer = to(f"http://127.0.0.1:{port}/secret-path")
    assert answer.status is None
    assert answer.cause.startswith("127.0.0.1: ")
    assert "secret-path" not in answer.cause


def test_a_long_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.otherwise = (500, {"Content-Type": "text/plain"}, b"x" * 10_000_000)
    assert to(receiver.url) == Answer(500, "500")


def test_a_dripping_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "WHOLE", 0.3)
    ended = threading.Event()

    def drip(line: socket.socket) -> None:
        try:
            for _ in range(100):
                line.sendall(b"H")
                if ended.wait(0.05):
                    return
        except OSError:
            ended.set()

    with raw(drip) as port:
        answer = to(f"http://127.0.0.1:{port}/")
        ended.set()
    assert answer.status is None


def test_an_answer_whose_text_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its head was there at once."""
    monkeypatch.setattr(sending, "WHOLE", 0.3)
    stopped = threading.Event()

    def drip(line: socket.socket) -> None:
        try:
            line.sendall(
                b"HTTP/1.1 500 Oh\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2000\r\n\r\n"
            )
            while not stopped.wait(0.02):
                line.sendall(b"x")
        except OSError:
            stopped.set()

    with raw(drip) as port:
        answer = to(f"http://127.0.0.1:{port}/")
        assert stopped.wait(5)
    assert not answer.delivered


def test_who_is_reached_late_has_no_more_time_than_others(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to many addresses which do not answer."""
    monkeypatch.setattr(sending, "WHOLE", 0.1)

    def slowly(host: str, port: int) -> list[str]:
        threading.Event().wait(0.5)
        return ["127.0.0.1"]

    assert to(receiver.url, lookup=slowly) == Answer(None, "127.0.0.1: no answer in time")
    assert receiver.got == []


def test_a_short_plain_answer_is_the_cause_and_nothing_else_is(receiver: Receiver) -> None:
    plain = {"Content-Type": "text/plain"}
    receiver.replies = [
        (400, plain, b"invalid_payload\n"),
        (404, plain, b"Cannot POST /hook/secret-path"),
        (500, plain, b"\x1b[31mred\x1b[0m"),
        (500, {"Content-Type": "text/html"}, b"<h1>no</h1>"),
    ]
    assert [to(receiver.url).cause for _ in range(4)] == ["400 invalid_payload", "404", "500", "500"]


def test_retry_after_is_handed_on(receiver: Receiver) -> None:
    receiver.answer(429, retry_after="7")
    assert to(receiver.url) == Answer(429, "429", "7")


# Several over one line

DONE = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def lines(*talks: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server of as many connections, one after the other; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for talk in talks:
                line, _ = server.accept()
                with line:
                    line.settimeout(5)
                    talk(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(5)
        assert not thread.is_alive()


def send(line: Line) -> Answer:
    return line.post(BODY, {"webhook-id": "evt_1"})


def test_a_line_is_kept_and_the_name_asked_anew_when_it_is_old(receiver: Receiver) -> None:
    now, asked, leads = 0.0, list[str](), ["127.0.0.1"]

    def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return leads

    url = receiver.url.replace("127.0.0.1", "hooks.example.com")
    with closing(Line(url, private=True, lookup=lookup, clock=lambda: now)) as line:
        assert [send(line) for _ in range(3)] == [Answer(204)] * 3
        leads[:] = ["169.254.169.254"]
        assert send(line).delivered, "an open line leads where it led"
        assert len(asked) == 1
        now = LONGEST_OPEN + 1
        assert send(line).cause.startswith("hooks.example.com leads to 169.254.169.254: it is an address of link-local")
        leads[:] = ["127.0.0.1"]
        assert send(line).delivered
    assert len(asked) == 3
    assert [one.line == receiver.got[0].line for one in receiver.got] == [True] * 4 + [False]
    assert {one.headers["host"] for one in receiver.got} == {url.split("/")[2]}


def test_a_line_that_was_closed_in_between_is_opened_anew(receiver: Receiver) -> None:
    closed = threading.Event()

    def once(line: socket.socket) -> None:
        heard(line)
        line.sendall(DONE)

    def then_tell(line: socket.socket) -> None:
        once(line)
        closed.set()

    with lines(then_tell, once) as url, closing(Line(url, private=True)) as line:
        assert send(line) == Answer(204)
        assert closed.wait(5)
        assert send(line) == Answer(204)


def test_who_hangs_up_on_a_line_that_was_kept_is_called_again_and_who_does_so_at_once_is_not() -> None:
    got: list[int] = []

    def once_and_hang_up(line: socket.socket) -> None:
        heard(line)
        line.sendall(DONE)
        heard(line)
        got.append(1)

    def hang_up(line: socket.socket) -> None:
        heard(line)
        got.append(2)

    with lines(once_and_hang_up, hang_up) as url, closing(Line(url, private=True)) as line:
        assert send(line) == Answer(204)
        assert send(line).status is None
    assert got == [1, 2]


@pytest.mark.parametrize("status", [200, 500])
def test_a_text_that_is_not_read_to_its_end_ends_the_line(receiver: Receiver, status: int) -> None:
    receiver.replies = [(status, {}, b"x" * size) for size in (READ, READ + 1, 1)]
    with closing(Line(receiver.url, private=True)) as line:
        assert [send(line).status for _ in range(3)] == [status] * 3
    first, second, third = (one.line for one in receiver.got)
    assert first == second != third


def test_what_was_taken_is_delivered_however_slowly_the_text_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FOR_NOTHING", 0.1)

    def hold(line: socket.socket) -> None:
        heard(line)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        assert line.recv(1) == b"", "closed from the other side"

    with lines(hold, hold) as url, closing(Line(url, private=True)) as line:
        assert [send(line), send(line)] == [Answer(200)] * 2


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of localhost, signed by nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def secure(certificate: Path) -> Iterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            line.settimeout(5)
            try:
                with context.wrap_socket(line, server_side=True) as safe:
                    heard(safe)
                    safe.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except (OSError, http.client.HTTPException):
                line.close()  # the client did not like the certificate

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def test_over_tls_where_the_certificate_is_trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with secure(certificate) as port:
        assert to(f"https://localhost:{port}/", lookup=lambda host, port: ["127.0.0.1"]) == Answer(204)


@pytest.mark.parametrize("trusted", [True, False])
def test_not_where_it_is_of_another_name_or_of_nobody(
    certificate: Path, trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with secure(certificate) as port:
        answer = to(f"https://hooks.example.com:{port}/", lookup=lambda host, port: ["127.0.0.1"])
    assert answer.cause.startswith("hooks.example.com: its certificate is not trusted")
