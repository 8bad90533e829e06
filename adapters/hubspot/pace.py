"""Keeps below HubSpot's rate limits before they bite: searches a second per account, and the window of ten seconds.

One pace for all adapters of a connection in this process, whatever thread they work in. Owns no HTTP. Time and sleep
are arguments.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from adapters.budget import Quota

SEARCHES: Final = 4
"""Searches in any one second. HubSpot takes 5 over all object types and all apps of an account: one is for others."""
SECOND: Final = 1.05
"""A little over a second: the vendor counts arrivals, and the way there is not always equally long."""
SPARE: Final = 0.95
"""The share of the window's calls that is used: a call that was repeated on the way counts twice there."""

_shared: WeakValueDictionary[tuple[str, str], "Pace"] = WeakValueDictionary()
_sharing = threading.Lock()


class _Window:
    """At most ``most`` calls (None: any number) within ``seconds``; given out in the order they are asked for."""

    def __init__(self, most: int | None, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self.not_before = 0.0
        self._given: deque[float] = deque()

    def earliest(self, at: float) -> float:
        """When a call may go out, not before ``at``."""
        at = max(at, self.not_before)
        if self.most is None or len(self._given) < self.most:
            return at
        return max(at, self._given[-self.most] + self.seconds)

    def give(self, at: float) -> None:
        self._given.append(at)
        while self._given and self._given[0] <= at - self.seconds:
            self._given.popleft()


class Pace:
    """When the next call may go out. ``now`` counts seconds steadily (``time.monotonic``). Safe for several threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._calls = _Window(None, 0)
        self._searches = _Window(SEARCHES, SECOND)

    def before(self, sleep: Callable[[float], None], *, search: bool) -> None:
        """Wait until a call may go out. Its turn is given before the wait, so that nobody else takes it."""
        with self._lock:
            now = self._now()
            at = self._calls.earliest(now)
            if search:
                at = self._searches.earliest(at)
                self._searches.give(at)
            self._calls.give(at)
        if at > now:
            sleep(at - now)

    def after(self, headers: Mapping[str, str]) -> None:
        """Note the window's size, and what is left of it; header names in lower case.

        With nothing left, which is also others' doing, a whole window is waited.
        """
        most, remaining, window = (
            headers.get(f"x-hubspot-ratelimit-{part}", "") for part in ("max", "remaining", "interval-milliseconds")
        )
        if not window.isdecimal():
            return
        with self._lock:
            self._calls.seconds = int(window) / 1000 * SECOND
            if most.isdecimal() and not int(most):
                return  # a portal without a limit has none left, and none spent either
            if most.isdecimal():
                self._calls.most = max(1, int(int(most) * SPARE))
            if remaining.isdecimal() and int(remaining) == 0:
                self._calls.not_before = self._now() + int(window) / 1000

    @property
    def per_second(self) -> float | None:
        """Calls that may go out in the long run; None as long as the window is not known, or where there is none."""
        window = self._calls
        return None if window.most is None else window.most / window.seconds

    def limited(self, seconds: float, *, search: bool) -> None:
        """HubSpot refused a call for its rate: whoever comes next waits as well, instead of being refused too."""
        with self._lock:
            window = self._searches if search else self._calls
            window.not_before = max(window.not_before, self._now() + seconds)


def shared_pace(portal: tuple[str, str], now: Callable[[], float]) -> Pace:
    """The pace of a portal's connection, (address, name), as long as an adapter of it is open in this process."""
    with _sharing:
        pace = _shared.get(portal)
        if pace is None:
            pace = _shared[portal] = Pace(now)
        return pace


def daily_quota(headers: Mapping[str, str], zone: ZoneInfo) -> Quota | None:
    """What is left of the portal's day, which ends at midnight in ``zone``; None where HubSpot does not say.

    It does not of searches, nor to OAuth apps, which have no daily allowance of their own.
    """
    limit, left = (headers.get(f"x-hubspot-ratelimit-daily{part}", "") for part in ("", "-remaining"))
    return Quota(int(limit), int(left), zone) if limit.isdecimal() and left.isdecimal() else None
