"""Survival, lifetime value, purchases without contracts, and the forecast of the base."""

from dataclasses import replace
from datetime import date, timedelta
from math import exp

import numpy as np
import pandas as pd
import pytest
from books import book_of

from scoring.metrics import purchases
from scoring.metrics.book import Book, book
from scoring.metrics.estimates import Estimate
from scoring.metrics.forecast import forecast
from scoring.metrics.purchases import Buying, Spending
from scoring.metrics.survival import curve, lifetimes, lifetimes_by, time_to_first_value, time_to_first_value_by
from scoring.metrics.targets import compare
from scoring.metrics.value import contractual, revenue, revenue_by

FLAT = ["2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_the_example_of_kaplan_and_meier() -> None:
    """Deaths at 0.8, 3.1, 5.4, 9.2; still alive at 1.0, 2.7, 7.0, 12.1 (Kaplan & Meier 1958)."""
    times = np.array([0.8, 3.1, 5.4, 9.2, 1.0, 2.7, 7.0, 12.1])
    found = curve(times, np.array([True] * 4 + [False] * 4))
    assert found.at(0.8).value == pytest.approx(7 / 8)
    assert found.at(3.1).value == pytest.approx(7 / 8 * 4 / 5)
    assert found.at(5.4).value == pytest.approx(7 / 8 * 4 / 5 * 3 / 4)
    assert found.at(9.2).value == pytest.approx(7 / 8 * 4 / 5 * 3 / 4 * 1 / 2)
    assert found.median.value == 9.2
    assert found.at(12.2).value is None  # nobody was watched for so long
    assert (found.n, found.open) == (8, 4)


def test_all_open_means_the_median_is_unknown() -> None:
    found = curve(np.array([5.0, 9.0]), np.array([False, False]))
    assert (found.open, found.median.value, found.at(9.0).value) == (2, None, 1.0)
    assert curve(np.array([]), np.array([], bool)).n == 0


def test_who_is_lost_stays_in_the_segment_of_its_last_day_as_a_customer() -> None:
    """Without ARR there is no segment any more: groups of those who stayed alone would have nobody lost."""
    rows = pd.DataFrame(
        {
            "customer": ["lost", "kept", "lost", "kept"],
            "month": ["2026-01-31", "2026-01-31", "2026-02-28", "2026-02-28"],
            "active": [True, True, False, True],
            "segment": ["small", "small", None, "mid"],
        }
    )
    about = {"customer": ["lost", "kept"], "customer_since": "2025-01-01", "churned_on": ["2026-02-10", None]}
    found = lifetimes_by(book(rows, pd.DataFrame(about), date(2026, 2, 28)), "segment")
    assert {name: (one.n, one.open) for name, one in found.items()} == {"small": (1, 0), "mid": (1, 1)}


def test_impossible_durations_are_left_out() -> None:
    found = curve(np.array([-1.0, np.nan, np.inf, 2.0, 4.0]), np.array([True, True, False, True, False]))
    assert (found.n, found.open) == (2, 1)


def test_time_to_first_value_counts_who_still_waits() -> None:
    """One got there in 10 days, one left after 20 without it, one waits for 30; one was not seen from its beginning."""
    about = {
        "quick": {"customer_since": "2026-01-01", "first_value": "2026-01-11", "watched": True},
        "left": {"customer_since": "2026-01-01", "churned_on": "2026-01-21", "watched": True},
        "waits": {"customer_since": "2026-01-01", "watched": True},
        "older": {"customer_since": "2020-01-01", "first_value": "2026-01-01", "watched": False},
    }
    found = time_to_first_value(book_of({name: [1.0] * 2 for name in about}, about))
    assert (found.n, found.open) == (3, 2)
    assert found.at(10).value == pytest.approx(2 / 3)
    assert found.median.value is None


def test_by_a_cut_as_the_newest_row_says() -> None:
    about = {"a": {"customer_since": "2026-01-01", "first_value": "2026-01-05", "watched": True, "plan": "pro"},
             "b": {"customer_since": "2026-01-01", "watched": True, "plan": "basic"}}  # fmt: skip
    given = book_of({"a": [1.0] * 2, "b": [1.0] * 2}, about)
    newest = given.monthly.assign(plan=given.monthly["plan"].where(given.monthly["month"].eq(given.months[-1]), "old"))
    given = replace(given, monthly=newest)
    found = time_to_first_value_by(given, "plan")
    assert {name: (one.n, one.median.value) for name, one in found.items()} == {"pro": (1, 4.0), "basic": (1, None)}
    assert {name: one.open for name, one in lifetimes_by(given, "plan").items()} == {"pro": 1, "basic": 1}


def test_usage_that_went_quiet_ends_the_watch() -> None:
    about = {
        "late": {"customer_since": "2026-01-20", "watched": True},
        "early": {"customer_since": "2025-12-01", "watched": True},
    }
    found = time_to_first_value(book_of({name: [1.0] * 2 for name in about}, about), date(2026, 1, 10))
    assert (found.n, found.watched) == (1, 40.0)


def living(n: int = 400, monthly_churn: float = 0.05, arr: float = 1200.0) -> Book:
    """Customers who leave at a constant rate."""
    random = np.random.default_rng(3)
    until = date(2026, 4, 30)
    life = random.exponential(1 / monthly_churn, n) * 30.4375
    age = random.uniform(0, 1500, n)
    rows, about = [], []
    for id in range(n):
        since = until - timedelta(days=int(age[id]))
        churned = since + timedelta(days=int(life[id]))
        gone = churned <= until
        rows.append({"customer": id, "month": until, "active": not gone, "arr": None if gone else arr})
        about.append({"customer": id, "customer_since": since, "churned_on": churned if gone else None})
    return book(pd.DataFrame(rows), pd.DataFrame(about), until)


def test_lifetime_value_is_what_a_constant_rate_says() -> None:
    """Margin 80 a month, 5 % leave a month, 10 % discount a year: Σ 80 × e^(−0.05 k) × 1.1^(−k/12)."""
    given = living()
    found = contractual(given, lifetimes(given), margin=0.8, discount=0.1, cac=500.0)
    expected = sum(80 * exp(-0.05 * k) * 1.1 ** (-k / 12) for k in range(found.months))
    assert found.months >= 36
    assert found.value.value == pytest.approx(expected, rel=0.08)
    assert found.value.low is not None
    assert found.value.high is not None
    assert found.value.low < expected < found.value.high
    assert found.ratio.value == pytest.approx(found.value.value / 500)


def test_lifetime_value_names_what_it_needs() -> None:
    given = living()
    assert contractual(given, lifetimes(given), margin=None).missing == ("economics.gross_margin",)
    assert contractual(given, lifetimes(given), margin=0.8).ratio.value is None
    empty = book_of({})
    assert len(contractual(empty, lifetimes(empty), margin=0.8).missing) == 2


def test_revenue_adds_only_what_is_known() -> None:
    given = book_of({"a": [120, 240], "b": [float("nan"), 0]}, {"a": {"plan": "pro"}, "b": {"plan": "pro"}})
    first, last = revenue(given)
    assert (first.arr, first.mrr, first.customers, first.unknown) == (120, 10, 2, 1)
    assert (last.arr, last.customers, last.unknown) == (240, 1, 0)
    assert revenue_by(given, "plan")["pro"].arr == 240


def bought(model: Buying, spent: Spending, n: int, weeks: float) -> pd.DataFrame:
    """Purchases of customers who behave as the two models say, all since one day."""
    random = np.random.default_rng(11)
    rows = []
    for id in range(n):
        rate, dies = random.gamma(model.r, 1 / model.alpha), random.beta(model.a, model.b)
        mean_rate = random.gamma(spent.q, 1 / spent.gamma)
        at, alive = 0.0, True
        rows.append((id, 0.0, random.gamma(spent.p, 1 / mean_rate)))
        while alive:
            at += random.exponential(1 / rate)
            if at > weeks:
                break
            rows.append((id, at, random.gamma(spent.p, 1 / mean_rate)))
            alive = random.random() > dies
    frame = pd.DataFrame(rows, columns=["customer", "week", "amount"])
    return frame.assign(day=pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["week"] * 7, unit="D").dt.floor("D"))


