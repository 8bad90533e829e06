"""How often flags are on: shares of customers and of ARR, what is new, what overlaps, when it is too much."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.flags.rates import FlagRates, rates

TODAY = date(2026, 6, 1)
ON = ["silent", "usage_falling", "renewal_near"]


def since(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_each_flag_is_counted() -> None:
    book: dict[int, dict[str, date]] = {number: {} for number in range(10)}
    book[0] = {"silent": since(6), "usage_falling": since(40), "off": since(1)}
    book[1] = {"silent": since(7), "renewal_near": since(0), "usage_falling": since(0)}
    book[2] = {"silent": since(100)}
    arr: dict[int, float | None] = {0: 100.0, 1: 300.0, 2: None, 3: 600.0, 4: -50.0, 5: float("nan"), 77: 9e9}
    made = rates(book, ON, TODAY, arr)
    assert (made.customers, made.flagged, made.arr_known, made.crowded) == (10, 3, 3, ())
    silent, falling, renewal = made.flags
    assert [rate.name for rate in made.flags] == ON
    assert (silent.customers, silent.share, silent.arr, silent.arr_share) == (3, 0.3, 400.0, 0.4)
    assert (silent.fresh, falling.fresh, renewal.fresh) == (1, 1, 1)
    assert list(silent.alongside.items()) == [("usage_falling", 2), ("renewal_near", 1)]
    assert (silent.noisy, falling.noisy) == (True, False), "more than a fifth of the book; a fifth is not more"
    assert json.loads(json.dumps(made.document()))["flags"][0]["name"] == "silent"


def test_a_handful_of_customers_is_no_book() -> None:
    assert not rates({number: {"silent": TODAY} for number in range(9)}, ON, TODAY, {}).flags[0].noisy
    assert rates({number: {"silent": TODAY} for number in range(10)}, ON, TODAY, {}).flags[0].noisy


def test_a_customer_with_more_than_five() -> None:
    names = [f"f{number}" for number in range(6)]
    book = {3: dict.fromkeys(names, TODAY), 4: dict.fromkeys(names[:5], TODAY)}
    assert rates(book, names, TODAY, {}).crowded == (3,)
    assert rates(book, names[:5], TODAY, {}).crowded == (), "one of them is off"


@pytest.mark.parametrize("arr", [{}, {1: None}, {1: 0.0}])
def test_unknown_arr_is_no_share(arr: dict[int, float | None]) -> None:
    made = rates({1: {"silent": TODAY}}, ON, TODAY, arr)
    assert made.flags[0].arr_share is None
    assert made.flags[0].arr == (0.0 if arr.get(1) == 0.0 else None)


def test_nobody() -> None:
    made = rates({}, ON, TODAY, {})
    assert made == FlagRates(0, 0, 0, made.flags, ())
    assert [(rate.customers, rate.share, rate.arr_share) for rate in made.flags] == [(0, 0.0, None)] * 3


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 30), st.dictionaries(st.sampled_from([*ON, "off"]), st.integers(-3, 50).map(since)), max_size=20
    ),
    st.randoms(use_true_random=False),
)
def test_order_never_matters_and_counts_agree(book: dict[int, dict[str, date]], random: Any) -> None:
    made = rates(book, ON, TODAY, dict.fromkeys(book, 2.0))
    shuffled = {customer: book[customer] for customer in random.sample(list(book), len(book))}
    assert rates(shuffled, ON, TODAY, dict.fromkeys(book, 2.0)) == made
    assert [rate.customers for rate in made.flags] == [sum(name in flags for flags in book.values()) for name in ON]
    assert all(rate.arr_share is None or rate.arr_share == pytest.approx(rate.share) for rate in made.flags)
