import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from fake_webhooks import NOON, SECRET, MemoryInbox, PathWebhooks, SignedWebhooks, sign
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Delivery
from adapters.records import Ref
from webhooks.addresses import called_url
from webhooks.app import create_public_app
from webhooks.inbox import Inbox
from webhooks.receivers import Receiver

URL = "https://cs.example.com"
BODY = b'[{"id": "A1"}, {"id": "A2"}]'


class Door:
    """The public app with two connections, and everything that it told others."""

    def __init__(self, inbox: MemoryInbox | None = None, public_url: str | None = URL) -> None:
        self.inbox = inbox or MemoryInbox()
        self.told: list[str] = []
        receivers = {
            "crm": Receiver("crm", SignedWebhooks(), [SECRET]),
            "path": Receiver("path", PathWebhooks(), ["old-secret", "new/secret"]),
            "open": Receiver("open", PathWebhooks(), [""]),
        }
        taken: Inbox = self.inbox
        app = create_public_app(
            receivers,
            taken,
            lambda: NOON,
            public_url,
            on_accepted=lambda: self.told.append("woken"),
            count=lambda connection, outcome: self.told.append(f"{connection} {outcome}"),
            max_body=10_000,
        )
        self.client: FlaskClient = app.test_client()


@pytest.fixture
def door() -> Door:
    return Door()


def test_genuine_delivery_is_stored_before_the_vendor_is_answered_in_its_own_way(door: Door) -> None:
    answer = door.client.post("/webhooks/crm", data=BODY, headers=sign(f"{URL}/webhooks/crm", BODY))
    assert (answer.status_code, answer.data, answer.content_type) == (200, b"thank you", "text/x-thanks")
    [(connection, body, refs, at)] = door.inbox.rows
    assert (connection, refs, at) == ("crm", (Ref("crm", "account", "A1"), Ref("crm", "account", "A2")), NOON)
    assert body == BODY
    assert door.told == ["woken", "crm accepted"]


def test_only_what_may_be_kept_is_stored_and_who_is_to_be_forgotten_is_told() -> None:
    class Careful(SignedWebhooks):
        def kept(self, delivery: Delivery) -> bytes:
            return delivery.body.replace(b"A1", b"..")

        def erasures(self, delivery: Delivery) -> list[Ref]:
            return self.notices(delivery)[1:]

    inbox = MemoryInbox()
    app = create_public_app({"crm": Receiver("crm", Careful(), [SECRET])}, inbox, lambda: NOON, URL)
    answer = app.test_client().post("/webhooks/crm", data=BODY, headers=sign(f"{URL}/webhooks/crm", BODY))
    assert answer.status_code == 200
    [(_, body, refs, _)] = inbox.rows
    assert (body, refs) == (b'[{"id": ".."}, {"id": "A2"}]', (Ref("crm", "account", "A1"), Ref("crm", "account", "A2")))
    assert inbox.erase == [Ref("crm", "account", "A2")]


def test_delivery_that_names_no_record_is_acknowledged_and_not_stored(door: Door) -> None:
    answer = door.client.post("/webhooks/crm", data=b"[]", headers=sign(f"{URL}/webhooks/crm", b"[]"))
    assert answer.status_code == 200
    assert door.inbox.rows == []
    assert door.told == ["crm empty"]


