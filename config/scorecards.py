"""What a scorecard says: measures with weights and curves (or actions with values), bands, caps.

Owns the two forms (weighted, additive) and the version that names the content. Which features exist is scoring's
(``scoring.scorecard_check``); where a workspace's files lie is ``config.workspace``'s.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeGuard

from pydantic import AfterValidator, BeforeValidator, Field, ModelWrapValidatorHandler, model_validator

from config.actions import ACTIONS, family
from config.card_forms import misplaced
from config.document import Document, parse_yaml
from config.errors import ConfigError, Problem
from config.learnt import Learnt
from config.loading import read_yaml, validate
from config.problems import did_you_mean
from config.rules import Rule
from config.shipped import shipped, shipped_path
from config.values import Duration, Model, RuleText, positive
from config.words import Purpose

WHOLE: Final = 100.0
RESERVED: Final = ("cap", "pulse")
"""Parts of a score that come from no measure; no measure or group may be mistaken for one."""
ADDED: Final = ("base", "clamp")
"""The same in an additive index: where its range begins, and what lies outside the range."""


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


def _added(name: str) -> str:
    if name.strip().lower() in ADDED:
        raise ValueError(f"{name} is what an index calls its own {name.strip().lower()}; choose another name")
    return name


def _action(name: str) -> str:
    if family(name) not in ACTIONS:
        raise ValueError(f"there is no action {name}{did_you_mean(name, tuple(ACTIONS))}: one of {', '.join(ACTIONS)}")
    return name


def _wide(scale: tuple[float, float]) -> tuple[float, float]:
    if scale[0] >= scale[1]:
        raise ValueError("range needs a low and a higher number, such as [0, 200]")
    return scale


def _score_or_unknown(value: object) -> object:
    if value != "unknown" and not (_is_number(value) and 0 <= value <= WHOLE):
        raise ValueError("unknown is needed, or the score from 0 to 100 that counts instead")
    return value


def _count_or_unknown(value: object) -> object:
    if value != "unknown" and not _is_number(value):
        raise ValueError("unknown is needed, or the count that is taken instead")
    return value


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def _worth(value: float) -> float:
    if value == 0:
        raise ValueError("a value of 0 counts nothing; leave the action out")
    return value


Finite = Annotated[float, Field(allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0, le=WHOLE, allow_inf_nan=False)]
Curve = Annotated[tuple[tuple[Finite, Finite], ...], AfterValidator(_rising)]
Option = Annotated[str, BeforeValidator(_text)]
Name = Annotated[str, Field(min_length=1), AfterValidator(_own)]
ActionName = Annotated[Name, AfterValidator(_added)]
Window = Annotated[Duration, AfterValidator(positive)]


class Measure(Model):
    """One feature mapped to 0–100, by a curve (numbers) or by categories (words)."""

    feature: str
    group: Annotated[str, AfterValidator(_own)]
    weight: float = Field(gt=0, allow_inf_nan=False)
    curve: Curve | None = None
    categories: Mapping[Option, Score] | None = None
    missing: Annotated[Literal["unknown"] | Score, BeforeValidator(_score_or_unknown)] = "unknown"
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


class Action(Measure):
    """One addend of an index: what is counted, and what each is worth. A count is a feature, or events in a window."""

    feature: str = ""
    """The column that holds the count; of an ``action`` it is made up (``scoring.actions`` fills it)."""
    group: Annotated[str, AfterValidator(_own)] = "actions"
    weight: float = Field(1.0, gt=0, allow_inf_nan=False)
    """How much knowing the count matters for the coverage; with 1 each, coverage is the share of counts known."""
    missing: Annotated[Literal["unknown"] | Finite, BeforeValidator(_count_or_unknown)] = "unknown"
    """The count where it is unknown: none, which adds nothing, or this one."""
    value: Annotated[Finite, AfterValidator(_worth)]
    """Points of the index for each; negative where it is bad."""
    cap: float | None = Field(None, gt=0, allow_inf_nan=False)
    """The most points of the index, up or down, that this action may bring."""
    action: Annotated[str, AfterValidator(_action)] | None = None
    window: Window | None = None
    """Only events of so many days count; None = all that are known."""
    half_life: Window | None = None
    """An event so old counts half, one twice as old a quarter."""

    @model_validator(mode="before")
    @classmethod
    def _column(cls, data: Any) -> Any:
        """The made-up name of an action's column: the same for the same action, window and half-life."""
        if not isinstance(data, Mapping) or data.get("action") is None:
            return data
        times = [f"{name} {data[name]}" for name in ("window", "half_life") if data.get(name) is not None]
        return {"feature": " ".join([f"action {data['action']}", *times]), **data}

    @model_validator(mode="after")
    def _one_map(self) -> "Action":
        if not self.feature:
            raise ValueError("what is counted is missing: feature (a number) or action (events)")
        if self.action is None and (self.window is not None or self.half_life is not None):
            raise ValueError("window and half_life are for an action; a feature has its own window")
        if self.action is not None and not self.feature.startswith(f"action {self.action}"):
            raise ValueError("feature and action exclude each other")
        if self.curve is not None or self.categories is not None:
            raise ValueError("an additive index multiplies the count by value; curves are for form: weighted")
        return self


