"""HubSpot's v3 request signature. Pure: a delivery, secrets and the time in; ``Rejected`` or nothing out.

Source: developers.hubspot.com "Validating requests". X-HubSpot-Signature-v3 is base64 of HMAC-SHA256 under the app's
client secret over method + URI + body + timestamp, where a few escapes of the URI are decoded first.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from adapters.contract import Delivery
from adapters.errors import Rejected
from adapters.hubspot.search import milliseconds

SIGNATURE: Final = "x-hubspot-signature-v3"
TIMESTAMP: Final = "x-hubspot-request-timestamp"
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
    message = (method.upper() + decoded(url)).encode() + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), message, sha256)).decode()


def decoded(url: str) -> str:
    return _ESCAPE.sub(lambda match: DECODED[match[0].upper()], url)


def check(delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
    """Raise ``Rejected`` (401) unless one of the secrets signed this delivery within five minutes of ``now``."""
    given, timestamp = delivery.headers.get(SIGNATURE, ""), delivery.headers.get(TIMESTAMP, "")
    if not given or not timestamp:
        raise Rejected("the signature or its timestamp is missing", status=401)
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise Rejected("the timestamp is not a number of milliseconds", status=401)
    if abs(milliseconds(now) - int(timestamp)) > TOLERANCE // timedelta(milliseconds=1):
        raise Rejected("the timestamp is more than five minutes away", status=401)
    if not secrets:
        raise Rejected("no webhook_secret is configured for this connection", status=401)
    # every secret is tried, so that the time taken does not tell which one is in use
    matches = [_matches(delivery, secret, given, timestamp) for secret in secrets]
    if not any(matches):
        raise Rejected("the signature does not match", status=401)


def _matches(delivery: Delivery, secret: str, given: str, timestamp: str) -> bool:
    expected = sign(secret, delivery.method, delivery.url, delivery.body, timestamp)
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
