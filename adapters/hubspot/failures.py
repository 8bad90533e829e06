"""HubSpot's error answers as error families. Pure: a status, headers and a body in, an exception out.

Shapes and waits: developers.hubspot.com "Error handling" and "API usage guidelines". Every key of the body is
optional, and a gateway may answer HTML.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.errors import BODY_LIMIT, AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.hubspot import bodies, values
from adapters.times import retry_after

UNTOUCHED: Final = frozenset({503, 521, 523, 525, 526})
"""Answers of a gateway that did not reach HubSpot: nothing was applied."""

PER_SECOND: Final = "SECONDLY"
"""The policy of a refusal for the rate of searches; others are about all calls."""
_WAITS: Final[Mapping[str, timedelta]] = {PER_SECOND: timedelta(seconds=1)}
_ROLLING: Final = timedelta(seconds=10)
_LOCKED: Final = timedelta(seconds=2)
_MIGRATING: Final = timedelta(hours=1)
_SPECIFIC = re.compile(r'"error"\s*:\s*"([A-Z_]+)"')


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is not a success, as it came. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def family(failure: Failure, *, connection: str, now: datetime, zone: ZoneInfo) -> AdapterError:
    """The error to raise for an answer. The daily quota ends at midnight in ``zone``."""
    body = parsed(failure.body)
    message, code = _message(failure, body), code_of(body)
    facts: dict[str, Any] = {"connection": connection, "status": failure.status, "code": code}
    asked = retry_after(failure.headers.get("retry-after"), now)
    if failure.status == 401:
        return Unauthorized(message, **facts)
    if failure.status == 403:
        return Unauthorized(_naming_scopes(message, body), **facts)
    if failure.status == 429:
        return _limited(message, body, asked, now, zone, facts)
    if failure.status == 423:
        return Locked(message, after=max(asked or _LOCKED, _LOCKED), **facts)
    if failure.status == 477:
        return Retry(message, after=asked or _MIGRATING, **facts)
    if failure.status in UNTOUCHED:
        return Retry(message, after=asked, **facts)
    if failure.status >= 500 or failure.status == 408:
        return Lost(message, after=asked, **facts)
    return Refused(message, **facts)


def parsed(body: bytes) -> dict[str, Any]:
    """A JSON object, or nothing when the body is not one (HTML of a gateway, an empty body)."""
    try:
        value = bodies.read(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def code_of(error: Mapping[str, Any]) -> str:
    """The most telling code: the one inside a validation message, else the category."""
    if specific := _SPECIFIC.search(str(error.get("message", ""))):
        return specific[1]
    for key in ("category", "policyName", "errorType", "subCategory"):
        if isinstance(value := error.get(key), str) and value:
            return value
    return ""


def _limited(
    message: str,
    body: Mapping[str, Any],
    asked: timedelta | None,
    now: datetime,
    zone: ZoneInfo,
    facts: dict[str, Any],
) -> AdapterError:
    policy = str(body.get("policyName") or "").upper()
    if "DAILY" in policy:
        return QuotaSpent(message, until=_next_midnight(now, zone), **facts)
    return Retry(message, after=_WAITS.get(policy, _ROLLING) if asked is None else asked, **facts)


def _next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(now.tzinfo)


def _message(failure: Failure, body: Mapping[str, Any]) -> str:
    said = body.get("message")
    if isinstance(said, str) and (message := values.text(said)):
        return message
    text = " ".join(failure.body.decode("utf-8", "replace").split())
    return text[:BODY_LIMIT] or "HubSpot answered without a body"


def _naming_scopes(message: str, body: Mapping[str, Any]) -> str:
    scopes = sorted({scope for context in _contexts(body) for scope in _required(context)})
    return f"{message} Missing scopes: {', '.join(scopes)}" if scopes else message


def _contexts(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    errors = body.get("errors")
    for part in (body, *(errors if isinstance(errors, list) else ())):
        if isinstance(part, dict) and isinstance(context := part.get("context"), dict):
            yield context


def _required(context: Mapping[str, Any]) -> Iterator[str]:
    for key in ("requiredGranularScopes", "requiredScopes"):
        value = context.get(key)
        yield from (str(scope) for scope in (value if isinstance(value, list) else ()))
