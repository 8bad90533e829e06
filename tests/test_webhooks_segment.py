"""The door for events in the Segment format: who may come in, what fits, what is kept, what is answered."""

import base64
import gzip
import json
import logging
import zlib
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from fake_webhooks import NOON, MemoryInbox
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from webhooks.app import create_public_app
from webhooks.inbox import Inbox
from webhooks.segment.bodies import CALLS, MAX_BATCH, MAX_MESSAGE, Malformed, TooLarge, inflated, parsed
from webhooks.segment.doors import segment_routes
from webhooks.segment.keys import key_in_header, source_of

KEYS = {"app": ["key-of-the-app"], "site": ["key-of-the-site-ü", "key-of-the-site-before"]}
APP, SITE = KEYS["app"][0], KEYS["site"][0]
TRACK = {"userId": "u", "event": "opened", "messageId": "m1"}


class Door:
    """The public app with two sources of events, and everything that it told others."""

    def __init__(self, inbox: MemoryInbox | None = None) -> None:
        self.inbox = inbox or MemoryInbox()
        self.told: list[str] = []
        taken: Inbox = self.inbox
        routes = segment_routes(
            KEYS,
            taken,
            lambda: NOON,
            lambda: "made",
            lambda: self.told.append("woken"),
            lambda source, outcome: self.told.append(f"{source} {outcome}"),
        )
        self.client: FlaskClient = create_public_app({}, taken, lambda: NOON, doors=[routes]).test_client()

    def post(self, call: str, said: Any, key: str | None = APP, **headers: str) -> TestResponse:
        body = said if isinstance(said, bytes) else orjson.dumps(said)
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.post(f"/v1/{call}", data=body, headers=sent | (basic(key) if key is not None else {}))

    def kept(self) -> list[Any]:
        return [orjson.loads(body) for _, body, _, _ in self.inbox.rows]


def basic(key: str) -> Mapping[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_batch_is_stored_and_answered_as_segment_does(door: Door) -> None:
    answer = door.post("batch", {"batch": [{**TRACK, "type": "track"}], "sentAt": "2026-03-02T12:00:00Z"})
    assert (answer.status_code, answer.json) == (200, {"success": True})
    assert door.kept() == [{"sentAt": "2026-03-02T12:00:00Z", "batch": [{**TRACK, "type": "track"}]}]
    assert [row[0] for row in door.inbox.rows] == ["app"]
    assert door.told == ["woken", "app accepted"]


@pytest.mark.parametrize(("call", "type"), [(call, kind) for call, kind in CALLS.items() if kind != "batch"])
def test_each_call_has_its_address_and_browsers_a_short_one(door: Door, call: str, type: str) -> None:
    assert door.post(call, TRACK).status_code == 200
    assert door.kept() == [{"batch": [{**TRACK, "type": type}]}]


def test_the_write_key_may_stand_in_the_body_and_is_not_kept(door: Door) -> None:
    said = {"batch": [{**TRACK, "type": "track", "writeKey": SITE}], "writeKey": SITE}
    assert door.post("b", said, key=None, Content_Type="text/plain;charset=UTF-8").status_code == 200
    assert door.post("t", {**TRACK, "writeKey": SITE}, key=None).status_code == 200
    assert [row[0] for row in door.inbox.rows] == ["site", "site"]
    assert not any(b"key-of" in body for _, body, _, _ in door.inbox.rows)


@pytest.mark.parametrize("key", KEYS["site"])
def test_while_a_write_key_rotates_both_are_taken(door: Door, key: str) -> None:
    assert door.post("track", TRACK, key=key).status_code == 200
    assert door.post("track", {**TRACK, "writeKey": key}, key=None).status_code == 200
    assert [row[0] for row in door.inbox.rows] == ["site", "site"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("guess", {"batch": []}), ("", {"batch": []}), (None, {"batch": []}),
        (None, {"batch": [], "writeKey": "guess"}), (None, {"batch": [], "writeKey": "\ud800"}),
        (None, {"batch": [], "writeKey": ""}), (None, {"batch": [], "writeKey": [APP]}),
        ("guess", {"batch": [], "writeKey": APP}), ("guess", b"no JSON"),
    ],
)  # fmt: skip
def test_another_write_key_is_turned_away(door: Door, key: str | None, said: Any) -> None:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    answer = door.post("batch", body, key=key)
    assert (answer.status_code, answer.json) == (401, {"error": "unauthorized"})
    assert door.inbox.rows == []
    assert door.told == ["unknown rejected"]


@pytest.mark.parametrize(
    "header", ["Bearer key-of-the-app", "Basic", "Basic §§§", "Basic a2V5", "Basic /////w==", "basic", "key-of-the-app"]
)
def test_another_kind_of_login_is_none(door: Door, header: str) -> None:
    answer = door.post("batch", {"batch": [], "writeKey": APP}, key=None, Authorization=header)
    assert answer.status_code == 401


def test_every_key_is_tried_and_no_comparison_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def compared(one: bytes, other: bytes) -> bool:
        asked.append(len(one) == len(other))
        return one == other

    monkeypatch.setattr("webhooks.segment.keys.hmac.compare_digest", compared)
    assert [source_of(key, KEYS) for key in (APP, *KEYS["site"], "guess", None)] == ["app", "site", "site", None, None]
    assert asked == [True] * 15


