"""Builds the frames that scoring takes from what the store knew. The one place where records meet columns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.frames import rows as frame_rows
from bridge.frames.rows import Row
from bridge.frames.year_ago import arr_year_ago
from bridge.knowledge.dating import OVERWRITTEN, as_then
from bridge.knowledge.knowledge import Fact, Facts, gather_accounts, gather_around
from bridge.knowledge.usage_keys import UsageKeys
from bridge.moments import Moment, close_of, day_of
from bridge.store import cursors, lookup, memory, usage
from config.settings import Settings, UsageSource
from config.words import UNKNOWN
from scoring.frames import COLUMNS, Frames, columns, extra_frame, frame
from scoring.use import HISTORY

STALE_AFTER = timedelta(days=7)
"""For how long a CRM's usage counts as alive without a new row, as a file's does where nothing else is set."""


def customer_rows(
    db: Connection, settings: Settings, ids: Sequence[int], moment: Moment
) -> tuple[dict[int, Row], list[Fact]]:
    """What is known of each customer itself (mapped fields beside the canonical ones), and the facts it is from.

    A customer whose accounts were not known, or are gone, is left out.
    """
    prefer = [*settings.identity.prefer, *(connection.name for connection in settings.crms)]
    accounts = _read_whole(gather_accounts(db, ids, moment.known, prefer), set(cursors.complete(db)))
    if moment.dated:
        accounts = list(as_then(db, "account", accounts, close_of(moment.day, settings.zone)))
    before = arr_year_ago(db, accounts, moment, settings.zone)
    rows: dict[int, Row] = {}
    for fact in accounts:
        then = {"arr_year_ago": before.get((fact.known.connection, fact.known.id))}
        rows[fact.customer] = _filled(rows.get(fact.customer, {}), _account(db, fact, moment, settings.zone) | then)
    return rows, accounts


def build(
    db: Connection,
    settings: Settings,
    rows: Mapping[int, Row],
    accounts: Sequence[Fact],
    moment: Moment,
    gathered: Facts | None = None,
    usage_days: int = HISTORY,
) -> Frames:
    """Frames about the customers in ``rows``, in that order; ``accounts`` may hold others' facts too.

    ``gathered``: what is around them, where the caller has it already. ``usage_days`` 0: only what a CRM keeps of it.
    """
    zone = settings.zone
    accounts = [fact for fact in accounts if fact.customer in rows]
    around = dict(gather_around(db, accounts, moment.known) if gathered is None else gathered)
    if moment.dated:
        then = close_of(moment.day, zone)
        around |= {kind: list(as_then(db, kind, around[kind], then)) for kind in OVERWRITTEN if kind in around}
    rows_of: dict[str, Sequence[Row]] = {
        "customers": [{"customer": id, **row} for id, row in rows.items()],
        "persons": [frame_rows.person(fact) for fact in around["person"]],
        "tickets": frame_rows.tickets(db, around["ticket"], moment, zone),
        "responses": frame_rows.happened(frame_rows.response, around["response"], "at", moment, zone),
        "activities": [row for fact in around["activity"] for row in frame_rows.activity(fact, moment, zone)],
        "deals": [frame_rows.deal(fact) for fact in around["deal"] if _there(fact, "opened_on", moment)],
        "contracts": [] if moment.dated else [frame_rows.contract(fact) for fact in around["contract"]],
        "invoices": [frame_rows.invoice(fact) for fact in around["invoice"] if _there(fact, "due_on", moment)],
        "sources": [
            *(_source(db, source, moment) for source in settings.usage),
            *_crm_sources(db, settings, moment),
        ],
    }
    used = [*_usage(db, settings.usage, accounts, moment, usage_days), *map(_use, around["usage"])]
    made = {name: frame(name, some) for name, some in rows_of.items()}
    extra = extra_frame(_extra(rows))
    return Frames(
        as_of=moment.day, dated=moment.dated, usage=columns("usage", used), extra=extra, declared=True, **made
    )


def _extra(rows: Mapping[int, Row]) -> Mapping[int, Row]:
    """What is known of accounts that no column of the frames holds, mapped fields among it."""
    named = {*COLUMNS["customers"], "extra"}
    return {id: {name: value for name, value in row.items() if name not in named} for id, row in rows.items()}


def _there(fact: Fact, since: str, moment: Moment) -> bool:
    """Before the first sync, whether a record's date proves that it was there: it may have been made since."""
    day = fact.content[since]
    return not moment.dated or (day is not None and day <= moment.day.isoformat())


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
        left = row["churned_on"]
        row["churned_on"] = left if left and left <= moment.day.isoformat() else None  # nobody knew of it before
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
    "currency": "arr", "arr_year_ago": "arr", "pulse_reason": "pulse", "pulse_until": "pulse", "pulse_since": "pulse",
}  # fmt: skip
"""Attributes that mean something only beside another one."""


def _crm_sources(db: Connection, settings: Settings, moment: Moment) -> Iterable[Row]:
    """The connections that usage was read from, each a source of its own."""
    for connection in settings.crms:
        oldest, newest = lookup.days_told(db, connection.name, moment.day, moment.known)
        if newest:
            days = STALE_AFTER / timedelta(days=1)
            yield {"source": connection.name, "newest": newest, "oldest": oldest, "stale_after_days": days}


Use = tuple[int, str, str | None, str, date, float]
"""A daily total, its values in the order of the frame's columns: a store holds too many for a mapping each."""


def _use(fact: Fact) -> Use:
    row = frame_rows.use(fact)
    return row["customer"], row["source"], row["person"], row["feature"], row["day"], row["count"]


def _usage(
    db: Connection, sources: Sequence[UsageSource], accounts: Sequence[Fact], moment: Moment, days: int
) -> Iterable[Use]:
    for source in sources if days else ():
        customer_of = UsageKeys(source.account_key).customers(db, accounts)
        totals = usage.known(db, source.name, sorted(customer_of), moment.day, moment.known, days)
        rows = (
            (customer_of[total.account_key], source.name, total.person or None, total.feature, total.day, total.count)
            for total in totals
        )
        yield from rows if len(set(customer_of.values())) == len(customer_of) else _added_up(rows)


def _added_up(rows: Iterable[Use]) -> Iterable[Use]:
    """One total where several accounts of a customer have one each: in scoring, equal rows are one row given twice."""
    totals: defaultdict[tuple[int, str, str | None, str, date], float] = defaultdict(float)
    for customer, source, person, feature, day, count in rows:
        totals[customer, source, person, feature, day] += count
    return ((*key, count) for key, count in totals.items())


def _source(db: Connection, source: UsageSource, moment: Moment) -> Row:
    oldest, newest = usage.days_told(db, source.name, moment.day, moment.known)
    return {
        "source": source.name,
        "newest": newest,
        "oldest": oldest,
        "stale_after_days": source.stale_after.total_seconds() / 86_400,
    }
