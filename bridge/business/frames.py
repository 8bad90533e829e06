"""What was gathered of the business, from rows to frames: sums in one currency, CSMs by name, gaps said aloud.

Must not know the store.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from bridge.business import rows as business_rows
from bridge.business.rows import Amount
from bridge.frames.rows import Row
from config.settings import Settings
from scoring.frames import frame, typed
from scoring.metrics.book import Book, book
from scoring.past_rows import TOUCHES

MONTHLY: Final = ("customer", "month", "active", "segment", "csm", "industry", "plan")
FEATURES: Final = 20
"""The features that most customers use are looked at; the rest would be noise."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that the numbers of the business are made of. Frames are by customer id."""

    book: Book
    start: date
    """The month's end at which the period begins."""
    end: date
    """The last month's end; the book itself goes up to today."""
    contacts: pd.DataFrame
    responses: pd.DataFrame
    persons: pd.DataFrame
    health: pd.DataFrame
    flags: Mapping[str, int]
    """How many customers each flag is raised for now."""
    purchases: pd.DataFrame
    then: pd.DataFrame
    """What described the customers at ``start``."""
    now: pd.DataFrame
    started: pd.Series | None
    seen_until: date | None
    """The newest day of product usage."""
    first_known: date | None
    labels: Mapping[int, str]
    notes: Sequence[str]


@dataclass(slots=True)
class Piles:
    """What is put together piece by piece."""

    monthly: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in MONTHLY})
    """By column: a book of many customers has millions of cells."""
    amounts: list[Amount] = field(default_factory=list)
    about: list[dict[str, Any]] = field(default_factory=list)
    contacts: list[pd.DataFrame] = field(default_factory=list)
    responses: list[pd.DataFrame] = field(default_factory=list)
    persons: list[pd.DataFrame] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    then: dict[int, dict[str, Any]] = field(default_factory=dict)
    now: dict[int, dict[str, Any]] = field(default_factory=dict)
    health: dict[int, dict[str, Any]] = field(default_factory=dict)
    flags: Counter[str] = field(default_factory=Counter)
    started: dict[int, object] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    used_then: dict[str, set[int]] = field(default_factory=dict)
    used_now: dict[str, set[int]] = field(default_factory=dict)
    """Feature → the customers that use it."""
    seen: set[int] = field(default_factory=set)
    """Customers whose usage is known at all."""
    from_contracts: int = 0

    def add(self, row: Mapping[str, Any], amount: Amount) -> None:
        """One customer at one month's end."""
        for name, column in self.monthly.items():
            column.append(row[name])
        self.amounts.append(amount)


def together(
    settings: Settings, today: date, days: Sequence[date], start: date, first: date | None, piles: Piles,
    csms: Mapping[str, str], seen_until: date | None,
) -> Gathered:  # fmt: skip
    notes: list[str] = []
    report = _report_currency(settings, piles.amounts)
    arr = business_rows.in_currency(piles.amounts, report, settings.currency.rates)
    without_rate = Counter(
        currency for (amount, currency), value in zip(piles.amounts, arr, strict=True)
        if amount is not None and value is None
    )  # fmt: skip
    notes += [
        f"no rate from {currency} to {report}: ARR in {currency} is unknown (currency.rates)"
        for currency in sorted(filter(None, without_rate))
    ]
    monthly = pd.DataFrame(piles.monthly)
    unrated = [value is None and given[0] is not None for given, value in zip(piles.amounts, arr, strict=True)]
    monthly = monthly.assign(
        arr=pd.Series(arr, dtype="float64"),
        unrated=pd.Series(unrated, dtype="object"),
        csm=[csms.get(csm, csm) for csm in monthly["csm"]],
    )
    about = pd.DataFrame(piles.about or None, columns=None if piles.about else ["customer"])
    if first and first > start:
        notes.append(
            f"csbridge has known these accounts since {first}; before that only dated facts count (customer_since, "
            "churned_on, contracts, the CRM's own field history), and the rest is unknown"
        )
    if piles.from_contracts:
        notes.append(
            f"{piles.from_contracts:,} month ends of customers have their ARR from contract terms as they stand now "
            "(economics.contract_terms)"
        )
    made = book(monthly, about, today, report)
    return Gathered(
        book=made,
        start=start,
        end=max(day for day in days if (day + timedelta(days=1)).day == 1),
        contacts=_joined(piles.contacts, ["customer", "tickets", "touches", "meetings"]),
        responses=typed("responses", _joined(piles.responses)),
        persons=typed("persons", _joined(piles.persons)),
        health=_by_customer(piles.health, ("band", "score", "flags", "expected", "days_to_renewal")),
        flags=piles.flags,
        purchases=_purchases(piles.invoices, report, settings.currency.rates),
        then=_described(piles.then, csms, piles.used_then, piles.seen),
        now=_described(piles.now, csms, piles.used_now, piles.seen),
        started=pd.Series(piles.started, dtype="object") if settings.economics.programme else None,
        seen_until=seen_until,
        first_known=first,
        labels=piles.labels,
        notes=notes,
    )


