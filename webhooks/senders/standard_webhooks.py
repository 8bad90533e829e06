"""Whoever signs in the Standard Webhooks way (standardwebhooks.com): records in our own words.

``{"type": "<kind>.<what>", "timestamp": "<ISO 8601>", "data": {…}}``. Kinds: response, invoice, contract, activity
(also ``account_activity``), ticket, deal; what: created, updated, or deleted. ``data`` holds ``id``, whom it is about
(``email``, ``account``), and the canonical fields of the kind (``adapters.records``) but for owners and other records:

    response  survey (nps, csat, ces), score, comment, at
    invoice   due_on, paid_on, amount, currency
    contract  status (draft, active, ended), starts_on, ends_on, arr, seats, plan, auto_renew
    activity  kind (call, email, meeting, task, note), direction (in, out), at, precision (instant, day), done
    ticket    status (open, pending, closed), priority (low, normal, high, urgent), category, opened_at, first_reply_at,
              closed_at, reopened, escalated, subject
    deal      kind (new, renewal, expansion), status (open, won, lost), stage, amount, currency, opened_on, closes_on

Days are ``2026-03-31``, times ISO 8601 or seconds. Each event has the record whole: what it leaves out is unknown.
Other types are acknowledged and have no effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from standardwebhooks import Webhook

from adapters import times
from adapters.contract import Answer, Delivery
from adapters.errors import Rejected
from adapters.records import RECORD_TYPES
from config.senders import SenderConnection
from config.words import Kind
from webhooks.senders import signing, values
from webhooks.senders.told import News, Told, digest

ANSWER: Final = Answer(status=204)
KINDS: Final[Mapping[str, Kind]] = {
    "response": "response", "invoice": "invoice", "contract": "contract", "activity": "activity",
    "account_activity": "activity", "ticket": "ticket", "deal": "deal",
}  # fmt: skip
ENDINGS: Final = ("created", "updated", "deleted")
NOT_TOLD: Final = frozenset({"ref", "changed_at", "extra", "account", "accounts", "person", "persons", "owner"})
"""Fields of records that a sender cannot tell: they hold ids of a CRM."""
PREFIX: Final = "v1,"


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime, settings: SenderConnection) -> None:
    """The package signs; the time and the comparison are ours: its ``verify`` looks at the machine's clock."""
    id = delivery.headers.get("webhook-id", "")
    stamp = signing.require_recent([delivery.headers.get("webhook-timestamp", "")], now, settings.tolerance)
    given = [one for one in delivery.headers.get("webhook-signature", "").split(" ") if one.startswith(PREFIX)]
    if not id:
        raise Rejected("webhook-id is missing", status=401)
    at = datetime.fromtimestamp(int(stamp), UTC)
    try:
        body = delivery.body.decode()
        signing.require(given, secrets, lambda secret: Webhook(secret).sign(id, at, body))
    except Rejected:
        raise
    except Exception as exc:  # a body that is no text, a secret that is no base64: it signed nothing of this
        raise Rejected(f"the signature cannot be checked: {type(exc).__name__}", status=401) from exc


def read(body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
    event = values.document(body)
    name, _, what = str(event.get("type", "")).rpartition(".")
    kind = KINDS.get(name)
    if kind is None or what not in ENDINGS:
        return []
    data = values.mapping(event.get("data"), "data")
    account, email = (values.text(data.get(settings.fields.get(name, name))) for name in ("account", "email"))
    return [
        Told(
            kind,
            values.identifier(data.get("id") or digest(body), "id"),
            None if what == "deleted" else _fields(kind, data, settings, zone),
            at=times.instant(event.get("timestamp")),
            email=email,
            account=account,
        )
    ]


def _fields(kind: Kind, data: Mapping[str, Any], settings: SenderConnection, zone: ZoneInfo) -> dict[str, Any]:
    names = {field.name for field in fields(RECORD_TYPES[kind])} - NOT_TOLD
    found = {name: values.canonical(kind, name, data.get(name), zone) for name in sorted(names & data.keys())}
    if kind == "response":
        found.setdefault("survey", settings.survey)
    return {name: value for name, value in found.items() if value is not None}
