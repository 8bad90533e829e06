"""How long events are gathered before they are acted on together: no time while calls abound, longer as they run out.

Pure. Ten events a second, each read and written by itself, would be 172,800 calls a day, which is more than many
orgs have. A turn that costs ``calls`` every ``pause`` spends, until the day ends, no more than what is left of it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bridge.rules.quota import Day
from config.words import WRITE_URGENCIES, WriteUrgency

PLENTY: Final = 0.9
"""While more than this share of our day is left, nobody waits."""
SCARCE: Final = 0.5
"""From this share down, turns come as seldom as the day demands."""
LONGEST: Final = timedelta(minutes=10)
TYPICAL: Final = 20
"""Calls of a turn, at most: one that wrote a whole book is no measure of the next."""
PATIENCE: Final[Mapping[WriteUrgency, int]] = {"urgent": 1, "ordinary": 3, "cosmetic": 10}
"""By how much longer than a red flag others may wait to be written."""


def pause(day: Day | None, calls: int, urgency: WriteUrgency = "urgent") -> timedelta:
    """How long after a turn that cost ``calls`` the next one is due, for a change of that urgency."""
    if day is None or day.share >= PLENTY or not calls:
        return timedelta(0)
    if day.left <= 0:
        return LONGEST
    sustained = min(calls, TYPICAL) * day.horizon / day.left
    eased = min(1.0, (PLENTY - day.share) / (PLENTY - SCARCE))
    return min(sustained * eased * PATIENCE[urgency], LONGEST)


def breath(calls: int, per_second: float | None) -> timedelta:
    """The same for a vendor that takes only so many calls a second: faster turns would end in a long wait for all."""
    return timedelta(seconds=min(calls, TYPICAL) / per_second) if per_second else timedelta(0)


def due(day: Day | None, calls: int, waited: timedelta) -> WriteUrgency:
    """The least urgent change that has waited long enough to be written by itself; red flags always have."""
    for urgency in reversed(WRITE_URGENCIES):
        if waited >= pause(day, calls, urgency):
            return urgency
    return "urgent"
