"""What a scorecard file says: measures with weights and curves, bands, caps. One file = one scorecard.

Owns the form of the file and the version that names its content. Which features exist is scoring's
(``scoring.scorecard.check``).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.errors import ConfigError, Problem
from config.learnt import Learnt
from config.loading import read_yaml, validate
from config.rules import Rule
from config.shipped import shipped
from config.values import Duration, Model, RuleText
from config.words import Purpose

WHOLE: Final = 100.0
RESERVED: Final = ("cap", "pulse")
"""Parts of a score that come from no measure; no measure or group may be mistaken for one."""


def _form(value: object) -> object:
    if value == "additive":
        raise ValueError("the additive form is not there yet; write form: weighted")
    return value


def _rising(curve: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if len(curve) < 2:
        raise ValueError("a curve needs two points or more, such as [[0, 0], [0.9, 100]]")
    if any(left[0] >= right[0] for left, right in pairwise(curve)):
        raise ValueError("the first numbers of a curve's points must rise from point to point")
    if any(not 0 <= y <= WHOLE for _, y in curve):
        raise ValueError("the second number of a curve's point is a score from 0 to 100")
    return curve


def _text(value: object) -> object:
    """YAML reads a bare yes, 12 or 2026 as something else than the text it stands for."""
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, (int, float)) else value


def _own(name: str) -> str:
    if name.strip().lower() in RESERVED:
        raise ValueError(f"{name} is what a score calls its own {name.strip().lower()}; choose another name")
    return name


Finite = Annotated[float, Field(allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0, le=WHOLE, allow_inf_nan=False)]
Curve = Annotated[tuple[tuple[Finite, Finite], ...], AfterValidator(_rising)]
Option = Annotated[str, BeforeValidator(_text)]
Name = Annotated[str, Field(min_length=1), AfterValidator(_own)]


class Measure(Model):
    """One feature mapped to 0–100, by a curve (numbers) or by categories (words)."""

    feature: str
    group: Annotated[str, AfterValidator(_own)]
    weight: float = Field(gt=0, allow_inf_nan=False)
    curve: Curve | None = None
    categories: Mapping[Option, Score] | None = None
    missing: Literal["unknown"] | Score = "unknown"
    """What counts where the feature is unknown: nothing, or this score."""
    fresh_for: Duration | None = None
    """An input older than this counts as unknown; None keeps the feature's own limit."""
    label: str | None = None
    reason: str | None = None
    """The sentence for this measure instead of the shipped one; ``{value}`` stands for the feature's value."""
    remedy: str | None = None
    """What to do when this measure costs the most."""

    @model_validator(mode="after")
    def _one_map(self) -> "Measure":
        if (self.curve is None) == (self.categories is None):
            raise ValueError("exactly one of curve (for numbers) and categories (for words) is needed")
        if self.categories is not None and not self.categories:
            raise ValueError("categories needs at least one word with its score, such as {yearly: 100}")
        return self


class Bands(Model):
    """From ``yellow`` and from ``green`` upwards. A change needs ``margin`` points beyond and ``dwell_days``."""

    green: Score = 70.0
    yellow: Score = 40.0
    margin: float = Field(2.0, ge=0, allow_inf_nan=False)
    dwell_days: int = Field(3, ge=0)

    @model_validator(mode="after")
    def _reachable(self) -> "Bands":
        if not 0 < self.yellow < self.green:
            raise ValueError("yellow must lie above 0 and below green")
        if self.green + self.margin > WHOLE or self.yellow - self.margin <= 0:
            raise ValueError("with this margin a band can never be reached; green + margin ≤ 100, yellow − margin > 0")
        return self


class Cap(Model):
    """What no average may hide: while ``condition`` holds, the score is ``at_most`` this."""

    condition: RuleText = Field(alias="if")
    at_most: Score
    because: str = Field(min_length=1)


class Scorecard(Model):
    """A whole scorecard file. ``applies`` (``for`` in the file) chooses the customers it is meant for."""

    purpose: Purpose
    form: Annotated[Literal["weighted"], BeforeValidator(_form)] = "weighted"
    applies: RuleText = Field(Rule(), alias="for")
    min_coverage: float = Field(0.3, ge=0, le=1, allow_inf_nan=False)
    bands: Bands = Bands()
    measures: Mapping[Name, Measure] = Field(min_length=1)
    caps: tuple[Cap, ...] = ()
    learnt: Learnt | None = None

    @property
    def version(self) -> str:
        """Names the content, e.g. ``health-3f2a91c0``: the same whatever comments, order of keys and white space."""
        content = json.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True), sort_keys=True)
        return f"{self.purpose}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def load_scorecard(path: Path) -> Scorecard:
    """The scorecard of a file. Raises ConfigError with every problem, each with its line."""
    return validate(Scorecard, read_yaml(path), reference=shipped("scorecards/health.yml").written)


def shipped_scorecard(purpose: Purpose) -> Scorecard:
    """The one that comes with csbridge; FileNotFoundError where none is shipped for the purpose."""
    return validate(Scorecard, shipped(f"scorecards/{purpose}.yml"))


def load_scorecards(paths: Iterable[Path]) -> Mapping[Purpose, tuple[Scorecard, ...]]:
    """All files by purpose, in the order in which they are tried (file name). Raises ConfigError over all of them."""
    cards: dict[Purpose, tuple[Scorecard, ...]] = {}
    found: list[Problem] = []
    for path in sorted(paths, key=lambda path: path.name):
        try:
            card = load_scorecard(path)
        except ConfigError as exc:
            found.extend(exc.problems)
        else:
            cards[card.purpose] = (*cards.get(card.purpose, ()), card)
    if found:
        raise ConfigError(found)
    return cards


def choose(cards: Iterable[Scorecard], row: Mapping[str, object]) -> Scorecard | None:
    """The first card whose ``for`` holds for the customer's fields; None when none does."""
    return next((card for card in cards if card.applies.holds(row)), None)
