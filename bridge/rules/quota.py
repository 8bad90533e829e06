"""The arithmetic of a connection's daily calls: what is ours, what is left of it, who may still call, until when not.

Pure: the hours' calls, the vendor's last word and the time come in. Nothing here knows a store or a CRM.

Two bounds hold, the tighter one counts. Our own calls stay under ``daily_share`` of the org's maximum, and we stop
while less than ``reserve`` of it is left for everybody. A day is the last 24 hours, or begins at a portal's midnight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from math import ceil, floor
from typing import Final
from zoneinfo import ZoneInfo

from adapters.budget import Quota
from config.connections import QuotaSettings
from config.words import Urgency

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(hours=24)
LOOK: Final = timedelta(minutes=15)
"""How long the vendor's word about the org is believed: then one call may find out whether there is more again."""

FLOORS: Final[Mapping[Urgency, float]] = {
    "login": 0.0, "urgent": 0.0, "poll": 0.05, "ordinary": 0.1, "reconcile": 0.2, "cosmetic": 0.25,
    "backfill": 0.5,
}  # fmt: skip
"""The share of our day's calls of which more has to be left for a call of that urgency."""

Hours = Mapping[datetime, int]
"""Our own calls by the hour they were made in (its beginning, UTC)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the vendor said of the org's day, and when."""

    quota: Quota
    at: datetime


@dataclass(frozen=True)
class Day:
    """How the day of one connection stands at one moment."""

    settings: QuotaSettings
    heard: Heard
    hours: Hours
    now: datetime

    @property
    def zone(self) -> ZoneInfo | None:
        return self.heard.quota.zone

    @cached_property
    def cap(self) -> int:
        """Our own calls of a day, at most."""
        return floor(self.settings.daily_share * self.heard.quota.limit)

    @cached_property
    def counted(self) -> Hours:
        """The hours of this day; one that is partly in it counts whole, which errs on the safe side."""
        since = _midnight(self.now, self.zone, 0) if self.zone else self.now - DAY
        return {hour: calls for hour, calls in self.hours.items() if hour + HOUR > since and hour <= self.now}

    @cached_property
    def own(self) -> int:
        """Our own calls of this day, those included that a process at work has set aside."""
        return sum(self.counted.values())

    @cached_property
    def org_left(self) -> int | None:
        """What the org has above the reserve; None when the vendor's word is old, of another day, or of no day yet."""
        at, quota = self.heard.at, self.heard.quota
        if abs(self.now - at) >= LOOK or (self.zone and _midnight(at, self.zone) != _midnight(self.now, self.zone)):
            return None
        return quota.remaining - ceil(self.settings.reserve * quota.limit)

    @property
    def left(self) -> int:
        """What we may still call; below 0 when the org is short."""
        ours = self.cap - self.own
        return ours if self.org_left is None else min(ours, self.org_left)

    @property
    def share(self) -> float:
        """What is left, as a share of our day: 1 when nothing was called, 0 when nothing may be."""
        return min(max(self.left / self.cap, 0.0), 1.0) if self.cap else 0.0

    @property
    def horizon(self) -> timedelta:
        """How long what is left has to last."""
        return _midnight(self.now, self.zone) - self.now if self.zone else DAY

    def closed_until(self, urgency: Urgency, set_aside: int = 0) -> datetime | None:
        """None when a call of that urgency may be made now, else when it is worth asking again.

        ``set_aside``: calls counted in ``own`` that are still the asker's to make.
        """
        needed = FLOORS[urgency] * self.cap
        waits: list[datetime] = []
        if self.cap - self.own + set_aside <= needed:
            waits.append(self._freed(needed - set_aside))
        if self.org_left is not None and self.org_left <= needed:
            waits.append(self._look())
        return max(waits, default=None)

    def _freed(self, needed: float) -> datetime:
        """When more than ``needed`` of our own are left: at midnight, or as old hours leave the day one by one."""
        if self.zone:
            return _midnight(self.now, self.zone)
        left = self.cap - self.own
        for hour, calls in sorted(self.counted.items()):
            left += calls
            if left > needed:
                return hour + HOUR + DAY
        return self.now + DAY

    def _look(self) -> datetime:
        look = self.heard.at + LOOK
        return min(look, _midnight(self.now, self.zone)) if self.zone else look


def hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When that day ends."""
    return _midnight(now, zone)


def portion(left: int, largest: int) -> int:
    """How many calls a process sets aside at once: few when few are left, so that others find some."""
    return max(0, min(largest, ceil(left / 8)))


def _midnight(now: datetime, zone: ZoneInfo, days: int = 1) -> datetime:
    """The one at which the day of ``now`` began (``days`` 0), or ends."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(now.tzinfo)
