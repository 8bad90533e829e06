"""The keys that survey links are signed with: made of ``secret_key``, or once by chance and kept in the store.

Owns how; what is signed is not known here. A link that was mailed has to hold for years, so that the key of the store
still reads what it signed when a ``secret_key`` is set later on.
"""

import base64
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import Connection

from bridge.store import cursors
from bridge.store.vault import SHORTEST
from config.settings import Settings
from webhooks.survey.tokens import KEY_BYTES

FACT: Final = "survey key"
_USE: Final = b"csbridge survey links"


def keys(db: Connection, settings: Settings) -> list[bytes]:
    """The first signs, all are tried. Makes one and keeps it, where there is none: the transaction has to be one that
    writes then.
    """
    given = [one.get_secret_value() for one in settings.secret_key]
    derived = [_derived(key) for key in given if _is_strong(key)]
    kept = cursors.fact(db, FACT)
    if kept is None and not derived:
        kept = secrets.token_hex(KEY_BYTES)
        cursors.save_fact(db, FACT, kept)
    return [*derived, *([bytes.fromhex(kept)] if kept else [])]


def exist(db: Connection, settings: Settings) -> bool:
    """Whether ``keys`` has none to make."""
    return any(_is_strong(one.get_secret_value()) for one in settings.secret_key) or bool(cursors.fact(db, FACT))


def _is_strong(key: str) -> bool:
    """Whoever has a link can try passphrases on it at leisure: a short one signs nothing."""
    return len(key) >= SHORTEST


@lru_cache(16)
def _derived(key: str) -> bytes:
    """For this use alone: it opens nothing else that the same key protects."""
    try:
        Fernet(key)
    except ValueError:
        return Scrypt(salt=_USE, length=KEY_BYTES, n=2**15, r=8, p=1).derive(key.encode())
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=_USE).derive(base64.urlsafe_b64decode(key))


def fingerprint(signing: Sequence[bytes]) -> str:
    """Which key signs, without telling the key."""
    return HKDF(SHA256(), 8, salt=None, info=_USE + b" name").derive(signing[0]).hex()
