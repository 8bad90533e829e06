"""Reads records again by their ids: for deliveries that named them, and for a reconcile that doubts them."""

from collections.abc import Sequence
from typing import Final

from adapters.contract import Adapter
from adapters.errors import Refused, Unauthorized
from adapters.records import Item
from config.words import AnyKind

HALVINGS: Final = 24
"""Refused calls of one kind after which the rest counts as refused too: a bad id is found, a bad kind costs little."""


def read_kind(adapter: Adapter, kind: AnyKind, ids: Sequence[str]) -> tuple[list[Item], dict[str, str]]:
    """The records, and why some could not be read.

    What the CRM refuses to read is halved until the bad id stands alone. A right that is missing is the kind's.
    """
    items: list[Item] = []
    unread: dict[str, str] = {}
    refusals, parts = 0, [ids]
    while parts:
        part = parts.pop()
        try:
            items += adapter.read(kind, part)
        except (Refused, Unauthorized) as exc:
            if exc.status == 401:
                raise
            refusals += 1
            if len(part) == 1 or isinstance(exc, Unauthorized) or refusals > HALVINGS:
                unread |= dict.fromkeys(part, f"{kind}: {exc}")
            else:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
    return items, unread
