"""Flags of the relationship: who has left, whom we still reach, and when we last sat together."""

from typing import Final

import pandas as pd

from config.flags import FlagSettings
from scoring.days import days_before
from scoring.flags.scene import Raised, Scene

_SINGLE: Final = "single_threaded"
_UNTOUCHED: Final = "no_executive_touch"


def champion_left(scene: Scene, limits: FlagSettings) -> Raised:
    """Every champion has left, the last of them at most ``days`` ago; since that day."""
    return _left(scene, "champion", limits.days or 0)


def executive_left(scene: Scene, limits: FlagSettings) -> Raised:
    """Every executive has left, the last of them at most ``days`` ago; since that day."""
    return _left(scene, "executive", limits.days or 0)


def _left(scene: Scene, role: str, days: int) -> Raised:
    """Where no record dates the leaving, it counts from the close at which it was first seen, and does not run out."""
    past, gone = scene.past, scene.word(role).eq("left")
    people = past.persons[past.persons["role"].eq(role) & past.persons["left"]]
    ago = days_before(people["left_on"], past.as_of).groupby(people["customer"]).min().reindex(past.index)
    undated = scene.carried(f"{role}_left", gone & ago.isna())
    dated = ago.where(gone & ago.le(days))
    return Raised(dated.fillna(undated), {f"{role}_left_days": ago, f"{role}_left_dated": _yes_or_no(ago.notna())})


def single_threaded(scene: Scene, limits: FlagSettings) -> Raised:
    """One person alone was spoken to in 90 days, though at least ``count`` are known there.

    Nobody at all is silence of another kind (the last touch tells), and with one contact known there is no second.
    """
    holds = scene.number("persons_engaged_90d").eq(1) & scene.number("contacts_known").ge(limits.count or 1)
    return Raised(scene.carried(_SINGLE, holds))


def no_executive_touch(scene: Scene, limits: FlagSettings) -> Raised:
    """No executive of the customer was spoken to for more than ``days``.

    Or never, although one is known, other touches name persons, and it has been a customer for longer than that.
    Where every executive has left, that is a flag of its own.
    """
    days = limits.days or 0
    since = scene.number("days_since_executive_touch")
    executive = scene.word("executive")
    over = (since - days - 1).where(~executive.eq("left"))
    named = scene.past.activities.loc[scene.past.activities["person"].notna(), "customer"]
    speaks = pd.Series(scene.past.index.isin(named), index=scene.past.index)
    never = executive.eq("present") & since.isna() & speaks & scene.number("customer_days").gt(days)
    ago = over.where(over >= 0).fillna(scene.carried(_UNTOUCHED, never))
    return Raised(ago, {"executive_met": _yes_or_no(since.notna())})


def review_overdue(scene: Scene, limits: FlagSettings) -> Raised:
    """The review meeting that the segment asks for is overdue by more than ``days``."""
    over = scene.number("review_overdue_days") - (limits.days or 0) - 1
    return Raised(over.where(over >= 0))


def _yes_or_no(truth: pd.Series) -> pd.Series:
    return truth.map({True: "yes", False: "no"})


RULES: Final = {
    "champion_left": champion_left,
    "executive_left": executive_left,
    _SINGLE: single_threaded,
    _UNTOUCHED: no_executive_touch,
    "review_overdue": review_overdue,
}
