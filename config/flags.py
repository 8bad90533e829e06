"""The risk flags that exist: their names (which are the CRM's option values), thresholds, and which are on by default.

Owns the list; what raises a flag is scoring's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from config.values import Model

Share = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class FlagSettings(Model):
    """The thresholds of one flag. Each flag takes some of them (``ShippedFlag.takes``); None = as shipped."""

    days: int | None = Field(None, ge=0)
    percent: Share | None = None
    count: int | None = Field(None, ge=1)


@dataclass(frozen=True, slots=True)
class ShippedFlag:
    """A flag as it comes. ``takes``: the thresholds it knows; ``most``: what a threshold of it can be at most."""

    shipped: FlagSettings
    takes: tuple[str, ...]
    on: bool = True
    most: Mapping[str, float] = field(default_factory=dict)


def _flag(on: bool = True, most: Mapping[str, float] | None = None, **thresholds: float | None) -> ShippedFlag:
    return ShippedFlag(FlagSettings.model_validate(thresholds), tuple(thresholds), on, most or {})


FLAGS: Final[Mapping[str, ShippedFlag]] = {
    "escalated_ticket": _flag(days=None),
    "silent": _flag(days=21),
    "champion_left": _flag(days=180),
    "usage_falling": _flag(percent=40, most={"percent": 100}),
    "key_feature_dropped": _flag(percent=50, most={"percent": 100}),
    "detractor": _flag(days=90),
    "csat_falling": _flag(percent=15, most={"percent": 100}),
    "ticket_pileup": _flag(percent=200, count=4),
    "payment_late": _flag(days=14),
    "renewal_unhealthy": _flag(days=120),
    "executive_left": _flag(days=180),
    "onboarding_stalled": _flag(days=180),
    "renewal_near": _flag(days=90),
    "single_threaded": _flag(on=False, count=2),
    "no_executive_touch": _flag(on=False, days=120),
    "review_overdue": _flag(on=False, days=0),
    "data_stale": _flag(on=False, days=14),
}
"""Every flag, the gravest first."""

FLAG_DAYS: Final[Mapping[str, int | None]] = {name: flag.shipped.days for name, flag in FLAGS.items() if flag.on}
"""The flags that are raised without a choice, and their days; None for one without."""


def settled(name: str, given: FlagSettings | int | None = None) -> FlagSettings:
    """The thresholds that hold for a flag: those given (a number means days), the others as shipped."""
    stated = given if isinstance(given, FlagSettings) else FlagSettings(days=given)
    shipped = FLAGS[name].shipped
    return FlagSettings.model_validate({**shipped.model_dump(), **stated.model_dump(exclude_none=True)})
