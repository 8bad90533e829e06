"""What came of customers within a horizon, from losses, ARR and removals."""

from datetime import date

import numpy as np
import pandas as pd

from scoring.proof import outcomes as proved
from scoring.proof.outcomes import Lives, counts, gone_by, lives, outcomes

UNTIL = date(2026, 1, 31)


def rows(*cuts: tuple[int, str]) -> pd.DataFrame:
    made = pd.DataFrame(cuts, columns=["customer", "cut"])
    return made.assign(cut=pd.to_datetime(made["cut"]).astype("datetime64[s]"))


def words(given: pd.DataFrame, told: Lives, horizon: int = 90) -> list[str | None]:
    return [None if pd.isna(word) else word for word in outcomes(given, told, horizon, UNTIL)["outcome"]]


def test_a_loss_counts_from_the_day_after_the_cut_to_the_last_day_of_the_horizon() -> None:
    told = lives([(1, date(2025, 6, 30), None)], [], [])
    given = rows((1, "2025-03-31"), (1, "2025-04-01"), (1, "2025-06-29"), (1, "2025-06-30"))
    assert words(given, told) == ["stayed", "churned", "churned", "stayed"]


def test_nothing_is_said_while_the_horizon_is_not_over() -> None:
    given = rows((1, "2025-11-02"), (1, "2025-11-03"), (2, "2025-12-31"))
    assert words(given, lives([(2, date(2026, 1, 5), None)], [], [])) == ["stayed", None, None]


def test_arr_that_fell_by_five_percent_shrank_and_by_less_stayed() -> None:
    arr = [(1, date(2025, 1, 1), 100.0, "EUR"), (1, date(2025, 5, 1), 95.0, "EUR"),
           (2, date(2025, 1, 1), 100.0, "EUR"), (2, date(2025, 5, 1), 96.0, "EUR"),
           (3, date(2025, 1, 1), 100.0, None), (3, date(2025, 5, 1), 120.0, "EUR")]  # fmt: skip
    given = rows(*((id, "2025-04-30") for id in (1, 2, 3)))
    assert words(given, lives([], arr, [])) == ["shrank", "stayed", "grew"]


def test_arr_that_is_unknown_at_either_end_or_in_another_currency_says_nothing() -> None:
    arr = [(1, date(2025, 5, 1), 10.0, "EUR"), (2, date(2025, 1, 1), 100.0, "EUR"), (2, date(2025, 5, 1), 10.0, "USD"),
           (3, date(2025, 1, 1), 0.0, "EUR"), (3, date(2025, 5, 1), 50.0, "EUR")]  # fmt: skip
    given = rows(*((id, "2025-04-30") for id in (1, 2, 3)))
    told = outcomes(given, lives([], arr, []), 90, UNTIL)
    assert told["outcome"].tolist() == ["stayed"] * 3
    assert told["arr_change_ahead"].isna().all()


def test_a_record_that_was_deleted_within_the_horizon_tells_nothing() -> None:
    assert words(rows((1, "2025-04-30")), lives([], [], [(1, date(2025, 6, 1))])) == [None]
    both = lives([(1, date(2025, 5, 20), None)], [], [(1, date(2025, 6, 1))])
    assert words(rows((1, "2025-04-30")), both) == ["churned"]


def test_who_left_is_gone_until_it_comes_back_and_who_left_on_an_unknown_day_is_gone_always() -> None:
    told = lives([(1, date(2025, 3, 1), date(2025, 6, 1)), (2, None, None)], [], [])
    given = rows((1, "2025-02-28"), (1, "2025-03-01"), (1, "2025-05-31"), (1, "2025-06-30"), (2, "2020-01-31"))
    assert gone_by(given, told.losses).tolist() == [False, True, True, False, True]


def test_nobody_and_nothing_known_is_no_error() -> None:
    told = lives([], [], [])
    assert outcomes(rows(), told, 90, UNTIL).empty
    assert counts(outcomes(rows((1, "2025-04-30")), told, 90, UNTIL)["outcome"]) == {
        "churned": 0, "shrank": 0, "stayed": 1, "grew": 0, "unknown or not over yet": 0,
    }  # fmt: skip


def test_days_to_the_next_loss_are_counted_from_the_cut() -> None:
    told = lives([(1, date(2025, 3, 1), date(2025, 4, 1)), (1, date(2025, 9, 1), None)], [], [])
    days = proved.days_to_loss(rows((1, "2025-02-28"), (1, "2025-04-30"), (1, "2025-09-30")), told.losses, UNTIL)
    assert days.tolist()[:2] == [1.0, 124.0]
    assert np.isnan(days.iloc[2])
