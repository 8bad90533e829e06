"""The one clock: everything that needs the time is given this, so that tests and rehearsals can move it.

Knows nothing of who asks.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from config.errors import ConfigError, Problem

VARIABLE: Final = "CSBRIDGE_CLOCK"
"""ISO moment from which a process's clock runs on (a rehearsal of another day); without it, the machine's time."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, aware UTC."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """Starts at a chosen moment and runs on from there; steps of the machine's time do not touch it."""

    def __init__(self, start: datetime, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._start = start.astimezone(UTC)
        self._elapsed = elapsed
        self._zero = elapsed()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed() - self._zero)


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> datetime:
        """Forward (or, with a negative ``by``, back); the new moment."""
        self._now += by
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)


def from_environment(environ: Mapping[str, str]) -> Clock:
    """The clock that ``CSBRIDGE_CLOCK`` asks for; a moment without an offset is UTC. Raises ConfigError."""
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return SystemClock()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ConfigError([_not_a_moment(text)]) from exc
    return ShiftedClock(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _not_a_moment(text: str) -> Problem:
    return Problem(
        where=VARIABLE,
        what=f"{text[:40]!r} is not a moment",
        expected="an ISO date or date and time, or no value for the machine's time",
        example=f"{VARIABLE}=2026-03-01T09:00:00Z",
    )
