"""The sandbox's own time: every stamp and the HTTP ``Date`` header come from here. It runs on from where it was set."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class SandboxClock:
    """A clock that can be put anywhere and then ticks in real time (monotonic, so the host's clock cannot pull it)."""

    def __init__(self, start: datetime | None = None, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self.set(start or datetime.now(UTC))

    def now(self) -> datetime:
        """The sandbox's present, aware UTC."""
        with self._lock:
            return self._start + timedelta(seconds=self._ticks() - self._since)

    def set(self, moment: datetime) -> None:
        """Put the clock at ``moment`` (aware); ValueError when it has no zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment with a time zone is needed, such as 2026-05-01T07:00:00Z")
        with self._lock:
            self._start, self._since = moment.astimezone(UTC), self._ticks()

    def advance(self, seconds: float) -> datetime:
        """Move on by ``seconds`` (negative: back); returns the new present."""
        with self._lock:
            self._start += timedelta(seconds=seconds)
        return self.now()

    def http_date(self) -> str:
        """The present as HTTP writes it, for the ``Date`` header."""
        return format_datetime(self.now().replace(microsecond=0), usegmt=True)
