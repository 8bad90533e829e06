import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.logs import REMOVED, JsonFormatter, PlainFormatter, configure, scrubber

SECRET = 'top "secret" ü/42'


def record(message: str, /, *args: object, exc: BaseException | None = None, **facts: object) -> logging.LogRecord:
    trace = (type(exc), exc, exc.__traceback__) if exc else None
    made = logging.LogRecord("bridge.test", logging.WARNING, __file__, 1, message, args, trace)
    made.created = 1772452800.25
    vars(made).update(facts)
    return made


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as pytest had it."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = handlers, level


def test_plain_line() -> None:
    line = PlainFormatter(scrubber()).format(
        record("webhook %s", "accepted", connection="sf", records=3, note="two words")
    )
    assert (
        line
        == '2026-03-02T12:00:00.250Z WARNING bridge.test: webhook accepted connection=sf records=3 note="two words"'
    )


def test_json_line() -> None:
    line = JsonFormatter(scrubber()).format(record("webhook %s", "accepted", connection="sf", records=3, level="no"))
    assert json.loads(line) == {
        "at": "2026-03-02T12:00:00.250Z",
        "level": "warning",
        "logger": "bridge.test",
        "message": "webhook accepted",
        "connection": "sf",
        "records": 3,
    }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("POST /webhooks/sf/hook-secret HTTP/1.1", f"POST /webhooks/sf/{REMOVED} HTTP/1.1"),
        ("https://x.example/webhooks/sf/a%2Fb/c?d=1", f"https://x.example/webhooks/sf/{REMOVED}?d=1"),
        ("POST /webhooks/hs HTTP/1.1", "POST /webhooks/hs HTTP/1.1"),
        ("Authorization: Bearer abc.def", f"Authorization: {REMOVED}"),
        ("{'Authorization': 'Basic dXNlcjpwYXNz', 'a': 1}", f"{{'Authorization': '{REMOVED}', 'a': 1}}"),
        ("sent bearer 00D000000000001!AQ.ab_c to", f"sent bearer {REMOVED} to"),
        ("postgresql+psycopg://app:pass@db:5432/cs", f"postgresql+psycopg://app:{REMOVED}@db:5432/cs"),
        ("https://host:8080/path", "https://host:8080/path"),
        ("grant_type=x&client_secret=abc&b=1", f"grant_type=x&client_secret={REMOVED}&b=1"),
        ('{"access_token": "abc", "id": 1}', f'{{"access_token": "{REMOVED}", "id": 1}}'),
        ("<SessionId>00Dabc</SessionId>", f"<SessionId>{REMOVED}</SessionId>"),
        ("the password was refused", "the password was refused"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, left: str) -> None:
    assert scrubber()(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("GET /oauth/v1/access-tokens/CJSP5qf1KhI", f"GET /oauth/v1/access-tokens/{REMOVED}"),
        ("DELETE /oauth/v1/refresh-tokens/6f18f21e?a=1", f"DELETE /oauth/v1/refresh-tokens/{REMOVED}?a=1"),
        ("back at /callback?code=aPrx&state=s", f"back at /callback?code={REMOVED}&state=s"),
        ("code_verifier=abc&code_challenge=x", f"code_verifier={REMOVED}&code_challenge=x"),
        ("country?code_page=1", "country?code_page=1"),
    ],
)
def test_trap_47_tokens_in_addresses_are_taken_out(text: str, left: str) -> None:
    assert scrubber()(text) == left


@pytest.mark.parametrize("formatter", [PlainFormatter, JsonFormatter])
def test_given_secrets_are_in_no_part_of_a_line(formatter: type[PlainFormatter] | type[JsonFormatter]) -> None:
    try:
        raise ValueError(f"with {SECRET}")
    except ValueError as exc:
        said = record(
            "args %s and top%%20%%22secret%%22%%20%%C3%%BC%%2F42", SECRET, exc=exc, fact=SECRET, deep=[SECRET, 1]
        )
    line = formatter(scrubber([SECRET, "secret"])).format(said)
    assert "secret" not in line
    assert "42" not in line
    assert "ValueError" in line
    assert REMOVED in line


def test_a_secret_too_short_to_be_one_does_not_garble_the_log() -> None:
    assert scrubber(["", "a", "abc"])("a cab, abc") == "a cab, abc"


@given(
    secret=st.text(min_size=4, max_size=30).filter(lambda text: text not in REMOVED), before=st.text(), after=st.text()
)
def test_a_given_secret_never_comes_through_json(secret: str, before: str, after: str) -> None:
    line = JsonFormatter(scrubber([secret])).format(record("%s", f"{before}|{secret}|{after}"))
    message = json.loads(line)["message"]
    assert REMOVED in message
    assert not [part for part in message.split(REMOVED) if secret in part]


@given(text=st.text())
def test_no_input_can_forge_a_line(text: str) -> None:
    for formatter in (PlainFormatter(scrubber()), JsonFormatter(scrubber())):
        assert len(formatter.format(record("got %s", text, fact=text)).splitlines()) == 1


def test_configure_replaces_what_was_there_and_quiets_the_queue(root: logging.Logger) -> None:
    first, second = io.StringIO(), io.StringIO()
    configure(stream=first)
    configure(["hidden-word"], as_json=True, stream=second)
    logging.getLogger("anywhere").info("a hidden-word")
    logging.getLogger("anywhere").debug("not said")
    logging.getLogger("waitress.queue").warning("not said either")
    assert first.getvalue() == ""
    assert json.loads(second.getvalue())["message"] == f"a {REMOVED}"
