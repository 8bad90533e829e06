"""Endpoints in ``csbridge.yml``: what is no address, no secret, or told twice."""

from pathlib import Path

import pytest
from config_files import CONNECTIONS, ENVIRON, problems_of, settings_of

from bridge.workspace import open_workspace
from config.errors import ConfigError
from config.outbound import EVENT_NAMES

ENDPOINT = 'outbound:\n  - {name: warehouse, url: "%s", secret: "${OUTBOUND_SECRET}"%s}\n'


def written(url: str = "https://hooks.example.com/in", more: str = "") -> str:
    return CONNECTIONS + ENDPOINT % (url, more)


def test_all_events_at_once_is_the_default(tmp_path: Path) -> None:
    (endpoint,) = settings_of(tmp_path, written()).outbound
    assert endpoint.events == list(EVENT_NAMES)
    assert (endpoint.digest, endpoint.format, endpoint.allow_private) == (None, "standard", False)
    assert endpoint.host == "hooks.example.com"
    assert "hooks.example.com/in" not in repr(endpoint)
    assert ENVIRON["OUTBOUND_SECRET"] not in repr(endpoint)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.com/in",
        "hooks.example.com/in",
        "https://",
        "https://user:hunter2@hooks.example.com/in",
        "https://user@hooks.example.com/in",
        "https://hooks.example.com/in#part",
        "https://hooks.example.com:0/in",
        "https://hooks.example.com:99999/in",
        "https://hooks.example.com/a b",
        "https://hooks.example.com\\\\@10.0.0.1/in",
        "https://hooks.exämple.com/in",
        "https://[::1/in",
    ],
)
def test_what_is_no_address(tmp_path: Path, url: str) -> None:
    problem = problems_of(tmp_path, written(url))["outbound[0].url"]
    assert "hunter2" not in str(problem)


def test_http_needs_a_network_of_ones_own(tmp_path: Path) -> None:
    problem = problems_of(tmp_path, written("http://127.0.0.1:9000/in"))["outbound[0]"]
    assert "allow_private" in problem.what
    assert settings_of(tmp_path, written("http://127.0.0.1:9000/in", ", allow_private: true"))


@pytest.mark.parametrize(
    "secret", ["topsecret", "whsec_", "whsec_c2hvcnQ=", "whsec_???", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
)
def test_what_cannot_sign(tmp_path: Path, secret: str) -> None:
    environ = {**ENVIRON, "OUTBOUND_SECRET": secret}
    problem = problems_of(tmp_path, written(), environ)["outbound[0].secret"]
    assert "whsec_" in problem.what
    assert secret == "whsec_" or secret not in str(problem)


def test_a_standard_endpoint_signs_and_a_chat_needs_not(tmp_path: Path) -> None:
    text = CONNECTIONS + "outbound:\n  - {name: chat, url: https://hooks.slack.example.com/T0/B0/x%s}\n"
    assert "secret is needed" in problems_of(tmp_path, text % "")["outbound[0]"].what
    assert settings_of(tmp_path, text % ", format: slack").outbound[0].secret == []


def test_names_are_unique_and_events_are_known(tmp_path: Path) -> None:
    twice = written() + ENDPOINT.partition("\n")[2] % ("https://b.example.com/in", "")
    assert "outbound[0] has the same name" in problems_of(tmp_path, twice)["outbound[1].name"].what
    unknown = problems_of(tmp_path, written(more=", events: [score.moved]"))
    assert list(unknown) == ["outbound[0].events[0]"]
    assert "outbound[0].events" in problems_of(tmp_path, written(more=", events: []"))


def test_where_names_what_there_is(tmp_path: Path) -> None:
    file = tmp_path / "csbridge.yml"
    file.write_text(written(more=", where: segmnt = mid"), "utf-8")
    with pytest.raises(ConfigError) as caught:
        open_workspace(file, ENVIRON, lambda: None)  # type: ignore[arg-type,return-value]
    (problem,) = caught.value.problems
    assert (problem.where, "segment" in problem.what) == ("outbound.warehouse.where", True)


def test_a_secret_that_is_not_set_is_one_problem(tmp_path: Path) -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != "OUTBOUND_SECRET"}
    assert "OUTBOUND_SECRET is not set" in problems_of(tmp_path, written(), environ)["outbound[0].secret"].what
