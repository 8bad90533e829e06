"""Gathers the monthly book of the business from the store: what was known at each month's end, or is dated.

Days before the first sync are told by dates, contracts and the vendors' histories only; what those leave open stays
unknown, and the notes say so. A few statements per month and piece of customers, never one per customer.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from bridge.business import adopting, renewals
from bridge.business import rows as business_rows
from bridge.business.frames import Gathered, Piles, contacts, together
from bridge.business.rows import Term
from bridge.frames import rows as frame_rows
from bridge.frames.frames import customer_rows
from bridge.frames.rows import Row
from bridge.knowledge.dating import OVERWRITTEN
from bridge.knowledge.knowledge import Fact, gather_around
from bridge.moments import EVER, Moment, closed, day_of, present
from bridge.progress import Progress, silent
from bridge.store import customers, decisions, lookup, memory, past_values
from bridge.workspace import Workspace
from config.rules import parse
from config.settings import Settings
from scoring.features.table import FEATURES
from scoring.frames import COLUMNS, frame
from scoring.journey import segments_of

PIECE = 2_000
FIELD_MONTHS = 18
"""How far back programmes are looked for where an account field says when each began."""
MOST_MONTHS = 60
TREND_MONTHS = 4
"""Months before a programme's base that show how accounts were moving."""


def month_ends(today: date, months: int) -> list[date]:
    """The last ``months`` + 1 month ends up to today, oldest first; and today, where it is none itself."""
    first = today.replace(day=1)
    ends = [] if _is_month_end(today) else [today]
    end = today if _is_month_end(today) else first - timedelta(days=1)
    for _ in range(months + 1):
        ends.append(end)
        end = end.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def _looked_back(settings: Settings, today: date, months: int) -> int:
    """Months of the book: the period, and what the effect of a programme needs of the time before it began."""
    programme = settings.economics.programme
    if programme is None:
        return months
    started = programme.started
    since = (
        (today.year - started.year) * 12 + today.month - started.month if isinstance(started, date) else FIELD_MONTHS
    )
    return max(months, min(since, MOST_MONTHS)) + TREND_MONTHS


def gather(workspace: Workspace, months: int = 12, progress: Progress = silent) -> Gathered:
    """The book of the last whole months, and what surrounds it now."""
    settings, today = workspace.settings, workspace.today
    days = month_ends(today, _looked_back(settings, today, months))
    start = month_ends(today, months)[0]
    piles = Piles()
    with workspace.store.read() as db:
        first = customers.first_known(db)
        known_since = day_of(first, settings.zone) if first else None
        for ids in customers.all_ids(db, PIECE):
            _gather_piece(db, workspace, ids, days, start, known_since, piles)
            progress("book", len(ids))
        csms = _user_names(db, settings, {csm for csm in piles.monthly["csm"] if csm})
        seen_until = adopting.seen_until(db, settings, today)
    return together(settings, today, days, start, known_since, piles, csms, seen_until)


def _gather_piece(
    db: Connection,
    workspace: Workspace,
    ids: Sequence[int],
    days: Sequence[date],
    start: date,
    first: date | None,
    piles: Piles,
) -> None:
    settings = workspace.settings
    moment = present(workspace.now(), settings.zone)
    rows, accounts = customer_rows(db, settings, ids, moment)
    around = gather_around(db, accounts, EVER)
    agreed = business_rows.terms(around["contract"]) if settings.economics.contract_terms == "signed" else {}
    alike = _undated(db, rows, accounts)
    inside: dict[int, bool] = {}
    history: dict[int, list[tuple[date, bool | None]]] = {}
    last: dict[int, Row] = {}
    unended = _unended(db, workspace, rows, first)
    then, at = _with_segments(db, settings, rows, agreed, moment.day), moment
    for day in reversed(days):
        if day != moment.day:
            at = _moment(workspace, day, first)
            then = alike if at.dated and alike else customer_rows(db, settings, ids, at)[0]
            then = _with_segments(db, settings, then, agreed, day)
        for id, row in then.items():
            if id not in inside:
                inside[id] = workspace.scope.holds({**row, "status": "customer"})
            if inside[id]:
                last.setdefault(id, row)
                row = business_rows.as_open(row) if at.dated and id in unended else row
                _keep_month(piles, id, row, agreed.get(id, ()), day, history)
        if day == start:
            piles.then |= {id: business_rows.described(row) for id, row in then.items() if inside.get(id)}
    _keep_vanished(piles, last.keys() - rows.keys(), history, days)
    _keep_customers(db, workspace, piles, last, rows, agreed, history, accounts, around)
    _keep_rows(settings, piles, around, moment, start, inside)
    _keep_use(db, settings, piles, accounts, around["usage"], start, moment.day)
    _keep_health(db, piles, {id: row for id, row in rows.items() if inside.get(id)}, around, moment.day)


