"""A Stripe subscription as a contract: its term, its worth a year, its seats.

The worth is what its prices say: discounts, taxes and metered use are not in it, and tiered prices make it unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.records import Value
from config.words import UNKNOWN, ContractStatus
from webhooks.senders import values
from webhooks.senders.stripe_invoices import money

STATUSES: Final[Mapping[str, ContractStatus]] = {
    "incomplete": "draft", "trialing": "draft", "active": "active", "past_due": "active", "unpaid": "active",
    "paused": "active", "canceled": "ended", "incomplete_expired": "ended",
}  # fmt: skip
"""A trial is not yet worth anything."""

A_YEAR: Final = {"day": 365, "week": 52, "month": 12, "year": 1}
"""How often each interval begins in a year."""


def contract(thing: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Value]:
    items = values.rows(values.mapping(thing.get("items") or {}, "items").get("data"), "items.data")
    status = STATUSES.get(str(thing.get("status")), UNKNOWN)
    cancels = bool(thing.get("cancel_at_period_end") or thing.get("cancel_at"))
    return {
        "status": status,
        "starts_on": values.day_of(thing.get("start_date"), zone),
        "ends_on": values.day_of(_end(thing, items), zone),
        "arr": _arr(items),
        "seats": _seats(items),
        "plan": _plan(items),
        "auto_renew": status == "active" and not cancels,
    }


def _end(thing: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> object:
    """When it ended or will end, else the end of the period that is paid for. Newer API versions have that per item."""
    periods = [found for one in items if (found := values.number(one.get("current_period_end")))]
    return (
        thing.get("ended_at") or thing.get("cancel_at") or thing.get("current_period_end") or max(periods, default=None)
    )


def _price(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is charged; ``plan`` is its older form, with the interval in it."""
    return values.mapping(item.get("price") or item.get("plan") or {}, "price")


def _arr(items: Sequence[Mapping[str, Any]]) -> float | None:
    worth = [_yearly(item) for item in items]
    return None if not worth or None in worth else round(sum(filter(None, worth)), 2)


def _yearly(item: Mapping[str, Any]) -> float | None:
    price = _price(item)
    recurring = values.mapping(price.get("recurring") or price, "recurring")
    if recurring.get("usage_type") == "metered":
        return 0.0
    amount = price.get("unit_amount", price.get("amount"))
    unit = money(price.get("unit_amount_decimal") if amount is None else amount, price.get("currency"))
    times, every = A_YEAR.get(str(recurring.get("interval"))), values.number(recurring.get("interval_count", 1))
    if unit is None or times is None or not every:
        return None
    return unit * (values.number(item.get("quantity", 1)) or 0) * times / every


def _seats(items: Sequence[Mapping[str, Any]]) -> float | None:
    some = [found for item in items if (found := values.number(item.get("quantity"))) is not None]
    return sum(some) if some else None


def _plan(items: Sequence[Mapping[str, Any]]) -> str | None:
    for item in items:
        price = _price(item)
        if found := values.text(price.get("nickname")) or values.text(price.get("lookup_key")):
            return found
    return None
