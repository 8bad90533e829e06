"""Turns a World into the rows of an org: users, accounts, contacts, opportunities, cases, tasks and events.

Salesforce has no place for survey answers or product usage: answers are left out, usage is handed on by account id.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from adapters.sandbox.salesforce import times
from adapters.sandbox.salesforce.custom_fields import metadata_of, register
from adapters.sandbox.salesforce.derived import derived
from adapters.sandbox.salesforce.org import FIELD_PREFIX, Actor, Org, bare_row
from adapters.sandbox.salesforce.tables import Row
from adapters.sandbox.vendor import UsageRow
from adapters.sandbox.world import Company, Contact, Deal, Invoice, Term, Ticket, Touch, User, World

STATUS: Final = {"prospect": "Prospect", "customer": "Customer", "churned": "Churned"}
TYPE: Final = {"prospect": "Prospect", "customer": "Customer", "churned": "Former Customer"}
STAGE: Final = {"open": "Negotiation/Review", "won": "Closed Won", "lost": "Closed Lost"}
DEAL_TYPE: Final = {"new": "New Customer", "renewal": "Renewal", "expansion": "Existing Customer - Upgrade"}
CASE_STATUS: Final = {"open": "Working", "pending": "On Hold", "closed": "Closed"}
PRIORITY: Final = {"low": "Low", "normal": "Medium", "high": "High", "urgent": "Critical"}
SUBTYPE: Final = {"call": "Call", "email": "Email"}
CALL_TYPE: Final = {"in": "Inbound", "out": "Outbound", None: None}
ARCHIVED_AFTER: Final = timedelta(days=365)
"""Activities older than this are archived: only queryAll shows them."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """Who works in the org, and which id each key of the world became, per object."""

    integration: Actor
    admin: Actor
    person: Actor
    ids: Mapping[tuple[str, int], str]


def seed(org: Org, world: World, *, integration_admin: bool) -> Seeded:
    """Fill ``org`` with ``world``. The integration user may customise the org when ``integration_admin``."""
    integration = Actor(org.new_id("005"), "integration@example.com", admin=integration_admin)
    admin = Actor(org.new_id("005"), "admin@example.com", admin=True)
    keys: dict[tuple[str, int], str] = {}
    _house(org, world, (integration, admin))
    fill = _Filling(org, keys, admin.user, world.now)
    fill.rows("User", ((user.key, _user(user)) for user in world.users))
    person = Actor(keys["User", world.users[0].key] if world.users else admin.user, "csm", person=True)
    last_touch = _last_touches(world)
    fill.rows("Account", ((c.key, _account(c, keys, last_touch.get(c.key))) for c in world.companies))
    fill.rows("Contact", ((contact.key, _contact(contact, keys)) for contact in world.contacts))
    fill.rows("Opportunity", ((deal.key, _deal(deal, keys)) for deal in world.deals))
    numbered = enumerate(world.tickets, start=1001)
    fill.rows("Case", ((ticket.key, _case(ticket, keys, number)) for number, ticket in numbered))
    fill.rows("Contract", ((term.key, _contract(term, keys)) for term in world.terms))
    fill.rows("Invoice__c", ((invoice.key, _invoice(invoice, keys)) for invoice in world.invoices))
    meetings = [touch for touch in world.touches if touch.kind == "meeting"]
    others = [touch for touch in world.touches if touch.kind != "meeting"]
    fill.rows("Task", ((touch.key, _task(touch, keys, world.now)) for touch in others))
    fill.rows("Event", ((touch.key, _event(touch, keys, world.now)) for touch in meetings))
    _name_fields(org, admin.user)
    return Seeded(integration, admin, person, keys)


def usage_rows(world: World, seeded: Seeded) -> Iterator[UsageRow]:
    """The world's usage with Salesforce ids, one row at a time."""
    for use in world.usage:
        account, person = seeded.ids["Account", use.company], seeded.ids.get(("Contact", use.contact))
        yield account, person, use.feature, use.day, use.count


