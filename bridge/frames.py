"""Builds the frames that scoring takes from what the store knew. The one place where records meet columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.dating import OVERWRITTEN, as_then
from bridge.knowledge import Fact, gather_accounts, gather_around
from bridge.moments import Moment, close_of, day_of
from bridge.store import cursors, lookup, memory, usage
from bridge.usage_keys import UsageKeys
from config.settings import Settings, UsageSource
from config.words import UNKNOWN
from scoring.frames import Frames, frame

USAGE_DAYS = 400
"""How far back daily totals are taken whole; of the time before, only the last day of use."""

STALE_AFTER = timedelta(days=7)
"""For how long a CRM's usage counts as alive without a new row, as a file's does where nothing else is set."""

Row = Mapping[str, Any]


def customer_rows(
    db: Connection, settings: Settings, ids: Sequence[int], moment: Moment
) -> tuple[dict[int, Row], list[Fact]]:
    """What is known of each customer itself (mapped fields beside the canonical ones), and the facts it is from.

    A customer whose accounts were not known, or are gone, is left out.
    """
    prefer = [*settings.identity.prefer, *(connection.name for connection in settings.connections)]
    accounts = _read_whole(gather_accounts(db, ids, moment.known, prefer), set(cursors.complete(db)))
    if moment.dated:
        accounts = list(as_then(db, "account", accounts, close_of(moment.day, settings.zone)))
    rows: dict[int, Row] = {}
    for fact in accounts:
        rows[fact.customer] = _filled(rows.get(fact.customer, {}), _account(db, fact, moment, settings.zone))
    return rows, accounts


def build(
    db: Connection, settings: Settings, rows: Mapping[int, Row], accounts: Sequence[Fact], moment: Moment
) -> Frames:
    """Frames about the customers in ``rows``, in that order; ``accounts`` may hold others' facts too."""
    zone = settings.zone
    accounts = [fact for fact in accounts if fact.customer in rows]
    around = dict(gather_around(db, accounts, moment.known))
    if moment.dated:
        then = close_of(moment.day, zone)
        around |= {kind: list(as_then(db, kind, around[kind], then)) for kind in OVERWRITTEN if kind in around}
    columns: dict[str, Sequence[Row]] = {
        "customers": [{"customer": id, **row} for id, row in rows.items()],
        "persons": [_person(fact) for fact in around["person"]],
        "tickets": _tickets(db, around["ticket"], moment, zone),
        "responses": _happened(_response, around["response"], "at", moment, zone),
        "activities": [row for fact in around["activity"] for row in _activity(fact, moment, zone)],
        "deals": [_deal(fact) for fact in around["deal"]],
        "contracts": [] if moment.dated else [_contract(fact) for fact in around["contract"]],
        "invoices": [_invoice(fact) for fact in around["invoice"]],
        "usage": [*_usage(db, settings.usage, accounts, moment), *map(_use, around["usage"])],
        "sources": [
            *(_source(db, source, moment) for source in settings.usage if source.file),
            *_crm_sources(db, settings, moment),
        ],
    }
    return Frames(as_of=moment.day, **{name: frame(name, some) for name, some in columns.items()})


def _read_whole(accounts: Sequence[Fact], complete: Set[str]) -> list[Fact]:
    """Without what a connection says that is being read for the first time, where another one is known already:
    half of a customer's tickets would count as all of them.
    """
    known = {fact.customer for fact in accounts if fact.known.connection in complete}
    return [fact for fact in accounts if fact.known.connection in complete or fact.customer not in known]


def _account(db: Connection, fact: Fact, moment: Moment, zone: ZoneInfo) -> dict[str, Any]:
    row = {**fact.content["extra"], **fact.content}
    if moment.dated:  # nobody knows since when mapped fields have held what they hold
        row = {**fact.content, "status": row["status"] or _status_then(row, moment.day)}
    if row["pulse"]:
        seen = memory.known_since(db, fact.known, "account", ("pulse", "pulse_reason", "pulse_until"))
        row["pulse_since"] = day_of(seen, zone)
    return row


def _status_then(account: Row, day: date) -> str | None:
    """What an account was on a day before the first sync, as far as its dates tell; unknown where they do not."""
    since, churned = (date.fromisoformat(account[name]) if account[name] else None for name in _SPAN)
    if churned and churned <= day:
        return "churned"
    return None if since is None else "customer" if since <= day else "prospect"


_SPAN = ("customer_since", "churned_on")


