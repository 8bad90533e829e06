"""The inbox: verified deliveries, durable before they are acknowledged, leased to whoever acts on them.

A lease is fenced: who comes back after it ended, and somebody else has the delivery, changes nothing.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from adapters.records import Ref
from bridge.store.engine import Store
from bridge.store.group_commit import GroupCommit
from bridge.store.rows import Row, chunks, insert_new
from bridge.store.schema import inbox
from webhooks.writeback.entry import Lease

ERASE = "erase"
"""The third word of a stored ref that is to be forgotten, too; others have two."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits to be acted on."""

    id: int
    received_at: datetime
    refs: tuple[Ref, ...]
    attempts: int
    erase: tuple[Ref, ...] = ()
    """Those of ``refs`` that are to be forgotten, too."""


class StoreInbox:
    """What the web room hands its deliveries to. Those that arrive together share a commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._commits = GroupCommit(self._write)

    def put(
        self,
        source: str,
        body: bytes,
        refs: Sequence[Ref],
        received_at: datetime,
        erase: Sequence[Ref] = (),
        mark: str = "",
    ) -> int | None:
        """See ``webhooks.inbox.Inbox.put``."""
        named = [[ref.kind, ref.id, ERASE] if ref in erase else [ref.kind, ref.id] for ref in refs]
        digest = None if refs else _digest(body, mark)
        return self._commits.put((source, digest, received_at, zlib.compress(body, 1), named, 0, False))

    def _write(self, rows: Sequence[Row]) -> list[int | None]:
        with self._store.add() as db:
            return insert_new(db, inbox, _COLUMNS, rows, ("connection", "digest"))


def _digest(body: bytes, mark: str) -> bytes:
    """Of the bytes, and of what tells them from the same bytes before; a digest of its own keeps the two apart."""
    told = blake2b(mark.encode("utf-8", "replace"), digest_size=16).digest() if mark else b""
    return blake2b(told + body, digest_size=16).digest()


_COLUMNS: Final = ("connection", "digest", "received_at", "body", "refs", "attempts", "parked")


def bodies(db: Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """What these deliveries held, by number; those whose bytes are not kept any more are missing."""
    found: dict[int, bytes] = {}
    for some in chunks(ids):
        query = select(inbox.c.id, inbox.c.body).where(inbox.c.id.in_(some), inbox.c.body.is_not(None))
        found |= {row.id: zlib.decompress(row.body) for row in db.execute(query)}
    return found


def newest(db: Connection, source: str, now: datetime) -> int:
    """The number of the last delivery of that source that may be acted on now; 0 where nothing waits."""
    query = select(func.max(inbox.c.id)).where(_free(source, now))
    return db.execute(query).scalar_one() or 0


def claim(
    db: Connection, source: str, limit: int, lease: Lease, now: datetime, last: int | None = None
) -> list[Waiting]:
    """Lease the oldest deliveries (up to number ``last``) that may be acted on now and that nobody else has."""
    free = _free(source, now) if last is None else and_(_free(source, now), inbox.c.id <= last)
    oldest = select(inbox.c.id).where(free).order_by(inbox.c.id).limit(limit)
    leased = {"lease_token": lease.token, "lease_until": lease.until}
    columns = (inbox.c.id, inbox.c.received_at, inbox.c.refs, inbox.c.attempts)
    rows = db.execute(update(inbox).where(inbox.c.id.in_(oldest)).values(**leased).returning(*columns))
    claimed = [
        Waiting(row.id, row.received_at, _refs(source, row.refs), row.attempts, _refs(source, row.refs, ERASE))
        for row in rows
    ]
    return sorted(claimed, key=lambda delivery: delivery.id)


def _refs(source: str, stored: Sequence[Sequence[Any]], mark: str = "") -> tuple[Ref, ...]:
    """The refs of a row; those that carry the mark, when one is asked for."""
    return tuple(Ref(source, kind, id) for kind, id, *marks in stored if not mark or mark in marks)


def renew(db: Connection, ids: Sequence[int], lease: Lease) -> set[int]:
    """Let a lease last until ``lease.until``; returns those that are still held."""
    return _release(db, ids, lease.token, lease_token=lease.token, lease_until=lease.until)


def finish(db: Connection, ids: Sequence[int], token: str, now: datetime) -> set[int]:
    """These were acted on; returns those that were still held. The others are somebody else's now."""
    return _release(db, ids, token, done_at=now, cause=None)


