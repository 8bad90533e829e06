"""What scoring decides about one customer on one day: plain frozen data, the same for store, CRM and explanation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from config.words import Band, NpsGroup

CAP: Final = "cap"
PULSE: Final = "pulse"
"""Measure and group of the contributions that come from no measure."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One part of a score. The ``points`` of all parts add up to it, to the tenth."""

    measure: str
    group: str
    label: str
    value: float | str | None
    """What was measured; None where a set value counts for a missing one."""
    points: float
    loss: float
    """What this part keeps from 100: why the score is not higher."""
    sentence: str


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """A risk that holds, since which day, in words with numbers, and what to do."""

    name: str
    since: date
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything decided about one customer at the close of ``day``."""

    customer: int
    day: date
    score: float | None
    """0–100 with one decimal; None = unknown. Its band is then unknown too, unless a pulse gives one."""
    coverage: float
    """Percent of the scorecard's weight that had data, one decimal."""
    band: Band
    band_since: date
    contributions: tuple[Contribution, ...]
    """Known measures, then cap and pulse; empty when the score is unknown."""
    missing: tuple[str, ...]
    """Measures without data."""
    flags: tuple[RaisedFlag, ...]
    """Gravest first."""
    top_risk: str | None
    nps: int | None
    nps_last: float | None
    nps_group: NpsGroup | None
    reasons: str
    next_action: str
    version: str


@dataclass(frozen=True, slots=True)
class Previous:
    """The band at yesterday's close, and the day on which it began; the flags that were raised, and since when."""

    band: Band
    since: date
    flags: Mapping[str, date] = field(default_factory=dict)
