"""What an answer that is no success means to the caller: decided by Salesforce's errorCode, else by the status.

Pure. Bodies may be a JSON array, a JSON object (token and OAuth end points), HTML (edge and maintenance pages) or
nothing at all. Salesforce names no waiting time for a spent allowance: it is counted over a rolling 24 hours.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from ssl import SSLCertVerificationError
from typing import Any, Final

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError

from adapters.errors import AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.times import retry_after

LOCKED: Final = "UNABLE_TO_LOCK_ROW"

TRANSIENT_ROW: Final = {LOCKED, "SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG"}
"""Errors of one record, or of a whole call, that a little patience cures; nothing was applied."""

_TRANSIENT: Final = TRANSIENT_ROW | {"QUERY_TIMEOUT"}

_RIGHTS: Final = {
    "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "FUNCTIONALITY_NOT_ENABLED",
}  # fmt: skip

_BEFORE_WORK: Final = {406, 420, 429, 503}
"""Statuses that the edge answers before anything is done."""

_TOO_LONG: Final = (414, 431)
"""Answered by the edge in HTML, before anything is done."""

_INCURABLE: Final = ("Connected app is not attached to Agent", "This session is not valid for use with the REST API")
"""A 401 that a new token does not cure."""

_EXPIRED: Final = {"INVALID_SESSION_ID", "InvalidSessionId"}
"""Said with a 401; by older parts of the API, bulk among them, with a 400."""

_BAD_TOKEN: Final = ("Bad_OAuth_Token", "Missing_OAuth_Token")
"""How the OAuth end points (userinfo) say 401: with a 403 and this text."""


class SessionExpired(Unauthorized):
    """The access token is no longer good; a fresh one may be. Does not leave this package while one can be had."""


def failure(status: int, headers: Mapping[str, str], body: str, connection: str, now: datetime) -> AdapterError:
    """The error of an answer whose status is 300 or more; ``now`` is needed for a Retry-After that is a date."""
    code, message = explained(body)
    message = message or f"Salesforce answered {status}"
    if code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" not in message.lower():
        return QuotaSpent(message, connection=connection, status=status, code=code)
    if status in _TOO_LONG:
        return Refused("the address is longer than this org takes", connection=connection, status=status, code=code)
    waits = _waits(status, code)
    if waits is not None:
        after = retry_after(headers.get("Retry-After"), now)
        return waits(message, after=after, connection=connection, status=status, code=code)
    return _person(status, code, body)(message, connection=connection, status=status, code=code)


def is_too_long(error: Refused) -> bool:
    """Whether the address or the headers were longer than the edge takes: the same question in parts may pass."""
    return error.status in _TOO_LONG


def _waits(status: int, code: str) -> type[Retry] | None:
    """Retry when nothing was done, Lost when a server failed on the way and may have done it."""
    if code == LOCKED:
        return Locked
    if code in _TRANSIENT or code == "REQUEST_LIMIT_EXCEEDED" or status in _BEFORE_WORK:
        return Retry
    return Lost if status >= 500 or status == 408 else None


def _person(status: int, code: str, body: str) -> type[Unauthorized] | type[Refused]:
    if (status == 401 or code in _EXPIRED) and not any(text in body for text in _INCURABLE):
        return SessionExpired
    if status == 403 and body.strip() in _BAD_TOKEN:
        return SessionExpired
    return Unauthorized if status in (401, 403) or code in _RIGHTS else Refused


def explained(body: str) -> tuple[str, str]:
    """(errorCode, message) of a body: a list of errors, an OAuth error, or text that is quoted as it is."""
    try:
        read: Any = json.loads(body)
    except ValueError:
        return "", " ".join(body.split())
    first = read[0] if isinstance(read, list) and read else read
    if not isinstance(first, dict):
        return "", body
    code = first.get("errorCode") or first.get("error") or first.get("exceptionCode") or ""
    message = first.get("message") or first.get("error_description") or first.get("exceptionMessage") or ""
    return str(code), str(message)


def cut(error: requests.RequestException, connection: str) -> AdapterError:
    """The error of a request that got no answer: ``Retry`` only when it cannot have reached the org."""
    what = type(error).__name__
    if distrust := _distrust(error):  # a certificate expires by oversight, and is renewed within the hour
        return Retry(f"no safe connection: {distrust.verify_message}", connection=connection)
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)) or _never_sent(error):
        return Retry(f"no connection: {what}", connection=connection)
    if isinstance(error, (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError,
                          requests.exceptions.ContentDecodingError, requests.exceptions.JSONDecodeError)):  # fmt: skip
        return Lost(f"the answer was cut off: {what}", connection=connection)
    return Refused(f"the request cannot be made: {what}", connection=connection)


def _never_sent(error: requests.RequestException) -> bool:
    """True when the connection itself failed (refused, unknown host)."""
    return isinstance(_reason(error), (NewConnectionError, ConnectTimeoutError))


def _distrust(error: requests.RequestException) -> SSLCertVerificationError | None:
    """Why a certificate was not accepted. Other failures of TLS may come in the middle of an answer."""
    reason = _reason(error)
    causes = reason.args if isinstance(reason, SSLError) else ()
    return next((cause for cause in causes if isinstance(cause, SSLCertVerificationError)), None)


def _reason(error: requests.RequestException) -> object:
    cause = error.args[0] if error.args else None
    return getattr(cause, "reason", cause)
