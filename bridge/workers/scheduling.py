"""Which of several serving processes polls and reconciles: the one that holds the scheduler's lease in the store.

On SQLite only one process serves at all. On PostgreSQL the lease dies with its holder's session; then another process
has it within ``AGAIN``. Knows no job.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

from bridge.store.engine import Store, StoreFailed

log = logging.getLogger(__name__)

AGAIN: Final = timedelta(minutes=1)
"""How often whoever has not got the lease asks for it."""


class Lease:
    """Asked for by the jobs of one process, which share it; given back by ``release``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._held = ExitStack()
        self._proven: Callable[[], None] | None = None
        self._told = False

    def held(self) -> bool:
        """Whether this process is the one, from now on if it was nobody."""
        if self._store.is_sqlite:
            return True
        with self._lock:
            return self._is_kept() or self._is_taken()

    def release(self) -> None:
        with self._lock:
            self._let_go()

    def leads(self, job: Callable[[], None]) -> Callable[[], timedelta | None]:
        """The job, run by whoever holds the lease; the others give when to ask again."""

        def run() -> timedelta | None:
            if not self.held():
                return AGAIN
            job()
            return None

        return run

    def _is_kept(self) -> bool:
        if self._proven is None:
            return False
        try:
            self._proven()
        except StoreFailed as exc:
            log.warning("the scheduler's lease is lost: %s", exc)
            self._let_go()
            return False
        return True

    def _is_taken(self) -> bool:
        try:
            alone = self._store.alone("scheduler", "another process polls and reconciles")
            self._proven = self._held.enter_context(alone)
        except StoreFailed as exc:
            if not self._told:
                log.info("not the scheduler: %s", exc)
            self._told = True
            return False
        self._told = False
        return True

    def _let_go(self) -> None:
        held, self._held, self._proven = self._held, ExitStack(), None
        try:
            held.close()
        except StoreFailed as exc:
            log.warning("the scheduler's lease ends with its session: %s", exc)
