"""Stripe: invoices and subscriptions, and whom its customers are.

Source: docs.stripe.com/webhooks ("Verify manually"), /api/invoices, /api/subscriptions, /currencies. Whom a record is
about: the metadata key ``fields.account`` (default: account) of the record, else of its customer; else the customer's
e-mail address, which only ``customer.*`` and ``invoice.*`` tell. Events come doubled and in any order: the newest
counts, and of one second the one that is further on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.contract import Answer, Delivery
from config.senders import SenderConnection
from webhooks.senders import signing, values
from webhooks.senders.stripe_invoices import invoice, rank
from webhooks.senders.stripe_subscriptions import contract
from webhooks.senders.told import Introduction, News, Told

ANSWER: Final = Answer(b'{"received":true}', content_type="application/json")
SIGNATURE: Final = "stripe-signature"
CUSTOMERS: Final = ("customer.created", "customer.updated")
UNSAVED: Final = "invoice.upcoming"
"""A preview: an invoice without an id."""


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime, settings: SenderConnection) -> None:
    header = delivery.headers.get(SIGNATURE, "")
    signing.require_timed(header, delivery.body, secrets, now, settings.tolerance)


def read(body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
    event = values.document(body)
    type = str(event.get("type", ""))
    if not (type.startswith(("invoice.", "customer.subscription.")) or type in CUSTOMERS) or type == UNSAVED:
        return []
    thing = values.mapping(values.mapping(event.get("data"), "data").get("object"), "data.object")
    at = values.seconds(event.get("created"))
    if type in CUSTOMERS:
        return [_introduction(thing, thing.get("id"), thing.get("email"), settings, at)]
    if thing.get("object") not in ("invoice", "subscription"):  # invoice items and the like
        return []
    is_invoice = type.startswith("invoice.")
    payer = _id(thing.get("customer"))
    told = Told(
        "invoice" if is_invoice else "contract",
        values.identifier(thing.get("id"), "id"),
        _invoice(type, thing, zone) if is_invoice else contract(thing, zone),
        at=at and at + timedelta(microseconds=rank(type, thing)),
        email=values.text(thing.get("customer_email")),
        account=_account(thing, settings),
        payer=payer,
    )
    if payer is None or not thing.get("customer_email"):
        return [told]
    return [_introduction({}, payer, thing["customer_email"], settings, at), told]


def _invoice(type: str, thing: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any] | None:
    return None if type == "invoice.deleted" else invoice(thing, zone)


def _introduction(
    thing: Mapping[str, Any], name: object, email: object, settings: SenderConnection, at: datetime | None
) -> Introduction:
    return Introduction(values.identifier(name, "customer"), values.text(email), _account(thing, settings), at)


def _id(value: object) -> str | None:
    """Stripe names another object by its id, or puts it there whole."""
    return values.text(value.get("id") if isinstance(value, dict) else value)


def _account(thing: Mapping[str, Any], settings: SenderConnection) -> str | None:
    """As the metadata says: of the thing itself, or of the subscription that an invoice is for."""
    key = settings.fields.get("account", "account")
    parent = thing.get("parent")
    of = parent.get("subscription_details") if isinstance(parent, dict) else thing.get("subscription_details")
    holders = (thing, of if isinstance(of, dict) else {})
    told = (holder["metadata"].get(key) for holder in holders if isinstance(holder.get("metadata"), dict))
    return next(filter(None, map(values.text, told)), None)
