"""Churn, GRR and NRR: the definitions, what is unknown, and what dirty rows do."""

from datetime import date
from math import nan

import numpy as np
import pandas as pd
import pytest
from books import at, book_of
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.metrics import estimates
from scoring.metrics.book import Book, book
from scoring.metrics.estimates import Estimate
from scoring.metrics.retention import by, cohorts, monthly, retention


def test_the_textbook_example() -> None:
    """Four customers of 100: one leaves, one shrinks to 80, one grows to 150; a new one of 70 counts in neither."""
    found = retention(
        book_of({"a": [100, 0], "b": [100, 80], "c": [100, 150], "d": [100, 100], "e": [0, 70]}), at(0), at(1)
    )
    assert (found.customers, found.lost, found.new) == (4, 1, 1)
    assert found.churn.value == 0.25
    assert found.retention.value == 0.75
    assert found.grr.value == pytest.approx(0.70)
    assert found.nrr.value == pytest.approx(0.825)
    assert (found.start_arr, found.churned_arr, found.contraction, found.expansion) == (400, 100, 20, 50)
    assert found.end_arr == 330
    assert found.new_arr == 70


def test_unknown_arr_is_no_contraction() -> None:
    """b's ARR is not known at the end: it stays a kept customer, and is in no sum."""
    found = retention(book_of({"a": [100, 100], "b": [300, nan]}), at(0), at(1))
    assert found.grr.value == found.nrr.value == 1.0
    assert found.without_arr == 1
    assert found.churn.value == 0.0


def test_unknown_whereabouts_are_no_churn() -> None:
    rows = pd.DataFrame(
        [
            {"customer": 1, "month": "2026-01-31", "active": True, "arr": 10},
            {"customer": 2, "month": "2026-01-31", "active": True, "arr": 10},
            {"customer": 1, "month": "2026-02-28", "active": None},
            {"customer": 2, "month": "2026-02-28", "active": True, "arr": 10},
        ]
    )
    found = retention(book(rows, pd.DataFrame({"customer": [1, 2]}), date(2026, 2, 28)), at(1), at(2))
    assert (found.unknown, found.lost, found.churn.value) == (1, 0, 0.0)


def test_nobody_known_means_unknown_not_zero() -> None:
    found = retention(book_of({"a": [0, 100]}), at(0), at(1))
    assert found.churn.value is None
    assert found.grr.value is None
    assert found.start_arr is None


def test_a_customer_without_a_row_is_none_any_more() -> None:
    found = retention(book_of({"a": [100], "b": [100, 100]}), at(0), at(1))
    assert found.lost == 1
    assert found.grr.value == 0.5


def test_by_a_cut_as_it_was_at_the_start() -> None:
    about = {"a": {"segment": "mid"}, "b": {"segment": "small"}, "c": {}}
    found = by(book_of({"a": [100, 110], "b": [100, 0], "c": [50, 50]}, about), at(0), at(1), "segment")
    assert {name: one.nrr.value for name, one in found.items()} == {"mid": 1.1, "small": 0.0, "(unknown)": 1.0}


def test_each_whole_month() -> None:
    found = monthly(book_of({"a": [100, 100, 0], "b": [100, 200, 200]}))
    assert [one.nrr.value for one in found] == [1.5, pytest.approx(2 / 3)]
    assert [one.grr.value for one in found] == [1.0, pytest.approx(2 / 3)]


def test_a_cohort_counts_only_months_that_all_of_it_could_reach() -> None:
    about = {
        "a": {"customer_since": "2025-12-05", "churned_on": "2026-02-20"},
        "b": {"customer_since": "2025-12-20"},
        "c": {"customer_since": "2026-04-02"},
        "d": {"customer_since": "2025-12-01", "gone": True},
    }
    found = cohorts(book_of({name: [1.0, 1.0, 1.0, 1.0, 1.0] for name in about}, about))
    assert [(one.month, one.customers, one.kept) for one in found] == [
        ("2025-12", 2, (1.0, 1.0, 1.0, 0.5, 0.5)),  # until 2026-04-30 both have come four months
        ("2026-04", 1, (1.0,)),
    ]


ARR = st.one_of(st.just(0.0), st.just(nan), st.floats(0.01, 1e7))


