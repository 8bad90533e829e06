"""What a request in the Segment format holds, within its limits, and the form in which the inbox keeps it.

Pure: bytes in, bytes out. Must not know what messages mean. Limits are Segment's own.
"""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

MAX_MESSAGE: Final = 32 * 1024
MAX_BATCH: Final = 500 * 1024
"""Bytes of JSON, after decompression."""

SINGLE: Final = ("identify", "track", "group", "page", "screen", "alias")
CALLS: Final = {
    **{name: name for name in SINGLE},
    **{name[0]: name for name in SINGLE},  # as browsers and phones write them
    "batch": "batch",
    "b": "batch",
    "import": "batch",
}
"""The last part of the address → the call; what a message of ``batch`` is, it says itself."""


class Malformed(ValueError):
    """Not what the format asks for."""


class TooLarge(ValueError):
    """More than the format allows."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it is kept: its messages, each with its type and a messageId, and never the write key."""

    body: bytes
    messages: int


def inflated(body: bytes, encoding: str) -> bytes:
    """The JSON of a body; never more than the limit is unpacked, whatever it would become."""
    if encoding not in ("", "identity", "gzip"):
        raise Malformed(f"content encoding {encoding[:20]!r}")
    if encoding != "gzip":
        return _within(body, MAX_BATCH)
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = _within(unpacking.decompress(body, MAX_BATCH + 1), MAX_BATCH)
    except zlib.error as exc:
        raise Malformed("not gzip") from exc
    if not unpacking.eof or unpacking.unused_data:
        raise Malformed("gzip that does not end where the body ends")
    return plain


def parsed(plain: bytes) -> dict[str, Any]:
    """The JSON object in the bytes."""
    try:
        said = orjson.loads(plain)
    except orjson.JSONDecodeError:
        said = _mended(plain)
    if not isinstance(said, dict):
        raise Malformed("not a JSON object")
    return said


def _mended(plain: bytes) -> Any:
    """JSON in which a text holds half of a surrogate pair: JavaScript writes that where it cuts an emoji in two."""
    try:
        text = json.dumps(json.loads(plain, parse_constant=_no_constant), ensure_ascii=False)
        return orjson.loads(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError) as exc:
        raise Malformed("not JSON") from exc


def _no_constant(name: str) -> None:
    raise Malformed(f"{name} is not JSON")


def sent(call: str, said: dict[str, Any], plain: bytes, token: Callable[[], str]) -> Sent:
    """What is kept of a parsed request. ``token``: makes a name for a request some of whose messages have none,
    so that two alike are still two.
    """
    shared: dict[str, Any]
    if call == "batch":
        messages = said.get("batch")
        if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
            raise Malformed("batch is not a list of objects")
        shared = {name: said[name] for name in ("sentAt", "context") if name in said}
    else:
        messages, shared = [{**said, "type": call}], {}
        _within(plain, MAX_MESSAGE)
    for message in messages:
        message.pop("writeKey", None)
    if any(not named(message) for message in messages):
        name = token()
        for number, message in enumerate(messages):
            if not named(message):
                message["messageId"] = f"{name}-{number}"
    if len(plain) > MAX_MESSAGE:
        for message in messages:
            _within(_dumped(message), MAX_MESSAGE)
    return Sent(_dumped({**shared, "batch": messages}), len(messages))


def _dumped(said: dict[str, Any]) -> bytes:
    """As JSON. What can be read may be nested too deeply to be written again."""
    try:
        return orjson.dumps(said)
    except orjson.JSONEncodeError as exc:
        raise Malformed("nested too deeply") from exc


def named(message: dict[str, Any]) -> bool:
    """Whether a message has an id of its own."""
    given = message.get("messageId")
    return isinstance(given, str) and bool(given)


def _within(some: bytes, limit: int) -> bytes:
    if len(some) > limit:
        raise TooLarge(f"more than {limit:,} bytes")
    return some
