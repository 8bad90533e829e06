"""Who asked to be forgotten: keyed hashes by which a person is known again, and nothing that says who it is.

The key is made once for each store and kept in it: a hash tells nothing to who holds a list of addresses and not
the store. It must outlive every rotation of ``secret_key``, or whoever was erased would come back.
"""

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from adapters.records import Ref
from bridge.store import cursors
from bridge.store.rows import insert_missing
from bridge.store.schema import erased

KEY: Final = "erasure key"
"""The fact that holds the key, in hexadecimal."""
STAND_IN: Final = "erased-"
"""What begins the name under which the use of an erased person is still counted."""


class Erased:
    """The erased persons as one transaction sees them. Falsy while there is none, so that nobody hashes in vain."""

    def __init__(self, db: Connection) -> None:
        self._digests = frozenset(db.execute(select(erased.c.digest)).scalars())
        self._told = cursors.fact(db, KEY) if self._digests else None

    def __bool__(self) -> bool:
        return bool(self._digests)

    @cached_property
    def _key(self) -> bytes:
        return bytes.fromhex(self._told or "")

    def address(self, email: str | None) -> bool:
        """Whether this e-mail address is an erased person's."""
        return bool(email) and self._holds(_spelled(str(email)))

    def record(self, ref: Ref) -> bool:
        """Whether this CRM record is an erased person's."""
        return self._holds(str(ref))

    def name(self, name: str) -> bool:
        """Whether a usage source calls an erased person so."""
        return bool(name) and self._holds(_spelled(name))

    def stand_in(self, name: str) -> str:
        """What use by that name is counted under: the same each time, so that no use is counted twice."""
        return STAND_IN + hash_of(self._key, _spelled(name)).hex()[:16]

    def _holds(self, text: str) -> bool:
        return bool(self._digests) and hash_of(self._key, text) in self._digests


def hash_of(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), sha256)


def note(db: Connection, names: Iterable[str], refs: Iterable[Ref], now: datetime) -> None:
    """From now on these are erased: e-mail addresses and names in usage sources, and CRM records."""
    told = cursors.fact(db, KEY)
    if told is None:
        told = secrets.token_hex(32)
        cursors.save_fact(db, KEY, told)
    texts = {_spelled(name) for name in names if name} | {str(ref) for ref in refs}
    digests = sorted(hash_of(bytes.fromhex(told), text) for text in texts)
    insert_missing(db, erased, ("digest", "at"), ((digest, now) for digest in digests))


def _spelled(name: str) -> str:
    return name.strip().lower()
