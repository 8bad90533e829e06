"""Who may knock: one receiver per connection, and the decision on what a delivery is worth.

Pure. Must not know Flask or the inbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import cast

from adapters.contract import Delivery, Discreet, Forgetting, Telling, Webhooks
from adapters.errors import Rejected
from adapters.records import Ref


@dataclass(frozen=True, slots=True)
class Receiver:
    """The receiving half of a connection. ``secrets``: several while rotating; without one nothing is accepted."""

    connection: str
    webhooks: Webhooks
    secrets: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a genuine delivery is worth: the records that it names, and those of them that are to be forgotten."""

    refs: Sequence[Ref]
    erase: Sequence[Ref]
    kept: bytes = field(repr=False)
    """What of its body may be stored."""
    news: bool = False
    """Whether the body itself is to be acted on."""
    mark: str = ""
    """Of news: what the same body has to have in common, too, to be the same delivery."""


def examine(receiver: Receiver, delivery: Delivery, now: datetime) -> Verified:
    """What a delivery tells, once it is proven genuine. Raises ``Rejected`` and nothing else.

    All steps are pure functions of bytes that anybody can send: whatever they raise is about those bytes.
    """
    secrets = [secret for secret in receiver.secrets if secret]
    if not secrets:
        raise Rejected("the connection has no webhook_secret, so nothing can be verified", status=401)
    try:
        receiver.webhooks.verify(delivery, secrets, now)
        return _told(receiver.webhooks, delivery)
    except Rejected:
        raise
    except Exception as exc:
        raise Rejected(f"malformed: {type(exc).__name__}", status=400) from exc


def _told(webhooks: Webhooks, delivery: Delivery) -> Verified:
    refs = webhooks.notices(delivery)
    erase = cast(Forgetting, webhooks).erasures(delivery) if _can(type(webhooks), Forgetting) else ()
    kept = cast(Discreet, webhooks).kept(delivery) if refs and _can(type(webhooks), Discreet) else delivery.body
    news = _can(type(webhooks), Telling) and cast(Telling, webhooks).tells(delivery)
    return Verified(refs, erase, kept, news, cast(Telling, webhooks).mark(delivery) if news else "")


@cache
def _can(kind: type, ability: type) -> bool:
    """Remembered: Python compares a Protocol's methods anew each time, which would cost more than the signature."""
    return issubclass(kind, ability)
