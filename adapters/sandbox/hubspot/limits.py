"""HubSpot's request limits: a rolling 10 seconds, searches per second, and a day. Counts; does not answer."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from adapters.sandbox.hubspot.errors import HubspotError, rate_limited
from adapters.sandbox.hubspot.options import Options

INTERVAL_S = 10.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a call that was let through."""

    remaining: int
    daily_remaining: int


class Limits:
    """Rolling windows in real time, whatever the sandbox's clock says: a client must truly slow down."""

    def __init__(self, options: Options, ticks: Callable[[], float] = time.monotonic) -> None:
        self._options = options
        self._ticks = ticks
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._searches: deque[float] = deque()
        self._day = ""
        self._today = 0

    def enter(self, search: bool, day: str) -> Allowance:
        """Count a call on ``day``; HubspotError (429) when it is one too many. A refused call is not counted."""
        with self._lock:
            now = self._ticks()
            _drop(self._calls, now - INTERVAL_S)
            _drop(self._searches, now - 1.0)
            if day != self._day:
                self._day, self._today = day, 0
            refusal = self._refusal(search, now)
            if refusal:
                raise refusal
            self._today += 1
            self._calls.append(now)
            if search:
                self._searches.append(now)
            return Allowance(self._options.rate_limit - len(self._calls), self._options.daily_limit - self._today)

    def _refusal(self, search: bool, now: float) -> HubspotError | None:
        options = self._options
        if options.daily_limit and self._today >= options.daily_limit:
            return self._refused("DAILY", 3600)
        if options.rate_limit and len(self._calls) >= options.rate_limit:
            return self._refused("TEN_SECONDLY_ROLLING", self._calls[0] + INTERVAL_S - now)
        if search and options.search_limit and len(self._searches) >= options.search_limit:
            return self._refused("SECONDLY", 1)
        return None

    def _refused(self, policy: str, seconds: float) -> HubspotError:
        return rate_limited(policy, max(1, int(seconds + 0.999)) if self._options.retry_after else None)


def _drop(stamps: deque[float], before: float) -> None:
    while stamps and stamps[0] <= before:
        stamps.popleft()
