"""The block ``economics`` of ``csbridge.yml``: what the business earns, spends and aims at, as the admin says.

Owns names, units and what is refused; what is reckoned from them is ``scoring.metrics``'. Whatever is left out is
unknown, and so is every number that needs it.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from config import rules
from config.problems import did_you_mean
from config.values import Model, Text

TARGETS: Final = (
    "nrr", "grr", "logo_retention", "logo_churn", "nps", "csat", "ces", "ttfv_days", "clv_cac", "roi",
)  # fmt: skip
"""What a target can be set for: shares as 1.1 = 110 %, NPS −100 to 100, days, ratios."""

Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class Costs(Model):
    """What serving customers costs, in the report currency: a year; ``ticket`` and ``meeting`` each."""

    people: Money | None = None
    tools: Money | None = None
    programmes: Money | None = None
    ticket: Money | None = None
    meeting: Money | None = None


class Programme(Model):
    """Something that was done with some accounts from a day on, and whose effect is asked for."""

    accounts: str = "all"
    """A rule that names them."""
    started: date | Text
    """The day, or the mapped account field that holds each account's own."""

    @field_validator("accounts")
    @classmethod
    def _rule_parses(cls, value: str) -> str:
        rules.parse(value)
        return value

    @field_validator("started", mode="after")
    @classmethod
    def _day_or_field(cls, value: date | str) -> date | str:
        if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_][\w.]*", value):
            raise ValueError("a day such as 2026-01-31, or the name of an account field, is needed")
        return value


class Economics(Model):
    """What ``csbridge metrics`` and ``csbridge report`` need beside the records."""

    gross_margin: Share | None = None
    cac: Money | None = None
    """What winning a customer costs, in the report currency."""
    discount_rate: Annotated[float, Field(ge=0, lt=1)] = 0.10
    """A year."""
    costs: Costs = Costs()
    kept_anyway: Share | None = None
    """Share of revenue that would be kept from one year to the next without customer success."""
    targets: Mapping[str, Annotated[float, Field(allow_inf_nan=False)]] = Field(default_factory=dict)
    least_n: int = Field(10, ge=2)
    least_answers: int = Field(5, ge=1)
    csat_top: float | None = None
    """From which score on an answer counts as satisfied."""
    buying: Literal["subscription", "purchases"] = "subscription"
    contract_terms: Literal["signed", "amended"] = "signed"
    """Whether a contract's ARR held for all of its term, or may have been changed in place."""
    first_value: list[Text] = Field(default_factory=list)
    """Features whose first use is the first value; none named = the first use of any."""
    programme: Programme | None = None

    @field_validator("targets")
    @classmethod
    def _known_targets(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        for name in value:
            if name not in TARGETS:
                raise ValueError(
                    f"there is no target {name!r}{did_you_mean(name, TARGETS)}; one of {', '.join(TARGETS)}"
                )
        return value
