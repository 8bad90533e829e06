"""Who may knock: one receiver per connection, and the decision on what a delivery is worth.

Pure. Must not know Flask or the inbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.contract import Delivery, Webhooks
from adapters.errors import Rejected
from adapters.records import Ref


@dataclass(frozen=True, slots=True)
class Receiver:
    """The receiving half of a connection. ``secrets``: several while rotating; without one nothing is accepted."""

    connection: str
    webhooks: Webhooks
    secrets: Sequence[str] = field(repr=False)


def examine(receiver: Receiver, delivery: Delivery, now: datetime) -> list[Ref]:
    """The records that a delivery names, once it is proven genuine. Raises ``Rejected`` and nothing else.

    Both steps are pure functions of bytes that anybody can send: whatever they raise is about those bytes.
    """
    secrets = [secret for secret in receiver.secrets if secret]
    if not secrets:
        raise Rejected("the connection has no webhook_secret, so nothing can be verified", status=401)
    try:
        receiver.webhooks.verify(delivery, secrets, now)
        return receiver.webhooks.notices(delivery)
    except Rejected:
        raise
    except Exception as exc:
        raise Rejected(f"malformed: {type(exc).__name__}", status=400) from exc
