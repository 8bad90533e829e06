"""Flags of product use: silence, falling use, a key feature dropped, onboarding that stands still, no news of use."""

from typing import Final

import numpy as np

from config.flags import FlagSettings
from config.product import Milestone
from scoring.columns import filled, where
from scoring.flags.scene import Found, Scene
from scoring.records import Flags, Floats

_FALLING: Final = "usage_falling"
_DROPPED: Final = "key_feature_dropped"
_STALLED: Final = "onboarding_stalled"


def silent(scene: Scene, limits: FlagSettings) -> Found:
    """A usage source is alive, and the customer, whom it has seen before, has not used the product for ``days``."""
    over = scene.number("days_since_login") - (limits.days or 0)
    return Found(where(over >= 0, over))


def usage_falling(scene: Scene, limits: FlagSettings) -> Found:
    """Use lies ``percent`` or more below the customer's own robust baseline.

    Once raised it holds until use is back within three quarters of that (40 % raises it, under 30 % clears it).
    """
    below = _rounded(100 * (1 - np.maximum(scene.number("usage_trend_robust"), 0)))
    holds = scene.reaches(_FALLING, below, limits.percent or 0.0)
    return Found(scene.carried(_FALLING, holds), {"usage_below": np.round(below)})


def key_feature_dropped(scene: Scene, limits: FlagSettings) -> Found:
    """Some key feature is used ``percent`` less than this customer's own baseline of it. Holds on as falling use does.

    Never raised where the admin named no key feature, or the customer has no baseline of one.
    """
    drop = _rounded(scene.number("key_feature_drop"))
    holds = scene.reaches(_DROPPED, drop, limits.percent or 0.0)
    return Found(scene.carried(_DROPPED, holds), {"key_feature_below": np.round(drop)})


def onboarding_stalled(scene: Scene, limits: FlagSettings) -> Found:
    """In the first ``days``: the first value is overdue, or a milestone is and the first value is not reached.

    Where the admin named no first value, an overdue milestone is enough; where no milestone either, never raised.
    """
    first = scene.past.product.first_value
    age = scene.number("onboarding_days")
    early = age <= (limits.days or 0)
    milestones = scene.number("milestones_overdue")
    waiting = (scene.word("first_value") == "no") if first else True
    late = waiting & ((milestones >= 1) | _overdue(first, age))
    facts = {"onboarding_since": age, "milestones_late": filled(milestones, np.zeros(len(milestones)))}
    return Found(scene.carried(_STALLED, early & late), facts)


def _overdue(first: Milestone | None, age: Floats) -> Flags:
    """Whether the first value, where it is not reached, should have been."""
    if first is None or first.within is None:
        return np.zeros(len(age), dtype=np.bool_)
    return age > first.within.days


def data_stale(scene: Scene, limits: FlagSettings) -> Found:
    """Use was once known, and is not now: every source that saw this customer has been quiet for more than ``days``."""
    quiet = scene.number("usage_days_since_newest")
    over = where(np.isnan(scene.number("days_since_login")), quiet - (limits.days or 0) - 1)
    return Found(where(over >= 0, over), {"usage_quiet_days": quiet})


def _rounded(percent: Floats) -> Floats:
    """Without the dust of floating point: a fall by exactly the threshold counts."""
    return np.round(percent, 6)


RULES: Final = {
    "silent": silent,
    _FALLING: usage_falling,
    _DROPPED: key_feature_dropped,
    _STALLED: onboarding_stalled,
    "data_stale": data_stale,
}
