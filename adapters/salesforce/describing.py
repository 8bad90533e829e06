"""Asks an org what its objects look like: one alone, or many in one call of the composite resource.

Salesforce counts a composite call as one against the org's allowance (composite/batch counts every part of it):
https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-composite-post.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.contract import Purpose
from adapters.errors import Refused, Unauthorized
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described, described

MOST: Final = 25
"""Parts of one composite call."""

Seen = tuple[Described | None, datetime | None]
"""An object as the integration user sees it, and the vendor's time; None when it is absent or out of reach."""

_ABSENT: Final = ("NOT_FOUND", "INVALID_TYPE")
_CLOSED: Final = "INSUFFICIENT_ACCESS"


def describe(client: Client, name: str, purpose: Purpose = "describe") -> Seen:
    try:
        reply = client.read(f"sobjects/{name}/describe", purpose)
    except Refused as exc:
        if exc.status == 404 or exc.code in _ABSENT:
            return None, None
        raise
    except Unauthorized as exc:
        if exc.code.startswith(_CLOSED):
            return None, None
        raise
    return described(reply.body or {}), reply.at


def describe_many(client: Client, names: Sequence[str]) -> dict[str, Seen]:
    """What a composite call says clearly of these objects; the others have to be asked for alone.

    Raises Refused or Unauthorized where there is no such resource.
    """
    found: dict[str, Seen] = {}
    for first in range(0, len(names), MOST):
        found |= _composite(client, names[first : first + MOST])
    return found


def _composite(client: Client, names: Sequence[str]) -> Iterator[tuple[str, Seen]]:
    by_reference = {f"object{place}": name for place, name in enumerate(names)}
    parts = [
        {"method": "GET", "url": f"{client.data}sobjects/{name}/describe", "referenceId": reference}
        for reference, name in by_reference.items()
    ]
    reply = client.retrieve("composite", "describe", {"allOrNone": False, "compositeRequest": parts})
    for part in (reply.body or {}).get("compositeResponse") or ():
        name, body = by_reference.get(part.get("referenceId")), part.get("body")
        if name and part.get("httpStatusCode") == 200 and isinstance(body, dict):
            yield name, (described(body), reply.at)
        elif name and _is_absent(body):
            yield name, (None, reply.at)


def _is_absent(body: Any) -> bool:
    first = body[0] if isinstance(body, list) and body else None
    code = str(first.get("errorCode")) if isinstance(first, Mapping) else ""
    return code in _ABSENT or code.startswith(_CLOSED)
