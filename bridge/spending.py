"""Spends a connection's daily calls: every adapter of it asks here before each call, in whatever process it is.

A meter is shared by the threads of a process, the store by the processes: calls are set aside there by the portion,
so that no call needs a transaction of its own and all processes together never exceed the budget. Whoever dies
leaves at most ``PORTION`` calls counted that it did not make.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from adapters.budget import Purpose, Quota
from adapters.errors import QuotaSpent
from bridge.rules.quota import LOOK, Day, Heard, Hours, hour_of, next_midnight, portion
from bridge.store import spend
from bridge.store.engine import Store
from bridge.store.spend import RESERVED, Word
from config.connections import QuotaSettings
from config.words import WRITE_URGENCIES, Urgency, WriteUrgency

PORTION: Final = 25
"""Calls that a process sets aside at once, at most."""
FRESH: Final = timedelta(seconds=10)
"""How long a process goes by what it last saw of the others."""
FREE: Final[frozenset[Purpose]] = frozenset({"token"})
"""Logins are no calls of the API: no vendor counts them."""


class Meter:
    """The budget of one connection, for all threads of this process."""

    def __init__(self, store: Store, connection: str, settings: QuotaSettings, now: Callable[[], datetime]) -> None:
        self._store = store
        self._connection = connection
        self._settings = settings
        self._now = now
        self._lock = threading.RLock()
        self._hours: Hours = {}
        self._word = Word()
        self._news = False
        """The vendor said something that the store does not know yet."""
        self._hour = hour_of(now())
        self._aside = 0
        self._made: Counter[str] = Counter()
        self._seen_at: datetime | None = None

    def take(self, purpose: Purpose, urgency: Urgency) -> None:
        """Count one call that is about to be made; QuotaSpent when it must wait."""
        if purpose in FREE:
            return
        with self._lock:
            if not self._aside or self._is_stale():
                self._settle(portioned=True)
            until = self._closed_until(urgency)
            if until is None and self._aside:
                self._aside -= 1
                self._made[purpose] += 1
                return
            self._settle()
            raise self._spent(until or self._now() + LOOK)

    def require(self, urgency: Urgency) -> None:
        """Raise QuotaSpent unless calls of that urgency may be made now."""
        if until := self.closed_until(urgency):
            raise self._spent(until)

    def heard(self, quota: Quota) -> None:
        if quota.limit <= 0:
            return
        with self._lock:
            self._word = Word(Heard(quota, self._now()), self._word.stopped_until)
            self._news = True

    def refused(self, until: datetime | None) -> datetime:
        """The vendor refused a call for the day. It does not say how long where its day rolls on: look again soon."""
        with self._lock:
            now = self._now()
            zone = self._word.heard.quota.zone if self._word.heard else None
            until = next_midnight(now, zone) if zone else until or now + LOOK
            self._word = Word(self._word.heard, until)
            self._news = True
            self._settle()
            return until

    def closed_until(self, urgency: Urgency) -> datetime | None:
        """None when calls of that urgency may be made now."""
        with self._lock:
            self._look()
            return self._closed_until(urgency)

    def day(self) -> Day | None:
        """How the day stands; None as long as the vendor has not said how many calls there are."""
        with self._lock:
            self._look()
            return self._day()

    @property
    def stopped_until(self) -> datetime | None:
        """Until when the vendor itself takes no call."""
        stop = self._word.stopped_until
        return stop if stop and stop > self._now() else None

    def _spent(self, until: datetime) -> QuotaSpent:
        return QuotaSpent(self._why(), until=until, connection=self._connection)

    def _why(self) -> str:
        """What bound is reached, in figures."""
        day = self._day()
        if self.stopped_until or day is None:
            return "the org's daily API calls are spent"
        figures = f"{day.own:,} of the {day.cap:,} API calls that csbridge may make in a day are made"
        if day.org_left is None or day.org_left > day.cap - day.own:
            return f"{figures} (quota.daily_share)"
        left, limit = day.heard.quota.remaining, day.heard.quota.limit
        return f"the org has {left:,} of {limit:,} API calls left today, and {day.settings.reserve:.0%} are kept back"

    def settle(self) -> None:
        """Enter what was called, and give back what was set aside for nothing."""
        with self._lock:
            if self._made or self._aside or self._news:
                self._settle()

    def _is_stale(self) -> bool:
        return self._seen_at is None or not timedelta(0) <= self._now() - self._seen_at < FRESH

    def _look(self) -> None:
        """Learn what others did, unless that was a moment ago; what this process has to tell goes with it."""
        if not self._is_stale():
            return
        if self._made or self._aside or self._news:
            self._settle(portioned=self._aside > 0)
            return
        now = self._now()
        with self._store.read() as db:
            self._word = _younger(self._word, spend.word(db, self._connection), now)
            self._hours = spend.hours(db, self._connection, now)
        self._seen_at = now

    def _day(self) -> Day | None:
        heard = self._word.heard
        return Day(self._settings, heard, self._hours, self._now()) if heard else None

    def _closed_until(self, urgency: Urgency) -> datetime | None:
        if stop := self.stopped_until:
            return stop
        day = self._day()
        return day.closed_until(urgency, self._aside) if day else None

    def _settle(self, portioned: bool = False) -> None:
        """One transaction: enter the calls made, learn what others did, tell and learn the vendor's word.

        ``portioned``: and set some calls aside, as long as there are any.
        """
        now = self._now()
        with self._store.write() as db:
            spend.add(db, self._connection, self._hour, self._made)
            spend.add(db, self._connection, self._hour, {RESERVED: -self._aside - self._made.total()})
            self._exchange(db)
            self._hours = spend.hours(db, self._connection, now)
            day = self._day()
            aside = portion(day.left if day else PORTION, PORTION) if portioned and not self.stopped_until else 0
            spend.add(db, self._connection, hour_of(now), {RESERVED: aside})
            if hour_of(now) != self._hour:
                spend.forget(db, self._connection, now)
        self._hours = {**self._hours, hour_of(now): self._hours.get(hour_of(now), 0) + aside}
        self._hour, self._aside, self._seen_at = hour_of(now), aside, now
        self._made.clear()

    def _exchange(self, db: Connection) -> None:
        """The younger word of the two counts, ours or the store's; a refusal counts until it is over."""
        stored = spend.word(db, self._connection)
        word = _younger(self._word, stored, self._now())
        if self._news and word != stored:
            spend.save_word(db, self._connection, word)
        self._word, self._news = word, False


