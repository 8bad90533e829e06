"""Sends the vendor's webhooks from a background thread, retries a few times and keeps what became of each.

Knows no vendor: headers, body and what counts as delivered are functions given to ``start``. Sends to loopback only,
unless it is told otherwise.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from adapters.sandbox.clock import SandboxClock

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
BACKOFF_S: Final = (0.2, 0.5, 1.0, 2.0)
TIMEOUT_S: Final = 10
LARGEST: Final = 100
"""Changes in one delivery: both vendors stop at 100."""
EXCERPT: Final = 500

Compose = Callable[[str, Sequence["Change"], int], tuple[Mapping[str, str], bytes]]
Accepted = Callable[[int, bytes], bool]


class BadAddress(ValueError):
    """The address for deliveries is malformed or not on this machine."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record that changed: ``action`` is created, updated or deleted; ``fields`` the new values of what changed."""

    object: str
    id: str
    action: str
    fields: Mapping[str, Any]
    at: datetime
    source: str = "ui"
    """Who changed it: ``ui`` (a person) or ``api``."""
    event: str = ""
    """The vendor's own id of this event, the same at every attempt."""


@dataclass(slots=True)
class Delivery:
    """One message and what became of it. ``tries`` holds at, ms, status (None: no answer), accepted, excerpt."""

    number: int
    changes: Sequence[Change]
    tries: list[dict[str, Any]] = field(default_factory=list)
    state: str = "waiting"

    def shown(self) -> dict[str, Any]:
        changes = [{"object": change.object, "id": change.id, "action": change.action} for change in self.changes]
        last = self.tries[-1] if self.tries else {"at": None, "ms": None, "status": None, "body": None}
        return {"number": self.number, "state": self.state, **last, "changes": changes, "tries": list(self.tries)}


def checked_address(url: str, allow_remote: bool = False) -> str:
    """``url`` when deliveries may go there; BadAddress says why not."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress(f"{url!r} is not an address such as http://127.0.0.1:8080/webhooks/sf/secret")
    if parts.hostname not in LOOPBACK and not allow_remote:
        raise BadAddress(f"the sandbox sends its webhooks to this machine only, not to {parts.hostname}")
    return url


class Notifier:
    """A queue of deliveries and the thread that sends them; nothing is sent without an address."""

    def __init__(self, url: str | None, clock: SandboxClock, backoff_s: Sequence[float] = BACKOFF_S) -> None:
        self.url = url
        self._clock = clock
        self._backoff = backoff_s
        self._wake = threading.Condition()
        self._due: list[tuple[float, int, int, Delivery]] = []
        self._order = itertools.count()
        self._deliveries: list[Delivery] = []
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self, compose: Compose, accepted: Accepted) -> None:
        """Begin to send, with the vendor's own message and its own idea of success."""
        self._thread = threading.Thread(
            target=self._run, args=(compose, accepted), name="sandbox-notifier", daemon=True
        )
        self._thread.start()

    def send(self, changes: Sequence[Change], delay_s: float = 0, copies: int = 1) -> list[int]:
        """Queue ``changes`` in messages of at most 100; the numbers of the deliveries ([] without an address)."""
        if self.url is None:
            return []
        chunks = [changes[start : start + LARGEST] for start in range(0, len(changes), LARGEST)]
        with self._wake:
            made = []
            for chunk in chunks * copies:
                made.append(Delivery(len(self._deliveries) + 1, chunk))
                self._deliveries.append(made[-1])
                self._queue(made[-1], 0, delay_s)
            self._wake.notify()
        return [delivery.number for delivery in made]

    def redeliver(self, numbers: Sequence[int] = ()) -> list[int]:
        """Send the given deliveries again (the last one without numbers); KeyError when one is unknown."""
        with self._wake:
            known = {delivery.number: delivery for delivery in self._deliveries}
            chosen = [known[number] for number in numbers or list(known)[-1:]]
            for delivery in chosen:
                delivery.state = "waiting"
                self._queue(delivery, 0, 0)
            self._wake.notify()
        return [delivery.number for delivery in chosen]

    def listed(self) -> list[dict[str, Any]]:
        with self._wake:
            return [delivery.shown() for delivery in self._deliveries]

    def close(self) -> None:
        """Stop sending; what still waits is dropped."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        if self._thread:
            self._thread.join(TIMEOUT_S)

    def _queue(self, delivery: Delivery, attempt: int, delay_s: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + delay_s, next(self._order), attempt, delivery))

    def _next(self) -> tuple[Delivery, int] | None:
        with self._wake:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    _, _, attempt, delivery = heapq.heappop(self._due)
                    return delivery, attempt
                self._wake.wait(wait)
        return None

    def _run(self, compose: Compose, accepted: Accepted) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (due := self._next()) is not None:
                delivery, attempt = due
                outcome = self._attempt(session, delivery, attempt, compose, accepted)
                with self._wake:
                    self._settle(delivery, attempt, outcome)

    def _attempt(
        self, session: requests.Session, delivery: Delivery, attempt: int, compose: Compose, accepted: Accepted
    ) -> dict[str, Any]:
        at, began = self._clock.now(), time.perf_counter()
        status, body, taken = None, b"", False
        try:
            headers, message = compose(self.url or "", delivery.changes, attempt)
            answer = session.post(
                self.url or "", data=message, headers=dict(headers), timeout=TIMEOUT_S, allow_redirects=False
            )
            status, body = answer.status_code, answer.content
            taken = accepted(status, body)
        except requests.RequestException as exc:
            body = str(exc).encode()
        ms = round((time.perf_counter() - began) * 1000, 1)
        excerpt = body[:EXCERPT].decode("utf-8", "replace")
        return {"at": at.isoformat(), "ms": ms, "status": status, "accepted": taken, "body": excerpt}

    def _settle(self, delivery: Delivery, attempt: int, outcome: dict[str, Any]) -> None:
        delivery.tries.append(outcome)
        if outcome["accepted"]:
            delivery.state = "delivered"
        elif attempt < len(self._backoff):
            delivery.state = "retrying"
            self._queue(delivery, attempt + 1, self._backoff[attempt])
        else:
            delivery.state = "failed"
