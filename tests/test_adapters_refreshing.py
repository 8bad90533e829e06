"""Chains of refresh tokens: the latest is used, once, and the next is kept before the access token is used."""

import pytest

from adapters.errors import Unauthorized
from adapters.refreshing import RefreshChain
from adapters.tokens import Token
from adapters.vault import MemoryVault


class Vendor:
    """Every refresh token is good once, and brings the next."""

    def __init__(self, first: str = "refresh-0") -> None:
        self.good = first
        self.used: list[str] = []

    def exchange(self, refresh: str) -> Token:
        self.used.append(refresh)
        if refresh != self.good:
            raise Unauthorized("expired access/refresh token")
        self.good = f"refresh-{len(self.used)}"
        return Token(f"access-{len(self.used)}", refresh=self.good)


def test_a_rotated_token_is_used_next_by_whoever_comes() -> None:
    vendor, vault = Vendor(), MemoryVault()
    one, other = (RefreshChain("sf", vault, "refresh-0") for _ in range(2))
    accesses = [chain.refreshed(vendor.exchange).access for chain in (one, other, other, one)]
    assert accesses == ["access-1", "access-2", "access-3", "access-4"]


def test_a_vendor_that_does_not_rotate_leaves_the_vault_alone() -> None:
    vault = MemoryVault()
    chain = RefreshChain("sf", vault, "given")
    chain.refreshed(lambda _: Token("a"))
    chain.refreshed(lambda held: Token("a", refresh=held))
    assert vault.load("sf") == ""


def test_a_new_token_in_the_settings_begins_a_new_chain() -> None:
    vault = MemoryVault()
    RefreshChain("sf", vault, "refresh-0").refreshed(Vendor().exchange)
    renewed = Vendor("another")
    chain = RefreshChain("sf", vault, "another")
    chain.refreshed(renewed.exchange)
    chain.refreshed(renewed.exchange)
    assert renewed.used == ["another", "refresh-1"]


def test_consent_takes_the_place_of_the_one_before() -> None:
    chain = RefreshChain("hs", MemoryVault())
    chain.begin(Token("a", refresh="refresh-0"))
    vendor = Vendor("again")
    chain.begin(Token("b", refresh="again"))
    assert chain.refreshed(vendor.exchange).access == "access-1"


def test_a_login_without_consent_says_how_to_get_it() -> None:
    with pytest.raises(Unauthorized, match="csbridge connect sf"):
        RefreshChain("sf", MemoryVault()).refreshed(Vendor().exchange)


def test_consent_that_brings_nothing_to_keep_says_why() -> None:
    with pytest.raises(Unauthorized, match="no refresh token"):
        RefreshChain("sf", MemoryVault()).begin(Token("a"))


def test_a_chain_does_not_show_its_token() -> None:
    assert "hush" not in repr(RefreshChain("sf", MemoryVault(), "hush"))