@pytest.mark.parametrize(
    ("name", "headers", "body"),
    [
        ("unsigned", {}, BODY),
        ("another secret", sign(f"{URL}/webhooks/crm", BODY, secret="guess"), BODY),
        ("another body", sign(f"{URL}/webhooks/crm", BODY), BODY + b" "),
        ("truncated body", sign(f"{URL}/webhooks/crm", BODY), BODY[:-1]),
        ("another address", sign(f"{URL}/webhooks/other", BODY), BODY),
        ("an address of the attacker's host", sign("https://evil.example/webhooks/crm", BODY), BODY),
        ("stale", sign(f"{URL}/webhooks/crm", BODY, NOON - timedelta(minutes=6)), BODY),
        ("from the future", sign(f"{URL}/webhooks/crm", BODY, NOON + timedelta(minutes=6)), BODY),
        ("a stamp that is no number", {"X-Stamp": "²", "X-Signature": "x"}, BODY),
        ("not ASCII", {"X-Stamp": str(int(NOON.timestamp())), "X-Signature": "ü" * 64}, BODY),
        ("empty", {"X-Stamp": "", "X-Signature": ""}, b""),
    ],
)
def test_what_is_not_genuine_is_401_and_leaves_nothing(
    door: Door, name: str, headers: dict[str, str], body: bytes
) -> None:
    answer = door.client.post("/webhooks/crm", data=body, headers=headers)
    assert (answer.status_code, answer.json) == (401, {"error": "unauthorized"}), name
    assert door.inbox.rows == []
    assert door.told == ["crm rejected"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"17",
        b'{"id": "A1"}',
        b'["A1"]',
        b'[{"ID": "A1"}]',
        b"[" * 9_000,
        b"[" * 4_000 + b"]" * 4_000,
        b'[{"id": "\xff\xfe"}]',
        b"\x00" * 100,
        b"<xml/>",
    ],
)
def test_genuine_but_malformed_is_400_and_leaves_nothing(door: Door, body: bytes) -> None:
    answer = door.client.post("/webhooks/crm", data=body, headers=sign(f"{URL}/webhooks/crm", body))
    assert (answer.status_code, answer.json) == (400, {"error": "bad request"})
    assert door.inbox.rows == []


@given(body=st.binary(max_size=400), stamp=st.text(max_size=12), signature=st.text(max_size=70))
def test_nothing_forged_is_ever_stored_or_a_server_error(body: bytes, stamp: str, signature: str) -> None:
    door = Door()
    headers = {"X-Stamp": _header(stamp), "X-Signature": _header(signature)}
    answer = door.client.post("/webhooks/crm", data=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert door.inbox.rows == []


def _header(text: str) -> str:
    """What a header can hold on the wire."""
    return "".join(char for char in text if char.isprintable() and ord(char) < 256)


@pytest.mark.parametrize(
    "path", ["/webhooks/path/old-secret", "/webhooks/path/new/secret", "/webhooks/path/new%2Fsecret"]
)
def test_any_of_the_secrets_in_the_path_opens(door: Door, path: str) -> None:
    assert door.client.post(path, data=BODY).status_code == 200
    assert len(door.inbox.rows) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/webhooks/path", 401),
        ("/webhooks/path/", 404),
        ("/webhooks/path/old-secret/", 401),
        ("/webhooks/path/old-secre", 401),
        ("/webhooks/path/OLD-SECRET", 401),
        ("/webhooks/path/%00", 401),
        ("/webhooks/path/%ff%fe", 401),
        ("/webhooks/path/..%2f..%2fetc%2fpasswd", 401),
        ("/webhooks/open", 401),
        ("/webhooks/open/", 404),
        ("/webhooks/open/anything", 401),
        ("/webhooks/nobody", 404),
        ("/webhooks/nobody/old-secret", 404),
        ("/webhooks/", 404),
        ("/webhooks", 404),
        ("/webhooks/PATH/old-secret", 404),
        ("/webhooks//old-secret", 404),
        ("//webhooks/path/old-secret", 404),
    ],
)
def test_guessed_paths_open_nothing(door: Door, path: str, status: int) -> None:
    answer = door.client.post(path, data=BODY)
    assert answer.status_code == status
    assert door.inbox.rows == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_only_post_is_taken(door: Door, method: str) -> None:
    answer = door.client.open("/webhooks/path/old-secret", method=method, data=BODY)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert door.inbox.rows == []


def test_a_sender_that_looks_before_it_sends_finds_the_connection(door: Door) -> None:
    found = door.client.head("/webhooks/crm")
    assert (found.status_code, found.data, door.told) == (200, b"", [])
    assert door.client.head("/webhooks/nobody").status_code == 404
    assert door.client.get("/webhooks/crm").status_code == 405
    assert door.inbox.rows == []


@pytest.mark.parametrize(
    "path", ["/webhooks/crm", "/webhooks/path/old-secret", "/webhooks/path/wrong", "/webhooks/nobody"]
)
def test_a_body_beyond_the_limit_is_never_stored(door: Door, path: str) -> None:
    body = b" " * 10_001
    answer = door.client.post(path, data=body, headers=sign(URL + path, body))
    assert answer.status_code == (404 if "nobody" in path else 413)
    assert door.inbox.rows == []


def test_body_of_exactly_the_limit_is_taken(door: Door) -> None:
    body = BODY + b" " * (10_000 - len(BODY))
    assert door.client.post("/webhooks/path/old-secret", data=body).status_code == 200


