"""What a sender told: records in our words, about whom as the sender names them, and names that stand for somebody.

Owns the words between senders and the engine. Must not know any sender, nor who the named ones are here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Protocol
from zoneinfo import ZoneInfo

from adapters.contract import Answer, Delivery
from adapters.records import Value
from config.senders import SenderConnection
from config.words import Kind


@dataclass(frozen=True, slots=True)
class Told:
    """One record as it is now, or that it is gone (``fields`` None)."""

    kind: Kind
    id: str
    """The sender's own: the same record has the same every time."""
    fields: Mapping[str, Value] | None
    """Canonical; without whom it is about."""
    at: datetime | None = None
    """When this was so; None: when it came in. What is older than what is known changes nothing."""
    email: str | None = field(default=None, repr=False)
    account: str | None = None
    """What the sender calls the account (``account_key``)."""
    payer: str | None = None
    """Whom it is about, by a name of the sender's that an ``Introduction`` explains, before or later."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who somebody is whom the sender names otherwise elsewhere."""

    name: str
    email: str | None = field(default=None, repr=False)
    account: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """An answer of which only the number came in: what it says has to be asked for."""

    survey: str
    id: str
    at: datetime | None = None


News = Told | Introduction | Unread


class Sender(Protocol):
    """A module of this package. Pure; every function may raise ``Rejected`` and nothing else on purpose."""

    ANSWER: Answer

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime, settings: SenderConnection) -> None:
        """Raise ``Rejected`` (401) unless one of ``secrets`` signed this, recently where the signature has a time."""

    def read(self, body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
        """What a verified body tells; nothing where it is of no interest. Raises ``Rejected`` (400) for no sense."""


def digest(body: bytes) -> str:
    """An id for what has none: the same content is the same record."""
    return blake2b(body, digest_size=12).hexdigest()
