"""Salesforce's spelling of moments and days, and what it accepts of others'. Pure."""

import re
from datetime import UTC, date, datetime
from typing import Final

_OFFSET: Final = re.compile(r"([+-]\d\d)(\d\d)$")


def shown(moment: datetime) -> str:
    """``2026-05-01T07:25:37.000+0000``: whole seconds, UTC."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}.000+0000"


def precise(moment: datetime) -> str:
    """As ``shown``, with the milliseconds kept: for comparing with a literal that has some."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def moment(text: str) -> datetime:
    """A moment as JSON or a URL spells it; without a zone it is UTC. ValueError when it is none."""
    if "T" not in text:
        raise ValueError(f"not a moment: {text}")
    found = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text.strip()))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def day(text: str) -> date:
    """A day; the day of a moment is taken in UTC. ValueError when it is none."""
    return moment(text).date() if "T" in text else date.fromisoformat(text)
