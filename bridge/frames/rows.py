"""Rows of frames, each from one record as it was known: what its fields say, as scoring names it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.knowledge.knowledge import Fact
from bridge.moments import Moment, day_of
from bridge.store import memory

Row = Mapping[str, Any]


def happened(
    row: Callable[[Fact, Moment, ZoneInfo], Row], facts: Iterable[Fact], stamp: str, moment: Moment, zone: ZoneInfo
) -> list[Row]:
    """Rows of the events that had happened; an event without a date says nothing."""
    return [
        row(fact, moment, zone)
        for fact in facts
        if (at := _instant(fact.content[stamp])) and _is_past(at, fact, moment)
    ]


def _is_past(at: datetime, fact: Fact, moment: Moment) -> bool:
    """By our clock, or by the vendor's, which may be ahead of it: an event before its record's stamp has happened."""
    return at <= max(moment.at, fact.known.changed_at or moment.at)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None, fact: Fact, moment: Moment, zone: ZoneInfo) -> date | None:
    """The day of an event; what a clock ahead of ours stamped beyond our midnight has happened today."""
    if (at := _instant(text)) is None:
        return None
    return day_of(min(at, moment.at) if _is_past(at, fact, moment) else at, zone)


def person(fact: Fact) -> Row:
    return {"customer": fact.customer, "person": fact.known.id, **_picked(fact, "role", "title", "left_on")}


def _picked(fact: Fact, *names: str) -> dict[str, Any]:
    return {name: fact.content[name] for name in names}


def tickets(db: Connection, facts: Iterable[Fact], moment: Moment, zone: ZoneInfo) -> list[Row]:
    """Rows of tickets. In dated mode, one that is closed without saying when tells nothing of the past."""
    datable = [fact for fact in facts if not (moment.dated and _closed_undated(fact.content))]
    rows = happened(_ticket, datable, "opened_at", moment, zone)
    since = {
        (fact.customer, fact.known.id): day_of(turned, zone)
        for fact in datable
        if fact.content["escalated"]
        if (turned := _escalated_since(db, fact, moment))
    }
    return [{**row, "escalated_since": since.get((row["customer"], row["ticket"]))} for row in rows]


def _escalated_since(db: Connection, fact: Fact, moment: Moment) -> datetime | None:
    if moment.dated:
        since: datetime | None = fact.content["escalated_since"]
        return since
    return memory.turned(db, fact.known, "ticket", "escalated")


def _closed_undated(ticket: Row) -> bool:
    return ticket["status"] == "closed" and ticket["closed_at"] is None


def _ticket(fact: Fact, moment: Moment, zone: ZoneInfo) -> Row:
    closed = _instant(fact.content["closed_at"])
    row = {
        "customer": fact.customer,
        "ticket": fact.known.id,
        "opened": _day(fact.content["opened_at"], fact, moment, zone),
        "first_reply": _day(fact.content["first_reply_at"], fact, moment, zone),
        "closed": _day(fact.content["closed_at"], fact, moment, zone),
        **_picked(fact, "status", "priority", "category", "reopened", "escalated", "subject"),
    }
    if moment.dated:  # that it was open then follows from its dates, whatever its history calls that
        row["status"] = "closed" if closed and day_of(closed, zone) <= moment.day else "open"
        row["reopened"] = None  # a count without days
    return row


def response(fact: Fact, moment: Moment, zone: ZoneInfo) -> Row:
    return {
        "customer": fact.customer,
        "day": _day(fact.content["at"], fact, moment, zone),
        **_picked(fact, "person", "survey", "score", "comment"),
    }


def activity(fact: Fact, moment: Moment, zone: ZoneInfo) -> list[Row]:
    """A row per person it reached, or one that names nobody; while it has not happened, only of a booked meeting.

    Before the first sync nobody knows what was booked then: a meeting ahead may have been put there since.
    """
    at = _instant(fact.content["at"])
    if at is None:
        return []
    whole_day = fact.content["precision"] == "day"
    ahead = at.date() > moment.day if whole_day else not _is_past(at, fact, moment)
    if ahead and (moment.dated or fact.content["kind"] != "meeting"):
        return []
    day = day_of(at, zone) if ahead else _day(fact.content["at"], fact, moment, zone)
    row = {
        "customer": fact.customer,
        "activity": fact.known.id,
        "day": at.date() if whole_day else day,
        "booked": ahead,
        **_picked(fact, "owner", "kind", "direction", "done"),
    }
    return [{**row, "person": person} for person in fact.content["persons"] or (None,)]


def deal(fact: Fact) -> Row:
    return {
        "customer": fact.customer,
        "deal": fact.known.id,
        "opened": fact.content["opened_on"],
        "closes": fact.content["closes_on"],
        **_picked(fact, "kind", "status", "amount", "currency"),
    }


def contract(fact: Fact) -> Row:
    """A contract is extended by overwriting it, so that of the time before the first sync it tells nothing."""
    return {
        "customer": fact.customer,
        "contract": fact.known.id,
        "status": fact.content["status"],
        "starts": fact.content["starts_on"],
        "ends": fact.content["ends_on"],
        **_picked(fact, "arr", "seats", "plan", "auto_renew"),
    }


def invoice(fact: Fact) -> Row:
    """Dated by itself also before the first sync, as far as nobody has moved the due date since."""
    return {
        "customer": fact.customer,
        "invoice": fact.known.id,
        "due": fact.content["due_on"],
        "paid": fact.content["paid_on"],
        **_picked(fact, "amount", "currency"),
    }


def use(fact: Fact) -> Row:
    """A row of usage that the CRM keeps; its connection is the source."""
    return {
        "customer": fact.customer,
        "source": fact.known.connection,
        **_picked(fact, "person", "feature", "day", "count"),
    }
