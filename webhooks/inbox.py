"""What the webhooks need of the store: a place where a delivery is safe before its sender is told so.

A Protocol only; the engine fulfils it. Must not know how or where rows are kept.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from adapters.records import Ref


class Inbox(Protocol):
    """Verified deliveries that wait to be worked on."""

    def put(
        self,
        source: str,
        body: bytes,
        refs: Sequence[Ref],
        received_at: datetime,
        erase: Sequence[Ref] = (),
        mark: str = "",
    ) -> int | None:
        """Store what ``source`` (a connection, or another door's name) sent; the row's number. Durable on return.

        ``refs``: the records of a CRM that it names, to be looked at again however often they are named; empty where
        the body itself is the news. ``erase``: those of ``refs`` that are to be forgotten as well. ``mark``: tells news
        with the same bytes apart. None: that news is known already. Any exception means that nothing may have been
        stored: the sender is asked to send again.
        """
