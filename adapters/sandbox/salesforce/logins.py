"""Connected apps, sessions and the daily allowance of calls: who may come in, and how often. Speaks no HTTP."""

import hashlib
import hmac
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.sandbox.oauth import Consents
from adapters.sandbox.salesforce.org import Actor

DAY: Final = timedelta(hours=24)
SECURITY_TOKEN: Final = "sandbox-security-token"
"""May stand behind a password, as it must where the caller's address is not trusted."""


@dataclass(frozen=True, slots=True)
class App:
    """A connected app with the client credentials flow; it runs as ``actor``."""

    client_id: str
    client_secret: str
    actor: Actor


class Logins:
    """Apps and the sessions they opened. Tokens are derived from a counter: the same run gives the same tokens."""

    def __init__(
        self, org_id: str, apps: tuple[App, ...], consents: Consents[Actor], certificate: RSAPublicKey | None = None,
        person: Actor | None = None,
    ) -> None:  # fmt: skip
        self.person = person
        """Who consents in a browser; None: the app's own user."""
        self.consents = consents
        self.apps = {app.client_id: app for app in apps}
        self.certificate = certificate
        """Whose private key signs assertions for these apps; None: no app holds one."""
        self._org_id = org_id
        self._sessions: dict[str, Actor] = {}
        self._given = 0
        self._lock = threading.Lock()

    def app(self, client_id: str, client_secret: str) -> App | None:
        """The app with these credentials; None when the secret is wrong, KeyError when the id is unknown."""
        app = self.apps[client_id]
        right = hmac.compare_digest(app.client_secret.encode(), client_secret.encode())
        return app if right else None

    def user(self, username: str, password: str) -> Actor | None:
        """Whoever logs in by name; the password of each sandbox user is their app's secret, security token or not."""
        secret = password.removesuffix(SECURITY_TOKEN)
        return next(
            (a.actor for a in self.apps.values() if (a.actor.name, a.client_secret) == (username, secret)), None
        )

    def open(self, actor: Actor) -> str:
        """A new session's token."""
        with self._lock:
            self._given += 1
            digest = hashlib.sha256(f"{self._org_id}/{actor.user}/{self._given}".encode()).hexdigest()
            token = f"{self._org_id[:15]}!{digest}"
            self._sessions[token] = actor
            return token

    def actor(self, token: str) -> Actor | None:
        return self._sessions.get(token)

    def close(self, token: str) -> None:
        with self._lock:
            self._sessions.pop(token, None)


class Allowance:
    """Calls in the last 24 hours of the sandbox's clock, counted by the hour."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._hours: Counter[datetime] = Counter()
        self._lock = threading.Lock()

    def spend(self, now: datetime) -> bool:
        """Count one call; False when the day's allowance is already gone."""
        with self._lock:
            if self._used(now) >= self.most:
                return False
            self._hours[now.replace(minute=0, second=0, microsecond=0)] += 1
            return True

    def set(self, now: datetime, most: int | None, used: int | None) -> tuple[int, int]:
        """Another limit, or another number of calls made, as if all were of the present hour; both as they are now."""
        with self._lock:
            self.most = self.most if most is None else most
            if used is not None:
                self._hours = Counter({now.replace(minute=0, second=0, microsecond=0): used})
            return self.most, self._used(now)

    def used(self, now: datetime) -> int:
        with self._lock:
            return self._used(now)

    def _used(self, now: datetime) -> int:
        for hour in [hour for hour in self._hours if not now - DAY < hour <= now]:
            del self._hours[hour]
        return sum(self._hours.values())
