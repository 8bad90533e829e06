"""Events on their way to endpoints: put down with what they tell of, claimed one at a time, cleared when delivered.

A row holds the event, not the bytes: those are made for each attempt, in the endpoint's present format. Must not
know which endpoints there are, nor why a delivery failed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from bridge.store.rows import chunks, insert_all
from bridge.store.schema import notifications
from webhooks.outbound.digest import Held
from webhooks.outbound.event import DIGEST, Event

PAGE: Final = 1_000
_COLUMNS: Final = ("endpoint", "event", "type", "document", "created_at", "attempts", "parked")
_KNOWN_ALREADY: Final = "ON CONFLICT (endpoint, event) DO NOTHING"
OPEN: Final = notifications.c.done_at.is_(None)
_WAITING: Final = and_(OPEN, notifications.c.parked.is_(False))


@dataclass(frozen=True, slots=True)
class Note:
    """A notification under way."""

    id: int
    event: str
    document: dict[str, Any]
    attempts: int


def put(db: Connection, told: Iterable[tuple[str, Event]], now: datetime) -> None:
    """Put events down for endpoints, as part of the transaction that makes them true; one that is known is left."""
    rows = [(to, one.id, one.type, one.document, now, 0, False) for to, one in told]
    insert_all(db, notifications, _COLUMNS, rows, _KNOWN_ALREADY)


def claim(db: Connection, endpoint: str, token: str, until: datetime, now: datetime, *, digests: bool) -> Note | None:
    """The oldest notification that may be sent now, leased; None while another process sends to that endpoint.

    ``digests``: the endpoint gets digests only, and single events wait for the next.
    """
    mine = and_(notifications.c.endpoint == endpoint, _WAITING)
    leased = select(notifications.c.id).where(mine, notifications.c.lease_until > now).limit(1)
    if db.execute(leased).first() is not None:
        return None
    columns = (notifications.c.id, notifications.c.event, notifications.c.document, notifications.c.attempts)
    query = select(*columns).where(mine, _sent_singly(digests), _may_act(now)).order_by(notifications.c.id).limit(1)
    row = db.execute(query).first()
    if row is None:
        return None
    _set(db, [row.id], lease_token=token, lease_until=until)
    return Note(row.id, row.event, row.document, row.attempts)


def is_due(db: Connection, endpoint: str, now: datetime, *, digests: bool) -> bool:
    """Whether ``claim`` may have something to give."""
    mine = and_(notifications.c.endpoint == endpoint, _WAITING)
    query = select(notifications.c.id).where(mine, _sent_singly(digests), _may_act(now)).limit(1)
    return db.execute(query).first() is not None


def next_try(db: Connection, endpoint: str, *, digests: bool) -> datetime | None:
    """When the first of those that were put off may be tried again."""
    mine = and_(notifications.c.endpoint == endpoint, _WAITING, _sent_singly(digests))
    found: datetime | None = db.execute(select(func.min(notifications.c.retry_at)).where(mine)).scalar_one()
    return found


def leased_until(db: Connection, endpoint: str, now: datetime) -> datetime | None:
    """Until when another sends to that endpoint, unless it ends before; None where nobody does."""
    mine = and_(notifications.c.endpoint == endpoint, _WAITING, notifications.c.lease_until > now)
    found: datetime | None = db.execute(select(func.max(notifications.c.lease_until)).where(mine)).scalar_one()
    return found


def finish(db: Connection, id: int, token: str, now: datetime) -> None:
    """It was delivered. Whoever lost the lease changes nothing."""
    mine = and_(notifications.c.id == id, notifications.c.lease_token == token)
    done = {"done_at": now, "cause": None, "retry_at": None, "lease_token": None, "lease_until": None}
    db.execute(update(notifications).where(mine).values(**done))


def put_off(db: Connection, id: int, token: str, attempts: int, retry_at: datetime | None, cause: str) -> None:
    """It was not; tried again at ``retry_at``, or parked without one."""
    mine = and_(notifications.c.id == id, notifications.c.lease_token == token)
    left = {"attempts": attempts, "retry_at": retry_at, "parked": retry_at is None, "cause": cause}
    db.execute(update(notifications).where(mine).values(**left, lease_token=None, lease_until=None))


def bring_forward(db: Connection, endpoint: str, now: datetime) -> None:
    """The endpoint is well again: what waits for a later try is due now, the oldest first."""
    late = and_(notifications.c.endpoint == endpoint, _WAITING, notifications.c.retry_at > now)
    db.execute(update(notifications).where(late).values(retry_at=now))


def held(db: Connection, endpoint: str, through: datetime) -> list[tuple[int, Held]]:
    """Single events for an endpoint that gets digests, up to that moment, oldest first."""
    columns = (notifications.c.id, notifications.c.event, notifications.c.document)
    mine = and_(notifications.c.endpoint == endpoint, _WAITING, notifications.c.type != DIGEST)
    query = select(*columns).where(mine, notifications.c.created_at <= through).order_by(notifications.c.id)
    return [(row.id, Held(row.event, row.document)) for row in db.execute(query)]


def is_held(db: Connection, endpoint: str, through: datetime) -> bool:
    mine = and_(notifications.c.endpoint == endpoint, _WAITING, notifications.c.type != DIGEST)
    query = select(notifications.c.id).where(mine, notifications.c.created_at <= through).limit(1)
    return db.execute(query).first() is not None


def is_known(db: Connection, endpoint: str, event: str) -> bool:
    mine = and_(notifications.c.endpoint == endpoint, notifications.c.event == event)
    return db.execute(select(notifications.c.id).where(mine)).first() is not None


def gather(db: Connection, ids: Sequence[int], into: str, now: datetime) -> None:
    """These are told by a digest now."""
    for some in chunks(ids):
        _set(db, some, done_at=now, cause=f"in {into}")


def forget_done(db: Connection, before: datetime) -> None:
    """Delete what was delivered, or given up, before that."""
    if db.execute(select(notifications.c.id).where(notifications.c.done_at < before).limit(1)).first():
        db.execute(delete(notifications).where(notifications.c.done_at < before))


def forget_stuck(db: Connection, before: datetime) -> int:
    """Delete what was made before that and never delivered; how many."""
    return db.execute(delete(notifications).where(OPEN, notifications.c.created_at < before)).rowcount


def is_stale(db: Connection, done_before: datetime, made_before: datetime) -> bool:
    """Whether either has something to delete."""
    stale = or_(notifications.c.done_at < done_before, and_(OPEN, notifications.c.created_at < made_before))
    return db.execute(select(notifications.c.id).where(stale).limit(1)).first() is not None


def depths(db: Connection) -> dict[str, dict[str, int]]:
    """Per endpoint how many notifications wait, and how many are parked."""
    columns = (notifications.c.endpoint, notifications.c.parked, func.count())
    query = select(*columns).where(OPEN).group_by(notifications.c.endpoint, notifications.c.parked)
    found: dict[str, dict[str, int]] = {}
    for endpoint, parked, number in db.execute(query):
        found.setdefault(endpoint, {"waiting": 0, "parked": 0})["parked" if parked else "waiting"] = number
    return found


def open_notes(db: Connection) -> list[dict[str, Any]]:
    """What waits and what is parked, oldest first, without what it tells."""
    names = ("id", "endpoint", "event", "type", "created_at", "attempts", "retry_at", "parked", "cause")
    query = select(*(notifications.c[name] for name in names)).where(OPEN).order_by(notifications.c.id)
    return [dict(row) for row in db.execute(query).mappings()]


def retry(db: Connection, chosen: ColumnElement[bool]) -> int:
    """Take notifications up again, at once; how many."""
    again = {"parked": False, "attempts": 0, "retry_at": None, "cause": None}
    return db.execute(update(notifications).where(OPEN, chosen).values(**again)).rowcount


def drop(db: Connection, chosen: ColumnElement[bool], now: datetime) -> int:
    """Give notifications up; how many."""
    return db.execute(update(notifications).where(OPEN, chosen).values(done_at=now, cause="dropped")).rowcount


def of_endpoint(endpoint: str) -> ColumnElement[bool]:
    return notifications.c.endpoint == endpoint


def numbered(endpoint: str, id: int) -> ColumnElement[bool]:
    return and_(notifications.c.endpoint == endpoint, notifications.c.id == id)


def _sent_singly(digests: bool) -> ColumnElement[bool]:
    return notifications.c.type == DIGEST if digests else notifications.c.id.is_not(None)


def _may_act(now: datetime) -> ColumnElement[bool]:
    return or_(notifications.c.retry_at.is_(None), notifications.c.retry_at <= now)


def _set(db: Connection, ids: Sequence[int], **values: Any) -> None:
    db.execute(update(notifications).where(notifications.c.id.in_(ids)).values(**values))
