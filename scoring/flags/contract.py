"""Flags of the contract: the renewal that nears, the one that nears in bad health, and money that is late."""

from typing import Final

from config.flags import FlagSettings
from scoring.columns import number_of, where
from scoring.flags.scene import Found, Scene
from scoring.records import is_in, plain

UNHEALTHY: Final = ("red", "yellow")
_UNHEALTHY: Final = "renewal_unhealthy"


def renewal_near(scene: Scene, limits: FlagSettings) -> Found:
    """The renewal is at most ``days`` ahead and not over."""
    days = limits.days or 0
    ahead = scene.number("days_to_renewal")
    return Found(where((ahead >= 0) & (ahead <= days), days - ahead))


def renewal_unhealthy(scene: Scene, limits: FlagSettings) -> Found:
    """The renewal is at most ``days`` ahead and not over, and the health band is red or yellow."""
    if scene.band is None:
        return Found(scene.unknown())
    band, ahead = plain(scene.band.reindex(scene.values.index)), scene.number("days_to_renewal")
    holds = (ahead >= 0) & (ahead <= (limits.days or 0)) & is_in(band, UNHEALTHY)
    return Found(scene.carried(_UNHEALTHY, holds), {"renewal_band": band})


def payment_late(scene: Scene, limits: FlagSettings) -> Found:
    """An invoice has been overdue for more than ``days`` and is unpaid; since the day on which the first one was."""
    past, days = scene.past, limits.days or 0
    late = past.overdue.where(past.overdue["late"] > days)
    number, oldest = number_of(late, seen=late), late.most("late")
    # an amount is said only where all of it is known, and in one currency
    known = late.where(late.said("amount"))
    addable = (known.number() == number) & (late.once("currency").number() == 1)
    facts = {
        "late_invoices": number,
        "late_days": oldest,
        "late_amount": where(addable, known.total("amount")),
        "late_currency": late.where(late.said("currency")).firsts("currency"),
    }
    return Found(oldest - days - 1, facts)


RULES: Final = {"renewal_near": renewal_near, _UNHEALTHY: renewal_unhealthy, "payment_late": payment_late}
