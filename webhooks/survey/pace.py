"""How often one link may be answered: a person changes their mind a few times, a program a thousand times."""

from collections import OrderedDict, deque
from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

MOST: Final = 20
WITHIN: Final = timedelta(minutes=10)
REMEMBERED: Final = 10_000
"""Links that are counted at a time; who has the link of so many persons does not need to be quick."""


class Pace:
    """Counts in this process. May be asked from several threads."""

    def __init__(self, most: int = MOST, within: timedelta = WITHIN, remembered: int = REMEMBERED) -> None:
        self._most, self._within, self._remembered = most, within, remembered
        self._times: OrderedDict[Hashable, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def allows(self, who: Hashable, now: datetime) -> bool:
        """Whether one more is in order now; it is counted if so."""
        with self._lock:
            times = self._times.setdefault(who, deque())
            self._times.move_to_end(who)
            while times and times[0] <= now - self._within:
                times.popleft()
            while len(self._times) > self._remembered:
                self._times.popitem(last=False)
            if len(times) >= self._most:
                return False
            times.append(now)
            return True
