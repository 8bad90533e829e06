"""Days and moments: a day is a date in the workspace's time zone; it closes at the midnight that ends it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EVER: Final = datetime.max.replace(tzinfo=UTC)
"""The moment at which everything that is known is known."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What to score as of: the day, the instant up to which events had happened, and that up to which records
    were known (always: whatever is known, even where a clock was set back since).

    ``dated``: a day before the first sync. Everything known now is used, by its own date; attributes that
    get overwritten are unknown then.
    """

    day: date
    at: datetime
    known: datetime = EVER
    dated: bool = False


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def close_of(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of a day, in UTC; right on the days on which clocks change."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - timedelta(microseconds=1)


def present(now: datetime, zone: ZoneInfo) -> Moment:
    return Moment(day_of(now, zone), now)


def closed(day: date, zone: ZoneInfo) -> Moment:
    """The moment at which ``day`` closed, as known then."""
    close = close_of(day, zone)
    return Moment(day, close, known=close)
