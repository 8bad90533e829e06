"""Asks an org what its objects look like: one alone, or many in one call of the composite resource.

Salesforce counts a composite call as one against the org's allowance (composite/batch counts every part of it):
https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-composite-post.html
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from adapters.contract import Purpose
from adapters.errors import Refused, Unauthorized
from adapters.readers import text
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.describe import Described, described

MOST: Final = 24
"""Objects of one composite call, which has room for 25 parts; one asks for the currency."""

Seen = tuple[Described | None, datetime | None]
"""An object as the integration user sees it, and the vendor's time; None when it is absent or out of reach."""

_CURRENCY: Final = "currency"
_ORGANIZATION: Final = "query/?" + urlencode({"q": "SELECT DefaultCurrencyIsoCode FROM Organization"})
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


def describe_many(client: Client, names: Sequence[str]) -> tuple[dict[str, Seen], str | None]:
    """What composite calls say clearly of these objects (the others have to be asked for alone), and of the currency.

    Raises Refused or Unauthorized where there is no such resource.
    """
    found: dict[str, Seen] = {}
    currency = None
    for first in range(0, len(names), MOST):
        parts = {f"object{place}": name for place, name in enumerate(names[first : first + MOST])}
        reply = _composite(client, parts)
        for part in (reply.body or {}).get("compositeResponse") or ():
            name, body = parts.get(part.get("referenceId")), part.get("body")
            if name and part.get("httpStatusCode") == 200 and isinstance(body, dict):
                found[name] = described(body), reply.at
            elif name and _is_absent(body):
                found[name] = None, reply.at
            currency = currency or _currency(part)
    return found, currency


def _composite(client: Client, parts: Mapping[str, str]) -> Reply:
    urls = {reference: f"sobjects/{name}/describe" for reference, name in parts.items()} | {_CURRENCY: _ORGANIZATION}
    asked = [{"method": "GET", "url": client.data + url, "referenceId": reference} for reference, url in urls.items()]
    return client.retrieve("composite", "describe", {"allOrNone": False, "compositeRequest": asked})


def _currency(part: Mapping[str, Any]) -> str | None:
    """The corporate currency, in which all amounts of an org are that has one only; None where it is not told."""
    body = part.get("body")
    rows = body.get("records") if part.get("referenceId") == _CURRENCY and isinstance(body, dict) else None
    return text(rows[0].get("DefaultCurrencyIsoCode")) if rows else None


def _is_absent(body: Any) -> bool:
    first = body[0] if isinstance(body, list) and body else None
    code = str(first.get("errorCode")) if isinstance(first, Mapping) else ""
    return code in _ABSENT or code.startswith(_CLOSED)
