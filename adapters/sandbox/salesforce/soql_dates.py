"""Relative dates of SOQL (``LAST_N_DAYS:30``, ``THIS_QUARTER``) as a range of days, in UTC. Pure."""

from datetime import date, timedelta
from typing import Final

_NEAR: Final = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
_SHIFT: Final = {"LAST": -1, "THIS": 0, "NEXT": 1}
_MONTHS: Final = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def days(word: str, today: date) -> tuple[date, date] | None:
    """First day and the day after the last one that ``word`` means on ``today``; None when it is no relative date."""
    try:
        return _days(word, today)
    except (OverflowError, ValueError):
        return None


def _days(word: str, today: date) -> tuple[date, date] | None:
    if word in _NEAR:
        start = today + timedelta(days=_NEAR[word])
        return start, start + timedelta(days=1)
    if ":" in word:
        return _counted(word, today)
    if word == "LAST_90_DAYS":
        return today - timedelta(days=90), today + timedelta(days=1)
    shift, _, unit = word.partition("_")
    if shift not in _SHIFT:
        return None
    if unit == "WEEK":
        sunday = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=_SHIFT[shift])
        return sunday, sunday + timedelta(weeks=1)
    if unit in _MONTHS:
        size = _MONTHS[unit]
        first = (today.year * 12 + today.month - 1) // size * size + _SHIFT[shift] * size
        return _month(first), _month(first + size)
    return None


def _counted(word: str, today: date) -> tuple[date, date] | None:
    name, _, number = word.partition(":")
    count = int(number)
    if name == "LAST_N_DAYS":
        return today - timedelta(days=count), today + timedelta(days=1)
    if name == "NEXT_N_DAYS":
        return today + timedelta(days=1), today + timedelta(days=count + 1)
    if name == "N_DAYS_AGO":
        return today - timedelta(days=count), today - timedelta(days=count - 1)
    if name in ("LAST_N_MONTHS", "NEXT_N_MONTHS"):
        this = today.year * 12 + today.month - 1
        return (_month(this - count), _month(this)) if name[0] == "L" else (_month(this + 1), _month(this + 1 + count))
    return None


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
