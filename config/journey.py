"""Whom a customer is like, and where on its way it stands: segments and journey stages, as rules the admin writes.

Owns the form of the rules; what decides by them is scoring's (``scoring.segments``, ``scoring.stages``).
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from config.rules import Rule
from config.shipped import shipped
from config.values import Duration, Model, RuleText, Text, listed

Touch = Literal["high", "low", "tech"]
TOUCHES: Final[tuple[Touch, ...]] = ("high", "low", "tech")


class Segment(Model):
    """A group of customers by value, cost to serve or need. The first whose rule holds is the customer's."""

    name: Text
    rule: RuleText = Field(Rule(), alias="if")
    touch: Touch | None = None
    """How it is served; scorecards are chosen by it."""
    review_every: Duration | None = None
    """How often a review meeting (QBR) is due; None = never."""


class Stage(Model):
    """A part of the journey. Stages are tried in their order; see ``scoring.stages``."""

    name: Text
    enter: RuleText
    exit: Annotated[tuple[RuleText, ...], BeforeValidator(listed)] = Field(min_length=1)
    """Left as soon as one of these holds and another stage can be entered."""


def _different(named: Sequence[Segment | Stage]) -> Sequence[Segment | Stage]:
    names = [one.name for one in named]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"the name {doubled[0]} is there twice; each is an option of a CRM field, once")
    return named


Segments = Annotated[list[Segment], AfterValidator(_different)]
Stages = Annotated[list[Stage], AfterValidator(_different)]


def shipped_segments() -> list[Segment]:
    """Strategic, mid and small by ARR, in the account's own currency."""
    return [Segment.model_validate(entry) for entry in shipped("journey.yml").data["segments"]]


def shipped_stages() -> list[Stage]:
    """Onboarding, adoption, value, renewal, expansion, advocacy."""
    return [Stage.model_validate(entry) for entry in shipped("journey.yml").data["stages"]]
