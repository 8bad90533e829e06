"""Flags of what the customer tells us: tickets that pile up or escalate, low marks, falling satisfaction."""

from typing import Final

import numpy as np

from config.flags import FlagSettings
from scoring.answers import PASSIVE
from scoring.columns import number_of, ratio, where
from scoring.features.sentiment import recent_answers
from scoring.flags.scene import EASED, Found, Scene

_CSAT: Final = "csat_falling"
_PILE: Final = "ticket_pileup"


def escalated_ticket(scene: Scene, limits: FlagSettings) -> Found:
    """A ticket that was escalated is open (and has been for ``days``)."""
    days = limits.days or 0
    age = where(scene.number("tickets_escalated_open") > 0, scene.number("tickets_escalated_open_days")) - days
    return Found(where(age >= 0, age))


def detractor(scene: Scene, limits: FlagSettings) -> Found:
    """The latest NPS answer of some person is 6 or less and at most ``days`` old; since the first such answer."""
    answers = recent_answers(scene.past, "nps", within=limits.days or 0)
    low = answers.where(answers["score"] < PASSIVE)
    return Found(low.most("ago"), {"detractors": number_of(low, seen=low), "lowest_answer": low.least("score")})


def csat_falling(scene: Scene, limits: FlagSettings) -> Found:
    """Satisfaction of 90 days lies ``percent`` below that of the 270 days before (each of three answers or more).

    Once raised it holds until the fall is less than three quarters of that.
    """
    fall = -np.round(scene.number("csat_change"), 6)
    holds = scene.reaches(_CSAT, fall, limits.percent or 0.0)
    return Found(scene.carried(_CSAT, holds), {"csat_fall": np.round(fall, 1)})


def ticket_pileup(scene: Scene, limits: FlagSettings) -> Found:
    """At least ``count`` tickets are open, and ``percent`` of the number that is usual with this customer.

    Once raised it holds until either is less than three quarters of that.
    """
    share, least = (limits.percent or 0.0) / 100, limits.count or 1
    pile, tickets = scene.number("tickets_pileup"), scene.number("tickets_open")
    high = (pile >= share) & (tickets >= least)
    still = ~np.isnan(scene.lasted(_PILE)) & (pile >= share * EASED) & (tickets >= least * EASED)
    usual = np.round(ratio(tickets, pile), 1)
    return Found(scene.carried(_PILE, high | still), {"tickets_usual": usual})


RULES: Final = {"escalated_ticket": escalated_ticket, "detractor": detractor, _CSAT: csat_falling, _PILE: ticket_pileup}
