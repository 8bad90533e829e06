"""The decision on what a request in the Segment format is worth: whose it is, and what of it is kept, or why not.

Pure. Must not know Flask or the inbox.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webhooks.segment.bodies import CALLS, Malformed, Sent, TooLarge, inflated, parsed, sent
from webhooks.segment.keys import key_in_header, source_of

TYPES: Final = ("", "application/json", "text/plain")
"""Browsers send text/plain: that needs no preflight, and is the only type that a beacon may have."""
UNKNOWN: Final = "unknown"


class Turned(Exception):
    """Turned away. ``source``: whose write key it had, as far as that was found out."""

    def __init__(self, source: str | None, status: int, reason: str) -> None:
        super().__init__(reason)
        self.source, self.status = source or UNKNOWN, status


@dataclass(frozen=True, slots=True)
class Request:
    """``content_type``: without parameters."""

    call: str
    authorization: str | None
    content_type: str
    encoding: str
    body: bytes


def examine(request: Request, keys: Mapping[str, Sequence[str]], token: Callable[[], str]) -> tuple[str, Sent]:
    """The source and what is kept of its request; ``keys``: the write keys of each source. Raises ``Turned``."""
    if request.call not in CALLS:
        raise Turned(None, 404, "no such call")
    key = key_in_header(request.authorization)
    source = source_of(key, keys)
    if request.authorization is not None and source is None:
        raise Turned(None, 401, "unknown write key")
    try:
        if request.content_type not in TYPES:
            raise Turned(source, 415, "not JSON by its content type")
        plain = inflated(request.body, request.encoding)
        said = parsed(plain)
        source = source or _inside(said, keys)
        return source, sent(CALLS[request.call], said, plain, token)
    except TooLarge as exc:
        raise Turned(source, 413, str(exc)) from exc
    except Malformed as exc:
        raise Turned(source, 400, str(exc)) from exc


def _inside(said: Mapping[str, Any], keys: Mapping[str, Sequence[str]]) -> str:
    """The source whose key the body holds."""
    given = said.get("writeKey")
    if (source := source_of(given if isinstance(given, str) else None, keys)) is None:
        raise Turned(None, 401, "no write key that is known")
    return source
