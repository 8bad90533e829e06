"""When a call to a CRM is made again: decided by error family, bounded, with jitter. Shared by every adapter.

Must not know any vendor: the adapters raise ``Retry`` ("not applied") or ``Lost`` ("perhaps applied").
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from adapters.errors import Lost, Retry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long. ``sleep`` is an argument so that tests need not wait."""

    attempts: int = 4
    first: timedelta = timedelta(seconds=0.5)
    """Wait before the second attempt; doubled each time, with jitter on top."""
    longest: timedelta = timedelta(seconds=20)
    """A vendor that asks for more than this is not waited for: the error goes to the caller."""
    sleep: Callable[[float], None] = time.sleep


def repeat_read(call: Callable[[], T], patience: Patience) -> T:
    """Make a call that changes nothing: it is repeated after ``Retry`` and ``Lost``. Raises the last error."""
    return _repeat(call, patience, lambda error: isinstance(error, Retry))


def repeat_write(call: Callable[[], T], patience: Patience) -> T:
    """Make a call that changes something: repeated only when nothing can have been applied, never after ``Lost``."""
    return _repeat(call, patience, lambda error: isinstance(error, Retry) and not isinstance(error, Lost))


def _repeat(call: Callable[[], T], patience: Patience, again: Callable[[BaseException], bool]) -> T:
    first, longest = patience.first.total_seconds(), patience.longest.total_seconds()
    backoff = wait_exponential(multiplier=first, max=longest) + wait_random(0, first)

    def wait(state: RetryCallState) -> float:
        asked = _asked(state)
        return backoff(state) if asked is None else asked.total_seconds()

    def too_long(state: RetryCallState) -> bool:
        asked = _asked(state)
        return asked is not None and asked > patience.longest

    attempts = Retrying(
        retry=retry_if_exception(again),
        wait=wait,
        stop=lambda state: too_long(state) or stop_after_attempt(patience.attempts)(state),
        sleep=patience.sleep,
        reraise=True,
    )
    return attempts(call)


def _asked(state: RetryCallState) -> timedelta | None:
    """How long the vendor asked to wait, if it did."""
    error = state.outcome.exception() if state.outcome else None
    return error.after if isinstance(error, Retry) else None
