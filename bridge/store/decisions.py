"""Score history: the decisions, one row for each that differs from the one before."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, func, insert, or_, select

from bridge.store.rows import chunks
from bridge.store.schema import customers, decisions
from scoring.decision import (
    NO_TREND,
    Close,
    Contribution,
    Decision,
    Previous,
    RaisedFlag,
    Signal,
    Trend,
    Verdict,
)

QUARTER: Final = timedelta(days=92)
"""How far back scores are looked at for a trend."""
SEARCHED: Final = 10
"""Decisions that are searched for what a flag last said: a cleared one was in the last before this."""


def append(db: Connection, made: Sequence[Decision], now: datetime) -> list[Decision]:
    """Store the decisions that differ from the last of their customer; returns those. History only grows forward."""
    last = latest(db, [decision.customer for decision in made])
    fresh = [decision for decision in made if _is_news(decision, last.get(decision.customer))]
    if fresh:
        rows = [
            {
                "customer_id": decision.customer,
                "day": decision.day,
                "decided_at": now,
                "score": decision.score,
                "band": decision.band,
                "version": decision.version,
                "document": decision,
            }
            for decision in fresh
        ]
        db.execute(insert(decisions), rows)
    return fresh


def _is_news(made: Decision, last: Decision | None) -> bool:
    """Whether it decides otherwise than the last, whatever their sentences ("21 days ago") say, and not earlier."""
    return last is None or (made.day >= last.day and _essence(made) != _essence(last))


def _essence(decision: Decision) -> tuple[object, ...]:
    return (
        *_of_card(decision),
        *(_of_card(verdict) for verdict in decision.verdicts),
        tuple((flag.name, flag.since) for flag in decision.flags),
        (decision.nps, decision.nps_last, decision.nps_group, decision.csat, decision.churn_risk),
        (decision.segment, decision.stage, decision.stage_since),
        tuple((signal.name, signal.since) for signal in decision.signals),
        (decision.expansion_amount, decision.expansion_currency, decision.trend.direction, decision.language),
    )


def _of_card(found: Decision | Verdict) -> tuple[object, ...]:
    parts = tuple((part.measure, part.points) for part in found.contributions)
    return (found.version, found.score, found.coverage, found.band, found.band_since, parts, found.missing)


def latest(db: Connection, ids: Sequence[int], before: date | None = None) -> dict[int, Decision]:
    """Each customer's last decision, of any day or of a day before ``before``."""
    found: dict[int, Decision] = {}
    for some in chunks(ids):
        newest = select(decisions.c.customer_id, func.max(decisions.c.id).label("id")).where(
            decisions.c.customer_id.in_(some)
        )
        if before is not None:
            newest = newest.where(decisions.c.day < before)
        last = newest.group_by(decisions.c.customer_id).subquery()
        query = select(decisions.c.document).join(last, decisions.c.id == last.c.id)
        for document in db.execute(query).scalars():
            decision = restored(document)
            found[decision.customer] = decision
    return found


def previous(db: Connection, ids: Sequence[int], before: date) -> dict[int, Previous]:
    """What stood about each customer at the close of the day before ``before``."""
    last = latest(db, ids, before=before)
    closes = _closes(db, sorted(last), before)
    return {id: _state(decision, closes.get(id, ())) for id, decision in last.items()}


def _state(decision: Decision, closes: Sequence[Close]) -> Previous:
    return Previous(
        band=decision.band,
        since=decision.band_since,
        bands={verdict.purpose: Previous(verdict.band, verdict.band_since) for verdict in decision.verdicts},
        stage=decision.stage,
        stage_since=decision.stage_since,
        flags={flag.name: flag.since for flag in decision.flags},
        signals={signal.name: signal.since for signal in decision.signals},
        closes=tuple(closes),
    )


def _closes(db: Connection, ids: Sequence[int], before: date) -> dict[int, list[Close]]:
    """The scores at the closes of the last quarter, and the one that stood when it began; oldest first."""
    begins = before - QUARTER
    found: dict[int, dict[date, Close]] = {}
    for some in chunks(ids):
        mine = decisions.c.customer_id.in_(some)
        older = select(func.max(decisions.c.id)).where(mine, decisions.c.day < begins)
        within = and_(decisions.c.day >= begins, decisions.c.day < before)
        of = (decisions.c.customer_id, decisions.c.day, decisions.c.score, decisions.c.version)
        query = select(*of).where(mine, or_(within, decisions.c.id.in_(older.group_by(decisions.c.customer_id))))
        for customer, day, score, version in db.execute(query.order_by(decisions.c.id)):
            found.setdefault(customer, {})[day] = Close(day, score, version)
    return {customer: list(some.values()) for customer, some in found.items()}


def history(db: Connection, customer: int) -> list[Decision]:
    """All decisions about one customer, oldest first."""
    query = select(decisions.c.document).where(decisions.c.customer_id == customer).order_by(decisions.c.id)
    return [restored(document) for document in db.execute(query).scalars()]


def last_said(db: Connection, customer: int, flags: Collection[str]) -> dict[str, RaisedFlag]:
    """What the last decisions with these flags said of them; those that none of the last ones had are missing."""
    query = select(decisions.c.document).where(decisions.c.customer_id == customer)
    found: dict[str, RaisedFlag] = {}
    for document in db.execute(query.order_by(decisions.c.id.desc()).limit(SEARCHED)).scalars():
        for flag in restored(document).flags:
            if flag.name in flags:
                found.setdefault(flag.name, flag)
    return found


def bands(db: Connection) -> dict[str, int]:
    """How many customers in scope stand in each band, by their last decisions."""
    inside = decisions.join(customers, decisions.c.customer_id == customers.c.id)
    newest = select(func.max(decisions.c.id).label("id")).select_from(inside).where(customers.c.inside.is_(True))
    last = newest.group_by(decisions.c.customer_id).subquery()
    query = select(decisions.c.band, func.count()).join(last, decisions.c.id == last.c.id).group_by(decisions.c.band)
    return dict(db.execute(query).all())


def restored(document: Mapping[str, Any]) -> Decision:
    """The decision that was stored as this document, by this release or an earlier one."""
    return Decision(
        **{
            **document,
            **_verdict(document),
            "day": date.fromisoformat(document["day"]),
            "flags": tuple(RaisedFlag(**_dated(flag, "since")) for flag in document["flags"]),
            "stage_since": _day(document.get("stage_since")),
            "verdicts": tuple(Verdict(**{**some, **_verdict(some)}) for some in document.get("verdicts", ())),
            "signals": tuple(Signal(**_dated(signal, "since")) for signal in document.get("signals", ())),
            "trend": Trend(**document["trend"]) if "trend" in document else NO_TREND,
        }
    )


def _verdict(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "band_since": date.fromisoformat(document["band_since"]),
        "contributions": tuple(Contribution(**part) for part in document["contributions"]),
        "missing": tuple(document["missing"]),
    }


def _dated(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**document, name: date.fromisoformat(document[name])}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
