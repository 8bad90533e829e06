"""What scoring decides about one customer on one day: plain frozen data, the same for store, CRM and explanation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from config.languages import DEFAULT
from config.words import Band, NpsGroup, Purpose
from config.words import Trend as Direction

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
class Verdict:
    """What a scorecard of another purpose than health says of one customer; the words mean what they do there."""

    purpose: Purpose
    score: float | None
    coverage: float
    band: Band
    band_since: date
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    reasons: str
    version: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Where the health score is going. None = not enough history, or nothing to say."""

    direction: Direction | None
    change_7d: float | None
    change_30d: float | None
    change_90d: float | None
    """Points between two closes of days."""
    slope: float | None
    """Points per 30 days."""
    at_renewal: float | None
    """Expected score on the day of the renewal, between ``least`` and ``most`` four times out of five."""
    least: float | None
    most: float | None


NO_TREND: Final = Trend(None, None, None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Signal:
    """A hint that the customer may want more, since which day, in words with its evidence."""

    name: str
    since: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything decided about one customer at the close of ``day``. ``score`` to ``reasons`` are of its health."""

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
    verdicts: tuple[Verdict, ...] = ()
    """Of the other purposes that are on and have a card for the customer."""
    segment: str | None = None
    stage: str | None = None
    stage_since: date | None = None
    csat: float | None = None
    """The mean of each person's latest answer, on the survey's own scale (0–100 at most)."""
    churn_risk: float | None = None
    """Percent; only where the card was learnt and calibrated."""
    signals: tuple[Signal, ...] = ()
    expansion_amount: float | None = None
    expansion_currency: str | None = None
    trend: Trend = NO_TREND
    language: str = DEFAULT
    """Of the sentences."""

    def verdict(self, purpose: Purpose) -> Verdict | None:
        return next((verdict for verdict in self.verdicts if verdict.purpose == purpose), None)


@dataclass(frozen=True, slots=True)
class Close:
    """A score as it stood from the close of that day on, until the next one."""

    day: date
    score: float | None
    version: str = ""
    """Of the card that decided."""


@dataclass(frozen=True, slots=True)
class Previous:
    """What stood at yesterday's close: the health band and the day on which it began, and the other states."""

    band: Band
    since: date
    bands: Mapping[Purpose, "Previous"] = field(default_factory=dict)
    """The bands of the other purposes."""
    stage: str | None = None
    stage_since: date | None = None
    flags: Mapping[str, date] = field(default_factory=dict)
    """Since when each flag that was raised has been."""
    signals: Mapping[str, date] = field(default_factory=dict)
    closes: tuple[Close, ...] = ()
    """The health scores of the past quarter, oldest first; the first may be older."""
