"""Who may call the portal: the private app, and OAuth access tokens that last thirty minutes. Speaks no HTTP."""

import itertools
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.hubspot.errors import HubspotError, expired_authentication, unauthenticated

LIFETIME: Final = timedelta(minutes=30)
USER: Final = "installer@example.com"


@dataclass(frozen=True, slots=True)
class AccessToken:
    user: str
    scopes: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """An app that a person installed, with what they granted."""

    user: str
    scopes: tuple[str, ...]


class Tokens:
    """Every access token that was ever given is remembered: an expired one is told from one that never was."""

    def __init__(self, clock: SandboxClock, private: str) -> None:
        self._clock = clock
        self._private = private
        self._given: dict[str, AccessToken] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def open(self, installation: Installation) -> str:
        """A new access token: longer than some expect, as HubSpot's are."""
        with self._lock:
            token = f"sandbox-access-{next(self._numbers)}-" + "C" * 300
            self._given[token] = AccessToken(installation.user, installation.scopes, self._clock.now() + LIFETIME)
            return token

    def check(self, token: str) -> None:
        """HubspotError (401): never given, or expired."""
        if refusal := self.refusal(token):
            raise refusal

    def refusal(self, token: str) -> HubspotError | None:
        if token == self._private:
            return None
        found = self._given.get(token)
        if found is None:
            return unauthenticated()
        return expired_authentication(found.until, self._clock.now()) if self._clock.now() >= found.until else None

    def find(self, token: str) -> AccessToken | None:
        """As long as it is good."""
        found = self._given.get(token)
        return found if found and self._clock.now() < found.until else None

    def expire(self, token: str) -> HubspotError:
        """End an OAuth token now; what the call that carries it is told. A private app's token never ends."""
        with self._lock:
            found = self._given.get(token)
            if found is None:
                return unauthenticated()
            now = self._clock.now()
            self._given[token] = AccessToken(found.user, found.scopes, now)
            return expired_authentication(now, now)