def fail(
    db: Connection, deliveries: Sequence[Waiting], token: str, cause: str, now: datetime, attempts: int
) -> set[int]:
    """These could not be acted on: wait twice as long each time, and be parked with the cause after ``attempts``."""
    held: set[int] = set()
    for tried in {delivery.attempts + 1 for delivery in deliveries}:
        alike = [delivery.id for delivery in deliveries if delivery.attempts + 1 == tried]
        retry_at = now + timedelta(seconds=5 * 2 ** min(tried, 12))
        held |= _release(db, alike, token, attempts=tried, cause=cause, parked=tried >= attempts, retry_at=retry_at)
    return held


def postpone(db: Connection, deliveries: Sequence[Waiting], token: str, cause: str, until: datetime) -> set[int]:
    """They cannot be acted on before ``until``, which is no fault of theirs and no try."""
    return _release(db, [delivery.id for delivery in deliveries], token, cause=cause, retry_at=until)


def release(db: Connection, ids: Sequence[int], token: str) -> set[int]:
    """Give these back as they were."""
    return _release(db, ids, token)


def bury(db: Connection) -> None:
    """End every lease: their holders are known to be dead."""
    held = inbox.c.lease_token.is_not(None)
    db.execute(update(inbox).where(inbox.c.done_at.is_(None), held).values(lease_token=None, lease_until=None))


def _free(source: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        inbox.c.connection == source,
        inbox.c.done_at.is_(None),
        inbox.c.parked.is_(False),
        or_(inbox.c.retry_at.is_(None), inbox.c.retry_at <= now),
        or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= now),
    )


def _release(db: Connection, ids: Sequence[int], token: str, **values: Any) -> set[int]:
    """Change those that are still held by that token, and end the lease unless ``values`` say otherwise."""
    values = {"lease_token": None, "lease_until": None} | values
    found: set[int] = set()
    for some in chunks(ids):
        held = and_(inbox.c.id.in_(some), inbox.c.lease_token == token, inbox.c.done_at.is_(None))
        found.update(db.execute(update(inbox).where(held).values(**values).returning(inbox.c.id)).scalars())
    return found


def forget_done(db: Connection, before: datetime, limit: int = 2_000) -> int:
    """Delete up to ``limit`` deliveries that were acted on, or given up, before that; how many it were.

    Those that wait or are parked stay, however old.
    """
    oldest = select(inbox.c.id).where(inbox.c.done_at < before).order_by(inbox.c.done_at).limit(limit)
    return db.execute(delete(inbox).where(inbox.c.id.in_(oldest))).rowcount


def set_aside(db: Connection, id: int, body: bytes, cause: str) -> None:
    """Of a delivery that was acted on, park what is left of it: the part that nobody can act on, and why."""
    parked = {"done_at": None, "parked": True, "cause": cause, "body": zlib.compress(body, 1)}
    db.execute(update(inbox).where(inbox.c.id == id).values(**parked))


def depth(db: Connection) -> dict[str, int]:
    """How many deliveries wait, and how many are parked."""
    query = select(inbox.c.parked, func.count()).where(inbox.c.done_at.is_(None)).group_by(inbox.c.parked)
    numbers: dict[bool, int] = dict(db.execute(query).all())
    return {"waiting": numbers.get(False, 0), "parked": numbers.get(True, 0)}
