"""Vendor times as both CRMs write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import times

AT = datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-01T07:25:37.000+0000",
        "2026-05-01T07:25:37Z",
        "2026-05-01T07:25:37",
        " 2026-05-01T09:25:37+02:00",
        "2026-05-01 07:25:37Z",
        1777620337000,
        "1777620337000",
        1777620337000.0,
    ],
)
def test_every_form_is_the_same_instant(written: object) -> None:
    assert times.instant(written) == AT


@pytest.mark.parametrize("digits", ["1", "12", "861", "861123"])
def test_any_number_of_fraction_digits_is_read(digits: str) -> None:
    read = times.instant(f"2026-05-01T07:25:37.{digits}Z")
    assert read is not None
    assert read - AT == timedelta(seconds=float(f"0.{digits}"))


@pytest.mark.parametrize("dirt", [None, "", "never", "2026-13-01T00:00:00Z", True, "12", [], {}, float("nan")])
def test_dirt_is_missing(dirt: object) -> None:
    assert times.instant(dirt) is None
    assert times.day(dirt) is None


def test_the_day_of_an_instant_depends_on_the_zone() -> None:
    late = "2026-04-30T22:30:00.000+0000"
    assert times.day(late) == date(2026, 4, 30)
    assert times.day(late, ZoneInfo("Europe/Berlin")) == date(2026, 5, 1)
    assert times.day("2026-04-30", ZoneInfo("Asia/Tokyo")) == date(2026, 4, 30), "a plain date is that day everywhere"


@pytest.mark.parametrize(
    ("end", "zone", "on"),
    [
        ("9999-12-31T23:59:59Z", "Europe/Berlin", date(9999, 12, 31)),
        ("0001-01-01T00:00:00Z", "America/New_York", date(1, 1, 1)),
    ],
)
def test_at_the_ends_of_the_calendar_a_day_is_that_of_utc(end: str, zone: str, on: date) -> None:
    assert times.day(end, ZoneInfo(zone)) == on


@given(st.datetimes(), st.timezone_keys(allow_prefix=False))
def test_a_day_is_never_an_error(moment: datetime, zone: str) -> None:
    on = times.day(moment.isoformat() + "Z", ZoneInfo(zone))
    assert on is not None
    assert abs(on - moment.date()) <= timedelta(days=1)


def test_headers() -> None:
    assert times.http_date("Fri, 31 Dec 9999 23:59:59 -0100") is None
    assert times.http_date("Fri, 01 May 2026 07:25:37 GMT") == AT
    assert times.http_date("soon") is None
    assert times.http_date(None) is None
    assert times.retry_after("2.5", AT) == timedelta(seconds=2.5)
    assert times.retry_after("Fri, 01 May 2026 07:26:37 GMT", AT) == timedelta(minutes=1)
    assert times.retry_after("Fri, 01 May 2026 07:00:00 GMT", AT) == timedelta(0)
    assert times.retry_after("later", AT) is None


@given(st.integers(0, 4_000_000_000_000_000))
def test_what_is_written_is_read_back(microseconds: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert times.instant(times.iso_seconds(moment)) == moment.replace(microsecond=0)
    assert times.instant(times.iso_milliseconds(moment)) == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )
    assert times.day(times.midnight(moment.date())) == moment.date()
