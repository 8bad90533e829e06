"""Whose events these are: the write key that a request carries, and the source it belongs to.

Pure. Must not know Flask. Compares in constant time, and tries every key whatever the first ones say.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from hashlib import blake2b


def key_in_header(authorization: str | None) -> str | None:
    """The write key as the user name of Basic auth (the password is empty there, and not looked at); None without."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, _ = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return user if colon else None


def source_of(given: str | None, keys: Mapping[str, Sequence[str]]) -> str | None:
    """The source one of whose write keys was given; ``keys`` by source. None for none of them."""
    found = None
    wanted = _digest(given or "")
    for source, key in ((source, key) for source, some in keys.items() for key in some):
        if hmac.compare_digest(_digest(key), wanted) and given:
            found = source
    return found


def _digest(key: str) -> bytes:
    """Keys of any length and any letters, as bytes of one length."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32).digest()
