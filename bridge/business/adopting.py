"""What product usage tells the business: when each customer first got value, and which features they use.

Knows how sources name accounts; knows nothing of months or money.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from sqlalchemy import Connection

from bridge.knowledge.knowledge import Fact
from bridge.knowledge.usage_keys import UsageKeys
from bridge.moments import EVER
from bridge.store import adoption, lookup
from config.settings import Settings

ADOPTED_DAYS: Final = 90
"""A feature that was used within so many days is in use."""


def first_value(
    db: Connection, settings: Settings, accounts: Sequence[Fact], around: Mapping[str, Sequence[Fact]], today: date
) -> tuple[dict[int, date], date | None]:
    """Each customer's first-value day, and the day from which on such days would have been seen.

    As ``product.first_value`` says; where it says nothing, the first use of any feature.
    """
    found: dict[int, date] = {}
    spans: list[date] = []
    event = settings.product.first_value
    feature, count = (event.feature, event.count) if event else (None, 0.0)
    for source in settings.usage:
        if span := adoption.span(db, source.name, today):
            spans.append(span[0])
            customer_of = UsageKeys(source.account_key).customers(db, accounts)
            for key, day in adoption.first_days(db, source.name, today, feature, count).items():
                if key in customer_of:
                    _earlier(found, customer_of[key], day)
    told: dict[int, list[tuple[date, float]]] = {}
    for fact in around["usage"]:
        day, used = fact.content["day"], fact.content["count"] or 0
        if day and used > 0 and day <= today.isoformat():
            spans.append(date.fromisoformat(day))
            if feature in (None, fact.content["feature"]):
                told.setdefault(fact.customer, []).append((date.fromisoformat(day), used))
    for id, days in told.items():
        if reached := _reached(days, count):
            _earlier(found, id, reached)
    return found, min(spans, default=None)


def _reached(days: Sequence[tuple[date, float]], count: float) -> date | None:
    """The day on which the use of those days had added up to ``count``."""
    ordered = sorted(days)
    totals = accumulate(used for _, used in ordered)
    return next((day for (day, _), total in zip(ordered, totals, strict=True) if total >= count), None)


def _earlier(found: dict[int, date], id: int, day: date) -> None:
    found[id] = min(found.get(id, day), day)


def seen_until(db: Connection, settings: Settings, today: date) -> date | None:
    spans = [adoption.span(db, source.name, today) for source in settings.usage]
    crm = [lookup.newest_day(db, connection.name, today, EVER) for connection in settings.crms]
    return max([*(span[1] for span in spans if span), *(day for day in crm if day)], default=None)


def seen(db: Connection, settings: Settings, accounts: Sequence[Fact], told: Sequence[Fact], day: date) -> set[int]:
    """The customers whom any source has ever told of; ``told``: the usage that a CRM keeps."""
    found = {fact.customer for fact in told}
    for source in settings.usage:
        customer_of = UsageKeys(source.account_key).customers(db, accounts)
        found |= {customer_of[key] for key in adoption.first_days(db, source.name, day) if key in customer_of}
    return found


def adopted(
    db: Connection, settings: Settings, accounts: Sequence[Fact], told: Sequence[Fact], day: date
) -> Iterator[tuple[int, str]]:
    """(customer, feature) used in the weeks up to a day."""
    since = day - timedelta(days=ADOPTED_DAYS)
    for source in settings.usage:
        customer_of = UsageKeys(source.account_key).customers(db, accounts)
        for key, feature in adoption.used(db, source.name, since, day):
            if key in customer_of:
                yield customer_of[key], feature
    for fact in told:
        on, feature, count = (fact.content[name] for name in ("day", "feature", "count"))
        if on and feature and (count or 0) > 0 and since.isoformat() < on <= day.isoformat():
            yield fact.customer, feature
