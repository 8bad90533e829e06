"""What an admin says of the product that is sold: features that matter, milestones, plans and their limits.

Owns the form; what it means for a customer is computed in ``scoring.features`` and ``scoring.expansion``.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from config.values import Duration, Model, Text, listed

Count = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Milestone(Model):
    """Reached on the day on which the customer's use of ``feature`` adds up to ``count``."""

    name: Text
    feature: Text | None = None
    """As the usage source names it; None = any feature."""
    count: Count = 1
    within: Duration | None = None
    """Since the customer's start; past that and not reached, it is overdue."""


class Plan(Model):
    """A plan as it is sold. Prices are per year, in ``currency`` (else the account's own)."""

    price: Amount | None = None
    price_per_seat: Amount | None = None
    currency: Text | None = None
    seats: Count | None = None
    """Seats included, where the account does not say how many it bought."""
    limits: Mapping[Text, Count] = Field(default_factory=dict)
    """By feature: how often it may be used in 28 days."""
    features: list[Text] = Field(default_factory=list)
    """Those that the plan unlocks; empty = all."""
    next: Text | None = None
    """The plan above it."""


class Product(Model):
    """All of it may be left out; what needs it is then unknown."""

    key_features: Annotated[list[Text], BeforeValidator(listed)] = Field(default_factory=list)
    """The features for which the product is bought."""
    first_value: Milestone | None = None
    """The event by which the customer has first got what it came for."""
    milestones: list[Milestone] = Field(default_factory=list)
    """Of onboarding."""
    plans: Mapping[Text, Plan] = Field(default_factory=dict)
    """By the name that the accounts' ``plan`` holds."""
    owned: Text | None = None
    """The mapped account field that lists the products a customer has, for cross-sell."""
    hints: Annotated[list[Text], BeforeValidator(listed)] = Field(
        default_factory=lambda: ["upgrade", "more seats", "additional seats", "additional users", "more licenses",
                                 "more licences", "enterprise plan", "higher plan", "pricing", "quote"]
    )  # fmt: skip
    """Words in a ticket's subject that tell of a wish for more."""
