"""The engine as a notebook uses it: frames of anybody's ids in, frames of the same ids out."""

from pathlib import Path

import pandas as pd
import pytest

from config.errors import ConfigError
from scoring import library

ACCOUNTS = pd.DataFrame({"account": ["x-9", "b", "a"], "seats_bought": [10, 10, None], "tier": ["gold", None, "tin"]})
USAGE = pd.DataFrame(
    [
        {"account": account, "person": f"{account}{person}", "feature": "reports", "day": day, "count": 1}
        for account, persons, last in (("x-9", 8, "2026-06-01"), ("b", 2, "2026-04-01"), ("stranger", 1, "2026-06-01"))
        for person in range(persons)
        for day in pd.date_range("2026-01-05", last)
    ]
)


@pytest.fixture(scope="module")
def book() -> library.Book:
    return library.book(ACCOUNTS, "2026-06-01", usage=USAGE)


def test_features_by_the_accounts_own_ids(book: library.Book) -> None:
    found = library.features(book)
    assert found.index.tolist() == ["x-9", "b", "a"]
    assert found.loc["x-9", "seat_use"] == 0.8
    assert found.loc["b", "days_since_login"] == 61
    assert pd.isna(found.loc["a", "active_persons"])


def test_points_add_up_to_the_score(book: library.Book) -> None:
    table = library.features(book)
    found = library.score(table, library.card("health"))
    parts = found.drop(columns=["score", "coverage"]).sum(axis=1)
    assert parts.round(1)[["x-9", "b"]].tolist() == found["score"][["x-9", "b"]].tolist()
    assert pd.isna(found.loc["a", "score"])


def test_a_card_of_plain_data_over_any_table() -> None:
    measure = {"feature": "logins", "group": "usage", "weight": 1, "curve": [[0, 0], [10, 100]]}
    card = library.card({"purpose": "health", "measures": {"logins": measure}})
    found = library.score(pd.DataFrame({"logins": [0.0, 5.0, None]}, index=["p", "q", "r"]), card)
    assert found["score"].fillna(-1).tolist() == [0.0, 50.0, -1.0]


def test_decisions_in_words(book: library.Book) -> None:
    found = library.decisions(book, library.card("health"))
    assert found.loc[["x-9", "b", "a"], "band"].tolist() == ["green", "red", "unknown"]
    assert found.loc["b", "reasons"].startswith("No login for 61 days. No use in 28 days.")


def test_a_card_is_chosen_by_a_column_of_the_notebook(book: library.Book) -> None:
    card = library.card("health").model_copy(update={"applies": library.card(
        {"purpose": "health", "for": "tier = gold", "measures": {"m": {
            "feature": "breadth", "group": "usage", "weight": 1, "curve": [[0, 0], [1, 100]]}}}).applies})  # fmt: skip
    assert library.decisions(book, card).index.tolist() == ["x-9"]


@pytest.mark.parametrize(
    ("accounts", "events", "said"),
    [
        (ACCOUNTS, {"tikets": USAGE}, "there is no frame tikets"),
        (ACCOUNTS, {"usage": USAGE.drop(columns="account")}, "the frame usage needs a column account"),
        (pd.concat([ACCOUNTS, ACCOUNTS]), {}, "an id of its own"),
        (ACCOUNTS.assign(account=[None, "b", "a"]), {}, "an id of its own"),
    ],
)
def test_mistakes_are_named(accounts: pd.DataFrame, events: dict[str, pd.DataFrame], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        library.book(accounts, "2026-06-01", **events)


def test_a_card_file_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "card.yml"
    file.write_text(
        "purpose: health\nmeasures: {m: {feature: sets_use, group: g, weight: 1, curve: [[0, 0], [1, 9]]}}\n"
    )
    with pytest.raises(ConfigError, match="sets_use"):
        library.card(file)


def test_no_account_at_all() -> None:
    empty = library.book(ACCOUNTS.head(0), "2026-06-01")
    assert library.features(empty).empty
    assert library.decisions(empty, library.card("health")).empty


def test_of_no_account_there_are_no_decisions_but_their_columns() -> None:
    nobody = library.book(ACCOUNTS.iloc[:0], "2026-06-01")
    found = library.decisions(nobody, library.card("health"))
    assert found[["band", "flags", "reasons"]].empty
    assert set(found) == set(library.decisions(library.book(ACCOUNTS, "2026-06-01"), library.card("health")))


OWN = {
    "purpose": "health",
    "measures": {"a": {"feature": "nights", "group": "x", "weight": 1, "curve": [[0, 0], [9, 90]]}},
}


def test_a_card_of_plain_data_scores_any_column_and_a_slip_is_told(book: library.Book) -> None:
    own = library.card(OWN)
    assert library.score(pd.DataFrame({"nights": [3.0]}), own)["score"].tolist() == [30.0]
    for slip in (lambda: library.score(library.features(book), own), lambda: library.decisions(book, own)):
        with pytest.raises(ConfigError, match=r"measures\.a\.feature: there is no nights"):
            slip()
    with pytest.raises(ConfigError, match=r"wieght: unknown key \(did you mean weight\?\)"):
        library.card({"purpose": "health", "measures": {"a": {"feature": "seat_use", "group": "x", "wieght": 1}}})


def test_a_rule_of_a_file_may_name_a_column_of_ones_own(tmp_path: Path, book: library.Book) -> None:
    file = tmp_path / "gold.yml"
    measure = "{feature: seat_use, group: usage, weight: 1, curve: [[0, 0], [1, 100]]}"
    file.write_text(f"purpose: health\nfor: tier = gold\nmeasures:\n  seats: {measure}\n")
    assert library.decisions(book, library.card(file)).index.tolist() == ["x-9"]
