"""Any table at all: no number of the business raises, and none is NaN, infinite or out of its bounds."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scoring.metrics import forecast, patterns, purchases, retention, roi, surveys, survival, team, value
from scoring.metrics.book import book
from scoring.metrics.cost_to_serve import grouped, serve
from scoring.metrics.effect import effect
from scoring.metrics.estimates import Estimate

UNTIL = date(2026, 6, 30)
START = pd.Timestamp(2026, 3, 31)
IDS = st.sampled_from([1, 2, 3, "x", None, float("nan")])
DAYS = st.sampled_from(
    ["2026-03-31", "2026-04-30", "2026-06-30", "2026-06-12", "2020-01-01", "9999-12-31", "31/12/2025", "no", "",
     20260331, None, date(2026, 5, 31), datetime(2026, 5, 31, 23, tzinfo=UTC), "2026-05-31T23:00:00+05:00"]
)  # fmt: skip
AMOUNTS = st.sampled_from([0, 1, 100, 250.5, -3, float("inf"), float("nan"), "much", "12", None, 1e300, True])
WORDS = st.sampled_from(["a", "b", "", None, 7, float("nan"), True])
FLAGS = st.sampled_from([True, False, None, "yes", 1, 0, float("nan")])


def table(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[pd.DataFrame]:
    rows = st.lists(st.fixed_dictionaries(columns), max_size=14)
    return rows.map(lambda some: pd.DataFrame(some, columns=list(columns), dtype="object"))


MONTHLY = table(customer=IDS, month=DAYS, active=FLAGS, arr=AMOUNTS, segment=WORDS, csm=WORDS, industry=WORDS,
                unrated=FLAGS)  # fmt: skip
CUSTOMERS = table(customer=IDS, customer_since=DAYS, churned_on=DAYS, first_value=DAYS, watched=FLAGS, gone=FLAGS)
RESPONSES = table(customer=st.sampled_from([1, 2, None]), person=WORDS, survey=st.sampled_from(["nps", "csat", None]),
                  score=AMOUNTS, day=DAYS)  # fmt: skip
PURCHASES = table(customer=IDS, day=DAYS, amount=AMOUNTS)


def numbers(result: Any) -> Iterator[Any]:
    """Every float in a result, however deep."""
    if is_dataclass(result) and not isinstance(result, type):
        for field in fields(result):
            yield from numbers(getattr(result, field.name))
    elif isinstance(result, dict):
        yield from numbers(list(result.values()))
    elif isinstance(result, (list, tuple)):
        for one in result:
            yield from numbers(one)
    elif isinstance(result, float):
        yield result


def estimates(result: Any) -> Iterator[Estimate]:
    if isinstance(result, Estimate):
        yield result
    elif is_dataclass(result) and not isinstance(result, type):
        for field in fields(result):
            yield from estimates(getattr(result, field.name))
    elif isinstance(result, (list, tuple)):
        for one in result:
            yield from estimates(one)


@settings(max_examples=15, phases=[Phase.generate])
@given(MONTHLY, CUSTOMERS, RESPONSES, PURCHASES)
def test_any_table_gives_numbers_or_unknown(
    monthly: pd.DataFrame, customers: pd.DataFrame, responses: pd.DataFrame, bought: pd.DataFrame
) -> None:
    given_book = book(monthly, customers, UNTIL, "EUR")
    end = pd.Timestamp(UNTIL)
    life = survival.lifetimes(given_book)
    period = retention.retention(given_book, START, end)
    costs = {"people": 10.0, "tools": None, "ticket": 1.0}
    contacts = pd.DataFrame(
        {"customer": [1, "x"], "tickets": [1.0, 2.0], "touches": [0.0, 0.0], "meetings": [0.0, 0.0]}
    )
    latest = given_book.at(end)
    health = pd.DataFrame({"band": ["red"], "flags": [1]}, index=[1])
    answered = surveys.answers(responses, UNTIL)
    results = [
        given_book.problems,
        period,
        retention.by(given_book, START, end, "segment"),
        retention.monthly(given_book),
        retention.cohorts(given_book),
        life,
        survival.lifetimes_by(given_book, "industry"),
        survival.time_to_first_value(given_book),
        value.revenue(given_book),
        value.contractual(given_book, life, 0.8, cac=3.0, least_n=2),
        forecast.forecast(given_book),
        roi.roi(given_book, START, end, costs),
        grouped(serve(given_book, START, contacts, costs, 0.5), "segment"),
        effect(given_book, pd.Series({1: "2026-04-02", "x": "soon"}), months=1, trend=1, least_n=2),
        patterns.patterns([patterns.Question("red", pd.Series({1: True, 2: False}), latest[["segment", "arr"]])], 2),
        surveys.summarise(answered, "nps", 1),
        surveys.summarise(answered, "csat", 1, 4),
        surveys.summarise_by(answered, latest["segment"], "nps"),
        surveys.reach(answered, pd.DataFrame({"customer": [1], "person": ["a"], "left_on": [None]}), given_book),
        team.team(given_book, health, START),
        purchases.value(bought, UNTIL, 0.8).missing,
    ]
    assert all(isfinite(number) for number in numbers(results))
    for one in estimates(results):
        assert one.value is None or one.low is None or one.high is None or one.low <= one.value <= one.high + 1e-9
    if period.grr.value is not None:
        assert 0 <= period.grr.value <= 1
