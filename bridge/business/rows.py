"""Rows of the monthly book, each from what was known of one customer at one day. Knows records, no database.

Owns what counts as being a customer, and where ARR may be taken from; what is not known stays None.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bridge.frames.rows import Row
from bridge.knowledge.knowledge import Fact
from bridge.moments import day_of
from bridge.store.records import payload_fields
from config.words import UNKNOWN

Amount = tuple[float | None, str | None]
"""A sum and its currency, as they stand in the record."""

DAY: Final = timedelta(days=1)

TOLD: Final = ("industry", "plan", "country", "employees", "seats_bought", "segment", "csm")
"""What an account is described by, beside the fields that the admin maps."""


@dataclass(frozen=True, slots=True)
class Term:
    """A contract's term, both days included; ``ends`` None = open."""

    starts: date
    ends: date | None
    arr: float | None

    def covers(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


def terms(facts: Iterable[Fact]) -> dict[int, list[Term]]:
    """The terms of each customer's contracts that say when they begin, drafts left out, and ended ones that do not say
    when.
    """
    found: dict[int, list[Term]] = {}
    for fact in facts:
        starts, ends = (_day(fact.content[name]) for name in ("starts_on", "ends_on"))
        status = fact.content["status"]
        if starts is None or status == "draft" or (status == "ended" and ends is None):
            continue
        found.setdefault(fact.customer, []).append(Term(starts, ends, fact.content["arr"]))
    return {customer: [_handed_over(term, some) for term in some] for customer, some in found.items()}


def _handed_over(term: Term, some: Sequence[Term]) -> Term:
    """A contract that ends on the day on which the next one begins is over the day before: that day counts once."""
    begun = {other.starts for other in some}
    if term.ends is None or term.ends == term.starts or term.ends not in begun or term.ends + DAY in begun:
        return term
    return replace(term, ends=term.ends - DAY)


def is_customer(row: Row, agreed: Sequence[Term], day: date) -> bool | None:
    """By its status; where that is not known by its own days; else by its contracts; None = not known."""
    status = row.get("status")
    if status not in (None, "", UNKNOWN):
        return bool(status == "customer")
    since, churned = (_day(row.get(name)) for name in ("customer_since", "churned_on"))
    if churned and churned <= day:
        return False
    if since:
        return since <= day
    return any(term.covers(day) for term in agreed) if agreed else None


def without_known_end(row: Row) -> bool:
    """Whether it is lost, and nobody wrote down since when: that it once began says nothing of any later day."""
    return row.get("status") == "churned" and not row.get("churned_on")


def as_open(row: Row) -> Row:
    """The row of such a one before the first sync: only a vendor's history, or contracts, tell what it was then."""
    return row if row.get("status_since") else {**row, "status": None, "customer_since": None}


def arr(row: Row, agreed: Sequence[Term], day: date) -> Amount:
    """What the account says; where it says nothing, the sum of the contracts of that day, if each says its part."""
    stated = row.get("arr")
    currency = row.get("currency")
    if stated is not None:
        return stated, currency
    parts = [term.arr for term in agreed if term.covers(day)]
    known = [part for part in parts if part is not None]
    return (sum(known) if known and len(known) == len(parts) else None), currency


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when somebody was a customer, as far as that is known."""

    since: date | None
    churned: date | None
    gone: bool
    """No customer any more, whether or not it is known since when."""


def span(row: Row, agreed: Sequence[Term], active: bool | None, lost_by: date | None, today: date) -> Span:
    """``active``: whether it is one today. ``lost_by``: the first day on which csbridge saw it lost; it, or the end of
    the last contract, stands in for a day that nobody wrote down. Whoever is a customer today has not churned, whatever
    an old day says.
    """
    since, churned = (_day(row.get(name)) for name in ("customer_since", "churned_on"))
    begun = [term.starts for term in agreed if term.starts <= today]
    since = since or min(begun, default=None)
    if active is not False:
        return Span(since, None, False)
    over = [term.ends for term in agreed if term.ends]
    if churned is None and since is not None:
        ended = max(over) if over and len(over) == len(agreed) and max(over) <= today else None
        churned = min((day for day in (lost_by, ended) if day), default=None)
    return Span(since, churned, row.get("status") == "churned" or churned is not None)


def ticket(fact: Fact, zone: ZoneInfo) -> Row:
    """No more of a ticket than the day on which it was opened."""
    opened = fact.content["opened_at"]
    day = day_of(datetime.fromisoformat(opened), zone) if opened else None
    return {"customer": fact.customer, "ticket": fact.known.id, "opened": day}


def csm(row: Row) -> Any:
    """Who looks after the account: its CSM; where the CRM names none, its owner."""
    return row.get("csm") or row.get("owner")


def described(row: Row) -> dict[str, Any]:
    """An account's attributes, for what accounts share: words and numbers, mapped fields too."""
    mapped = {name: value for name, value in row.items() if name not in CANONICAL and name != "pulse_since"}
    return {**{name: row.get(name) for name in TOLD}, "csm": csm(row), **{n: v for n, v in mapped.items() if _plain(v)}}


CANONICAL: Final = frozenset(payload_fields("account"))


def _plain(value: object) -> bool:
    return isinstance(value, (str, int, float, bool)) and not isinstance(value, date)


def in_currency(amounts: Iterable[Amount], report: str, rates: Mapping[str, float]) -> list[float | None]:
    """Each in the report currency; None where there is no rate. A sum without a currency is in the report currency."""
    table = {**rates, report: 1.0}
    return [
        None if amount is None or (rate := table.get(currency or report)) is None else amount * rate
        for amount, currency in amounts
    ]


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None