def test_inbox_that_fails_is_503_and_says_nothing_of_the_row(caplog: pytest.LogCaptureFixture) -> None:
    door = Door(MemoryInbox(broken=OSError("disk full\n[parameters: ('person@example.com',)]")))
    with caplog.at_level(logging.INFO):
        answer = door.client.post("/webhooks/path/old-secret", data=BODY)
    assert (answer.status_code, answer.json) == (503, {"error": "service unavailable"})
    assert door.told == ["path failed"]
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert vars(record)["reason"] == "disk full"
    assert record.exc_info is None


def test_a_surprise_of_a_vendors_check_counts_as_malformed() -> None:
    class Surprising(SignedWebhooks):
        def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
            raise RecursionError

    inbox = MemoryInbox()
    app = create_public_app({"crm": Receiver("crm", Surprising(), [SECRET])}, inbox, lambda: NOON)
    assert app.test_client().post("/webhooks/crm", data=BODY).status_code == 400
    assert inbox.rows == []


def test_secrets_and_paths_are_in_no_log_line(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for path in ("/webhooks/path/old-secret", "/webhooks/path/wrong-guess", "/webhooks/typo/old-secret"):
            door.client.post(path, data=BODY)
    said = [f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("webhooks")]
    assert len(said) == 3
    assert not [line for line in said if "old-secret" in line or "wrong-guess" in line or "typo" in line]
    assert "old-secret" not in repr(Receiver("path", PathWebhooks(), ["old-secret"]))


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/webhooks/crm", {}),
        ("/webhooks/crm?a=1&b=%3a%2F+x&a=2", {}),
        ("/webhooks/crm?", {}),
        ("/webhooks/%63rm", {}),
        ("/webhooks/crm?x=%ff", {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}),
    ],
)
def test_signature_is_over_the_address_as_the_vendor_wrote_it(door: Door, target: str, headers: dict[str, str]) -> None:
    environ = {"REQUEST_URI": target, "HTTP_HOST": "10.0.0.7:8080"}
    answer = door.client.post(
        target, data=BODY, headers={**sign(URL + target, BODY), **headers}, environ_overrides=environ
    )
    assert answer.status_code == 200


def test_doubled_header_is_not_two_chances(door: Door) -> None:
    good = sign(f"{URL}/webhooks/crm", BODY)
    headers = [("X-Stamp", good["X-Stamp"]), ("X-Signature", "0" * 64), ("X-Signature", good["X-Signature"])]
    assert door.client.post("/webhooks/crm", data=BODY, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("environ", "public_url", "url"),
    [
        ({"REQUEST_URI": "/a%2fb?c=%7E"}, "https://x.example/base", "https://x.example/base/a%2fb?c=%7E"),
        ({"RAW_URI": "/a?"}, "https://x.example", "https://x.example/a?"),
        ({"REQUEST_URI": "http://evil.example/a", "PATH_INFO": "/a"}, "https://x.example", "https://x.example/a"),
        (
            {"PATH_INFO": "/a b/\xc3\xbc", "QUERY_STRING": "q=%2B"},
            "https://x.example",
            "https://x.example/a%20b/%C3%BC?q=%2B",
        ),
        ({"REQUEST_URI": "/a", "HTTP_HOST": "h:1"}, None, "http://h:1/a"),
        ({"REQUEST_URI": "/a", "SERVER_NAME": "n", "SERVER_PORT": "80"}, None, "http://n:80/a"),
    ],
)
def test_called_url(environ: dict[str, str], public_url: str | None, url: str) -> None:
    assert called_url({"wsgi.url_scheme": "http", **environ}, public_url) == url


@pytest.mark.parametrize("secret", [SECRET, "guess"])
def test_the_short_way_comes_to_the_same_answer_as_the_usual_one(secret: str) -> None:
    answers = []
    for framing in ({}, {"HTTP_TRANSFER_ENCODING": "identity"}):  # the second is left to Flask
        door = Door()
        headers = sign(f"{URL}/webhooks/crm", BODY, secret=secret)
        answer = door.client.post("/webhooks/crm", data=BODY, headers=headers, environ_overrides=framing)
        answers.append((answer.status_code, answer.data, sorted(answer.headers), door.inbox.rows, door.told))
    assert answers[0] == answers[1]
