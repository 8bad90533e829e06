"""By what customers are decided about: everything an admin sets, in one value. Owns no rule of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.flags import FlagSettings
from config.journey import Segment, Stage
from config.languages import DEFAULT
from config.product import Product
from config.scorecards import Scorecard
from config.words import Purpose


@dataclass(frozen=True)
class Policy:
    """``cards``: by purpose, in the order in which they are tried. ``flags``: those that are on, with their thresholds
    (a number means days, None = as shipped). Without segments or stages nobody has one, unless a mapped account field
    says it.
    """

    cards: Mapping[Purpose, tuple[Scorecard, ...]]
    flags: Mapping[str, FlagSettings | int | None] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()
    stages: tuple[Stage, ...] = ()
    product: Product = field(default_factory=Product)
    rates: Mapping[str, float] = field(default_factory=dict)
    """What one unit of each currency is worth in the report currency, that one included."""
    language: str = DEFAULT
    """Of the sentences: see ``config.languages``."""


def one_card(card: Scorecard, flags: Mapping[str, FlagSettings | int | None] | None = None) -> Policy:
    """The policy that has this card alone, for everybody its ``for`` fits."""
    return Policy({card.purpose: (card,)}, flags or {})