class _Filling:
    """Adds rows with ids, defaults, derived fields and historic stamps."""

    def __init__(self, org: Org, keys: dict[tuple[str, int], str], author: str, now: datetime) -> None:
        self._org, self._keys, self._author, self._now = org, keys, author, times.shown(now)

    def rows(self, name: str, made: Iterator[tuple[int, dict[str, Any]]]) -> None:
        """Rows of the object ``name``; each comes with its key in the world."""
        kind = self._org.type(name)
        defaults = bare_row(kind)

        def complete() -> Iterator[Row]:
            for key, fields in made:
                row_id = self._org.new_id(kind.prefix)
                self._keys[name, key] = row_id
                present = {field: value for field, value in fields.items() if value is not None}
                row = {**defaults, "Id": row_id, **self._stamps(present), **present}
                follows = derived(name, row, self._org.row, row["SystemModstamp"])
                row.update((field, value) for field, value in follows.items() if value is not None)
                yield row

        self._org.tables[name].fill(complete())

    def _stamps(self, fields: Mapping[str, Any]) -> Row:
        stamp = fields.get("SystemModstamp", self._now)
        return {
            "CreatedDate": fields.get("CreatedDate", stamp),
            "CreatedById": self._author,
            "LastModifiedDate": stamp,
            "LastModifiedById": self._author,
            "SystemModstamp": stamp,
        }


def _house(org: Org, world: World, actors: tuple[Actor, ...]) -> None:
    """The organisation, a profile, and the users that programs log in as."""
    begun = times.shown(world.now - timedelta(days=730))
    stamps = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), begun)
    profile = org.new_id("00e")
    org.tables["Profile"].add({"Id": profile, "Name": "Standard User", "UserType": "Standard", **stamps})
    org.tables["Organization"].add(
        {
            "Id": org.id,
            "Name": "Sandbox (synthetic data)",
            "OrganizationType": "Enterprise Edition",
            "IsSandbox": True,
            "InstanceName": "SBX1",
            "TimeZoneSidKey": "UTC",
            "DefaultLocaleSidKey": "en_US",
            "DefaultCurrencyIsoCode": "EUR",
            **stamps,
        }
    )
    for actor in actors:
        name = actor.name.partition("@")[0].title()
        fields = {"Username": actor.name, "Email": actor.name, "LastName": name, "Name": name, "ProfileId": profile}
        fixed = {"UserType": "Standard", "IsActive": True, "TimeZoneSidKey": "UTC"}
        org.tables["User"].add({"Id": actor.user, **fields, **fixed, **stamps})


def _name_fields(org: Org, author: str) -> None:
    """Let the Tooling API know the custom fields that the org was born with."""
    for entity, field in list(org.custom_fields()):
        named = replace(field, key=org.new_id(FIELD_PREFIX), metadata=metadata_of(field))
        org.type(entity).put(named)
        register(org, entity, named, author)


def _last_touches(world: World) -> dict[int, date]:
    last: dict[int, date] = {}
    for touch in world.touches:
        if touch.at <= world.now:
            last[touch.company] = max(touch.at.date(), last.get(touch.company, touch.at.date()))
    return last


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _user(user: User) -> dict[str, Any]:
    return {
        "Username": user.email,
        "Email": user.email,
        "FirstName": user.first,
        "LastName": user.last,
        "Title": user.role.upper() if user.role == "csm" else user.role.title(),
        "IsActive": user.active,
        "UserType": "Standard",
        "TimeZoneSidKey": "UTC",
        "SystemModstamp": times.shown(user.changed_at),
    }


def _account(company: Company, keys: Mapping[tuple[str, int], str], touched: date | None) -> dict[str, Any]:
    return {
        "Name": company.name,
        "Website": company.domain,
        "Type": TYPE[company.status],
        "Industry": company.industry,
        "NumberOfEmployees": company.employees,
        "BillingCountry": company.country,
        "CurrencyIsoCode": company.currency,
        "OwnerId": _key(keys, "User", company.owner),
        "LastActivityDate": _day(touched),
        "ARR__c": company.arr,
        "Renewal_Date__c": _day(company.renewal_date),
        "Plan__c": company.plan,
        "Seats__c": None if company.seats is None else float(company.seats),
        "Customer_Since__c": _day(company.customer_since),
        "Churned_On__c": _day(company.churned_on),
        "CS_Status__c": STATUS[company.status],
        "CreatedDate": times.shown(company.created_at),
        "SystemModstamp": times.shown(company.changed_at),
    }


