"""What the webhooks need of the store: a place where a delivery is safe before its sender is told so.

A Protocol only; the engine fulfils it. Must not know how or where rows are kept.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from adapters.contract import Delivery
from adapters.records import Ref


class Inbox(Protocol):
    """Verified deliveries that wait to be worked on."""

    def put(self, connection: str, delivery: Delivery, refs: Sequence[Ref], received_at: datetime) -> int:
        """Store a delivery and the records it names; the row's number. Durable on return.

        ``refs`` is never empty. ``delivery`` holds headers and perhaps the secret part of the path, which need
        not be kept. Any exception means that nothing may have been stored: the vendor is asked to send again.
        """
