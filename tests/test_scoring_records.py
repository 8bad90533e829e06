"""What is counted on plain columns is what a data frame would say of the same rows."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.records import Records, records

CUSTOMERS = pd.Index([7, 3, 5], name="customer")
ROW = st.fixed_dictionaries(
    {
        "customer": st.sampled_from([3, 5, 7, 99]),
        "word": st.sampled_from(["a", "b", None]),
        "figure": st.sampled_from([0.0, 1.0, 2.5, -4.0, math.nan]),
    }
)
ROWS = st.lists(ROW, max_size=12)


def frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["customer", "word", "figure"])
    return made.astype({"customer": "int64", "word": "object", "figure": "float64"})


def of(rows: list[dict[str, object]]) -> Records:
    return records(frame(rows), CUSTOMERS)


def same(found: np.ndarray, expected: pd.Series) -> bool:
    return bool(np.allclose(found, expected.reindex(CUSTOMERS).to_numpy(np.float64), equal_nan=True))


@given(ROWS)
def test_what_is_found_of_each_customer(rows: list[dict[str, object]]) -> None:
    made, figures = of(rows), frame(rows).groupby("customer")["figure"]
    assert same(made.least("figure"), figures.min())
    assert same(made.most("figure"), figures.max())
    assert same(made.mean("figure"), figures.mean())
    assert same(made.median("figure"), figures.median())
    assert same(made.total("figure"), figures.sum(min_count=1))
    assert made.number().tolist() == figures.size().reindex(CUSTOMERS).fillna(0).tolist()
    assert made.any().tolist() == CUSTOMERS.isin(frame(rows)["customer"]).tolist()


def test_no_order_of_rows_shows_in_a_sum() -> None:
    """0.1 + 0.2 + 0.3 is more than 0.3 + 0.2 + 0.1."""
    orders = itertools.permutations([0.1, 0.2, 0.3, 1e9])
    made = [of([{"customer": 3, "word": None, "figure": figure} for figure in order]) for order in orders]
    assert len({(each.total("figure")[1], each.mean("figure")[1]) for each in made}) == 1


@given(ROWS)
def test_the_first_of_each_and_doubles(rows: list[dict[str, object]]) -> None:
    made, plain = of(rows), frame(rows)
    ours = plain[plain["customer"].isin(CUSTOMERS)]
    once = ours.drop_duplicates(["customer", "word"])
    assert made.once("word")["figure"].tolist() == [alike(value) for value in once["figure"]]
    firsts = ours.drop_duplicates("customer").set_index("customer")["word"].reindex(CUSTOMERS)
    assert made.firsts("word").tolist() == [None if pd.isna(word) else word for word in firsts]
    order = ours.sort_values(["figure", "customer"], kind="stable", na_position="last")
    by = made.by(made["figure"], CUSTOMERS.to_numpy()[made.place])
    assert by["word"].tolist() == [None if pd.isna(word) else word for word in order["word"]]


@given(ROWS, ROWS)
def test_those_that_name_what_another_one_of_the_customer_does(
    rows: list[dict[str, object]], others: list[dict[str, object]]
) -> None:
    pairs = {(row["customer"], row["word"]) for row in others if row["word"] is not None}
    expected = [row["word"] for row in rows if row["customer"] != 99 and (row["customer"], row["word"]) in pairs]
    assert of(rows).of(of(others), "word")["word"].tolist() == expected


def alike(value: float) -> object:
    return pytest.approx(value, nan_ok=True)