class Bands(Model):
    """From ``yellow`` and from ``green`` upwards. A change needs ``margin`` points beyond and ``dwell_days``.

    ``falling``: low is good, as in a risk: up to ``green`` and up to ``yellow``.
    """

    green: Score = 70.0
    yellow: Score = 40.0
    margin: float = Field(2.0, ge=0, allow_inf_nan=False)
    dwell_days: int = Field(3, ge=0)
    falling: Literal[True] | None = None

    @property
    def edges(self) -> tuple[float, float]:
        """Green and yellow on a scale where high is good."""
        return (WHOLE - self.green, WHOLE - self.yellow) if self.falling else (self.green, self.yellow)

    @model_validator(mode="after")
    def _reachable(self) -> "Bands":
        green, yellow = self.edges
        if not 0 < yellow < green:
            order = "yellow must lie above green and below 100, for low is good here"
            raise ValueError(order if self.falling else "yellow must lie above 0 and below green")
        if green + self.margin > WHOLE or yellow - self.margin <= 0:
            limits = (
                "green − margin ≥ 0, yellow + margin < 100"
                if self.falling
                else "green + margin ≤ 100, yellow − margin > 0"
            )
            raise ValueError(f"with this margin a band can never be reached; {limits}")
        return self


class Cap(Model):
    """What no average may hide: while ``condition`` holds, the score is at most (or, of a risk, at least) this."""

    condition: RuleText = Field(alias="if")
    at_most: Score = WHOLE
    at_least: Score | None = None
    because: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_limit(self) -> "Cap":
        """At most 100 beside ``at_least`` says nothing: so a card reads back that was written down whole."""
        bounded = "at_most" in self.model_fields_set and (self.at_least is None or self.at_most < WHOLE)
        if (self.at_least is None) != bounded:
            raise ValueError("exactly one of at_most and at_least is needed, such as at_most: 40")
        return self

    @property
    def limit(self) -> float:
        """Where the cap holds the score."""
        return self.at_most if self.at_least is None else self.at_least


class Scorecard(Model):
    """A whole scorecard file. ``applies`` (``for`` in the file) chooses the customers it is meant for."""

    purpose: Purpose
    form: Literal["weighted", "additive"] = "weighted"
    applies: RuleText = Field(Rule(), alias="for")
    min_coverage: float = Field(0.3, ge=0, le=1, allow_inf_nan=False)
    bands: Bands = Bands()
    measures: Mapping[Name, Measure] = Field(min_length=1)
    caps: tuple[Cap, ...] = ()
    learnt: Learnt | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_form(cls, data: Any, handler: ModelWrapValidatorHandler["Scorecard"]) -> "Scorecard":
        """What says that it is an index is read as one."""
        if cls is Scorecard and isinstance(data, Mapping) and data.get("form") == "additive":
            return AdditiveCard.model_validate(data)
        return handler(data)

    @property
    def version(self) -> str:
        """Names the content, e.g. ``health-3f2a91c0``: the same whatever comments, order of keys and white space."""
        return f"{self.purpose}-{hashlib.sha256(self.content.encode()).hexdigest()[:8]}"

    @property
    def content(self) -> str:
        """All that it says, as JSON that ``Scorecard`` reads back."""
        return json.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True), sort_keys=True)