def _with_segments(
    db: Connection, settings: Settings, rows: Mapping[int, Row], agreed: Mapping[int, Sequence[Term]], day: date
) -> dict[int, Row]:
    """With the segment of each on that day: as the rules say, of the ARR that the book counts; where they go by
    features, as it was decided then.
    """
    named = {field for segment in settings.segments for field in segment.rule.fields}
    if named & (FEATURES.keys() - COLUMNS["customers"].keys()):
        decided = decisions.latest(db, list(rows), before=day + timedelta(days=1))
        segments = {id: decision.segment for id, decision in decided.items()}
    else:
        counted = {id: {**row, "arr": business_rows.arr(row, agreed.get(id, ()), day)[0]} for id, row in rows.items()}
        segments = segments_of(counted, settings.segments)
    return {id: {**row, "segment": row.get("segment") or segments.get(id)} for id, row in rows.items()}


def _unended(db: Connection, workspace: Workspace, rows: Mapping[int, Row], first: date | None) -> set[int]:
    """Who was lost already when csbridge came to know them, nobody knows since when."""
    found = [id for id, row in rows.items() if business_rows.without_known_end(row)]
    if first is None or first >= workspace.today or not found:
        return set(found)
    then, _ = customer_rows(db, workspace.settings, found, closed(first, workspace.settings.zone))
    return {id for id in found if id not in then or business_rows.without_known_end(then[id])}


def _undated(db: Connection, rows: Mapping[int, Row], accounts: Sequence[Fact]) -> dict[int, Row]:
    """What is known of every day before the first sync, where no vendor's history tells of any account; else none."""
    ids: dict[str, list[str]] = {}
    for fact in accounts:
        ids.setdefault(fact.known.connection, []).append(fact.known.id)
    if any(past_values.held(db, connection, "account", some, EVER) for connection, some in ids.items()):
        return {}
    blank = dict.fromkeys(OVERWRITTEN["account"])
    return {id: {**{n: row.get(n) for n in business_rows.CANONICAL}, **blank} for id, row in rows.items()}


def _keep_month(
    piles: Piles, id: int, row: Row, agreed: Sequence[Term], day: date,
    history: dict[int, list[tuple[date, bool | None]]],
) -> None:  # fmt: skip
    active = business_rows.is_customer(row, agreed, day)
    amount = business_rows.arr(row, agreed, day)
    piles.from_contracts += bool(active and row.get("arr") is None and amount[0] is not None)
    history.setdefault(id, []).append((day, active))
    told = {name: row.get(name) for name in ("segment", "industry", "plan")} | {"csm": business_rows.csm(row)}
    piles.add({"customer": id, "month": day, "active": active, **told}, amount)


def _keep_vanished(
    piles: Piles, ids: Any, history: Mapping[int, Sequence[tuple[date, bool | None]]], days: Sequence[date]
) -> None:
    """Whoever was known once and is gone from the CRM: since then nobody knows."""
    nothing: dict[str, None] = dict.fromkeys(("active", "segment", "csm", "industry", "plan"))
    for id in sorted(ids):
        newest = max(day for day, _ in history[id])
        for day in days:
            if day > newest:
                piles.add({"customer": id, "month": day, **nothing}, (None, None))


