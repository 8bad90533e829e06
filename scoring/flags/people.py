"""Flags of the relationship: who has left, whom we still reach, and when we last sat together."""

from typing import Final

import numpy as np

from config.flags import FlagSettings
from scoring.columns import filled, where
from scoring.days import days_ago
from scoring.flags.scene import Found, Scene, yes_or_no

_SINGLE: Final = "single_threaded"
_UNTOUCHED: Final = "no_executive_touch"


def champion_left(scene: Scene, limits: FlagSettings) -> Found:
    """Every champion has left, the last of them at most ``days`` ago; since that day."""
    return _left(scene, "champion", limits.days or 0)


def executive_left(scene: Scene, limits: FlagSettings) -> Found:
    """Every executive has left, the last of them at most ``days`` ago; since that day."""
    return _left(scene, "executive", limits.days or 0)


def _left(scene: Scene, role: str, days: int) -> Found:
    """Where no record dates the leaving, it counts from the close at which it was first seen, and does not run out."""
    past, gone = scene.past, scene.word(role) == "left"
    people = past.persons.where((past.persons["role"] == role) & past.persons["left"])
    ago = people.having(ago=days_ago(people["left_on"], past.as_of)).least("ago")
    undated = scene.carried(f"{role}_left", gone & np.isnan(ago))
    dated = where(gone & (ago <= days), ago)
    facts = {f"{role}_left_days": ago, f"{role}_left_dated": yes_or_no(~np.isnan(ago))}
    return Found(filled(dated, undated), facts)


def single_threaded(scene: Scene, limits: FlagSettings) -> Found:
    """One person alone was spoken to in 90 days, though at least ``count`` are known there.

    Nobody at all is silence of another kind (the last touch tells), and with one contact known there is no second.
    """
    holds = (scene.number("persons_engaged_90d") == 1) & (scene.number("contacts_known") >= (limits.count or 1))
    return Found(scene.carried(_SINGLE, holds))


def no_executive_touch(scene: Scene, limits: FlagSettings) -> Found:
    """No executive of the customer was spoken to for more than ``days``.

    Or never, although one is known, other touches name persons, and it has been a customer for longer than that.
    Where every executive has left, that is a flag of its own.
    """
    days = limits.days or 0
    since = scene.number("days_since_executive_touch")
    executive = scene.word("executive")
    over = where(executive != "left", since - days - 1)
    touches = scene.past.activities
    speaks = touches.where(touches.said("person")).any()
    never = (executive == "present") & np.isnan(since) & speaks & (scene.number("customer_days") > days)
    ago = filled(where(over >= 0, over), scene.carried(_UNTOUCHED, never))
    return Found(ago, {"executive_met": yes_or_no(~np.isnan(since))})


def review_overdue(scene: Scene, limits: FlagSettings) -> Found:
    """The review meeting that the segment asks for is overdue by more than ``days``."""
    over = scene.number("review_overdue_days") - (limits.days or 0) - 1
    return Found(where(over >= 0, over))


RULES: Final = {
    "champion_left": champion_left,
    "executive_left": executive_left,
    _SINGLE: single_threaded,
    _UNTOUCHED: no_executive_touch,
    "review_overdue": review_overdue,
}
