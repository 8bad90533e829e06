"""Flags of the contract: the renewal that nears, the one that nears in bad health, and money that is late."""

from typing import Final

from config.flags import FlagSettings
from scoring.flags.scene import Raised, Scene

UNHEALTHY: Final = ("red", "yellow")
_UNHEALTHY: Final = "renewal_unhealthy"


def renewal_near(scene: Scene, limits: FlagSettings) -> Raised:
    """The renewal is at most ``days`` ahead and not over."""
    days = limits.days or 0
    ahead = scene.number("days_to_renewal")
    return Raised((days - ahead).where(ahead.between(0, days)))


def renewal_unhealthy(scene: Scene, limits: FlagSettings) -> Raised:
    """The renewal is at most ``days`` ahead and not over, and the health band is red or yellow."""
    if scene.band is None:
        return Raised(scene.unknown())
    band = scene.band.reindex(scene.values.index)
    holds = scene.number("days_to_renewal").between(0, limits.days or 0) & band.isin(UNHEALTHY)
    return Raised(scene.carried(_UNHEALTHY, holds), {"renewal_band": band})


def payment_late(scene: Scene, limits: FlagSettings) -> Raised:
    """An invoice has been overdue for more than ``days`` and is unpaid; since the day on which the first one was."""
    past, days = scene.past, limits.days or 0
    late = past.overdue[past.overdue["late"].gt(days)]
    several = late.groupby("customer")
    number, oldest = several.size(), several["late"].max()
    # an amount is said only where all of it is known, and in one currency
    addable = several["amount"].count().eq(number) & several["currency"].nunique(dropna=False).eq(1)
    facts = {
        "late_invoices": number,
        "late_days": oldest,
        "late_amount": several["amount"].sum().where(addable),
        "late_currency": several["currency"].first(),
    }
    ago = (oldest - days - 1).reindex(past.index)
    return Raised(ago, {name: fact.reindex(past.index) for name, fact in facts.items()})


RULES: Final = {"renewal_near": renewal_near, _UNHEALTHY: renewal_unhealthy, "payment_late": payment_late}
