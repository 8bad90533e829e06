"""What follows from an attempt, for the notification and for its endpoint. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from webhooks.outbound.backoff import MOST_ASKED, asked_for, rest_after, wait_after
from webhooks.outbound.sending import Answer

FAILING: Final = timedelta(days=5)
"""How long an endpoint may fail without a single success before it is disabled."""
TRIES: Final = 3
"""How often the notification at hand must have failed, too: one failure after a quiet week proves nothing."""
GONE: Final = "410: the receiver wants no more events"


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint fares."""

    failing_since: datetime | None = None
    failures: int = 0
    """In a row, whatever was sent."""
    rest_until: datetime | None = None
    """It is left alone until then."""
    disabled_at: datetime | None = None
    cause: str | None = None
    delivered_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether something may be sent there now."""
        return self.disabled_at is None and (self.rest_until is None or self.rest_until <= now)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``retry_at`` None of what was not delivered: it is parked, and a person decides."""

    delivered: bool
    retry_at: datetime | None
    cause: str
    health: Health


def judge(answer: Answer, failures: int, health: Health, now: datetime, chance: float) -> Verdict:
    """``failures``: how often this notification has failed, this time included if it did."""
    if answer.delivered:
        return Verdict(True, None, "", Health(delivered_at=now))
    asked = asked_for(answer.retry_after, now) if answer.status in (429, 503) else None
    rest = max(rest_after(health.failures + 1), min(asked or timedelta(), MOST_ASKED))
    since = health.failing_since or now
    failing = replace(
        health, failing_since=since, failures=health.failures + 1, rest_until=now + rest, cause=answer.cause
    )
    if answer.gone:
        return Verdict(False, now, GONE, replace(failing, disabled_at=now, cause=GONE))
    wait = wait_after(failures, chance, asked)
    if now - since >= FAILING and failures >= TRIES:
        failing = replace(failing, disabled_at=now)
    return Verdict(False, None if wait is None else now + wait, answer.cause, failing)
