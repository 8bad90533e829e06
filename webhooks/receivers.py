"""Who may knock: one receiver per connection, and the decision on what a delivery is worth.

Pure. Must not know Flask or the inbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

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
    erase = webhooks.erasures(delivery) if isinstance(webhooks, Forgetting) else ()
    kept = webhooks.kept(delivery) if refs and isinstance(webhooks, Discreet) else delivery.body
    return Verified(refs, erase, kept, isinstance(webhooks, Telling) and webhooks.tells(delivery))
