"""What one answer to a query says: its rows, how many there are in all, and where the next are. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.salesforce.client import Reply
from adapters.salesforce.mapping import Row


def records(reply: Reply) -> Sequence[Row]:
    return _said(reply).get("records") or ()


def total(reply: Reply) -> int:
    """How many rows the query has, those of this page included."""
    return int(_said(reply).get("totalSize") or 0)


def is_done(reply: Reply) -> bool:
    """Whether these are the last rows, as only the answer itself can say."""
    return _said(reply).get("done") is True


def next_url(reply: Reply) -> str | None:
    url = _said(reply).get("nextRecordsUrl")
    return str(url) if url and not is_done(reply) else None


def _said(reply: Reply) -> Mapping[str, Any]:
    """Nothing where the answer is none to a query: such a one is not done."""
    return reply.body if isinstance(reply.body, dict) else {}