@settings(max_examples=25)
@given(st.dictionaries(st.text(min_size=1, max_size=3), st.tuples(ARR, ARR), max_size=12))
def test_gross_never_passes_net_nor_one_and_sums_add_up(arr: dict[str, tuple[float, float]]) -> None:
    found = retention(book_of({name: list(values) for name, values in arr.items()}), at(0), at(1))
    if found.grr.value is None or found.nrr.value is None:
        return
    assert 0.0 <= found.grr.value <= 1.0
    assert found.grr.value <= found.nrr.value + 1e-9
    assert found.start_arr is not None
    assert found.end_arr == pytest.approx(found.nrr.value * found.start_arr, rel=1e-6, abs=1e-6)


@settings(max_examples=10)
@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    arr = [[100, 50], [200, 0], [10, nan], [0, 5], [70, 90], [30, 30]]
    one = retention(book_of({str(i): arr[i] for i in range(6)}), at(0), at(1))
    other = retention(book_of({str(i): arr[i] for i in order}), at(0), at(1))
    assert one.nrr.value == pytest.approx(other.nrr.value)
    assert (one.lost, one.without_arr, one.new) == (other.lost, other.without_arr, other.new)


def dirty() -> Book:
    rows = pd.DataFrame(
        [
            {"customer": 1, "month": "2026-01-31", "active": True, "arr": -5},
            {"customer": 1, "month": "2026-02-28", "active": True, "arr": float("inf")},
            {"customer": 2, "month": "2026-01-31", "active": True, "arr": 1},
            {"customer": 2, "month": "2026-01-31", "active": True, "arr": 2},
            {"customer": 2, "month": "2999-01-31", "active": True, "arr": 2},
            {"customer": None, "month": "2026-01-31", "active": True, "arr": 2},
            {"customer": 3, "month": "no day", "active": "perhaps", "arr": "much"},
        ]
    )
    customers = pd.DataFrame(
        [
            {"customer": 1, "customer_since": "2026-02-01", "churned_on": "2025-01-01"},
            {"customer": 2, "customer_since": "2999-01-01"},
            {"customer": 2, "customer_since": "2025-01-01"},
            {"customer": 3, "churned_on": "2027-01-01"},
        ]
    )
    return book(rows, customers, date(2026, 2, 28))


def test_dirty_rows_are_named_and_invent_nothing() -> None:
    found = dirty()
    assert {problem.what.split(";")[0]: problem.rows for problem in found.problems} == {
        "a second row of the same customer": 1,
        "churned before it became a customer": 1,
        "no customer or no month": 2,
        "a month that has not come yet": 1,
        "a second row of the same customer and month": 1,
        "ARR below zero or without end": 2,
    }
    assert found.monthly["arr"].tolist() == pytest.approx([nan, 2.0, nan], nan_ok=True)
    assert found.customers["churned_on"].isna().all()
    assert retention(found, at(1), at(2)).nrr.value == 0.0  # customer 2 has no row in February


def test_an_empty_book_has_no_numbers() -> None:
    empty = book(pd.DataFrame(), pd.DataFrame(), date(2026, 2, 28))
    assert empty.months == []
    assert cohorts(empty) == []
    assert monthly(empty) == []


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (5, 10, 0.237, 0.763)]
)
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    found = estimates.share(hits, of)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


def test_no_interval_that_would_claim_certainty() -> None:
    """Few customers, or customers who all moved alike, tell nothing of how sure the number is."""
    assert estimates.ratio(np.array([1.0, 2.0]), np.array([2.0, 2.0])) == Estimate(0.75, None, None, 2)
    assert estimates.ratio(np.ones(50), np.ones(50)).low is None
    assert estimates.share(0, 0) == Estimate(None)


def test_the_bootstrap_agrees_with_the_variance_of_a_ratio() -> None:
    random = np.random.default_rng(1)
    wholes = random.lognormal(8, 0.5, 4_000)
    parts = wholes * random.uniform(0.5, 1.2, 4_000)
    few, many = estimates.ratio(parts[:1_900], wholes[:1_900]), estimates.ratio(parts, wholes)
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx((4_000 / 1_900) ** 0.5, rel=0.15)
