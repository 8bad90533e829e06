"""What OAuth's authorization codes and refresh tokens have in common, whoever the vendor: issued, matched, used up.

Speaks no HTTP; a refusal is ``Denied``, which each vendor words in its own way.
"""

import base64
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

from adapters.sandbox.clock import SandboxClock

CODE_LIFETIME: Final = timedelta(minutes=10)

W = TypeVar("W")
"""On whose behalf: the vendor's own idea of a user."""

Fault = Literal["code", "redirect_uri", "verifier", "refresh_token"]


class Denied(Exception):
    """``what`` does not hold; ``expired`` when it did once."""

    def __init__(self, what: Fault, expired: bool = False) -> None:
        self.what, self.expired = what, expired
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Code(Generic[W]):
    client_id: str
    who: W
    redirect_uri: str
    challenge: str
    until: datetime


class Consents(Generic[W]):
    """Codes and refresh tokens. ``rotate``: a refresh token is good once, and brings its successor."""

    def __init__(self, clock: SandboxClock, rotate: bool = False) -> None:
        self.rotate = rotate
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, Code[W]] = {}
        self._refresh: dict[str, tuple[str, W]] = {}

    def code(self, client_id: str, who: W, redirect_uri: str, challenge: str = "") -> str:
        with self._lock:
            code = secrets.token_urlsafe(24)
            until = self._clock.now() + CODE_LIFETIME
            self._codes[code] = Code(client_id, who, redirect_uri, challenge, until)
            return code

    def redeemed(self, code: str, client_id: str, redirect_uri: str, verifier: str = "") -> W:
        """Whoever consented. A code is good once, for the app and the address that it was issued for."""
        with self._lock:
            found = self._codes.pop(code, None)
        if found is None or found.client_id != client_id:
            raise Denied("code")
        if self._clock.now() > found.until:
            raise Denied("code", expired=True)
        if found.redirect_uri != redirect_uri:
            raise Denied("redirect_uri")
        if found.challenge and not hmac.compare_digest(challenge_of(verifier), found.challenge):
            raise Denied("verifier")
        return found.who

    def issue(self, client_id: str, who: W) -> str:
        """A refresh token."""
        with self._lock:
            token = secrets.token_urlsafe(48)
            self._refresh[token] = (client_id, who)
            return token

    def refreshed(self, token: str, client_id: str) -> tuple[W, str]:
        """On whose behalf, and the refresh token to use next: the same one, unless they rotate."""
        with self._lock:
            owner = self._refresh.get(token)
            if owner is None or owner[0] != client_id:
                raise Denied("refresh_token", expired=True)
            if self.rotate:
                del self._refresh[token]
        return owner[1], self.issue(*owner) if self.rotate else token

    def revoke(self, token: str) -> bool:
        with self._lock:
            return self._refresh.pop(token, None) is not None


def challenge_of(verifier: str) -> str:
    """S256, RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def may_return_to(redirect_uri: str) -> bool:
    """A sandbox sends browsers to this machine, or to an address that is encrypted."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def sent_back(redirect_uri: str, **query: str) -> str:
    """Where the browser goes after the consent, which a sandbox gives at once."""
    given = urlencode({name: value for name, value in query.items() if value})
    return f"{redirect_uri}{'&' if urlsplit(redirect_uri).query else '?'}{given}"
