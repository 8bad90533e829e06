"""Refresh tokens: the latest is used, by one process at a time, and a new one is kept before anything else happens.

Owns what is written into the vault; knows no vendor.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from adapters.errors import Unauthorized
from adapters.tokens import Token
from adapters.vault import Vault

T = TypeVar("T", bound=Token)


@dataclass(frozen=True, slots=True)
class RefreshChain:
    """The refresh tokens of one connection, each the successor of the one before."""

    connection: str
    vault: Vault
    given: str = field(default="", repr=False)
    """The token in the settings, if there is one. A new one there begins a new chain."""

    def refreshed(self, exchange: Callable[[str], T]) -> T:
        """Exchange the latest refresh token. Raises Unauthorized when there is none.

        Alone among all processes, and what is kept is read afterwards: another process may have used up ours.
        """
        with self.vault.alone(self.connection):
            latest = self._latest()
            if not latest:
                raise Unauthorized(
                    f"nobody has let csbridge in yet: {mend(self.connection)}", connection=self.connection
                )
            token = exchange(latest)
            if token.refresh and token.refresh != latest:
                self._keep(token.refresh)
            return token

    def begin(self, token: Token) -> None:
        """Keep the refresh token that a person's consent brought."""
        if not token.refresh:
            raise Unauthorized(
                "the vendor gave no refresh token: the app needs the scope for offline access (refresh_token)",
                connection=self.connection,
            )
        with self.vault.alone(self.connection):
            self._keep(token.refresh)

    def _latest(self) -> str:
        kept = json.loads(self.vault.load(self.connection) or "{}")
        if self.given and kept.get("root") != _digest(self.given):
            return self.given
        return str(kept.get("refresh_token", ""))

    def _keep(self, refresh: str) -> None:
        self.vault.save(self.connection, json.dumps({"refresh_token": refresh, "root": _digest(self.given)}))


def mend(connection: str) -> str:
    """What cures a login that a person has to renew."""
    return f"run `csbridge connect {connection}`"


def _digest(token: str) -> str:
    """By what a token in the settings is known again."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
