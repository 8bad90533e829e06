"""What connections spent of their CRMs' daily calls, by the hour, and what the vendors said of it last.

Calls are set aside (``RESERVED``) before they are made and entered by purpose afterwards, so that all processes
together never make more than there are. Whoever dies in between leaves a few counted that it did not make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, select

from adapters.budget import Quota
from bridge.rules.quota import DAY, HOUR, Heard
from bridge.store.rows import insert_or_add, insert_or_update
from bridge.store.schema import allowances, spend

RESERVED: Final = "reserved"
"""The purpose of calls that a process has set aside and not entered yet."""
KEPT: Final = 8 * DAY
"""How long hours are kept: a week is worth looking at."""


@dataclass(frozen=True, slots=True)
class Word:
    """What is known of an org's day."""

    heard: Heard | None = None
    stopped_until: datetime | None = None
    """The vendor itself refused a call for the day: no other before then."""


def add(db: Connection, connection: str, hour: datetime, calls: Mapping[str, int]) -> None:
    """Calls by purpose into their hour; negative numbers take back."""
    rows = [
        {"connection": connection, "hour": hour, "purpose": purpose, "calls": number}
        for purpose, number in sorted(calls.items())
        if number
    ]
    insert_or_add(db, spend, rows, "calls")


def hours(db: Connection, connection: str, now: datetime) -> dict[datetime, int]:
    """The calls of each hour that may be part of the present day."""
    query = (
        select(spend.c.hour, func.sum(spend.c.calls))
        .where(spend.c.connection == connection, spend.c.hour > now - DAY - 2 * HOUR)
        .group_by(spend.c.hour)
    )
    return {hour: int(calls) for hour, calls in db.execute(query)}


def purposes(db: Connection, connection: str, now: datetime) -> dict[str, int]:
    """The calls of the last 24 hours by purpose."""
    query = (
        select(spend.c.purpose, func.sum(spend.c.calls))
        .where(spend.c.connection == connection, spend.c.hour > now - DAY - HOUR)
        .group_by(spend.c.purpose)
    )
    return {purpose: int(calls) for purpose, calls in db.execute(query) if calls}


def forget(db: Connection, connection: str, now: datetime) -> None:
    """Hours that nobody asks about any more."""
    db.execute(delete(spend).where(spend.c.connection == connection, spend.c.hour < now - KEPT))


def word(db: Connection, connection: str) -> Word:
    row = db.execute(select(allowances).where(allowances.c.connection == connection)).mappings().one_or_none()
    if row is None:
        return Word()
    quota = Quota(row["most"], row["remaining"], ZoneInfo(row["zone"]) if row["zone"] else None)
    return Word(Heard(quota, row["heard_at"]) if row["heard_at"] else None, row["stopped_until"])


def save_word(db: Connection, connection: str, said: Word) -> None:
    quota = said.heard.quota if said.heard else Quota(0, 0)
    row = {
        "connection": connection,
        "most": quota.limit,
        "remaining": quota.remaining,
        "zone": quota.zone.key if quota.zone else None,
        "heard_at": said.heard.at if said.heard else None,
        "stopped_until": said.stopped_until,
    }
    insert_or_update(db, allowances, [row])