def _keep_customers(
    db: Connection, workspace: Workspace, piles: Piles, last: Mapping[int, Row], rows: Mapping[int, Row],
    agreed: Mapping[int, Sequence[Term]], history: Mapping[int, Sequence[tuple[date, bool | None]]],
    accounts: Sequence[Fact], around: Mapping[str, Sequence[Fact]],
) -> None:  # fmt: skip
    settings, today = workspace.settings, workspace.today
    value, watched = adopting.first_value(db, settings, accounts, around, today)
    refs = customers.refs_of(db, sorted(last))
    names = lookup.names(db, [ref for some in refs.values() for ref in some])
    for id, row in last.items():
        some = agreed.get(id, ())
        active = history[id][0][1] if id in rows else False
        span = business_rows.span(row, some, active, _lost_by(history[id]), today)
        about = {
            "customer": id,
            "name": row.get("name"),
            "customer_since": span.since,
            "churned_on": span.churned,
            "first_value": value.get(id),
            "watched": bool(watched and span.since and span.since >= watched),
            "referred_by": row.get("referred_by"),
            "gone": span.gone or id not in rows,
        }
        piles.about.append(about)
        ref = refs[id][0] if refs.get(id) else None
        piles.labels[id] = f"{ref.connection}:{ref.id} {names.get(ref, '')}".strip() if ref else f"customer {id}"
        if id in rows:
            piles.now[id] = business_rows.described(row)
            piles.started[id] = _programme_start(settings, row)


def _lost_by(history: Sequence[tuple[date, bool | None]]) -> date | None:
    """The first day, of those looked at, since which it is no customer any more; it was one before. Newest first."""
    lost = None
    for day, active in history:
        if active:
            return lost
        lost = day if active is False else None
    return None


def _programme_start(settings: Settings, row: Row) -> object:
    programme = settings.economics.programme
    if programme is None or not parse(programme.accounts).holds(row):
        return None
    return programme.started if isinstance(programme.started, date) else row.get(programme.started)


def _keep_rows(
    settings: Settings, piles: Piles, around: Mapping[str, Sequence[Fact]], moment: Moment, start: date,
    inside: Mapping[int, bool],
) -> None:  # fmt: skip
    """What happened around these customers, already as frames: their single events are not needed any more."""
    zone = settings.zone
    some = {kind: [fact for fact in facts if inside.get(fact.customer)] for kind, facts in around.items()}
    touches = [row for fact in some["activity"] for row in frame_rows.activity(fact, moment, zone)]
    piles.contacts.append(contacts([business_rows.ticket(fact, zone) for fact in some["ticket"]], touches, start))
    answers = frame_rows.happened(frame_rows.response, some["response"], "at", moment, zone)
    piles.responses.append(frame("responses", answers))
    piles.persons.append(frame("persons", map(frame_rows.person, some["person"])))
    if settings.economics.buying == "purchases":
        piles.invoices += map(frame_rows.invoice, some["invoice"])


def _keep_use(
    db: Connection, settings: Settings, piles: Piles, accounts: Sequence[Fact], told: Sequence[Fact],
    start: date, today: date,
) -> None:  # fmt: skip
    piles.seen |= adopting.seen(db, settings, accounts, told, today)
    for used, day in ((piles.used_then, start), (piles.used_now, today)):
        for id, feature in adopting.adopted(db, settings, accounts, told, day):
            used.setdefault(feature, set()).add(id)


def _keep_health(
    db: Connection, piles: Piles, rows: Mapping[int, Row], around: Mapping[str, Sequence[Fact]], today: date
) -> None:
    renewal_in = renewals.days_ahead(rows, around, today)
    for id, decision in decisions.latest(db, customers.inside(db, list(rows))).items():
        piles.health[id] = {
            "band": decision.band,
            "score": decision.score,
            "flags": len(decision.flags),
            "expected": decision.trend.at_renewal,
            "days_to_renewal": renewal_in.get(id),
        }
        piles.flags.update(flag.name for flag in decision.flags)


def _moment(workspace: Workspace, day: date, first: date | None) -> Moment:
    if first is None or day < first:
        return Moment(day, workspace.now(), dated=True)
    return closed(day, workspace.settings.zone)


def _user_names(db: Connection, settings: Settings, ids: set[str]) -> dict[str, str]:
    """What to call CSMs: their e-mail, else their name, else the id."""
    found: dict[str, str] = {}
    for connection in settings.crms:
        for user in memory.known(db, connection.name, "user", sorted(ids), EVER):
            found.setdefault(user.id, user.content.get("email") or user.content.get("name") or user.id)
    return found


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
