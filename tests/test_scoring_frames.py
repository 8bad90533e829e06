from datetime import UTC, date, datetime

import pandas as pd
import pytest

from scoring import library
from scoring.frames import NOBODY, frame, typed

DAYS = {
    "day and moment": (["2026-01-02", "2026-01-03 10:00:00"], ["2026-01-02", "2026-01-03"]),
    "zones": (["2026-01-02T10:00:00Z", "2026-01-02T23:00:00+05:00"], ["2026-01-02", "2026-01-02"]),
    "aware": ([datetime(2026, 1, 2, 23, tzinfo=UTC), None], ["2026-01-02", None]),
    "of all sorts": ([date(2026, 1, 2), datetime(2026, 1, 3, tzinfo=UTC), "2026-01-04"], ["2026-01-02", "2026-01-03",
                     "2026-01-04"]),
    "far": (["9999-12-31", [1]], ["9999-12-31", None]),
}  # fmt: skip


@pytest.mark.parametrize(("given", "wanted"), DAYS.values(), ids=DAYS)
def test_a_day_is_read_however_it_is_written(given: list[object], wanted: list[str | None]) -> None:
    made = frame("responses", [{"customer": 1, "day": day} for day in given])
    read = [None if pd.isna(day) else str(day.date()) for day in made["day"]]
    assert read == wanted


def test_a_column_that_knows_its_zone_keeps_its_days() -> None:
    days = pd.to_datetime(pd.Series(["2026-01-02"])).dt.tz_localize("Europe/Berlin")
    assert typed("responses", pd.DataFrame({"customer": [1], "day": days}))["day"].tolist() == [
        pd.Timestamp("2026-01-02")
    ]


def test_a_row_whose_customer_cannot_be_read_is_nobodys() -> None:
    made = frame("tickets", [{"customer": 1}, {"customer": float("inf")}, {"customer": None}, {"customer": "x"}])
    assert made["customer"].tolist() == [1, NOBODY, NOBODY, NOBODY]


@pytest.mark.parametrize("odd", [["a", "b"], {"a": 1}, {"x"}], ids=str)
def test_cells_that_hold_several_things_raise_nothing(odd: object) -> None:
    accounts = pd.DataFrame({"account": ["x", "y"], "segment": [odd, None], "plan": [odd, "gold"], "own": [odd, 1]})
    tickets = pd.DataFrame({"account": ["x", "x"], "ticket": [odd, odd], "status": ["open", odd],
                            "opened": ["2026-02-01", "2026-02-02"]})  # fmt: skip
    people = pd.DataFrame({"account": ["y"], "person": ["p"], "title": [odd], "role": [odd]})
    book = library.book(accounts, "2026-03-01", tickets=tickets, persons=people)
    assert len(library.decisions(book, library.card("health"))) == 2
