"""Many callers, one commit: what arrives while a transaction is being written waits for the next, and shares it.

Whoever finds nobody writing writes for all that wait, and passes the pen on to one of those who came meanwhile: who
then waits a moment for those who have just been answered, for senders that take turns would else share every commit
by halves. Each caller returns when its own row is durable; an error is told to each of those who shared it. Knows no
table.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from bridge.store.engine import StoreFailed

PATIENCE: Final = 0.25
"""For how much of the time that the last commit took others are waited for, until as many are here as were then."""
LONGEST: Final = 0.02
"""Seconds that are waited at most: a commit that another writer held up for long says nothing of the next."""

Row = TypeVar("Row")
Number = TypeVar("Number")


class _Place(Generic[Row, Number]):
    """One caller's row, and what became of it. ``turn`` is released when that is known, or when it is to write."""

    __slots__ = ("result", "row", "turn")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.result: tuple[Number] | Exception | None = None
        self.turn = threading.Lock()
        self.turn.acquire()


class GroupCommit(Generic[Row, Number]):
    """``write`` stores rows in one transaction and gives what each caller is to get, in their order."""

    def __init__(
        self,
        write: Callable[[Sequence[Row]], Sequence[Number]],
        most: int = 128,
        patience: float = PATIENCE,
        longest: float = LONGEST,
    ) -> None:
        self._write = write
        self._most = most
        self._patience = patience
        self._longest = longest
        self._lock = threading.Lock()
        self._came = threading.Condition(self._lock)
        self._queue: list[_Place[Row, Number]] = []
        self._writing = False
        self._around = 0
        """Callers that the last commit answered, or that came meanwhile."""
        self._took = 0.0
        """Seconds."""

    def put(self, row: Row) -> Number:
        """Gives what ``write`` says of this row, once it is durable. Raises what writing it raised."""
        place: _Place[Row, Number] = _Place(row)
        with self._lock:
            self._queue.append(place)
            self._came.notify()
            first = not self._writing
            self._writing = True
        if not first:
            place.turn.acquire()
        if place.result is None:
            self._write_what_waits()
        return self._told(place)

    def _write_what_waits(self) -> None:
        """The caller's place is the first in the queue; so is that of whoever the pen is passed on to."""
        with self._lock:
            wait = min(self._patience * self._took, self._longest)
            self._came.wait_for(lambda: len(self._queue) >= self._around, wait)
            places = self._queue[: self._most]
            del self._queue[: self._most]
        began = time.monotonic()
        try:
            self._store(places)
        finally:  # an interrupt is no answer: the others must not wait for one for ever
            for place in places:
                place.result = place.result or StoreFailed("the store was interrupted")
            with self._lock:
                self._took = time.monotonic() - began
                self._around = min(len(places) + len(self._queue), self._most)
                following = self._queue[:1]
                self._writing = bool(following)
            for place in (*following, *places[1:]):
                place.turn.release()

    def _store(self, places: Sequence[_Place[Row, Number]]) -> None:
        try:
            numbers = self._write([place.row for place in places])
            for place, number in zip(places, numbers, strict=True):
                place.result = (number,)
        except Exception as exc:
            if len(places) == 1 or isinstance(exc, StoreFailed):
                for place in places:
                    place.result = exc
                return
            for place in places:  # one of them is to blame, and the others are not
                self._store([place])

    @staticmethod
    def _told(place: _Place[Row, Number]) -> Number:
        if isinstance(place.result, Exception):
            raise place.result
        assert place.result is not None
        return place.result[0]
