"""Access tokens: got when first needed, renewed in time and once for all threads. Shared by the OAuth vendors.

Knows neither flows nor vendor words: a vendor hands in how its login is made.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from adapters.errors import AdapterError, Retry, Unauthorized

MARGIN: Final = timedelta(minutes=2)
"""A token is renewed this long before it expires: a call under way must not outlive it."""

REST: Final = timedelta(seconds=30)
"""A login that was refused is not tried again so soon: a person has to mend it, and a user can be locked out."""


@dataclass(frozen=True, slots=True)
class Token:
    access: str = field(repr=False)
    expires_at: datetime | None = None
    """On our own clock; None where the vendor does not say, and a call has to find out."""
    refresh: str = field(default="", repr=False)
    """The refresh token that came along, if any."""


T = TypeVar("T", bound=Token)


class TokenProvider(Generic[T]):
    """Holds the token of one connection. Safe for several threads: whoever comes first logs in, the others wait.

    They share what came of it, a refusal too.
    """

    def __init__(self, login: Callable[[], T], now: Callable[[], datetime]) -> None:
        self._login = login
        self._now = now
        self._lock = threading.Lock()
        self._token: T | None = None
        self._attempts = 0
        self._failure: AdapterError | None = None
        self._failed_at = now()

    def current(self) -> T:
        """The token, renewed when it is about to expire; a vendor that is away then costs nothing while it is good."""
        try:
            return self._settled(lambda held: not self._expires(held, MARGIN))
        except Retry:
            held = self._token
            if held is None or held.expires_at is None or self._expires(held, timedelta()):
                raise
            return held

    def renewed(self, stale: T) -> T:
        """A token other than ``stale``; asked for only if no other thread has done so meanwhile."""
        return self._settled(lambda held: held.access != stale.access)

    def adopt(self, token: T) -> None:
        """Use a token that was obtained otherwise, by a person's consent."""
        with self._lock:
            self._token, self._failure = token, None

    def _settled(self, good: Callable[[T], bool]) -> T:
        seen = self._attempts
        with self._lock:
            if self._token is not None and good(self._token):
                return self._token
            if self._failure is not None and (self._attempts != seen or self._refused_lately()):
                raise self._failure  # of the login that this thread waited for, or of one that would end alike
            return self._renew()

    def _renew(self) -> T:
        self._failure = None
        try:
            self._token = self._login()
        except AdapterError as exc:
            self._failure, self._failed_at = exc, self._now()
            raise
        finally:
            self._attempts += 1  # at its end: who comes while it is under way shares what comes of it
        return self._token

    def _refused_lately(self) -> bool:
        return isinstance(self._failure, Unauthorized) and self._now() - self._failed_at < REST

    def _expires(self, token: T, within: timedelta) -> bool:
        return token.expires_at is not None and self._now() >= token.expires_at - within
