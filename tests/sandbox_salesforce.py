"""Shared by the tests of the sandbox Salesforce: a small world, and the unmodified client routed to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from simple_salesforce import Salesforce

from adapters.sandbox.serve import Sandbox, running
from adapters.sandbox.world import Answer, Company, Contact, Deal, Ticket, Touch, Use, User, World

NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
V = "/services/data/v60.0"


def world(companies: int = 3) -> World:
    """A CSM and ``companies`` customers, each with a person, touches of every kind, a deal, a ticket, an answer."""
    keys = range(1, companies + 1)
    old = NOW - timedelta(days=30)
    return World(
        seed=0,
        now=NOW,
        users=(User(key=1, email="csm-1@example.com", first="CSM", last="1", role="csm", active=True, changed_at=old),),
        companies=tuple(_company(key, old) for key in keys),
        contacts=tuple(_contact(key, old) for key in keys),
        touches=tuple(touch for key in keys for touch in _touches(key)),
        deals=tuple(_deal(key, old) for key in keys),
        tickets=tuple(_ticket(key, old) for key in keys),
        answers=tuple(
            Answer(key=key, company=key, contact=key, survey="nps", score=9, comment=None, at=old) for key in keys
        ),
        usage=tuple(Use(company=key, contact=key, feature="login", day=old.date(), count=key) for key in keys),
    )


def _company(key: int, old: datetime) -> Company:
    return Company(
        key=key, name=f"Größe {key} GmbH", domain=f"c{key}.example.com", industry="Retail", employees=10 * key,
        country="DE", currency="EUR", status="customer", customer_since=date(2025, 1, 1), churned_on=None,
        renewal_date=date(2027, 1, 1), arr=1000.5, plan="team", seats=5, owner=1, trajectory="healthy",
        created_at=old, changed_at=old,
    )  # fmt: skip


def _contact(key: int, old: datetime) -> Contact:
    return Contact(
        key=key, company=key, email=f"champion-{key}@example.com", title="Champion", first="Champion", last=str(key),
        role="champion", left_on=None, created_at=old, changed_at=old,
    )  # fmt: skip


def _touches(key: int) -> list[Touch]:
    kinds = ("call", "email", "meeting", "task", "note")
    ages = (3, 5, 8, 13, 400)
    return [
        Touch(
            key=10 * key + place, kind=kind, company=key, contact=key, owner=1, direction="in", done=True,
            at=NOW - timedelta(days=age), subject=f"{kind} {key}", changed_at=NOW - timedelta(days=age),
        )
        for place, (kind, age) in enumerate(zip(kinds, ages, strict=True))
    ]  # fmt: skip


def _deal(key: int, old: datetime) -> Deal:
    return Deal(
        key=key, company=key, contact=key, owner=1, name=f"Renewal {key}", kind="renewal", status="won", amount=500.0,
        currency="EUR", opened_on=date(2025, 10, 1), closes_on=date(2026, 1, 1), changed_at=old,
    )  # fmt: skip


def _ticket(key: int, old: datetime) -> Ticket:
    return Ticket(
        key=key, company=key, contact=key, status="open", priority="urgent", category="Problem", subject="It fails",
        opened_at=old, first_reply_at=old, closed_at=None, escalated=False, reopened=0, changed_at=old,
    )  # fmt: skip


class RoutedSession(requests.Session):
    """Sends to ``base`` whatever https address the client builds, as a real proxy would."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        parts = urlsplit(url)
        target = self.base + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().request(method, target, **{"timeout": (5, 30), **kwargs})


def client(box: Sandbox) -> Salesforce:
    """The unmodified simple-salesforce, logged in by client credentials."""
    return Salesforce(
        consumer_key=box.announcement["client_id"],
        consumer_secret=box.announcement["client_secret"],
        domain="acme.my",
        session=RoutedSession(box.url),
        object_pairs_hook=dict,
        version="60.0",
    )


def bearer(box: Sandbox, who: str = "") -> requests.Session:
    """A bare session with a token of the daily user, or of the admin (``who="admin_"``)."""
    session = RoutedSession(box.url)
    form = {"grant_type": "client_credentials"}
    auth = (box.announcement[f"{who}client_id"], box.announcement[f"{who}client_secret"])
    granted = session.post(f"{box.url}/services/oauth2/token", data=form, auth=auth).json()
    session.headers["Authorization"] = f"Bearer {granted['access_token']}"
    return session


@contextmanager
def sandbox(companies: int = 3, **how: Any) -> Iterator[Sandbox]:
    """A sandbox over ``world(companies)`` at NOW; ``how`` as for ``running``."""
    with running("salesforce", world=world(companies), clock=NOW, **how) as box:
        yield box


def first_account(http: requests.Session) -> str:
    found = http.get(f"{V}/query", params={"q": "SELECT Id FROM Account ORDER BY Id LIMIT 1"}).json()
    return str(found["records"][0]["Id"])
