"""Cells as people and spreadsheet programs write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.csv import cells
from adapters.csv.mapping import STEMS, canonical
from adapters.records import RECORD_TYPES
from adapters.vocabulary import words_of

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2026-05-01", date(2026, 5, 1)),
        (datetime.fromisoformat("2026-05-01"), date(2026, 5, 1)),
        ("2026-05-01T23:30:00Z", date(2026, 5, 2)),
        ("2026-05-01 00:00:00", date(2026, 5, 1)),
        ("01.05.2026", None),
        ("5/1/2026", None),
        ("45413", None),
    ],
)
def test_a_day_is_iso_or_a_date_cell_and_never_guessed(cell: object, read: date | None) -> None:
    assert cells.day(cell, BERLIN) == read


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2026-05-01 10:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01T10:00:00+00:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-01-15", datetime(2026, 1, 14, 23, tzinfo=UTC)),
        ("soon", None),
    ],
)
def test_a_time_without_a_zone_is_the_companys_own(cell: object, read: datetime | None) -> None:
    assert cells.instant(cell, BERLIN) == read


@pytest.mark.parametrize(("cell", "read"), [("Yes", True), ("x", True), (0.0, False), ("no", False), ("maybe", None)])
def test_people_write_yes_and_no(cell: object, read: bool | None) -> None:
    assert cells.flag(cell) is read


def test_an_id_that_a_spreadsheet_made_a_number_is_itself() -> None:
    assert cells.text(1001.0) == "1001"
    assert cells.ids("A-1; A-2;A-1") == ("A-1", "A-2")


@pytest.mark.parametrize(
    ("cell", "read"),
    [("12.5", 12.5), ("007", "007"), ("true", True), ("2026-05-01", date(2026, 5, 1)), ("gold", "gold"), ("", None)],
)
def test_a_column_nobody_described_is_what_it_looks_like(cell: object, read: object) -> None:
    assert cells.untyped(cell, BERLIN) == read


def test_every_canonical_field_has_a_reader_or_a_vocabulary() -> None:
    for kind in RECORD_TYPES:
        assert kind in STEMS
        assert set(canonical(kind)) <= {*cells.typed(kind), *words_of(kind)}
