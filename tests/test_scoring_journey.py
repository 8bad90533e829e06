"""Segments and journey stages: whom a customer is like, and where it stands, path included."""

from datetime import date, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from config.journey import Segment, Stage
from scoring.decision import Previous
from scoring.journey import place, review_cadence, with_segments

DAY = date(2026, 6, 1)
BEFORE = DAY - timedelta(days=9)

SEGMENTS = [
    Segment.model_validate({"name": "strategic", "if": "arr >= 100000", "touch": "high", "review_every": "91d"}),
    Segment.model_validate({"name": "public", "if": "industry = government and tier in (a, b)", "touch": "low"}),
    Segment.model_validate({"name": "rest", "if": "arr >= 0", "touch": "tech"}),
]
STAGES = [
    Stage.model_validate(
        {"name": "onboarding", "enter": "customer_days < 90", "exit": ["customer_days >= 90", "x = 1"]}
    ),
    Stage.model_validate({"name": "renewal", "enter": "days_to_renewal <= 90", "exit": "days_to_renewal > 100"}),
    Stage.model_validate({"name": "value", "enter": "breadth >= 3", "exit": ["breadth < 2", "days_to_renewal <= 90"]}),
]


def table(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns).rename_axis("customer")


def stage(before: str | None, **values: object) -> tuple[str | None, date | None]:
    previous = {} if before is None else {0: Previous("green", BEFORE, stage=before, stage_since=BEFORE)}
    placed = place(table(**{name: [value] for name, value in values.items()}), STAGES, previous, DAY)
    return placed.stage[0], placed.since[0]


def test_the_first_segment_whose_rule_holds() -> None:
    values = table(
        arr=[250_000.0, 5.0, 5.0, None],
        industry=[None, "Government", "Government", "Retail"],
        tier=["a", "b", "c", "a"],
    )
    found = with_segments(values, SEGMENTS)
    assert found["segment"].tolist() == ["strategic", "public", "rest", None]
    assert found["touch"].tolist() == ["high", "low", "tech", None]
    assert review_cadence(found["segment"], SEGMENTS).fillna(-1).tolist() == [91, -1, -1, -1]


def test_what_the_crm_says_of_the_segment_counts_first() -> None:
    found = with_segments(table(arr=[250_000.0, 250_000.0], segment=["vip", None]), SEGMENTS)
    assert found["segment"].tolist() == ["vip", "strategic"]
    assert found["touch"].tolist() == [None, "high"]


def test_without_segments_nobody_has_one() -> None:
    assert with_segments(table(arr=[1.0]), [])["segment"].tolist() == [None]


def test_the_first_stage_that_can_be_entered() -> None:
    assert stage(None, customer_days=5.0, days_to_renewal=30.0) == ("onboarding", DAY)
    assert stage(None, customer_days=400.0, days_to_renewal=30.0) == ("renewal", DAY)
    assert stage(None, customer_days=400.0) == (None, None)


def test_a_stage_is_kept_until_its_exit_holds() -> None:
    assert stage("onboarding", customer_days=20.0, breadth=9.0) == ("onboarding", BEFORE)
    assert stage("onboarding", customer_days=90.0, breadth=9.0) == ("value", DAY)
    assert stage("onboarding", customer_days=20.0, x=1.0, days_to_renewal=9.0) == ("onboarding", BEFORE), "enters again"
    assert stage("renewal", days_to_renewal=95.0, breadth=5.0) == ("renewal", BEFORE), "neither in nor out"
    assert stage("value", breadth=2.0) == ("value", BEFORE)
    assert stage("value", breadth=5.0, days_to_renewal=80.0) == ("renewal", DAY)


def test_who_can_go_nowhere_stays() -> None:
    assert stage("value", breadth=1.0) == ("value", BEFORE)


def test_a_stage_that_is_no_more_is_left_at_once() -> None:
    assert stage("pilot", breadth=5.0) == ("value", DAY)


def test_what_is_unknown_moves_nobody() -> None:
    assert stage("renewal", days_to_renewal=None, breadth=None) == ("renewal", BEFORE)


def test_what_the_crm_says_of_the_stage_counts_first() -> None:
    assert stage("value", breadth=5.0, journey_stage="Advocacy") == ("Advocacy", DAY)


@given(st.lists(st.tuples(st.none() | st.integers(0, 400), st.none() | st.integers(-50, 400)), min_size=1, max_size=6))
def test_neither_order_nor_company_matters(rows: list[tuple[int | None, int | None]]) -> None:
    values = table(customer_days=[row[0] for row in rows], days_to_renewal=[row[1] for row in rows]).astype("float64")
    previous = {0: Previous("red", BEFORE, stage="value", stage_since=BEFORE)}
    whole = place(values, STAGES, previous, DAY)
    turned = place(values.iloc[::-1], STAGES, previous, DAY)
    assert turned.stage[::-1] == whole.stage
    alone = [place(values.loc[[number]], STAGES, previous, DAY).stage[0] for number in values.index]
    assert alone == whole.stage
