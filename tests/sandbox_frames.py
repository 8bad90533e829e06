"""The sandbox's customers as frames, without a CRM between: what a plain CRM and a usage file hold of them."""

from dataclasses import replace
from datetime import UTC, date, datetime

from adapters.sandbox.generator import generate
from adapters.sandbox.world import World
from scoring.frames import Frames, empty_frames, frame

AS_OF = date(2026, 6, 1)


def world(accounts: int = 150, seed: int = 7) -> World:
    return generate(accounts, seed, datetime(2026, 6, 1, 12, tzinfo=UTC))


def plain(found: World) -> Frames:
    """Accounts, persons, activities, deals, tickets and usage; no survey answers, contracts or invoices."""
    mine = {company.key for company in found.companies if company.status == "customer"}
    company_of = {person.key: person.company for person in found.contacts}
    return replace(
        empty_frames(AS_OF),
        customers=frame(
            "customers",
            [
                {"customer": one.key, "status": one.status, "plan": one.plan, "customer_since": one.customer_since,
                 "renewal_date": one.renewal_date, "arr": one.arr, "currency": one.currency, "seats_bought": one.seats,
                 "industry": one.industry}
                for one in found.companies if one.key in mine
            ],
        ),
        persons=frame(
            "persons",
            [
                {"customer": one.company, "person": str(one.key), "role": one.role, "title": one.title,
                 "left_on": one.left_on}
                for one in found.contacts if one.company in mine
            ],
        ),
        activities=frame(
            "activities",
            [
                {"customer": one.company, "activity": str(one.key), "kind": one.kind, "direction": one.direction,
                 "person": None if one.contact is None else str(one.contact), "day": one.at.date(), "done": one.done}
                for one in found.touches if one.company in mine and one.at <= found.now
            ],
        ),
        deals=frame(
            "deals",
            [
                {"customer": one.company, "deal": str(one.key), "kind": one.kind, "status": one.status,
                 "opened": one.opened_on, "closes": one.closes_on, "amount": one.amount, "currency": one.currency}
                for one in found.deals if one.company in mine
            ],
        ),
        tickets=frame(
            "tickets",
            [
                {"customer": one.company, "ticket": str(one.key), "status": one.status, "opened": one.opened_at.date(),
                 "closed": one.closed_at and one.closed_at.date(), "escalated": one.escalated,
                 "first_reply": one.first_reply_at and one.first_reply_at.date(), "reopened": one.reopened,
                 "subject": one.subject}
                for one in found.tickets if one.company in mine
            ],
        ),
        usage=frame(
            "usage",
            [
                {"customer": one.company, "source": "usage.csv", "person": str(one.contact), "feature": one.feature,
                 "day": one.day, "count": one.count}
                for one in found.usage if company_of[one.contact] in mine
            ],
        ),
        sources=frame("sources", [{"source": "usage.csv", "newest": AS_OF, "stale_after_days": 7}]),
    )  # fmt: skip


def whole(found: World) -> Frames:
    """With survey answers, contracts and invoices, too."""
    known = plain(found)
    mine = set(known.customers.index)
    return replace(
        known,
        responses=frame(
            "responses",
            [
                {"customer": one.company, "person": str(one.contact), "survey": one.survey, "score": one.score,
                 "day": one.at.date()}
                for one in found.answers if one.company in mine
            ],
        ),
        contracts=frame(
            "contracts",
            [
                {"customer": one.company, "contract": str(one.key), "status": one.status, "starts": one.starts_on,
                 "ends": one.ends_on}
                for one in found.terms if one.company in mine
            ],
        ),
        invoices=frame(
            "invoices",
            [
                {"customer": one.company, "invoice": str(one.key), "due": one.due_on, "paid": one.paid_on,
                 "amount": one.amount, "currency": one.currency}
                for one in found.invoices if one.company in mine
            ],
        ),
    )  # fmt: skip