def _younger(ours: Word, stored: Word, now: datetime) -> Word:
    """What was heard by a clock that is far ahead is older than whatever is heard now."""
    both = (one.heard for one in (ours, stored) if one.heard)
    heard = max(both, key=lambda one: (one.at < now + LOOK, one.at), default=None)
    stops = [one.stopped_until for one in (ours, stored) if one.stopped_until]
    return Word(heard, max(stops, default=None))


class Purse:
    """A meter in the hands of one adapter, which says what it calls for. Fulfils ``adapters.budget.Budget``."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self._urgency: Urgency = "login"

    def before(self, purpose: Purpose) -> None:
        self.meter.take(purpose, "login" if purpose == "describe" else self._urgency)

    def heard(self, quota: Quota) -> None:
        self.meter.heard(quota)

    def refused(self, until: datetime | None) -> datetime | None:
        return self.meter.refused(until)

    @contextmanager
    def calling_for(self, urgency: Urgency) -> Iterator[None]:
        """The calls inside are of that urgency. Raises QuotaSpent at once when not even the first may be made."""
        self.meter.require(urgency)
        before, self._urgency = self._urgency, urgency
        try:
            yield
        finally:
            self._urgency = before

    def worth(self) -> WriteUrgency:
        """The least urgent writes that may be made now. Raises QuotaSpent when not even red flags may."""
        for urgency in reversed(WRITE_URGENCIES):
            if self.meter.closed_until(urgency) is None:
                return urgency
        self.meter.require("urgent")
        return "urgent"
