"""Fills a portal from the made-up world: one HubSpot record per company, contact, touch, deal, ticket and answer."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from adapters.sandbox.hubspot.links import types_of
from adapters.sandbox.hubspot.options import Options
from adapters.sandbox.hubspot.pipelines import consequences, default_pipelines
from adapters.sandbox.hubspot.portal import FIRST_IDS, Owner, Portal, Row
from adapters.sandbox.hubspot.schema import INDUSTRIES
from adapters.sandbox.hubspot.values import date_ms, epoch_ms, iso
from adapters.sandbox.hubspot.writing import note_primary
from adapters.sandbox.world import Answer, Company, Contact, Deal, Ticket, Touch, World

FIRST_OWNER: Final = 70_000_000
FIRST_USER: Final = 9_000_000
Values = Mapping[str, str | int | float | bool | date | datetime | None]
_DEAL_STAGES: Final = {"open": "presentationscheduled", "won": "closedwon", "lost": "closedlost"}
_DEAL_TYPES: Final = {"new": "newbusiness", "renewal": "renewal", "expansion": "existingbusiness"}
_TICKET_STAGES: Final = {"open": "3", "pending": "2", "closed": "4"}
_PRIORITIES: Final = {"low": "LOW", "normal": "MEDIUM", "high": "HIGH", "urgent": "URGENT"}
_BUYING_ROLES: Final = {"champion": "CHAMPION", "executive": "EXECUTIVE_SPONSOR", "user": "END_USER", "other": "OTHER"}
_LIFECYCLES: Final = {"prospect": "opportunity", "customer": "customer", "churned": "other"}


def company_id(key: int) -> int:
    """The HubSpot id of a company of the world."""
    return FIRST_IDS["companies"] + key


def contact_id(key: int) -> int:
    return FIRST_IDS["contacts"] + key


def owner_id(key: int | None) -> int | None:
    """An owner's id, which is not the user's."""
    return None if key is None else FIRST_OWNER + key


def seeded(world: World, options: Options) -> Portal:
    """A portal that holds the whole world."""
    portal = Portal(options, pipelines=default_pipelines())
    for user in world.users:
        made = epoch_ms(user.changed_at)
        portal.owners[FIRST_OWNER + user.key] = Owner(
            FIRST_OWNER + user.key, FIRST_USER + user.key, user.email, user.first, user.last, user.active, made
        )
    for company in world.companies:
        _put(portal, "companies", company.key, company_values(company), company.created_at, company.changed_at)
    for contact in world.contacts:
        _put(portal, "contacts", contact.key, contact_values(contact), contact.created_at, contact.changed_at)
        if contact.company is not None:
            _link(portal, "contacts", contact_id(contact.key), contact.company, None)
    emails = {contact.key: contact.email for contact in world.contacts} if world.answers else {}
    for deal in world.deals:
        opened = datetime.fromtimestamp(date_ms(deal.opened_on) / 1000, deal.changed_at.tzinfo)
        record = _put(portal, "deals", deal.key, deal_values(deal), min(opened, deal.changed_at), deal.changed_at)
        _link(portal, "deals", record, deal.company, deal.contact)
    for ticket in world.tickets:
        record = _put(portal, "tickets", ticket.key, ticket_values(ticket), ticket.opened_at, ticket.changed_at)
        _link(portal, "tickets", record, ticket.company, ticket.contact)
    for touch in world.touches:
        name = f"{touch.kind}s"
        record = _put(portal, name, touch.key, touch_values(touch), touch.changed_at, touch.changed_at)
        _link(portal, name, record, touch.company, touch.contact)
    for answer in world.answers:
        values = answer_values(answer, emails.get(answer.contact))
        record = _put(portal, "feedback_submissions", answer.key, values, answer.at, answer.at)
        _link(portal, "feedback_submissions", record, None, answer.contact)
    return portal


def _put(portal: Portal, name: str, key: int, values: Values, created: datetime, changed: datetime) -> int:
    props = {word: text for word, value in values.items() if (text := _text(value)) is not None}
    derived = consequences(name, dict(props), "")
    props = {word: text for word, text in derived.items() if text} | props
    record = FIRST_IDS[name] + key
    portal.shelves[name].rows[record] = Row(record, props, epoch_ms(created), epoch_ms(changed))
    return record


def _link(portal: Portal, name: str, record: int, company: int | None, contact: int | None) -> None:
    if company is not None:
        pair = (name, "companies")
        portal.links.add(pair, record, company_id(company), types_of(pair, primary=True))
        if name in ("contacts", "deals", "tickets"):
            note_primary(portal, pair, record, company_id(company))
    if contact is not None:
        pair = (name, "contacts")
        portal.links.add(pair, record, contact_id(contact), types_of(pair))


def _text(value: object) -> str | None:
    """A world's value as HubSpot keeps it; blank texts are no value."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(epoch_ms(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def company_values(company: Company) -> Values:
    return {
        "name": company.name,
        "domain": company.domain,
        "website": company.domain,
        "industry": INDUSTRIES.get(company.industry or ""),
        "numberofemployees": company.employees,
        "country": company.country,
        "hubspot_owner_id": owner_id(company.owner),
        "lifecyclestage": _LIFECYCLES[company.status],
        "cs_status": company.status,
        "customer_since": company.customer_since,
        "churned_on": company.churned_on,
        "renewal_date": company.renewal_date,
        "arr": company.arr,
        "plan": company.plan,
        "seats": company.seats,
    }


