"""Access tokens: one login for all threads, in time, and no storms of refused ones."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from adapters.errors import Retry, Unauthorized
from adapters.tokens import MARGIN, REST, Token, TokenProvider

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


class Vendor:
    """Hands out numbered tokens; ``failing`` is raised instead."""

    def __init__(self, lasting: timedelta | None = HALF_AN_HOUR) -> None:
        self.now = NOW
        self.lasting = lasting
        self.logins = 0
        self.failing: Exception | None = None
        self.asked: Callable[[], object] = lambda: None

    def login(self) -> Token:
        self.logins += 1
        self.asked()
        if self.failing:
            raise self.failing
        return Token(f"token-{self.logins}", self.now + self.lasting if self.lasting else None)

    def provider(self) -> TokenProvider[Token]:
        return TokenProvider(self.login, lambda: self.now)


def together(count: int, call: Callable[[], object]) -> list[object]:
    """What ``count`` threads get, all of which came before the first was served."""
    with ThreadPoolExecutor(count) as pool:
        started = threading.Barrier(count)

        def one(_: int) -> object:
            started.wait(60)
            try:
                return call()
            except Unauthorized as exc:
                return exc

        return list(pool.map(one, range(count)))


def test_trap_32_a_token_is_renewed_before_it_expires() -> None:
    vendor = Vendor()
    tokens = vendor.provider()
    assert [tokens.current().access for _ in range(3)] == ["token-1"] * 3
    vendor.now = NOW + HALF_AN_HOUR - MARGIN - timedelta(seconds=1)
    assert tokens.current().access == "token-1"
    vendor.now += timedelta(seconds=1)
    assert tokens.current().access == "token-2"
    assert timedelta(seconds=60) <= MARGIN < HALF_AN_HOUR


def test_a_token_whose_end_nobody_knows_is_kept_until_a_call_says_so() -> None:
    vendor = Vendor(lasting=None)
    tokens = vendor.provider()
    first = tokens.current()
    vendor.now += timedelta(days=30)
    assert tokens.current() is first
    assert tokens.renewed(first).access == "token-2"


def test_trap_32_eight_threads_with_a_stale_token_make_one_refresh() -> None:
    vendor = Vendor()
    tokens = vendor.provider()
    stale = tokens.current()
    assert {token.access for token in together(8, lambda: tokens.renewed(stale))} == {"token-2"}  # type: ignore[attr-defined]
    assert vendor.logins == 2


def test_a_refused_login_is_not_tried_by_every_thread_that_waited() -> None:
    vendor = Vendor()
    tokens = vendor.provider()
    vendor.failing = Unauthorized("wrong password")
    vendor.asked = lambda: time.sleep(0.3)  # until the others wait
    assert together(8, tokens.current) == [vendor.failing] * 8
    assert vendor.logins == 1


def test_a_refused_login_is_tried_again_after_a_rest() -> None:
    vendor = Vendor()
    tokens = vendor.provider()
    vendor.failing = Unauthorized("wrong password")
    for _ in range(3):
        with pytest.raises(Unauthorized):
            tokens.current()
    assert vendor.logins == 1
    vendor.failing = None
    vendor.now += REST
    assert tokens.current().access == "token-2"


def test_a_vendor_that_was_away_is_asked_again_at_once() -> None:
    vendor = Vendor()
    tokens = vendor.provider()
    vendor.failing = Retry("away")
    with pytest.raises(Retry):
        tokens.current()
    vendor.failing = None
    assert tokens.current().access == "token-2"


def test_a_vendor_that_is_away_costs_nothing_while_the_token_is_good() -> None:
    vendor = Vendor()
    tokens = vendor.provider()
    first = tokens.current()
    vendor.failing = Retry("away")
    vendor.now = NOW + HALF_AN_HOUR - MARGIN
    assert tokens.current() is first
    vendor.now = NOW + HALF_AN_HOUR
    with pytest.raises(Retry):
        tokens.current()


def test_tokens_do_not_show() -> None:
    assert "hush" not in repr(Token("hush", NOW, "hush"))
