"""A Stripe invoice as ours: what is owed, in whole units of its currency, when it was due and whether it was paid."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.records import Value
from webhooks.senders import values

WHOLE: Final = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
"""Currencies whose amounts are in whole units (docs.stripe.com/currencies, "Zero-decimal currencies"). UGX and ISK are
without decimals too, but stay in hundredths for older users' sake ("Special cases")."""
THOUSANDTHS: Final = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))

STATUSES: Final = ("draft", "open", "uncollectible", "paid", "void")
"""In the order in which an invoice goes through them."""


def money(amount: object, currency: object) -> float | None:
    """Stripe's whole number of the smallest unit, in the currency's main unit."""
    found, code = values.number(amount), (values.text(currency) or "").upper()
    if found is None or not code:
        return None
    return found / (1 if code in WHOLE else 1_000 if code in THOUSANDTHS else 100)


def invoice(thing: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Value] | None:
    """None: nothing is owed by it, yet or any more. One that is charged at once is due on the day that it is final."""
    status = thing.get("status")
    if status in ("draft", "void", None):
        return None
    turns = values.mapping(thing.get("status_transitions") or {}, "status_transitions")
    due = thing.get("due_date") or turns.get("finalized_at") or thing.get("created")
    currency = values.text(thing.get("currency"))
    return {
        "due_on": values.day_of(due, zone),
        "paid_on": values.day_of(turns.get("paid_at"), zone) if status == "paid" else None,
        "amount": money(thing.get("total", thing.get("amount_due")), currency),
        "currency": currency.upper() if currency else None,
    }


def rank(type: str, thing: Mapping[str, Any]) -> int:
    """Which of two events of one second is the later one: the further its record has come."""
    if type.endswith(".deleted"):
        return len(STATUSES) + 1
    status = thing.get("status")
    return STATUSES.index(status) if status in STATUSES else 0 if type.endswith(".created") else 1
