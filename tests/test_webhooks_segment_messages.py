"""What one message says: when it happened by our clock, who it is about, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from segment_messages import group, identify, message, track

from webhooks.segment.messages import EARLIEST, LONGEST, Message, Told, only, told

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def read(*messages: dict[str, Any], trait: str | None = None, screens: bool = False, **shared: Any) -> Told:
    return told(orjson.dumps({"batch": list(messages)} | shared), NOON, trait, screens)


def one(said: dict[str, Any], **more: Any) -> Message:
    result = read(said, **more)
    assert result.causes == []
    return result.messages[0]


def at(**stamps: datetime | str) -> datetime:
    """When an event happened that has these stamps."""
    said = {name: stamp.isoformat() if isinstance(stamp, datetime) else stamp for name, stamp in stamps.items()}
    return one(track("opened", "u", **said)).at


def test_without_a_stamp_it_happened_when_it_came() -> None:
    assert at() == at(sentAt=NOON - HOUR) == NOON


def test_a_stamp_is_put_right_by_what_the_senders_clock_is_wrong() -> None:
    assert at(timestamp=NOON - 3 * HOUR) == NOON - 3 * HOUR
    assert at(timestamp=NOON + 7 * HOUR, sentAt=NOON + 9 * HOUR) == NOON - 2 * HOUR
    assert at(originalTimestamp=NOON + 7 * HOUR, sentAt=NOON + 9 * HOUR) == NOON - 2 * HOUR
    never_set = datetime(1970, 1, 1, 5, tzinfo=UTC)
    assert at(timestamp=never_set, sentAt=never_set + HOUR) == NOON - HOUR


def test_a_stamp_that_somebody_put_right_before_us_is_left() -> None:
    wrong = NOON + 9 * HOUR
    assert at(timestamp=NOON - HOUR, originalTimestamp=wrong, sentAt=wrong) == NOON - HOUR


def test_the_batch_says_when_it_was_sent_where_a_message_does_not() -> None:
    said = track("opened", "u", timestamp=(NOON - HOUR).isoformat())
    assert one(said, sentAt=(NOON - HOUR / 2).isoformat()).at == NOON - HOUR / 2
    assert one({**said, "sentAt": NOON.isoformat()}, sentAt=(NOON - HOUR / 2).isoformat()).at == NOON - HOUR


@pytest.mark.parametrize("stamp", ["2026-03-02T13:00:00", "2026-03-02T14:30:00.000+03:30", "2027-01-01T00:00:00Z"])
def test_nothing_happens_after_it_was_received(stamp: str) -> None:
    assert at(timestamp=stamp) == (NOON if "+" not in stamp else NOON - HOUR)


@pytest.mark.parametrize(
    "sent", ["yesterday", "0001-01-01T00:00:00+10:00", 7, {"at": 1}], ids=["words", "before time", "number", "object"]
)
def test_a_sending_time_that_is_none_puts_nothing_right(sent: Any) -> None:
    assert one(track("opened", "u", timestamp=(NOON - HOUR).isoformat(), sentAt=sent)).at == NOON - HOUR


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (track("opened"), "track without userId and anonymousId"),
        (track("", "u"), "track without event"),
        (message("group", "u"), "group without groupId"),
        (message("alias", "u"), "alias without previousId"),
        (message("delete", "u"), "no type that is known"),
        ({"messageId": "m", "userId": "u"}, "no type that is known"),
        (track("opened", "u", timestamp="soon"), "'soon' is no time in ISO 8601"),
        (track("opened", "u", timestamp=1_700_000_000), "'1700000000' is no time in ISO 8601"),
        (track("opened", "u", timestamp="1999-12-31T23:59:59Z"), "it happened at 1999-12-31, before 2000"),
        (track("opened", "u", timestamp="0001-01-01", sentAt="9999-01-01T00:00:00Z"), "0001-01-01 is no time that can"),
        (track("opened", {"id": 1}), "userId is no text"),  # type: ignore[arg-type]
        (track("opened", True), "userId is no text"),  # type: ignore[arg-type]
        (track("a\0b", "u"), "holds a zero byte"),
        (track("é" * LONGEST, "u"), f"event is longer than {LONGEST} bytes"),
        (track("opened", "u", context={"groupId": []}), "context.groupId is no text"),
    ],
)
def test_what_cannot_be_used_is_refused_alone_and_says_why(said: dict[str, Any], cause: str) -> None:
    good = track("opened", "u")
    result = read(good, said, good)
    assert len(result.messages) == 2
    assert result.refused == [said]
    assert result.causes[0].startswith("message 2: ")
    assert cause in result.causes[0]
    body = orjson.dumps({"batch": [good, said], "sentAt": "x"})
    assert orjson.loads(only(body, result.refused)) == {"batch": [said], "sentAt": "x"}


def test_numbers_are_ids_too_and_spaces_around_them_are_none() -> None:
    said = one(track(" opened ", 17, context={"groupId": 4}))  # type: ignore[arg-type]
    assert (said.person, said.account, said.feature) == ("17", "4", "opened")


def test_a_trait_may_lie_in_an_object_or_have_a_dot_of_its_own() -> None:
    assert one(identify("u", company={"id": "c"}), trait="company.id").tells == "c"
    assert (
        one(message("identify", "u", traits={"company.id": "d", "company": {"id": "c"}}), trait="company.id").tells
        == "d"
    )
    assert one(identify("u", company="c"), trait="company.id").tells is None
    assert one(message("identify", "u", traits=None), trait="company").tells is None
    assert one(identify("u", company="c")).tells is None


def test_a_batch_may_say_the_group_of_all_of_its_messages() -> None:
    assert one(track("opened", "u"), context={"groupId": "g"}).account == "g"
    assert one(track("opened", "u", context={"groupId": "h"}), context={"groupId": "g"}).account == "h"


def test_only_identify_and_alias_join_ids() -> None:
    assert one(identify("u", "a")).joined == "a"
    assert one(message("alias", "u", "a", previousId="b")).joined == "b"
    assert one(track("opened", "u", "a")).joined is None
    assert one(identify("u", "u")).joined is None
    assert one(group("g", "u", "a")).joined is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9)
    | st.integers(-(2**53), 2**53) | st.datetimes().map(datetime.isoformat),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
FIELDS = ("type", "userId", "anonymousId", "event", "groupId", "previousId", "traits", "context", "timestamp",
          "originalTimestamp", "sentAt", "name", "category")  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=9),
    st.sampled_from(["track", "page", "identify", "group", "alias"]),
)
def test_any_message_is_used_or_refused(fields: dict[str, Any], kind: str) -> None:
    result = read({"type": kind, "userId": "u", **fields, "messageId": "m"}, trait="a.b", screens=True)
    assert len(result.messages) + len(result.refused) == 1
    assert all(EARLIEST <= said.at <= NOON for said in result.messages)
