"""Flags of what the customer tells us: tickets that pile up or escalate, low marks, falling satisfaction."""

from typing import Final

from config.flags import FlagSettings
from scoring.answers import PASSIVE
from scoring.features.sentiment import recent_answers
from scoring.flags.scene import EASED, Raised, Scene

_CSAT: Final = "csat_falling"
_PILE: Final = "ticket_pileup"


def escalated_ticket(scene: Scene, limits: FlagSettings) -> Raised:
    """A ticket that was escalated is open (and has been for ``days``)."""
    days = limits.days or 0
    age = scene.number("tickets_escalated_open_days").where(scene.number("tickets_escalated_open") > 0) - days
    return Raised(age.where(age >= 0))


def detractor(scene: Scene, limits: FlagSettings) -> Raised:
    """The latest NPS answer of some person is 6 or less and at most ``days`` old; since the first such answer."""
    answers = recent_answers(scene.past, "nps", within=limits.days or 0)
    low = answers[answers["score"] < PASSIVE].groupby("customer")
    facts = {"detractors": low.size(), "lowest_answer": low["score"].min()}
    index = scene.past.index
    return Raised(low["ago"].max().reindex(index), {name: fact.reindex(index) for name, fact in facts.items()})


def csat_falling(scene: Scene, limits: FlagSettings) -> Raised:
    """Satisfaction of 90 days lies ``percent`` below that of the 270 days before (each of three answers or more).

    Once raised it holds until the fall is less than three quarters of that.
    """
    fall = -scene.number("csat_change").round(6)
    holds = scene.reaches(_CSAT, fall, limits.percent or 0.0)
    return Raised(scene.carried(_CSAT, holds), {"csat_fall": fall.round(1)})


def ticket_pileup(scene: Scene, limits: FlagSettings) -> Raised:
    """At least ``count`` tickets are open, and ``percent`` of the number that is usual with this customer.

    Once raised it holds until either is less than three quarters of that.
    """
    share, least = (limits.percent or 0.0) / 100, limits.count or 1
    ratio, tickets = scene.number("tickets_pileup"), scene.number("tickets_open")
    high = ratio.ge(share) & tickets.ge(least)
    still = scene.lasted(_PILE).notna() & ratio.ge(share * EASED) & tickets.ge(least * EASED)
    usual = (tickets / ratio.where(ratio > 0)).round(1)
    return Raised(scene.carried(_PILE, high | still), {"tickets_usual": usual})


RULES: Final = {"escalated_ticket": escalated_ticket, "detractor": detractor, _CSAT: csat_falling, _PILE: ticket_pileup}
