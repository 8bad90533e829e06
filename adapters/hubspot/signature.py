"""HubSpot's request signatures, v1 to v3. Pure: a delivery, secrets and the time in; ``Rejected`` or nothing out.

Source: developers.hubspot.com "Validating requests". v3 is base64 of HMAC-SHA256 under the app's client secret over
method + URI + body + timestamp, where a few escapes of the URI are decoded first. The older ones are hex of SHA-256
over secret + body (v1) or secret + method + URI + body (v2): they have no time, so that one who saw a delivery can
send it again, which makes us look again. Where a v3 signature comes along it alone decides.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from adapters.contract import Delivery
from adapters.errors import Rejected
from adapters.hubspot.search import milliseconds

SIGNATURE: Final = "x-hubspot-signature-v3"
TIMESTAMP: Final = "x-hubspot-request-timestamp"
OLDER: Final = "x-hubspot-signature"
VERSION: Final = "x-hubspot-signature-version"
TOLERANCE: Final = timedelta(minutes=5)
"""Older is a replay; as far ahead is nobody's clock."""

DECODED: Final = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'", "%28": "(", "%29": ")",
    "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
"""The only escapes that HubSpot decodes before it signs."""

_ESCAPE: Final = re.compile("|".join(DECODED), re.IGNORECASE)


def sign(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    """The signature of a request as HubSpot computes it."""
    message = _bytes(method.upper() + decoded(url)) + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), message, sha256)).decode()


def decoded(url: str) -> str:
    return _ESCAPE.sub(lambda match: DECODED[match[0].upper()], url)


def sign_v1(secret: str, body: bytes) -> str:
    return sha256(secret.encode() + body).hexdigest()


def sign_v2(secret: str, method: str, url: str, body: bytes) -> str:
    """Unlike v3 over the address as it is."""
    return sha256(_bytes(secret + method.upper() + url) + body).hexdigest()


def check(delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
    """Raise ``Rejected`` (401) unless one of the secrets signed this delivery, v3 within five minutes of ``now``."""
    given, signed = _newest(delivery, now)
    # every secret is tried, so that the time taken does not tell which one is in use
    matches = [hmac.compare_digest(signed(secret).encode(), given) for secret in secrets if secret]
    if not any(matches):
        raise Rejected("the signature does not match", status=401)


def _newest(delivery: Delivery, now: datetime) -> tuple[bytes, Callable[[str], str]]:
    """The signature that decides, and how a secret makes it."""
    headers = delivery.headers
    if SIGNATURE in headers:
        stamp = _recent(headers.get(TIMESTAMP, ""), now)
        return _bytes(headers[SIGNATURE]), lambda secret: sign(
            secret, delivery.method, delivery.url, delivery.body, stamp
        )
    given, version = headers.get(OLDER, ""), headers.get(VERSION, "")
    if given and version == "v1":
        return _bytes(given), lambda secret: sign_v1(secret, delivery.body)
    if given and version == "v2":
        return _bytes(given), lambda secret: sign_v2(secret, delivery.method, delivery.url, delivery.body)
    raise Rejected("the signature is missing, or of a version that is not known", status=401)


def _recent(timestamp: str, now: datetime) -> str:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise Rejected("the timestamp is not a number of milliseconds", status=401)
    if abs(milliseconds(now) - int(timestamp)) > TOLERANCE // timedelta(milliseconds=1):
        raise Rejected("the timestamp is more than five minutes away", status=401)
    return timestamp


def _bytes(text: str) -> bytes:
    """Of any text that can come in a request, half surrogate pairs included."""
    return text.encode("utf-8", "surrogatepass")
