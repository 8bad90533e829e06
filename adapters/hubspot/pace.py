"""Keeps below HubSpot's rate limits before they bite: 5 searches a second per account, and the ten-second window.

Owns no HTTP. Time and sleep are arguments.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from adapters.budget import Quota

SEARCHES: Final = 5
"""Searches that HubSpot takes in any one second, over all object types."""
SECOND: Final = 1.05
"""A little over a second: the vendor counts arrivals, and the way there is not always equally long."""


class Pace:
    """When the next call may go out. ``now`` counts seconds steadily (``time.monotonic``)."""

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._now, self._sleep = now, sleep
        self._searches: deque[float] = deque(maxlen=SEARCHES)
        self._not_before = now()

    def before(self, *, search: bool) -> None:
        """Wait until a call may go out."""
        now = self._now()
        at = max(now, self._not_before)
        if search and len(self._searches) == SEARCHES:
            at = max(at, self._searches[0] + SECOND)
        if search:
            self._searches.append(at)
        if at > now:
            self._sleep(at - now)

    def after(self, headers: Mapping[str, str]) -> None:
        """Note what is left of the window; header names in lower case. With nothing left, a whole window is waited."""
        remaining = headers.get("x-hubspot-ratelimit-remaining", "")
        window = headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
        if remaining.isdecimal() and int(remaining) == 0 and window.isdecimal():
            self._not_before = self._now() + int(window) / 1000


def daily_quota(headers: Mapping[str, str], zone: ZoneInfo) -> Quota | None:
    """What is left of the portal's day, which ends at midnight in ``zone``; None where HubSpot does not say.

    It does not of searches, nor to OAuth apps, which have no daily allowance of their own.
    """
    limit, left = (headers.get(f"x-hubspot-ratelimit-daily{part}", "") for part in ("", "-remaining"))
    return Quota(int(limit), int(left), zone) if limit.isdecimal() and left.isdecimal() else None