def contact_values(contact: Contact) -> Values:
    return {
        "email": contact.email.lower() if contact.email else None,
        "firstname": contact.first,
        "lastname": contact.last,
        "jobtitle": contact.title,
        "hs_buying_role": _BUYING_ROLES[contact.role],
        "cs_role": contact.role,
        "left_on": contact.left_on,
    }


def deal_values(deal: Deal) -> Values:
    return {
        "dealname": deal.name,
        "amount": deal.amount,
        "deal_currency_code": deal.currency,
        "pipeline": "default",
        "dealstage": _DEAL_STAGES[deal.status],
        "dealtype": _DEAL_TYPES[deal.kind],
        "closedate": iso(date_ms(deal.closes_on) + 58_500_000),
        "createdate": iso(date_ms(deal.opened_on)),
        "hubspot_owner_id": owner_id(deal.owner),
    }


def ticket_values(ticket: Ticket) -> Values:
    return {
        "subject": ticket.subject,
        "content": "Synthetic.",
        "hs_pipeline": "0",
        "hs_pipeline_stage": _TICKET_STAGES[ticket.status],
        "hs_ticket_priority": _PRIORITIES[ticket.priority],
        "hs_ticket_category": ticket.category,
        "source_type": "EMAIL",
        "first_agent_reply_date": ticket.first_reply_at,
        "closed_date": ticket.closed_at,
        "escalated": ticket.escalated,
        "times_reopened": ticket.reopened or None,
    }


def _call(touch: Touch) -> Values:
    return {
        "hs_call_title": touch.subject,
        "hs_call_direction": {"in": "INBOUND", "out": "OUTBOUND"}.get(touch.direction or ""),
        "hs_call_status": "COMPLETED" if touch.done else "QUEUED",
    }


def _email(touch: Touch) -> Values:
    return {
        "hs_email_subject": touch.subject,
        "hs_email_direction": "INCOMING_EMAIL" if touch.direction == "in" else "EMAIL",
        "hs_email_status": "SENT" if touch.done else "SCHEDULED",
    }


def _meeting(touch: Touch) -> Values:
    return {
        "hs_meeting_title": touch.subject,
        "hs_meeting_start_time": touch.at,
        "hs_meeting_outcome": "COMPLETED" if touch.done else "SCHEDULED",
    }


def _task(touch: Touch) -> Values:
    return {
        "hs_task_subject": touch.subject,
        "hs_task_status": "COMPLETED" if touch.done else "NOT_STARTED",
        "hs_task_type": "TODO",
    }


def _note(touch: Touch) -> Values:
    return {"hs_note_body": touch.subject}


_TOUCHES: Final[Mapping[str, Callable[[Touch], Values]]] = {
    "call": _call, "email": _email, "meeting": _meeting, "task": _task, "note": _note,
}  # fmt: skip


def touch_values(touch: Touch) -> Values:
    common: Values = {"hs_timestamp": touch.at, "hubspot_owner_id": owner_id(touch.owner)}
    return {**common, **_TOUCHES[touch.kind](touch)}


def answer_values(answer: Answer, email: str | None) -> Values:
    return {
        "hs_survey_type": answer.survey.upper(),
        "hs_survey_id": "1" if answer.survey == "nps" else "2",
        "hs_survey_name": "Yearly survey" if answer.survey == "nps" else "After support",
        "hs_survey_channel": "EMAIL",
        "hs_value": answer.score,
        "hs_response_group": response_group(answer.survey, answer.score),
        "hs_content": answer.comment,
        "hs_submission_timestamp": answer.at,
        "hs_contact_id": contact_id(answer.contact),
        "hs_contact_email_rollup": email.lower() if email else None,
    }


def response_group(survey: str, score: float) -> str | None:
    """HubSpot's word for an answer; None for a survey without groups."""
    if survey == "nps":
        return "PROMOTER" if score >= 9 else "PASSIVE" if score >= 7 else "DETRACTOR"
    if survey == "csat":
        return "POSITIVE" if score >= 4 else "NEUTRAL" if score >= 3 else "NEGATIVE"
    return None
