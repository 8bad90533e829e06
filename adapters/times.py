"""Vendor datetimes, dates and HTTP dates: text in, aware UTC (or a date) out, and back.

Shared by every adapter. What cannot be read becomes None: a dirty value is a missing value, never an error.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS: Final = re.compile(r"-?\d{11,15}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def instant(value: object) -> datetime | None:
    """A vendor's instant as aware UTC.

    Reads ISO 8601 with any number of fraction digits and any offset (``Z``, ``+0000``, ``+02:00``; none means UTC),
    a plain date (midnight UTC), and milliseconds since 1970 as a number or text.
    """
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    if text[4:5] == "-":
        return _from_iso(text)
    return _from_milliseconds(value) if isinstance(value, (int, float)) or _MILLISECONDS.fullmatch(text) else None


def _from_iso(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is UTC:
            return read
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_milliseconds(value: object) -> datetime | None:
    """Integer arithmetic throughout: a float of seconds can be off by a millisecond."""
    try:
        return _EPOCH + timedelta(milliseconds=int(str(value).split(".")[0]))
    except (ValueError, OverflowError):
        return None


def day(value: object, zone: tzinfo = UTC) -> date | None:
    """A vendor's date. Of an instant, its day in ``zone``; UTC suits date fields kept as midnight UTC.

    At the ends of the calendar, where the zone's day is past them (``9999-12-31T23:59:59Z`` is tomorrow in Berlin),
    the day in UTC.
    """
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    read = instant(value)
    try:
        return read.astimezone(zone).date() if read else None
    except (ValueError, OverflowError):
        return read.date() if read else None


def http_date(text: str | None) -> datetime | None:
    """A ``Date`` or ``Retry-After`` header (RFC 9110), aware UTC."""
    if not text:
        return None
    try:
        read = parsedate_to_datetime(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """A ``Retry-After`` header: seconds (fractions tolerated) or an HTTP date; never negative."""
    if not text:
        return None
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        then = http_date(text)
        if then is None:
            return None
        wait = then - now
    return max(wait, timedelta(0))


def midnight(value: date) -> datetime:
    """The instant at which a day of precision "day" is kept: midnight UTC."""
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def iso_seconds(value: datetime) -> str:
    """``2026-05-01T07:25:37Z``: as every vendor accepts it; fractions are dropped, as the vendors' fields do."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(value: datetime) -> str:
    """``2026-05-01T07:25:37.123Z``."""
    utc = value.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
