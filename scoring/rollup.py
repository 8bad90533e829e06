"""What a parent account is told: its own decision and those of the accounts below it, made into one. Pure.

Every account keeps the decision of its own in history; a rolled-up one is for the CRM only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from config.scorecards import Bands
from scoring import messages
from scoring.bands import decide_band
from scoring.decision import Decision, Previous
from scoring.reasons import fit

How = Literal["mean", "worst", "arr"]


@dataclass(frozen=True, slots=True)
class Part:
    """One account of a family: its own decision, its name, and its ARR, None where that is unknown."""

    decision: Decision
    name: str
    arr: float | None = None

    @property
    def score(self) -> float:
        """Of a part that has one."""
        assert self.decision.score is not None
        return self.decision.score

    @property
    def weight(self) -> float:
        return max(self.arr or 0.0, 0.0)


def roll_up(own: Decision, parts: Sequence[Part], how: How, bands: Bands, previous: Previous | None) -> Decision:
    """``own`` with the score, band and reasons of the family ``parts``, the account itself among them.

    Unknown scores do not count; where none is known, the account's own decision stands. ``arr``: accounts whose ARR
    is unknown do not count; where none is known, all count alike. ``previous``: the rolled-up band of the day before.
    """
    known = sorted(
        (part for part in parts if part.decision.score is not None), key=lambda part: (part.score, part.name)
    )
    if not known:
        return own
    weighed = [part for part in known if part.weight > 0] if how == "arr" else []
    lowest = (weighed or known)[0]
    score, said = _rolled(how, known, weighed)
    score = round(score, 1)
    band, since = decide_band(score, bands, previous, own.day)
    return replace(
        own,
        score=score,
        band=band,
        band_since=since,
        reasons=fit([said, *_SENTENCE.split(lowest.decision.reasons)]),
        next_action=_next_action(own, lowest) if how == "worst" else own.next_action,
    )


def _rolled(how: How, known: Sequence[Part], weighed: Sequence[Part]) -> tuple[float, str]:
    """The score and what to say of it; ``known`` and ``weighed`` from the lowest up."""
    if how == "worst":
        return known[0].score, messages.worst_of(len(known), known[0].name, known[0].score)
    if weighed:
        mean = sum(part.weight * part.score for part in weighed) / sum(part.weight for part in weighed)
        left = len(known) - len(weighed)
        return mean, messages.mean_by_arr_of(len(weighed), left, weighed[0].name, weighed[0].score)
    mean = sum(part.score for part in known) / len(known)
    return mean, messages.mean_of(len(known), known[0].name, known[0].score)


def _next_action(own: Decision, lowest: Part) -> str:
    action = lowest.decision.next_action
    return action if lowest.decision.customer == own.customer else fit([f"{lowest.name}: {action}"])


_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+")