def _filled(values: Row, more: Row) -> dict[str, Any]:
    """What a preferred connection said, its gaps filled from the next one. A sum goes with its currency, a CSM's
    judgement with its reason: such a whole is one connection's.
    """
    filled = {name: value for name, value in more.items() if not _known(values.get(name))}
    for part, whole in PARTS.items():
        said = next((row for row in (values, more) if _known(row.get(whole))), None)
        filled |= {part: said.get(part)} if said else {}
    return {**values, **filled}


def _known(value: object) -> bool:
    return value is not None and value != UNKNOWN


PARTS: Final = {
    "currency": "arr", "pulse_reason": "pulse", "pulse_until": "pulse", "pulse_since": "pulse",
}  # fmt: skip
"""Attributes that mean something only beside another one."""


def _happened(
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


def _person(fact: Fact) -> Row:
    return {"customer": fact.customer, "person": fact.known.id, **_picked(fact, "role", "title", "left_on")}


def _picked(fact: Fact, *names: str) -> dict[str, Any]:
    return {name: fact.content[name] for name in names}


def _tickets(db: Connection, facts: Iterable[Fact], moment: Moment, zone: ZoneInfo) -> list[Row]:
    """Rows of tickets. In dated mode, one that is closed without saying when tells nothing of the past."""
    datable = [fact for fact in facts if not (moment.dated and _closed_undated(fact.content))]
    rows = _happened(_ticket, datable, "opened_at", moment, zone)
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
    return row


def _response(fact: Fact, moment: Moment, zone: ZoneInfo) -> Row:
    return {
        "customer": fact.customer,
        "day": _day(fact.content["at"], fact, moment, zone),
        **_picked(fact, "person", "survey", "score", "comment"),
    }


def _activity(fact: Fact, moment: Moment, zone: ZoneInfo) -> list[Row]:
    """A row per person it reached, or one that names nobody; none while it has not happened."""
    at = _instant(fact.content["at"])
    whole_day = fact.content["precision"] == "day"
    if at is None or (at.date() > moment.day if whole_day else not _is_past(at, fact, moment)):
        return []
    row = {
        "customer": fact.customer,
        "activity": fact.known.id,
        "day": at.date() if whole_day else _day(fact.content["at"], fact, moment, zone),
        **_picked(fact, "kind", "direction", "done"),
    }
    return [{**row, "person": person} for person in fact.content["persons"] or (None,)]


def _deal(fact: Fact) -> Row:
    return {
        "customer": fact.customer,
        "deal": fact.known.id,
        "opened": fact.content["opened_on"],
        "closes": fact.content["closes_on"],
        **_picked(fact, "kind", "status", "amount", "currency"),
    }


def _contract(fact: Fact) -> Row:
    """A contract is extended by overwriting it, so that of the time before the first sync it tells nothing."""
    return {
        "customer": fact.customer,
        "contract": fact.known.id,
        "status": fact.content["status"],
        "starts": fact.content["starts_on"],
        "ends": fact.content["ends_on"],
    }


def _invoice(fact: Fact) -> Row:
    """Dated by itself also before the first sync, as far as nobody has moved the due date since."""
    return {
        "customer": fact.customer,
        "invoice": fact.known.id,
        "due": fact.content["due_on"],
        "paid": fact.content["paid_on"],
        **_picked(fact, "amount", "currency"),
    }


def _use(fact: Fact) -> Row:
    """A row of usage that the CRM keeps; its connection is the source."""
    return {
        "customer": fact.customer,
        "source": fact.known.connection,
        **_picked(fact, "person", "feature", "day", "count"),
    }


def _crm_sources(db: Connection, settings: Settings, moment: Moment) -> Iterable[Row]:
    """The connections that usage was read from, each a source of its own."""
    for connection in settings.connections:
        if newest := lookup.newest_day(db, connection.name, moment.day, moment.known):
            yield {"source": connection.name, "newest": newest, "stale_after_days": STALE_AFTER / timedelta(days=1)}


def _usage(db: Connection, sources: Sequence[UsageSource], accounts: Sequence[Fact], moment: Moment) -> Iterable[Row]:
    for source in sources:
        if source.file is None:
            continue
        customer_of = UsageKeys(source.account_key).customers(db, accounts)
        for total in usage.known(db, source.file, sorted(customer_of), moment.day, moment.known, USAGE_DAYS):
            yield {
                "customer": customer_of[total.account_key],
                "source": source.file,
                "person": total.person or None,
                "feature": total.feature,
                "day": total.day,
                "count": total.count,
            }


def _source(db: Connection, source: UsageSource, moment: Moment) -> Row:
    assert source.file is not None
    return {
        "source": source.file,
        "newest": usage.watermark(db, source.file, moment.day, moment.known),
        "stale_after_days": source.stale_after.total_seconds() / 86_400,
    }
