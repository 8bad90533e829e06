import pytest
from fake_webhooks import NOON, MemoryInbox, PathWebhooks
from flask.testing import FlaskClient

from adapters.contract import Answer, Delivery
from webhooks.app import create_public_app
from webhooks.receivers import Receiver


@pytest.fixture
def client() -> FlaskClient:
    receivers = {"crm": Receiver("crm", PathWebhooks(), ["secret"])}
    return create_public_app(receivers, MemoryInbox(), lambda: NOON).test_client()


def test_healthz(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


@pytest.mark.parametrize("path", ["/", "/readyz", "/metrics", "/static/x", "/healthz/../metrics", "/admin"])
def test_public_port_has_nothing_else(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json) == (404, {"error": "not found"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("POST", "/webhooks/crm/secret", 200),
        ("POST", "/webhooks/crm/wrong", 401),
        ("GET", "/nowhere", 404),
        ("PUT", "/healthz", 405),
    ],
)
def test_every_answer_carries_the_headers_of_a_wary_server(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, data=b"[]")
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert not {"Server", "Set-Cookie", "X-Powered-By"} & set(answer.headers.keys())


def test_a_bug_is_500_without_its_words_or_traceback() -> None:
    class Broken(PathWebhooks):
        def acknowledge(self, delivery: Delivery) -> Answer:
            raise RuntimeError(f"has seen {delivery.body!r}")

    app = create_public_app({"crm": Receiver("crm", Broken(), ["secret"])}, MemoryInbox(), lambda: NOON)
    answer = app.test_client().post("/webhooks/crm/secret", data=b"[]")
    assert (answer.status_code, answer.json) == (500, {"error": "internal server error"})
