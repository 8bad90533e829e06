from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, Counter

from webhooks.admin import ANY_HOST, create_admin_app, is_our_name


def client(checks: Mapping[str, str | bool], *hosts: str) -> FlaskClient:
    return create_admin_app(lambda: checks, CollectorRegistry(), hosts).test_client()


def test_ready_when_no_check_is_false() -> None:
    checks = {"store": True, "worker": True, "last_poll": "2026-03-02T12:00:00Z"}
    answer = client(checks).get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "checks": checks})


@pytest.mark.parametrize("broken", ["store", "worker"])
def test_one_false_check_is_503_and_named(broken: str) -> None:
    checks = {"store": True, "worker": True, "last_poll": "never", broken: False}
    answer = client(checks).get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ready": False, "checks": checks})


def test_a_check_that_fails_itself_is_503_without_its_words() -> None:
    def ready() -> Mapping[str, str | bool]:
        raise ConnectionError("postgresql://user:password@db")

    answer = create_admin_app(ready, CollectorRegistry()).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "checks": {"checks": False, "cause": "ConnectionError"}}


def test_metrics_are_prometheus_text() -> None:
    registry = CollectorRegistry()
    Counter("csbridge_test", "For this test", ["connection"], registry=registry).labels("sf").inc(3)
    answer = create_admin_app(dict, registry).test_client().get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert 'csbridge_test_total{connection="sf"} 3.0' in answer.text


def test_healthz_says_only_that_it_lives() -> None:
    answer = client({"store": False}).get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost:8081", True),
        ("LOCALHOST", True),
        ("127.0.0.1:8081", True),
        ("[::1]:8081", True),
        ("10.1.2.3", True),
        ("cs-admin.example.com:8081", True),
        ("CS-Admin.Example.com", True),
        ("", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example:8081", False),
        ("user@evil.example", False),
        ("[::1", False),
        ("127.0.0.1/evil", True),
        ("*", False),
    ],
)
def test_only_our_own_names_are_answered(host: str, ours: bool) -> None:
    assert is_our_name(host, ["cs-admin.example.com"]) is ours
    assert is_our_name(host, [ANY_HOST])


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/healthz", "/nowhere"])
def test_a_rebound_name_reads_nothing(path: str) -> None:
    answer = client({"store": True}).get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json) == (421, {"error": "misdirected request"})
