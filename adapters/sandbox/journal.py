"""What the sandbox has seen: every write its API received, and how many calls of each kind. Judges nothing."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Write:
    """One record write as the API received it. ``error`` is the vendor's code when it was refused, else None."""

    at: datetime
    object: str
    id: str | None
    fields: Mapping[str, Any] = field(default_factory=dict)
    user: str = ""
    action: str = "update"
    error: str | None = None

    def shown(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "object": self.object,
            "id": self.id,
            "action": self.action,
            "fields": dict(self.fields),
            "user": self.user,
            "error": self.error,
        }


class Journal:
    """Writes and calls, in order; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writes: list[Write] = []
        self._calls: Counter[str] = Counter()
        self._here = threading.local()

    def begin(self) -> None:
        """A new call starts on this thread: what it writes is asked for by ``written_here``."""
        self._here.writes = []

    def record(self, write: Write) -> None:
        with self._lock:
            self._writes.append(write)
        if hasattr(self._here, "writes"):
            self._here.writes.append(write)

    def written_here(self) -> list[Write]:
        """What the call on this thread has written so far, refusals left out."""
        return [write for write in getattr(self._here, "writes", []) if write.error is None]

    def roll_back_here(self, error: str) -> None:
        """What the call on this thread has written did not last: mark it with ``error``."""
        with self._lock:
            undone = {id(write): replace(write, error=error) for write in self.written_here()}
            self._writes = [undone.get(id(write), write) for write in self._writes]
            self._here.writes = []

    def count(self, family: str) -> None:
        with self._lock:
            self._calls[family] += 1

    def writes(self) -> list[Write]:
        with self._lock:
            return list(self._writes)

    def forget_writes(self) -> None:
        with self._lock:
            self._writes = []

    def calls(self) -> dict[str, int]:
        with self._lock:
            return dict(self._calls)
