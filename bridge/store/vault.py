"""What logins keep, encrypted in the store under ``secret_key``: nobody who reads the database learns a token.

The first key encrypts, all decrypt; a text under an old key is encrypted anew when it is read. Fulfils
``adapters.vault.Vault``; must not know what the texts say.
"""

import base64
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import Connection, delete, select, update

from bridge.store.engine import Store
from bridge.store.rows import insert_or_update
from bridge.store.schema import tokens
from config.errors import ConfigError, Problem

WAIT: Final = 90
"""Seconds to wait for another process's login: longer than a vendor's answer may take."""

SHORTEST: Final = 20
"""Characters of a passphrase: it has to withstand guessing by who holds the database."""

MAKE_A_KEY: Final = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class StoreVault:
    """Refuses, with ConfigError, to load or save anything while the workspace has no key."""

    def __init__(self, store: Store, keys: Sequence[str], now: Callable[[], datetime]) -> None:
        self._store = store
        self._keys = tuple(keys)
        self._now = now

    def load(self, connection: str) -> str:
        ciphers = self._ciphers
        with self._store.read() as db:
            query = select(tokens.c.document).where(tokens.c.connection == connection)
            document = db.execute(query).scalar_one_or_none()
        if document is None:
            return ""
        plain = _decrypted(ciphers, document, connection)
        if not _fits(ciphers[0], document):
            with self._store.write() as db:
                self._renew_key(db, connection, document, plain)
        return plain

    def save(self, connection: str, text: str) -> None:
        """An empty text forgets what was there."""
        first = self._ciphers[0]
        with self._store.write() as db:
            if not text:
                db.execute(delete(tokens).where(tokens.c.connection == connection))
                return
            document = first.encrypt(text.encode()).decode()
            row = {"connection": connection, "document": document, "saved_at": self._now()}
            insert_or_update(db, tokens, [row])

    def alone(self, connection: str) -> AbstractContextManager[object]:
        otherwise = f"another process has been logging in to {connection} for {WAIT} s"
        return self._store.alone(f"{connection}.login", otherwise, WAIT)

    def _renew_key(self, db: Connection, connection: str, document: str, plain: str) -> None:
        """Encrypt under the first key, unless somebody has saved another text meanwhile."""
        mine = (tokens.c.connection == connection) & (tokens.c.document == document)
        renewed = self._ciphers[0].encrypt(plain.encode()).decode()
        db.execute(update(tokens).where(mine).values(document=renewed))

    @cached_property
    def _ciphers(self) -> tuple[Fernet, ...]:
        if not self._keys:
            what = "a login of this workspace is kept in the store, encrypted, and there is no key to encrypt it with"
            raise _problem(what)
        return tuple(_cipher(key) for key in self._keys)


def _cipher(key: str) -> Fernet:
    """A Fernet key as it is; any other text is a passphrase, which a key is derived from."""
    try:
        return Fernet(key)
    except ValueError:
        if len(key) < SHORTEST:
            raise _problem(f"a passphrase of {len(key)} characters is too easily guessed") from None
    # the salt keeps the key apart from other uses of the passphrase; its length protects against guessing
    derived = Scrypt(salt=b"csbridge store", length=32, n=2**15, r=8, p=1).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _decrypted(ciphers: Sequence[Fernet], document: str, connection: str) -> str:
    try:
        return MultiFernet(ciphers).decrypt(document).decode()
    except InvalidToken as exc:
        what = f"what the store keeps for {connection} was encrypted under another key"
        expected = "the earlier key too, as a further one of the list; if it is lost, a new `csbridge connect`"
        example = 'secret_key: ["${NEW_KEY}", "${OLD_KEY}"]'
        raise ConfigError([Problem("secret_key", what, expected=expected, example=example)]) from exc


def _fits(cipher: Fernet, document: str) -> bool:
    try:
        cipher.decrypt(document)
    except InvalidToken:
        return False
    return True


def _problem(what: str) -> ConfigError:
    expected = f"a key, such as one made by: {MAKE_A_KEY}"
    return ConfigError([Problem("secret_key", what, expected=expected, example='secret_key: "${CSBRIDGE_KEY}"')])
