"""Score history: the decisions, one row for each that differs from the one before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bridge.store.rows import chunks
from bridge.store.schema import customers, decisions
from scoring.decision import Contribution, Decision, Previous, RaisedFlag


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
        decision.score,
        decision.coverage,
        decision.band,
        decision.band_since,
        tuple((part.measure, part.points) for part in decision.contributions),
        decision.missing,
        tuple((flag.name, flag.since) for flag in decision.flags),
        (decision.nps, decision.nps_last, decision.nps_group),
        decision.version,
    )


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


def band_states(db: Connection, ids: Sequence[int], before: date) -> dict[int, Previous]:
    """Band, flags and since-when of each customer at the close of the day before ``before``."""
    return {
        id: Previous(decision.band, decision.band_since, {flag.name: flag.since for flag in decision.flags})
        for id, decision in latest(db, ids, before=before).items()
    }


def history(db: Connection, customer: int) -> list[Decision]:
    """All decisions about one customer, oldest first."""
    query = select(decisions.c.document).where(decisions.c.customer_id == customer).order_by(decisions.c.id)
    return [restored(document) for document in db.execute(query).scalars()]


def bands(db: Connection) -> dict[str, int]:
    """How many customers in scope stand in each band, by their last decisions."""
    inside = decisions.join(customers, decisions.c.customer_id == customers.c.id)
    newest = select(func.max(decisions.c.id).label("id")).select_from(inside).where(customers.c.inside.is_(True))
    last = newest.group_by(decisions.c.customer_id).subquery()
    query = select(decisions.c.band, func.count()).join(last, decisions.c.id == last.c.id).group_by(decisions.c.band)
    return dict(db.execute(query).all())


def restored(document: Mapping[str, Any]) -> Decision:
    """The decision that was stored as this document."""
    return Decision(
        **{
            **document,
            "day": date.fromisoformat(document["day"]),
            "band_since": date.fromisoformat(document["band_since"]),
            "contributions": tuple(Contribution(**part) for part in document["contributions"]),
            "missing": tuple(document["missing"]),
            "flags": tuple(
                RaisedFlag(**{**flag, "since": date.fromisoformat(flag["since"])}) for flag in document["flags"]
            ),
        }
    )
