"""HubSpot's webhooks: changes as events, signed the three ways that HubSpot signs. Pure.

Classic events (``company.propertyChange``) or generic ones (``object.*`` with objectTypeId); objects that have no
classic name are always generic. Facts: developers.hubspot.com, webhooks guide and request validation.
"""

import base64
import hashlib
import hmac
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from adapters.sandbox.hubspot.options import Options
from adapters.sandbox.hubspot.schema import ObjectType, object_type
from adapters.sandbox.hubspot.values import epoch_ms
from adapters.sandbox.notify import Change

_CLASSIC: Final = ("companies", "contacts", "deals", "tickets")
_WORDS: Final = {
    "created": "creation", "updated": "propertyChange", "deleted": "deletion", "merged": "merge", "restored": "restore",
    "forgotten": "privacyDeletion", "associated": "associationChange",
}  # fmt: skip
_FLAGS: Final = {"created": "CREATED", "deleted": "DELETED"}
_SUBSCRIPTIONS: Final = {name: number for number, name in enumerate(_WORDS, 25)}
_DECODED: Final = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'", "%28": "(", "%29": ")",
    "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip


def changes_of(
    name: str, record: int, action: str, changed: Mapping[str, str | None], at: datetime, source: str
) -> list[Change]:
    """One change per event: an update makes one per property, so that 100 changes are 100 events."""
    if action != "updated":
        return [Change(name, str(record), action, dict(changed), at, source)]
    return [Change(name, str(record), action, {word: value or ""}, at, source) for word, value in changed.items()]


def told_as(action: str, fields: Mapping[str, Any], options: Options) -> str:
    """How an edit is told: a deletion in the words that the app subscribed to for what it really was."""
    word = "merged" if fields.get("merged_into") else "forgotten" if fields.get("gdpr") else action
    return word if action == "deleted" and _WORDS[word] in options.subscribed else action


def association(name: str, record: int, to: str, other: int, at: datetime, removed: bool) -> Change:
    """That two records were associated, or are not any more."""
    ends = {"to": to, "other": str(other), "removed": removed}
    return Change(name, str(record), "associated", ends, at)


def event(change: Change, options: Options, attempt: int) -> dict[str, Any]:
    """One event as HubSpot posts it. The same change has the same ``eventId`` in every copy."""
    kind = object_type(change.object)
    if kind is None:
        raise ValueError(f"{change.object} is not an object of this portal")
    generic = options.generic_events or kind.name not in _CLASSIC
    mark = f"{change.object} {change.id} {change.at.isoformat()} {sorted(change.fields)}"
    api = change.source == "api"
    found: dict[str, Any] = {
        "eventId": zlib.crc32(mark.encode()),
        "subscriptionId": _SUBSCRIPTIONS[change.action],
        "portalId": options.portal_id,
        "appId": options.app_id,
        "occurredAt": epoch_ms(change.at),
        "subscriptionType": f"{'object' if generic else kind.singular}.{_WORDS[change.action]}",
        "attemptNumber": attempt,
        "objectId": int(change.id),
        "changeSource": "INTEGRATION" if api else "CRM_UI",
        "sourceId": str(options.app_id) if api else "userId:9000001",
    }
    if generic:
        found["objectTypeId"] = kind.type_id
    return found | _particulars(change, kind, generic)


def _particulars(change: Change, kind: ObjectType, generic: bool) -> dict[str, Any]:
    """What events of that type hold besides."""
    if change.action == "updated":
        name, value = next(iter(change.fields.items()))
        return {"propertyName": name, "propertyValue": value}
    if change.action == "merged":
        into, survivor = int(change.fields["into"]), int(change.fields["survivor"])
        return {
            "objectId": survivor, "primaryObjectId": into, "mergedObjectIds": [int(change.id)],
            "newObjectId": survivor, "numberOfPropertiesMoved": 1,
        }  # fmt: skip
    if change.action == "associated":
        return _ends(change, kind, generic)
    return {"changeFlag": _FLAGS[change.action]} if change.action in _FLAGS else {}


def _ends(change: Change, kind: ObjectType, generic: bool) -> dict[str, Any]:
    other = object_type(change.fields["to"])
    if other is None:
        raise ValueError(f"{change.fields['to']} is not an object of this portal")
    ends = {
        "fromObjectId": int(change.id), "toObjectId": int(change.fields["other"]),
        "associationRemoved": change.fields["removed"], "isPrimaryAssociation": False,
        "associationType": f"{kind.singular}_TO_{other.singular}".upper(),
    }  # fmt: skip
    return ends | ({"fromObjectTypeId": kind.type_id, "toObjectTypeId": other.type_id} if generic else {})


def signed_uri(url: str) -> str:
    """The URL as it goes into the signature: a few escapes decoded, the rest left, no fragment."""
    parts = urlsplit(url)
    uri = parts._replace(fragment="").geturl()
    for escape, letter in _DECODED.items():
        uri = uri.replace(escape, letter).replace(escape.lower(), letter)
    return uri


def signatures(secret: str, url: str, body: bytes, now_ms: int) -> dict[str, str]:
    """The signature headers of one delivery (POST)."""
    stamp = str(now_ms)
    text = b"POST" + signed_uri(url).encode() + body + stamp.encode()
    third = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    return {
        "X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": third,
        "X-HubSpot-Request-Timestamp": stamp,
    }


def delivery(
    url: str, changes: Sequence[Change], attempt: int, secret: str, options: Options, now_ms: int
) -> tuple[dict[str, str], bytes]:
    """Headers and body of one request."""
    body = orjson.dumps([event(change, options, attempt) for change in changes])
    headers = {"Content-Type": "application/json", "User-Agent": "HubSpot Connect 2.0 (sandbox)"}
    return headers | _signed(secret, url, body, now_ms, options.signature), body


def _signed(secret: str, url: str, body: bytes, now_ms: int, newest: str) -> dict[str, str]:
    """The headers of an app of today, or of one that was made when an older version was the newest."""
    headers = signatures(secret, url, body, now_ms)
    if newest == "v3":
        return headers
    digest = hashlib.sha256(secret.encode() + b"POST" + url.encode() + body).hexdigest()
    older = digest if newest == "v2" else headers["X-HubSpot-Signature"]
    return {"X-HubSpot-Signature": older, "X-HubSpot-Signature-Version": newest}
