"""What endpoints read: the event as it is, or for Slack and Teams in words; nothing that customers wrote acts."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receiver import SECRET
from standardwebhooks import Webhook

from config.languages import languages
from config.outbound import EVENT_NAMES, Format
from scoring.messages import catalogue
from webhooks.outbound.digest import Held, digest
from webhooks.outbound.event import Subject, event
from webhooks.outbound.rendering import body
from webhooks.outbound.sentences import LINES, SHOWN, card, line
from webhooks.outbound.signing import headers

UTC_ZONE = ZoneInfo("UTC")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SUBJECT = Subject(("hs:42", "sf:001"), "Acme", "mid", "value", {"arr": 12.0})
STEP = {"reasons": "No login for 21 days.", "next_action": "Call the account."}
FACTS: dict[str, dict[str, Any]] = {
    "score.changed": {"before": {"score": 71.0}, "after": {"score": 38.5}, "band": "red", **STEP},
    "band.changed": {"before": {"band": "green"}, "after": {"band": "red"}, **STEP},
    "flag.raised": {"flag": "silent", "since": "2026-03-02", "reason": "No login for 21 days", "remedy": "Call"},
    "flag.cleared": {"flag": "silent", "since": None, "reason": None},
    "stage.changed": {"before": {"stage": "adoption"}, "after": {"stage": "renewal"}},
    "response.received": {
        "response": "sf:r", "survey": "nps", "score": 3.0, "group": "detractor", "comment": "Too <slow> & dear",
        "person": "sf:p", "answered_at": None, "changed": False,
    },
}  # fmt: skip


def document(type: str, **facts: Any) -> dict[str, Any]:
    return event(type, SUBJECT, AT, FACTS[type] | facts).document


def said(type: str, **facts: Any) -> str:
    return line(document(type, **facts), catalogue("en"))


def test_each_event_in_words() -> None:
    assert {type: said(type) for type in EVENT_NAMES} == {
        "score.changed": "Health score 71 → 38.5",
        "band.changed": "Health went from green to red",
        "flag.raised": "New risk: No login for 21 days (since 2026-03-02)",
        "flag.cleared": "No longer: Silent",
        "stage.changed": "Stage adoption → renewal",
        "response.received": "Answer to NPS: 3 (detractor)",
    }


def test_what_is_not_known_is_said_otherwise() -> None:
    assert said("score.changed", before={"score": None}) == "Health score is known now: 38.5"
    assert said("score.changed", after={"score": None}) == "Health score is unknown now (was 71)"
    assert said("stage.changed", before={"stage": None}) == "Stage is renewal now"
    assert said("stage.changed", after={"stage": None}) == "Stage adoption is over"
    assert said("flag.raised", since=None, reason=None) == "New risk: Silent"
    assert said("flag.cleared", flag="of_tomorrow") == "No longer: of_tomorrow"
    assert said("response.received", score=None) == "Answer to NPS"
    assert said("response.received", survey="csat", group=None) == "Answer to CSAT: 3"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("format", ["slack", "teams"])
@pytest.mark.parametrize("type", EVENT_NAMES)
def test_every_event_can_be_said_in_every_language(language: str, format: Format, type: str) -> None:
    words = catalogue(language)
    assert "Acme" in body(document(type), format, words, UTC_ZONE, rtl=words.style.rtl).decode()


def test_the_standard_body_is_the_event_and_verifies() -> None:
    now = datetime.now(UTC)
    made = event("band.changed", SUBJECT, now, FACTS["band.changed"])
    sent = body(made.document, "standard", catalogue("en"), UTC_ZONE)
    verified = Webhook(SECRET).verify(sent, dict(headers(made.id, now, sent, [SECRET])))
    assert verified == made.document
    assert list(verified) == ["type", "timestamp", "data"]
    assert verified["data"]["customer"] == {
        "records": ["hs:42", "sf:001"], "name": "Acme", "segment": "mid", "stage": "value",
    }  # fmt: skip


def test_an_id_tells_events_apart_and_is_the_same_for_the_same() -> None:
    same = {event("stage.changed", SUBJECT, AT, FACTS["stage.changed"]).id for _ in range(3)}
    others = {
        event("stage.changed", SUBJECT, AT.replace(second=1), FACTS["stage.changed"]).id,
        event("stage.changed", SUBJECT, AT, FACTS["stage.changed"], 7).id,
        event("stage.changed", Subject(("sf:2",), None, None, None, {}), AT, FACTS["stage.changed"]).id,
        event("stage.changed", SUBJECT, AT, FACTS["stage.changed"] | {"after": {"stage": "value"}}).id,
    }
    assert len(same) == 1
    assert len(same | others) == 5


def test_slack() -> None:
    message = json.loads(body(document("response.received"), "slack", catalogue("en"), UTC_ZONE))
    assert message == {
        "text": "Acme: Answer to NPS: 3 (detractor)",
        "blocks": [
            section("*Acme: Answer to NPS: 3 (detractor)*"),
            section("Too &lt;slow&gt; &amp; dear"),
        ],
    }


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def test_teams() -> None:
    message = json.loads(body(document("band.changed"), "teams", catalogue("en"), UTC_ZONE))
    (attachment,) = message["attachments"]
    assert (message["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert attachment["content"]["type"] == "AdaptiveCard"
    assert texts(message) == [
        "Acme: Health went from green to red", "No login for 21 days.", "Next: Call the account.",
    ]  # fmt: skip


def texts(message: dict[str, Any]) -> list[str]:
    return [run["text"] for block in message["attachments"][0]["content"]["body"] for run in block["inlines"]]


HOSTILE = st.text(min_size=1, max_size=80) | st.sampled_from(
    ["<!channel>", "<https://x.example|pay>", "[a](https://x)"]
)


@given(HOSTILE, HOSTILE)
def test_nothing_that_customers_wrote_acts_in_slack(name: str, comment: str) -> None:
    subject = Subject(("sf:1",), name, None, None, {})
    made = event("response.received", subject, AT, FACTS["response.received"] | {"comment": comment}).document
    message = json.loads(body(made, "slack", catalogue("en"), UTC_ZONE))
    shown = message["text"] + "".join(block["text"]["text"] for block in message["blocks"])
    assert "<" not in shown
    assert ">" not in shown
    assert shown.count("&") == sum(shown.count(entity) for entity in ("&amp;", "&lt;", "&gt;"))


@pytest.mark.parametrize("format", ["slack", "teams"])
def test_a_large_digest_stays_within_what_chats_take(format: Format) -> None:
    held = []
    for number in range(40):
        subject = Subject((f"sf:{number:02}",), f"Account {number:02} " + "ش" * 200, None, None, {})
        for flag in (
            "silent",
            "detractor",
            "payment_late",
            "renewal_near",
            "csat_falling",
            "data_stale",
            "review_overdue",
        ):
            facts = FACTS["flag.raised"] | {"flag": flag, "reason": "ژ" * 255}
            made = event("flag.raised", subject, AT, facts)
            held.append(Held(made.id, made.document))
    document = digest(held, AT)
    assert document is not None
    words = catalogue("fa")
    shown = card(document, words, UTC_ZONE)
    assert len(shown.groups) == SHOWN
    assert all(len(group.lines) == LINES + 1 for group in shown.groups)
    assert "۲۵" in shown.foot
    sent = body(document, format, words, UTC_ZONE, rtl=True)
    message = json.loads(sent)
    if format == "slack":
        assert len(message["blocks"]) <= 50
        assert all(len(block["text"]["text"]) <= 3000 for block in message["blocks"] if block["type"] == "section")
        assert sum(len(block["text"]["text"]) for block in message["blocks"] if "text" in block) < 13_000
    else:
        assert len(sent) < 28_000
        assert message["attachments"][0]["content"]["rtl"] is True
