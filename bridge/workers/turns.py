"""What the threads that turn events into fields tell each other about the connections' turns.

Whose calls rest and until when, what a turn cost last, which events wait for their field. Calls nobody itself.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

Part = Literal["read", "write"]
"""What a turn of a connection is for: each rests by itself, so that what was read and scored is written at once."""

Events = dict[str, list[datetime]]
"""When deliveries came in, by source."""


@dataclass
class Turns:
    """Shared by the threads of a process; safe for all of them."""

    resting: dict[tuple[str, Part], datetime] = field(default_factory=dict)
    """Turns that are left out until then."""
    spent: dict[tuple[str, Part], tuple[datetime, int]] = field(default_factory=dict)
    """When a turn last cost calls, and how many."""
    trusted: set[str] = field(default_factory=set)
    """Connections whose CRM was seen to have our fields, and has refused nothing since."""
    _read: Events = field(default_factory=lambda: defaultdict(list))
    _decided: Events = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_awake(self, name: str, part: Part, now: datetime) -> bool:
        return now >= self.resting.get((name, part), now)

    def rest(self, name: str, part: Part, until: datetime) -> None:
        """Leave these turns out until then, unless they already rest for longer."""
        with self._lock:
            self.resting[name, part] = max(self.resting.get((name, part), until), until)

    def left(self, name: str, part: Part, now: datetime) -> timedelta | None:
        """How much longer they rest, if at all."""
        rest = self.resting.get((name, part), now) - now
        return rest if rest > timedelta(0) else None

    def note(self, name: str, part: Part, now: datetime, calls: int) -> None:
        self.spent[name, part] = (now, calls)

    def cost(self, name: str) -> int:
        """Calls of the last turn, reading and writing together: one brings about the other."""
        return sum(self.spent.get((name, part), (None, 0))[1] for part in _PARTS)

    def last_written(self, name: str) -> datetime:
        return self.spent.get((name, "write"), (datetime.min.replace(tzinfo=UTC), 0))[0]

    def came(self, name: str, events: Sequence[datetime]) -> None:
        """What these events named has been read."""
        with self._lock:
            self._read[name] += events

    @contextmanager
    def scoring(self) -> Iterator[None]:
        """Whatever was read before has been decided about when the block has ended well."""
        with self._lock:
            read, self._read = self._read, defaultdict(list)
        try:
            yield
        except BaseException:
            self._put(self._read, read)
            raise
        self._put(self._decided, read)

    def decided(self, name: str) -> list[datetime]:
        """The events that wait to be written; they do not any more."""
        with self._lock:
            return self._decided.pop(name, [])

    def _put(self, to: Events, events: Events) -> None:
        with self._lock:
            for name, times in events.items():
                to[name] += times


_PARTS: tuple[Part, ...] = ("read", "write")
