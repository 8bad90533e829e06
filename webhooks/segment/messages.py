"""What messages in the Segment format say: who, whose, what, when. One that cannot be used is refused with its cause.

Pure. Must not know accounts, days or totals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before that, a clock that was never set is the better guess than a product that was used."""
LONGEST: Final = 500
"""Bytes of an id or a name: a database's index takes no more than some thousands for all of a key."""


class Message(NamedTuple):
    """One call. ``person`` is the user, else the anonymous id; ``joined``: another id of that person."""

    id: bytes
    at: datetime
    person: str
    joined: str | None
    tells: str | None
    """The account whose user the person is, from now on."""
    account: str | None
    """The account in which this one event happened, where it says so itself."""
    feature: str | None


@dataclass(slots=True)
class Told:
    """The messages of a delivery; those refused as they came, beside why."""

    messages: list[Message] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)


class _Unusable(ValueError):
    pass


def told(body: bytes, received_at: datetime, trait: str | None, screens: bool) -> Told:
    """Read what the inbox kept. ``trait``: of users, that names their account (a dot leads into an object);
    ``screens``: whether pages and screens are use of a feature, too.
    """
    said = orjson.loads(body)
    shared = _part(said, "context").get("groupId")
    sent_at = _instant(said.get("sentAt"))
    result = Told()
    for number, message in enumerate(said["batch"], start=1):
        try:
            result.messages.append(_message(message, sent_at, shared, received_at, trait, screens))
        except _Unusable as exc:
            result.refused.append(message)
            result.causes.append(f"message {number}: {exc}")
    return result


def only(body: bytes, refused: list[Any]) -> bytes:
    """The same delivery without what was taken in."""
    return orjson.dumps({**orjson.loads(body), "batch": refused})


def _message(
    said: Mapping[str, Any],
    sent_at: datetime | None,
    shared: Any,
    received_at: datetime,
    trait: str | None,
    screens: bool,
) -> Message:
    kind = said.get("type")
    if kind not in ("track", "page", "screen", "identify", "group", "alias"):
        raise _Unusable("no type that is known")
    user, anonymous = _text("userId", said.get("userId")), _text("anonymousId", said.get("anonymousId"))
    person = user or anonymous
    if not person:
        raise _Unusable(f"{kind} without userId and anonymousId")
    at = _at(said, _instant(said.get("sentAt")) or sent_at, received_at)
    joined = tells = account = feature = None
    if kind == "identify":
        joined = anonymous if user else None
        tells = _text(trait, _named(_part(said, "traits"), trait)) if trait else None
    elif kind == "group":
        tells = _needed(kind, "groupId", said)
    elif kind == "alias":
        joined = _needed(kind, "previousId", said)
    elif kind == "track":
        feature = _needed(kind, "event", said)
    elif screens:
        feature = _view(kind, said)
    if feature:
        account = _text("context.groupId", _part(said, "context").get("groupId", shared))
    id = blake2b(said["messageId"].encode("utf-8", "replace"), digest_size=16).digest()
    return Message(id, at, person, joined if joined != person else None, tells, account, feature)


def _view(kind: str, said: Mapping[str, Any]) -> str | None:
    """``page: Docs Pricing``: a page or screen by its category and name."""
    names = " ".join(text for name in ("category", "name") if (text := _text(name, said.get(name))))
    return _text("name", f"{kind}: {names}" if names else kind)


def _named(traits: Mapping[str, Any], trait: str) -> Any:
    if trait in traits:
        return traits[trait]
    found: Any = traits
    for name in trait.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _needed(kind: str, name: str, said: Mapping[str, Any]) -> str:
    if not (text := _text(name, said.get(name))):
        raise _Unusable(f"{kind} without {name}")
    return text


def _text(name: str, value: Any) -> str | None:
    """An id or a name; None where there is none. Numbers are ids, too."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _Unusable(f"{name} is no text")
    text = str(value).strip()
    if "\0" in text or len(text.encode("utf-8", "replace")) > LONGEST:
        raise _Unusable(f"{name} is longer than {LONGEST} bytes, or holds a zero byte")
    return text or None


def _at(said: Mapping[str, Any], sent_at: datetime | None, received_at: datetime) -> datetime:
    """When it happened, by our clock: the sender's clock is as wrong as its ``sentAt`` differs from our receipt.

    A ``timestamp`` beside an ``originalTimestamp`` was put right by somebody before us. Nothing happens after it
    was received.
    """
    stamp, original = said.get("timestamp"), said.get("originalTimestamp")
    given = stamp if stamp is not None else original
    if given is None:
        return received_at
    if (at := _instant(given)) is None:
        raise _Unusable(f"{str(given)[:40]!r} is no time in ISO 8601")
    try:
        if sent_at and (stamp is None or original is None):
            at += received_at - sent_at
    except OverflowError as exc:
        raise _Unusable(f"{str(given)[:40]} is no time that can be") from exc
    if at < EARLIEST:
        raise _Unusable(f"it happened at {at:%Y-%m-%d}, before {EARLIEST:%Y}")
    return min(at, received_at)


def _instant(text: Any) -> datetime | None:
    """A moment in ISO 8601, UTC where it names no offset; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
