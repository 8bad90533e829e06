"""The made-up world behind both sandbox CRMs: companies, people, touches, deals, tickets, answers, usage.

Vendor-neutral and frozen; rows name each other by integer key. Synthetic data: it shows that the machinery
works and proves nothing about a score's skill. Knows no CRM, no protocol and no randomness.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Trajectory = Literal["healthy", "growing", "declining", "churned", "onboarding", "prospect"]
"""What drives a company's usage, tickets, answers, meetings and renewals."""

CompanyStatus = Literal["prospect", "customer", "churned"]
Role = Literal["champion", "executive", "user", "other"]
TouchKind = Literal["call", "email", "meeting", "task", "note"]
DealKind = Literal["new", "renewal", "expansion"]
DealStatus = Literal["open", "won", "lost"]
TicketStatus = Literal["open", "pending", "closed"]
Priority = Literal["low", "normal", "high", "urgent"]
Survey = Literal["nps", "csat"]

FEATURES = ("login", "report_export", "automation", "api", "dashboard")
"""What the made-up product counts, simple to complex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone on the vendor's side: a CSM or a seller."""

    key: int
    email: str
    first: str
    last: str
    role: Literal["csm", "seller"]
    active: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One account. ``domain`` and ``employees`` are dirty on purpose (``employees`` may be absurd)."""

    key: int
    name: str
    domain: str | None
    """A bare domain, or what people type: ``HTTP://WWW.Example.COM/path``, blanks."""
    industry: str | None
    employees: int | None
    country: str | None
    currency: str
    status: CompanyStatus
    customer_since: date | None
    churned_on: date | None
    renewal_date: date | None
    arr: float | None
    plan: str | None
    seats: int | None
    """Seats bought; a few are negative, as in real orgs."""
    owner: int | None
    """Key of a User."""
    trajectory: Trajectory
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    key: int
    company: int | None
    email: str | None
    title: str | None
    first: str
    """A role, never a person's name: "Champion", "Operations"."""
    last: str
    role: Role
    left_on: date | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A call, e-mail, meeting, task or note. ``direction`` is None where it makes no sense."""

    key: int
    kind: TouchKind
    company: int
    contact: int | None
    owner: int | None
    direction: Literal["in", "out"] | None
    at: datetime
    done: bool
    subject: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    key: int
    company: int
    contact: int | None
    owner: int | None
    name: str
    kind: DealKind
    status: DealStatus
    amount: float | None
    currency: str
    opened_on: date
    closes_on: date
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    key: int
    company: int
    contact: int | None
    status: TicketStatus
    priority: Priority
    category: str | None
    subject: str
    opened_at: datetime
    first_reply_at: datetime | None
    closed_at: datetime | None
    escalated: bool
    reopened: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One survey answer. NPS 0–10, CSAT 1–5."""

    key: int
    company: int
    contact: int
    survey: Survey
    score: int
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """A year of a contract, both days included."""

    key: int
    company: int
    status: Literal["active", "ended"]
    starts_on: date
    ends_on: date
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Invoice:
    """``paid_on`` is None while it is unpaid."""

    key: int
    company: int
    due_on: date
    paid_on: date | None
    amount: float
    currency: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """One contact's daily total of one feature; ``seats used`` derives from distinct contacts."""

    company: int
    contact: int
    feature: str
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything, as it stood at ``now``. Same (accounts, seed, now) → the same world on every machine."""

    seed: int
    now: datetime
    users: tuple[User, ...]
    companies: tuple[Company, ...]
    contacts: tuple[Contact, ...]
    touches: tuple[Touch, ...] = ()
    deals: tuple[Deal, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    answers: tuple[Answer, ...] = ()
    usage: tuple[Use, ...] = ()
    terms: tuple[Term, ...] = ()
    invoices: tuple[Invoice, ...] = ()


PLAN_PRICES: Mapping[str, int] = {"starter": 240, "team": 480, "business": 720}
"""Yearly price of a seat, in the company's currency."""
