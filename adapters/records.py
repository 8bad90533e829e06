"""Canonical records: what every CRM's rows become. Frozen; no vendor word leaves an adapter.

Ids are strings as the vendor gives them (Salesforce: 18 characters). A field that names another record
(``owner``, ``account``, ``persons`` …) holds ids of the same connection. Times are aware UTC, money is a
float in ``currency``, a missing value is None (never 0 or ""). What the admin maps beyond these fields
arrives in ``extra``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from config import words

Value = str | int | float | bool | date | datetime | tuple[str, ...] | None
"""What a field can hold; a tuple is a set of options (multi-select), in sorted order."""

Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Ref:
    """Names one CRM record: which connection, which kind, which id."""

    connection: str
    kind: words.AnyKind
    id: str

    def __str__(self) -> str:
        return f"{self.connection}:{self.kind}:{self.id}"

    def __hash__(self) -> int:
        """The id's own: refs are looked up a dozen times per record, and few share an id."""
        return hash(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What all records share. ``changed_at`` is the vendor's own modification stamp."""

    ref: Ref
    changed_at: datetime
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Record):
    """A company. ``own`` is what csbridge's own fields hold in the CRM now, by canonical name (observed)."""

    name: str | None = None
    domain: str | None = None
    parent: str | None = None
    owner: str | None = None
    csm: str | None = None
    industry: str | None = None
    employees: int | None = None
    country: str | None = None
    currency: str | None = None
    status: words.AccountStatus | None = None
    customer_since: date | None = None
    churned_on: date | None = None
    renewal_date: date | None = None
    arr: float | None = None
    plan: str | None = None
    seats_bought: float | None = None
    referred_by: str | None = None
    pulse: words.Pulse | None = None
    pulse_reason: str | None = None
    pulse_until: date | None = None
    own: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Record):
    """``own`` as an account's; empty where the CRM has no own fields on persons."""

    accounts: tuple[str, ...] = ()
    email: str | None = None
    title: str | None = None
    role: words.PersonRole | None = None
    channel: str | None = None
    left_on: date | None = None
    own: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Record):
    """A touch. ``at`` is midnight UTC of the day when ``precision`` is "day"; ``done`` None = the CRM does not say."""

    accounts: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    owner: str | None = None
    kind: words.ActivityKind = "unknown"
    direction: words.Direction | None = None
    at: datetime | None = None
    precision: words.Precision = "instant"
    done: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal(Record):
    account: str | None = None
    kind: words.DealKind | None = None
    status: words.DealStatus | None = None
    stage: str | None = None
    amount: float | None = None
    currency: str | None = None
    opened_on: date | None = None
    closes_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Record):
    account: str | None = None
    person: str | None = None
    status: words.TicketStatus | None = None
    priority: words.TicketPriority | None = None
    category: str | None = None
    opened_at: datetime | None = None
    first_reply_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int | None = None
    escalated: bool | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Record):
    """One answer to a survey; ``score`` on the survey's own scale (NPS: 0–10)."""

    account: str | None = None
    person: str | None = None
    survey: words.Survey | None = None
    score: float | None = None
    comment: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Record):
    """A term of a subscription, both days included."""

    account: str | None = None
    status: words.ContractStatus | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    arr: float | None = None
    seats: float | None = None
    plan: str | None = None
    auto_renew: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Record):
    """``paid_on`` None = not paid. Where payments cannot be read, ``due_on`` is None too: nothing is late."""

    account: str | None = None
    due_on: date | None = None
    paid_on: date | None = None
    amount: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Record):
    """A day's total of one feature; ``person`` is a contact's id, or whatever the CRM calls its user."""

    account: str | None = None
    person: str | None = None
    feature: str | None = None
    day: date | None = None
    count: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Record):
    """A CRM user: an owner or a CSM."""

    name: str | None = None
    email: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The record is gone (deleted at ``at``), or lives on in ``merged_into``."""

    ref: Ref
    at: datetime
    merged_into: str | None = None


Item = Record | Tombstone

RECORD_TYPES: Final[Mapping[words.Kind, type[Record]]] = {
    "account": Account,
    "person": Person,
    "activity": Activity,
    "deal": Deal,
    "ticket": Ticket,
    "contract": Contract,
    "response": Response,
    "invoice": Invoice,
    "usage": Usage,
    "user": User,
}