def test_an_empty_key_is_nobodys() -> None:
    assert source_of("", {"app": [""]}) is None
    assert key_in_header(basic("a:b")["Authorization"]) == "a"


@pytest.mark.parametrize(
    "said",
    [b"", b"{", b"[]", b"17", b"null", b'{"batch": 1}', b'{"batch": [1]}', b'{"batch": null}', b"{}", b"[" * 9_000,
     b'{"batch": [{"a": ' + b"[" * 9_000 + b"]" * 9_000 + b"}]}",
     b'{"batch": [{"a": ' + b"[" * 300 + b"]" * 300 + b"}]}",
     b'{"batch": [{"count": NaN}]}', b"\xff\xfe", b"<xml/>"],
)  # fmt: skip
def test_what_is_not_the_format_is_400_and_leaves_nothing(door: Door, said: bytes) -> None:
    answer = door.post("batch", said)
    assert (answer.status_code, answer.json) == (400, {"error": "bad request"})
    assert door.inbox.rows == []
    assert door.told == ["app rejected"]


def test_other_types_and_encodings_are_refused(door: Door) -> None:
    assert door.post("batch", {"batch": []}, Content_Type="application/x-www-form-urlencoded").status_code == 415
    assert door.post("batch", {"batch": []}, Content_Encoding="br").status_code == 400
    assert door.post("nothing", {"batch": []}).status_code == 404
    assert door.client.get("/v1/batch").status_code == 405


def test_messages_without_an_id_are_given_one_so_that_two_alike_are_two(door: Door) -> None:
    for _ in range(2):
        door.post("batch", {"batch": [{"type": "track", "messageId": ""}, {"messageId": "mine"}, {"messageId": 7}]})
    assert [[one["messageId"] for one in row["batch"]] for row in door.kept()] == [["made-0", "mine", "made-2"]] * 2


def test_an_emoji_that_was_cut_in_two_does_not_lose_the_batch(door: Door) -> None:
    assert door.post("batch", b'{"batch": [{"event": "a\\ud83d", "messageId": "m"}]}').status_code == 200
    assert door.kept() == [{"batch": [{"event": "a?", "messageId": "m"}]}]


def padded(size: int) -> dict[str, Any]:
    """A message of so many bytes of JSON."""
    bare = {**TRACK, "pad": ""}
    return {**bare, "pad": "x" * (size - len(orjson.dumps(bare)))}


def test_limits_are_segments(door: Door) -> None:
    assert door.post("track", padded(MAX_MESSAGE)).status_code == 200
    assert door.post("track", padded(MAX_MESSAGE + 1)).status_code == 413
    assert door.post("batch", {"batch": [padded(MAX_MESSAGE)] * 15}).status_code == 200
    assert door.post("batch", {"batch": [padded(MAX_MESSAGE + 1), TRACK]}).status_code == 413
    assert door.post("batch", {"batch": [padded(MAX_MESSAGE)] * 16}).status_code == 413
    assert len(door.inbox.rows) == 2
    assert door.told.count("app rejected") == 3


def test_gzip_is_taken_and_its_bombs_are_not(door: Door) -> None:
    good = gzip.compress(orjson.dumps({"batch": [TRACK]}))
    assert door.post("batch", good, Content_Encoding="gzip").status_code == 200
    assert door.kept() == [{"batch": [TRACK]}]
    bomb = gzip.compress(b"[" * 50_000_000)
    assert len(bomb) < 100_000
    assert door.post("batch", bomb, Content_Encoding="gzip").status_code == 413
    for bad in (good[:-9], good + b"more", b"no gzip", b"", zlib.compress(b"{}"), good + good):
        assert door.post("batch", bad, Content_Encoding="gzip").status_code == 400, bad
    assert len(door.inbox.rows) == 1


def test_a_batch_of_nothing_is_answered_and_not_kept(door: Door) -> None:
    assert door.post("batch", {"batch": []}).status_code == 200
    assert door.inbox.rows == []
    assert door.told == ["app empty"]


def test_a_browser_may_send_from_any_page(door: Door) -> None:
    asked = door.client.options("/v1/t", headers={"Origin": "https://app.example.com"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    for answer in (door.post("t", TRACK), door.post("t", b"{"), door.post("t", TRACK, key="guess")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in door.client.get("/healthz").headers


def test_an_inbox_that_fails_is_503_and_says_nothing_of_the_row(caplog: pytest.LogCaptureFixture) -> None:
    door = Door(MemoryInbox(broken=RuntimeError("row: person@example.com")))
    with caplog.at_level(logging.INFO):
        assert door.post("track", TRACK).status_code == 503
    assert door.told == ["app failed"]
    assert not any("person@" in str(record.__dict__) for record in caplog.records)


def test_keys_are_in_no_log(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        door.post("track", {**TRACK, "writeKey": "a-guess"}, key=None)
        door.post("track", TRACK)
        door.post("track", TRACK, key="a-guess")
    assert len(caplog.records) == 3
    assert not any(key in str(record.__dict__) for record in caplog.records for key in ("a-guess", APP, *KEYS["site"]))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_body_or_malformed(some: bytes) -> None:
    for encoding in ("", "gzip"):
        try:
            assert isinstance(parsed(inflated(some, encoding)), dict)
        except (Malformed, TooLarge):
            continue


def test_a_body_over_the_limit_is_never_unpacked_whole() -> None:
    with pytest.raises(TooLarge):
        inflated(b"x" * (MAX_BATCH + 1), "")