def test_purchases_recover_the_parameters_they_were_made_with() -> None:
    model, spent = Buying(r=0.8, alpha=8.0, a=0.8, b=3.0), Spending(p=6.0, q=4.0, gamma=15.0)
    made = bought(model, spent, 2_500, 78)
    half = date(2024, 1, 1) + timedelta(weeks=39)
    seen = purchases.summary(made, half)
    found = purchases.fit_buying(seen)
    assert found.r == pytest.approx(model.r, rel=0.15)
    assert found.alpha == pytest.approx(model.alpha, rel=0.2)
    assert found.a / (found.a + found.b) == pytest.approx(model.a / (model.a + model.b), rel=0.2)
    money = purchases.fit_spending(seen)
    assert money.p * money.gamma / (money.q - 1) == pytest.approx(6 * 15 / 3, rel=0.1)
    expected = purchases.expected_purchases(found, seen, 39)
    later = made[made["day"].gt(pd.Timestamp(half))].groupby("customer")["day"].nunique()
    assert expected.sum() == pytest.approx(later.sum(), rel=0.06)
    ranked = pd.Series(expected, index=seen.index)
    actual = later.reindex(seen.index).fillna(0)
    assert ranked.corr(actual, method="spearman") > 0.4


def test_dirty_purchases_are_left_out() -> None:
    rows = pd.DataFrame(
        {
            "customer": [1, 1, 1, 1, None, 2],
            "day": ["2026-01-01", "2026-01-01", "2026-02-01", "2027-01-01", "2026-01-01", None],
            "amount": [10, 5, 7, 9, 9, 9],
        }
    )
    found = purchases.summary(rows, date(2026, 3, 1))
    assert found.index.tolist() == [1]
    assert found.loc[1, ["x", "amount"]].tolist() == [1.0, 7.0]
    assert "bought again: 1;" in purchases.value(rows, date(2026, 3, 1), 0.8).missing


