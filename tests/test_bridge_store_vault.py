"""The store's vault: encrypted, shared by processes, keys that rotate, one login at a time."""

import threading

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from worlds import START

from adapters.errors import Unauthorized
from adapters.refreshing import RefreshChain
from adapters.tokens import Token
from bridge.store.engine import Store, StoreFailed, open_store
from bridge.store.schema import tokens
from bridge.store.vault import SHORTEST, StoreVault
from config.errors import ConfigError

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def vault(store: Store, *keys: str) -> StoreVault:
    return StoreVault(store, keys, lambda: START)


def document(store: Store) -> str:
    with store.read() as db:
        return db.execute(select(tokens.c.document)).scalar_one()


def test_what_is_kept_is_shared_and_unreadable(store: Store) -> None:
    kept = vault(store, NEW)
    assert kept.load("sf") == ""
    kept.save("sf", "hush")
    kept.save("sf", "hush-hush")
    kept.save("hs", "other")
    assert vault(store, NEW).load("sf") == "hush-hush"
    kept.save("hs", "")
    assert kept.load("hs") == ""
    assert "hush" not in document(store)


def test_while_rotating_the_first_key_encrypts_and_all_decrypt(store: Store) -> None:
    vault(store, OLD).save("sf", "hush")
    assert vault(store, NEW, OLD).load("sf") == "hush"
    assert vault(store, NEW).load("sf") == "hush", "reading was enough: the old key may go"
    with pytest.raises(ConfigError, match="under another key"):
        vault(store, OLD).load("sf")


def test_a_passphrase_will_do(store: Store) -> None:
    phrase = "correct horse battery staple"
    vault(store, phrase).save("sf", "hush")
    assert vault(store, NEW, phrase).load("sf") == "hush"


@pytest.mark.parametrize("keys", [(), ("p" * (SHORTEST - 1),)])
def test_without_a_fit_key_the_error_says_how_to_make_one(store: Store, keys: tuple[str, ...]) -> None:
    for refused in (lambda: vault(store, *keys).load("sf"), lambda: vault(store, *keys).save("sf", "x")):
        with pytest.raises(ConfigError, match=r"secret_key[\s\S]*Fernet.generate_key") as caught:
            refused()
        assert "ppp" not in str(caught.value)


class RotatingVendor:
    """Each refresh token is good once; a used one is remembered as misuse."""

    def __init__(self) -> None:
        self.good, self.count, self.misused = "refresh-0", 0, 0
        self.lock = threading.Lock()

    def exchange(self, refresh: str) -> Token:
        with self.lock:
            if refresh != self.good:
                self.misused += 1
                raise Unauthorized("expired access/refresh token")
            self.count += 1
            self.good = f"refresh-{self.count}"
            return Token(f"access-{self.count}", refresh=self.good)


def test_two_processes_never_use_a_rotated_refresh_token_twice(store_url: str) -> None:
    """Two handles on one database, four logins each, in threads of their own."""
    vendor = RotatingVendor()
    stores = [open_store(store_url) for _ in range(2)]
    failed: list[BaseException] = []

    def logins(store: Store) -> None:
        chain = RefreshChain("sf", vault(store, NEW), "refresh-0")
        try:
            for _ in range(4):
                chain.refreshed(vendor.exchange)
        except BaseException as exc:
            failed.append(exc)

    threads = [threading.Thread(target=logins, args=(store,)) for store in stores for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, vendor.misused, vendor.count) == ([], 0, 16)
    latest = vault(stores[0], NEW).load("sf")
    assert "refresh-16" in latest
    for store in stores:
        store.close()


def test_who_waits_too_long_for_another_login_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.store.vault.WAIT", 0.05)
    one, other = vault(store, NEW), vault(store, NEW)
    with one.alone("sf"), other.alone("hs"), pytest.raises(StoreFailed, match="logging in to sf"), other.alone("sf"):
        pass
    with other.alone("sf"):
        pass
