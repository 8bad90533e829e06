"""HubSpot's request limits: a rolling 10 seconds, searches per second, and a day. Counts; does not answer."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from adapters.sandbox.hubspot.errors import HubspotError, rate_limited
from adapters.sandbox.hubspot.options import Options

INTERVAL_S = 10.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a call that was let through."""

    remaining: int
    daily_limit: int
    """0: there is none."""
    daily_remaining: int


class Limits:
    """Rolling windows in real time, whatever the sandbox's clock says: a client must truly slow down."""

    def __init__(self, options: Options, ticks: Callable[[], float] = time.monotonic) -> None:
        self._options = options
        self._ticks = ticks
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._searches: deque[float] = deque()
        self._daily_limit = options.daily_limit
        self._day: date | None = None
        self._today = 0

    def set(self, day: date, limit: int | None, used: int | None) -> tuple[int, int]:
        """Another limit of the day, or another number of calls of it; both as they are now."""
        with self._lock:
            self._begin(day)
            self._daily_limit = self._daily_limit if limit is None else limit
            self._today = self._today if used is None else used
            return self._daily_limit, self._today

    def enter(self, search: bool, now: datetime) -> Allowance:
        """Count a call; HubspotError (429) when it is one too many. A refused call is not counted.

        ``now`` is the sandbox's time in the portal's zone: with its date the day of calls ends.
        """
        with self._lock:
            tick = self._ticks()
            _drop(self._calls, tick - INTERVAL_S)
            _drop(self._searches, tick - 1.0)
            self._begin(now.date())
            refusal = self._refusal(search, tick, now)
            if refusal:
                raise refusal
            self._today += 1
            self._calls.append(tick)
            if search:
                self._searches.append(tick)
            left = self._options.rate_limit - len(self._calls)
            return Allowance(left, self._daily_limit, self._daily_limit - self._today)

    def _begin(self, day: date) -> None:
        if day != self._day:
            self._day, self._today = day, 0

    def _refusal(self, search: bool, tick: float, now: datetime) -> HubspotError | None:
        options = self._options
        if self._daily_limit and self._today >= self._daily_limit:
            return self._refused("DAILY", (midnight_after(now) - now).total_seconds())
        if options.rate_limit and len(self._calls) >= options.rate_limit:
            return self._refused("TEN_SECONDLY_ROLLING", self._calls[0] + INTERVAL_S - tick)
        if search and options.search_limit and len(self._searches) >= options.search_limit:
            return self._refused("SECONDLY", 1)
        return None

    def _refused(self, policy: str, seconds: float) -> HubspotError:
        return rate_limited(policy, max(1, int(seconds + 0.999)) if self._options.retry_after else None)


def midnight_after(now: datetime) -> datetime:
    """The end of the day that ``now`` is in, where it is."""
    day = now.date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo).astimezone(UTC)


def _drop(stamps: deque[float], before: float) -> None:
    while stamps and stamps[0] <= before:
        stamps.popleft()