class AdditiveCard(Scorecard):
    """The index: Σ count × value over its actions, ``scale`` (``range`` in the file) mapped to 0–100."""

    form: Literal["weighted", "additive"] = "additive"
    measures: Mapping[ActionName, Action] = Field(min_length=1)
    scale: Annotated[tuple[Finite, Finite], AfterValidator(_wide)] = Field((0.0, WHOLE), alias="range")
    """The index that is 0, and the one that is 100; what lies outside is shown as a part of its own."""


@dataclass(frozen=True, slots=True)
class CardFile:
    """A scorecard and where it was read; ``shipped`` when it came with csbridge."""

    file: Path
    card: Scorecard
    document: Document
    shipped: bool = False

    @property
    def text(self) -> str:
        return self.file.read_text("utf-8-sig")


def load_scorecard(path: Path) -> Scorecard:
    """The scorecard of a file. Raises ConfigError with every problem, each with its line."""
    return load_card_file(path).card


def load_card_file(path: Path) -> CardFile:
    """A file with its lines. Raises ConfigError with every problem."""
    document = read_yaml(path, example=EXAMPLE)
    return CardFile(path, card_of(document), document)


@cache
def load_shipped_card(path: Path) -> CardFile:
    """One that came with csbridge, read once: it does not change while a process runs."""
    return replace(load_card_file(path), shipped=True)


def parse_scorecard(text: str, file: str) -> Scorecard:
    """The scorecard of a file's text. Raises ConfigError with every problem, each with its line."""
    return card_of(parse_yaml(text, file, EXAMPLE))


def card_of(document: Document) -> Scorecard:
    additive = isinstance(document.data, Mapping) and document.data.get("form") == "additive"
    model, reference = (AdditiveCard, _INDEX) if additive else (Scorecard, shipped("scorecards/health.yml").written)
    return validate(model, document, reference=reference, found=misplaced(document))


_INDEX: Final[Mapping[str, Any]] = {
    "purpose": "health",
    "form": "additive",
    "range": [0, 200],
    "measures": {
        "reports": {"action": "usage.reports", "value": 2, "window": "28d", "half_life": "14d", "cap": 40},
        "open": {"feature": "tickets_open", "value": -5},
    },
    "caps": [{"if": "days_since_login > 45", "at_most": 39, "because": "nobody has used the product"}],
}
"""Where the examples in messages about an additive card come from."""


EXAMPLE: Final = "purpose: health"
"""What may stand in a card's file."""


def shipped_scorecard(purpose: Purpose) -> Scorecard:
    """The default card of the purpose that comes with csbridge: of low touch, and of whoever has no touch."""
    return validate(Scorecard, shipped(f"scorecards/{purpose}.yml"))


def shipped_files(purpose: Purpose) -> list[Path]:
    """The cards of the purpose that come with csbridge, in the order in which they are tried."""
    folder = Path(str(shipped_path("scorecards")))
    return sorted(path for path in folder.glob("*.yml") if path.stem.partition("-")[0] == purpose)


def load_card_files(paths: Iterable[Path]) -> list[CardFile]:
    """All files in the order in which they are tried (file name). Raises ConfigError over all of them."""
    files: list[CardFile] = []
    found: list[Problem] = []
    for path in sorted(paths, key=lambda path: path.name):
        try:
            files.append(load_card_file(path))
        except ConfigError as exc:
            found.extend(exc.problems)
    if found:
        raise ConfigError(found)
    return files


def by_purpose(files: Iterable[CardFile]) -> Mapping[Purpose, tuple[Scorecard, ...]]:
    """The cards by purpose, in the order of the files."""
    cards: dict[Purpose, tuple[Scorecard, ...]] = {}
    for file in files:
        cards[file.card.purpose] = (*cards.get(file.card.purpose, ()), file.card)
    return cards


def load_scorecards(paths: Iterable[Path]) -> Mapping[Purpose, tuple[Scorecard, ...]]:
    """All files by purpose, in the order in which they are tried (file name). Raises ConfigError over all of them."""
    return by_purpose(load_card_files(paths))


def choose(cards: Iterable[Scorecard], row: Mapping[str, object]) -> Scorecard | None:
    """The first card whose ``for`` holds for the customer's fields; None when none does."""
    return next((card for card in cards if card.applies.holds(row)), None)