def _contact(contact: Contact, keys: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "FirstName": contact.first,
        "LastName": contact.last,
        "Email": contact.email,
        "Title": contact.title or None,
        "AccountId": _key(keys, "Account", contact.company),
        "CS_Role__c": contact.role.title(),
        "Left_On__c": _day(contact.left_on),
        "CreatedDate": times.shown(contact.created_at),
        "SystemModstamp": times.shown(contact.changed_at),
    }


def _deal(deal: Deal, keys: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "Name": deal.name[:120],
        "AccountId": _key(keys, "Account", deal.company),
        "OwnerId": _key(keys, "User", deal.owner),
        "StageName": STAGE[deal.status],
        "Type": DEAL_TYPE[deal.kind],
        "Amount": deal.amount,
        "CurrencyIsoCode": deal.currency,
        "CloseDate": _day(deal.closes_on),
        "CreatedDate": f"{deal.opened_on.isoformat()}T08:00:00.000+0000",
        "SystemModstamp": times.shown(deal.changed_at),
    }


def _case(ticket: Ticket, keys: Mapping[tuple[str, int], str], number: int) -> dict[str, Any]:
    status = "Escalated" if ticket.escalated and ticket.status == "open" else CASE_STATUS[ticket.status]
    return {
        "CaseNumber": f"{number:08d}",
        "AccountId": _key(keys, "Account", ticket.company),
        "ContactId": _key(keys, "Contact", ticket.contact),
        "Subject": ticket.subject,
        "Status": "New" if status == "Working" and ticket.first_reply_at is None else status,
        "Priority": PRIORITY[ticket.priority],
        "Type": ticket.category,
        "IsEscalated": ticket.escalated,
        "ClosedDate": times.shown(ticket.closed_at) if ticket.closed_at else None,
        "CreatedDate": times.shown(ticket.opened_at),
        "SystemModstamp": times.shown(ticket.changed_at),
    }


def _contract(term: Term, keys: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "ContractNumber": f"{term.key:08d}",
        "AccountId": _key(keys, "Account", term.company),
        "Status": {"active": "Activated", "ended": "Expired"}[term.status],
        "StatusCode": "Activated",
        "StartDate": _day(term.starts_on),
        "EndDate": _day(term.ends_on),
        "ContractTerm": 12,
        "CreatedDate": times.shown(term.changed_at),
        "SystemModstamp": times.shown(term.changed_at),
    }


def _invoice(invoice: Invoice, keys: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "Name": f"INV-{invoice.key:05d}",
        "Account__c": _key(keys, "Account", invoice.company),
        "Due__c": _day(invoice.due_on),
        "Paid__c": _day(invoice.paid_on),
        "Amount__c": invoice.amount,
        "CurrencyIsoCode": invoice.currency,
        "CreatedDate": times.shown(invoice.changed_at),
        "SystemModstamp": times.shown(invoice.changed_at),
    }


def _task(touch: Touch, keys: Mapping[tuple[str, int], str], now: datetime) -> dict[str, Any]:
    """Calls, e-mails, tasks; a note becomes a finished task, as in orgs without another place for it."""
    return {
        **_activity(touch, keys),
        "ActivityDate": touch.at.date().isoformat(),
        "Status": "Completed" if touch.done else "Not Started",
        "Priority": "Normal",
        "TaskSubtype": SUBTYPE.get(touch.kind, "Task"),
        "CallType": CALL_TYPE[touch.direction] if touch.kind == "call" else None,
        "CompletedDateTime": times.shown(touch.at) if touch.done else None,
        "IsArchived": touch.done and now - touch.at > ARCHIVED_AFTER,
    }


def _event(touch: Touch, keys: Mapping[tuple[str, int], str], now: datetime) -> dict[str, Any]:
    return {
        **_activity(touch, keys),
        "StartDateTime": times.shown(touch.at),
        "DurationInMinutes": 60,
        "EventSubtype": "Event",
        "IsArchived": now - touch.at > ARCHIVED_AFTER,
    }


def _activity(touch: Touch, keys: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "Subject": touch.subject,
        "WhatId": _key(keys, "Account", touch.company),
        "WhoId": _key(keys, "Contact", touch.contact),
        "OwnerId": _key(keys, "User", touch.owner),
        "CreatedDate": times.shown(min(touch.at, touch.changed_at)),
        "SystemModstamp": times.shown(touch.changed_at),
    }


def _key(keys: Mapping[tuple[str, int], str], name: str, key: int | None) -> str | None:
    return None if key is None else keys[name, key]
