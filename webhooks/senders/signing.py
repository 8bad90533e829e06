"""How senders sign: an HMAC over the body, with a time or without. Pure; every secret is tried, in constant time."""

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from adapters.errors import Rejected

MOST_SIGNATURES: Final = 16
"""In one header. A sender that rotates its secrets signs twice."""


def hex_digest(secret: str, message: bytes) -> str:
    return hmac.digest(secret.encode(), message, sha256).hex()


def base64_digest(secret: str, message: bytes) -> str:
    return b64encode(hmac.digest(secret.encode(), message, sha256)).decode()


def require(given: Sequence[str], secrets: Sequence[str], sign: Callable[[str], str]) -> None:
    """Raise ``Rejected`` (401) unless one of the signatures ``given`` is that of one of the secrets.

    All pairs are compared, so that the time taken does not tell which secret is in use.
    """
    if not given or not all(given):
        raise Rejected("the signature is missing", status=401)
    expected = [sign(secret).encode() for secret in secrets]
    matches = [same(one, signature) for one in expected for signature in given[:MOST_SIGNATURES]]
    if not any(matches):
        raise Rejected("the signature does not match", status=401)


def same(expected: bytes, given: str) -> bool:
    return hmac.compare_digest(expected, given.encode("utf-8", "replace"))


def require_timed(header: str, body: bytes, secrets: Sequence[str], now: datetime, tolerance: timedelta) -> None:
    """``t=1700000000,v1=<hex>,v1=<hex>``: the time is signed too, before the body and a full stop.

    Stripe's way (docs.stripe.com/webhooks, "Verify manually"), and that of our own form.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamp = require_recent([value for name, _, value in parts if name == "t"], now, tolerance)
    given = [value for name, _, value in parts if name == "v1"]
    require(given, secrets, lambda secret: hex_digest(secret, f"{stamp}.".encode() + body))


def stamp_in(header: str) -> str:
    """The time in the header of a delivery that was verified by ``require_timed``."""
    parts = (part.strip().partition("=") for part in header.split(","))
    return next(value for name, _, value in parts if name == "t")


def require_recent(stamps: Iterable[str], now: datetime, tolerance: timedelta) -> str:
    """The one stamp in seconds. Too long before ``now`` it is a replay; as far ahead is nobody's clock."""
    found = list(stamps)
    if len(found) != 1 or not (found[0].isascii() and found[0].isdigit() and len(found[0]) <= 12):
        raise Rejected("the time of the signature is missing, or is no number of seconds", status=401)
    if abs(now.timestamp() - int(found[0])) > tolerance.total_seconds():
        raise Rejected("the time of the signature is too far away", status=401)
    return found[0]
