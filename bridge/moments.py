"""Days and moments: a day is a date in the workspace's time zone; it closes at the midnight that ends it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Moment:
    """What to score as of: the day, and the instant up to which records were known and events had happened.

    ``dated``: a day before the first sync. Everything known now is used, by its own date; attributes that
    get overwritten are unknown then (scoring.md, "as dated").
    """

    day: date
    at: datetime
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
    return Moment(day, close_of(day, zone))
