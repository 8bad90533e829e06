"""When a delivery that failed is tried again. Pure; chance is an argument."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_HOURS: Final = (2.0, 5.0, 10.0, 10.0, 10.0, 10.0, 10.0, 14.0)
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in _HOURS),
)
"""After the first failure, the second …; three days in all."""
SPREAD: Final = 0.2
"""By how much of itself a wait is longer at most, so that those who failed together do not come back together."""
MOST_ASKED: Final = timedelta(days=1)
"""How long an endpoint may ask us to wait."""
REST: Final = timedelta(seconds=5)
LONGEST_REST: Final = timedelta(minutes=5)


def wait_after(failures: int, chance: float, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many failures; None: that was the last try. ``chance`` is between 0 and 1.

    ``asked``: the endpoint's own wish, which makes a wait longer, never shorter.
    """
    if failures > len(WAITS):
        return None
    wait = WAITS[failures - 1] * (1 + SPREAD * chance)
    return max(wait, min(asked, MOST_ASKED)) if asked is not None else wait


def rest_after(failures: int) -> timedelta:
    """How long an endpoint as a whole is left alone after so many failures in a row, whatever waits for it."""
    doubled: int = 2 ** min(failures - 1, 20)
    return min(REST * doubled, LONGEST_REST)


def asked_for(header: str | None, now: datetime) -> timedelta | None:
    """What ``Retry-After`` says, in seconds or as a date; None where it says nothing that can be read."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year of thirty digits is no date either
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(aware - now, timedelta(0))
