"""Where a login keeps what must outlive the process: one secret text per connection.

The engine hands one in whose texts are encrypted and shared by all processes; must not know what they say.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Vault(Protocol):
    """Raises ConfigError where nothing can be kept, because the workspace has no key to encrypt it with."""

    def load(self, connection: str) -> str:
        """As last saved by any process; empty when there is nothing."""

    def save(self, connection: str, text: str) -> None:
        """Durable when this returns."""

    def alone(self, connection: str) -> AbstractContextManager[object]:
        """Held by one thread of all processes at a time: whoever uses up a refresh token, and keeps the next."""


class MemoryVault:
    """Keeps texts for the life of the process: for a login that is used once, and for tests."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def load(self, connection: str) -> str:
        return self._texts.get(connection, "")

    def save(self, connection: str, text: str) -> None:
        self._texts[connection] = text

    @contextmanager
    def alone(self, connection: str) -> Iterator[None]:
        with self._locks[connection]:
            yield
