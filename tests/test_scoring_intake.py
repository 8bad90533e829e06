"""How columns of other people's exports are read, and which are set aside, each with its reason."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from scoring.proof.columns import kind_of, moments, numbers, words
from scoring.proof.intake import digest, id_columns, take_in
from scoring.proof.leaks import find_leaks
from scoring.proof.outcome import read_outcome

N = 200
CHANCE = np.random.default_rng(5)


@pytest.mark.parametrize(
    ("given_values", "kind", "read"),
    [
        ([" ", "1.5", "2"], "numbers", [np.nan, 1.5, 2.0]),
        (["1,234.50", "5", "NA"], "numbers", [1234.5, 5.0, np.nan]),
        (["12,5", "3,25", "-"], "numbers", [12.5, 3.25, np.nan]),
        (["0,125", "1,250", "1.234,5"], "numbers", [0.125, 1.25, 1234.5]),
        (["$ 1,200", "€3", "85 %"], "numbers", [1200.0, 3.0, 85.0]),
        (["None", "3", "4"], "numbers", [np.nan, 3.0, 4.0]),
        ([1, np.inf, -np.inf], "numbers", [1.0, np.nan, np.nan]),
        ([True, False, None], "words", ["true", "false", None]),
        (["Yes", "no ", "?"], "words", ["yes", "no", None]),
        ([["a"], ["b"], None], "words", ["['a']", "['b']", None]),
        (["2024-01-31", "31.12.2024", ""], "days", None),
        (["", "N/A", None], "empty", None),
    ],
)
def test_what_a_column_holds(given_values: list[Any], kind: str, read: list[Any] | None) -> None:
    column = pd.Series(given_values)
    assert kind_of(column) == kind
    if read is not None:
        found = numbers(column).tolist() if kind == "numbers" else words(column).tolist()
        assert [None if value != value else value for value in found] == [None if v != v else v for v in read]


@pytest.mark.parametrize(
    "rising",
    [
        ["2023Q4", "2024Q1", "2024Q2"],
        ["2024-01", "2024-02", "2024-10"],
        [1, 2, 10],
        ["2024-01-31", "2024-02-01", "2025-01-01"],
    ],
)
def test_moments_are_in_order(rising: list[Any]) -> None:
    found = moments(pd.Series([*rising, None]))
    assert (np.diff(found[:3]) > 0).all()
    assert np.isnan(found[3])


def table() -> pd.DataFrame:
    tenure = CHANCE.integers(1, 70, N)
    return pd.DataFrame(
        {
            "customerID": [f"c-{at}" for at in range(N)],
            "RowNumber": np.arange(N) + 1,
            "tenure": tenure,
            "Größe": CHANCE.normal(size=N),
            "months": tenure,
            "plan": CHANCE.choice(["pro", "free"], N),
            "always": "x",
            "never": None,
            "rarely": [1.0] + [None] * (N - 1),
            "since": pd.date_range("2024-01-01", periods=N).astype(str),
            "note": [f"said {at} things" for at in CHANCE.integers(0, 150, N)],
            "churned": CHANCE.choice(["yes", "no"], N),
        }
    )


def test_columns_are_set_aside_by_name_with_the_reason() -> None:
    taken = take_in(table(), {"churned": "the label"})
    assert list(taken.frame.columns) == ["tenure", "Größe", "plan"]
    reasons = {item.column: item.reason for item in taken.set_aside}
    assert set(reasons) == {
        "customerID", "RowNumber", "months", "always", "never", "rarely", "since", "note", "churned",
    }  # fmt: skip
    assert reasons["months"] == "the same as tenure"
    assert reasons["always"] == "always x"
    assert reasons["rarely"] == "filled in 1 of 200 rows only"
    assert "date" in reasons["since"]
    assert "different values" in reasons["note"]
    assert taken.ids == ("customerID", "RowNumber") == tuple(id_columns(table().drop(columns="churned")))
    assert "RowNumber" in take_in(table(), {}, keep=["RowNumber"]).frame


def test_rows_of_one_customer_belong_together() -> None:
    rows = pd.DataFrame({"account_id": [f"a{at % 60}" for at in range(N)], "use": CHANCE.normal(size=N)})
    groups = take_in(rows, {}).groups
    assert groups is not None
    assert len(set(groups.tolist())) == 60
    assert take_in(table(), {}).groups is None


def test_a_digest_does_not_know_the_order_of_rows() -> None:
    one = table()
    assert digest(one)[0] == digest(one.sample(frac=1, random_state=1))[0]
    assert digest(one)[0] != digest(one.assign(tenure=1))[0]


def test_leaks_are_named() -> None:
    happened = (CHANCE.random(1000) < 0.3).astype(float)
    frame = pd.DataFrame(
        {
            "perfect": happened * 10 + CHANCE.normal(size=1000) * 0.1,
            "reason": pd.Series(np.where((happened == 1) & (CHANCE.random(1000) < 0.4), "price", None), dtype=object),
            "churn_score": happened * 1.8 + CHANCE.normal(size=1000),
            "honest": happened * 0.5 + CHANCE.normal(size=1000),
            "noise": CHANCE.normal(size=1000),
        }
    )
    found = {leak.column: leak for leak in find_leaks(frame, happened, "churned", keep=["perfect"])}
    assert set(found) == {"perfect", "reason", "churn_score"}
    assert found["perfect"].kept
    assert not found["reason"].kept
    assert "only where the outcome came" in found["reason"].reason


@pytest.mark.parametrize(
    ("values", "positive", "good", "label"),
    [
        (["Yes", "No"], "yes", False, "Churn"),
        ([1, 0], "1", False, "exited"),
        ([1.0, 0.0, None], "1", False, "y"),
        ([True, False], "true", False, "left"),
        (["stayed", "churned"], "churned", False, "status"),
        (["Existing Customer", "Attrited Customer"], "attrited customer", False, "Attrition_Flag"),
        ([0, 1], "1", True, "renewed"),
        (["renewed", "not renewed"], "renewed", True, "outcome"),
        (["-1", "1"], "1", False, "target"),
        (["True.", "False."], "true.", False, "churn"),
    ],
)
def test_labels_of_two_values(values: list[Any], positive: str, good: bool, label: str) -> None:
    found = read_outcome(pd.DataFrame({label: values}), label)
    assert (found.positive, found.good) == (positive, good)
    missing = [value is None or value != value for value in values]
    assert np.isnan(found.happened).tolist() == missing


@pytest.mark.parametrize("values", [["a", "b"], ["a", "b", "c"], ["yes", "yes"], [None, None]])
def test_labels_that_are_not_plain_say_what_to_do(values: list[Any]) -> None:
    with pytest.raises(ConfigError, match=r"--positive|two values"):
        read_outcome(pd.DataFrame({"y": values}), "y")


def test_a_positive_value_may_be_told() -> None:
    found = read_outcome(pd.DataFrame({"y": ["Stayed", "Joined", "Churned"]}), "y", "churned")
    assert found.happened.tolist() == [0.0, 0.0, 1.0]
    with pytest.raises(ConfigError, match="never gone"):
        read_outcome(pd.DataFrame({"y": ["a", "b"]}), "y", "gone")


@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.floats(), st.integers(), st.booleans()), max_size=30))
def test_no_column_raises(values: list[Any]) -> None:
    column = pd.Series(values, dtype=object)
    kind_of(column)
    assert len(numbers(column)) == len(words(column)) == len(values)
    take_in(pd.DataFrame({"x": column, "y": column}), {})


@pytest.mark.parametrize("name", ["CLIENTNUM", "custid", "AccountNo", "customer_number", "UserKey", "policycode"])
def test_numbers_that_are_called_after_whom_they_name_are_ids(name: str) -> None:
    many = pd.DataFrame({name: 708_000_000 + 17 * CHANCE.permutation(N), "use": CHANCE.normal(size=N)})
    assert id_columns(many) == [name]


@pytest.mark.parametrize("name", ["paid", "number_of_users", "accounts", "seatsnum", "usercount"])
def test_numbers_that_only_sound_like_it_are_none(name: str) -> None:
    few = pd.DataFrame({name: CHANCE.integers(0, 40, N), "use": CHANCE.normal(size=N)})
    assert id_columns(few) == []


def test_a_hundred_words_that_come_often_enough_are_categories() -> None:
    words = pd.DataFrame({"city": [f"city {at % 100}" for at in range(3_000)]})
    assert list(take_in(words, {}).frame.columns) == ["city"]
    more = pd.DataFrame({"city": [f"city {at % 101}" for at in range(3_030)]})
    assert list(take_in(more, {}).frame.columns) == []