def _described(
    rows: Mapping[int, Mapping[str, Any]], csms: Mapping[str, str], used: Mapping[str, set[int]], seen: set[int]
) -> pd.DataFrame:
    """What describes the customers, and whether they use each of the features that most use."""
    if not rows:
        return pd.DataFrame()
    made = pd.DataFrame.from_dict(dict(rows), orient="index")
    made = made.assign(csm=[csms.get(csm, csm) for csm in made["csm"]])
    most = sorted(used, key=lambda feature: (-len(used[feature]), feature))[:FEATURES]
    for one in most:
        uses = [id in used[one] if id in seen else None for id in made.index]
        made[f"uses {one}"] = pd.Series(uses, index=made.index, dtype="object")
    return made


def _report_currency(settings: Settings, amounts: Sequence[Amount]) -> str:
    """The admin's; where none is written down and all sums are in one currency, that one."""
    spoken = {currency for amount, currency in amounts if amount is not None and currency}
    if "currency" not in settings.model_fields_set and len(spoken) == 1:
        return spoken.pop()
    return settings.currency.report


def _joined(parts: Sequence[pd.DataFrame], columns: Sequence[str] = ()) -> pd.DataFrame:
    some = [part for part in parts if len(part)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame(columns=list(columns))


def contacts(opened: Sequence[Row], touched: Sequence[Row], start: date) -> pd.DataFrame:
    """By customer, since the period's start: tickets opened, touches that took place, meetings among them."""
    tickets, touches = frame("tickets", opened), frame("activities", touched)
    tickets = tickets[tickets["opened"] > pd.Timestamp(start)]
    took_place = touches["kind"].isin(TOUCHES) & touches["done"].ne(False) & touches["day"].gt(pd.Timestamp(start))
    touches = touches[took_place].drop_duplicates(["customer", "activity"])
    counts = {
        "tickets": tickets.groupby("customer").size(),
        "touches": touches.groupby("customer").size(),
        "meetings": touches[touches["kind"].eq("meeting")].groupby("customer").size(),
    }
    return pd.DataFrame(counts).fillna(0.0).rename_axis("customer").reset_index()


def _purchases(rows: Sequence[Row], report: str, rates: Mapping[str, float]) -> pd.DataFrame:
    """What was invoiced, by the day that the invoice tells."""
    amounts = business_rows.in_currency([(row["amount"], row["currency"]) for row in rows], report, rates)
    made = {
        "customer": [row["customer"] for row in rows],
        "day": [row["due"] or row["paid"] for row in rows],
        "amount": amounts,
    }
    return pd.DataFrame(made, columns=["customer", "day", "amount"])


def _by_customer(rows: Mapping[int, Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(dict(rows), orient="index", columns=list(columns) if not rows else None)