def stepping(rates: list[float]) -> Book:
    """One customer whose ARR moves by these rates, month by month."""
    arr = 1000.0 * np.cumprod([1.0, *rates])
    rows = [{"customer": 1, "month": day, "active": True, "arr": value} for day, value in zip(FLAT, arr, strict=True)]
    return book(pd.DataFrame(rows), pd.DataFrame({"customer": [1]}), date(2026, 5, 31))


def test_a_steady_base_is_forecast_to_stay_steady() -> None:
    found = forecast(stepping([0.98] * 7), 12)
    now = found.now
    assert now is not None
    assert found.ahead[-1].arr == pytest.approx(now * 0.98**12)
    assert found.ahead[-1].low == pytest.approx(found.ahead[-1].high)


def test_an_unsteady_base_has_a_widening_interval() -> None:
    found = forecast(stepping([0.9, 1.05, 1.0, 0.95, 1.02, 0.97, 1.01]), 12).ahead
    widths = [one.high - one.low for one in found]
    assert all(one.low <= one.arr <= one.high for one in found)
    assert widths == sorted(widths)


def test_too_little_history_gives_no_forecast() -> None:
    assert forecast(book_of({"a": [1.0, 1.0]})).ahead == ()
    assert "months of known ARR" in forecast(book_of({"a": [1.0, 1.0]})).missing


def test_targets_are_met_missed_or_too_close_to_tell() -> None:
    actuals = {
        "nrr": Estimate(1.15, 1.12, 1.2), "grr": Estimate(0.9, 0.85, 0.95), "logo_churn": Estimate(0.05, 0.04, 0.06),
        "roi": Estimate(1.0),
    }  # fmt: skip
    found = compare({"nrr": 1.1, "grr": 0.92, "logo_churn": 0.08, "roi": 2.0, "nps": 40}, actuals)
    assert {one.name: one.verdict for one in found} == {
        "nrr": "met", "grr": "too close", "logo_churn": "met", "roi": "missed", "nps": "unknown",
    }  # fmt: skip
