"""What a parent account is told: its own decision and those of the accounts below it, made into one. Pure.

Every account keeps the decision of its own in history; a rolled-up one is for the CRM only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from config.languages import DEFAULT
from config.scorecards import Bands
from scoring.bands import decide_band
from scoring.decision import NO_TREND, Decision, Previous
from scoring.messages import Catalogue, catalogue, occasions
from scoring.messages.style import apart, bare
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


def roll_up(
    own: Decision,
    parts: Sequence[Part],
    how: How,
    bands: Bands,
    previous: Previous | None,
    *,
    language: str = DEFAULT,
) -> Decision:
    """``own`` with the score, band and reasons of the family ``parts``, the account itself among them.

    Unknown scores do not count; where none is known, the account's own decision stands. ``arr``: accounts whose ARR
    is unknown do not count; where none is known, all count alike. ``previous``: the rolled-up band of the day before.
    Where other accounts have a say, the trend and the churn risk, which are of the own score alone, are left out.
    """
    known = sorted(
        (part for part in parts if part.decision.score is not None), key=lambda part: (part.score, part.name)
    )
    if not known:
        return own
    weighed = [part for part in known if part.weight > 0] if how == "arr" else []
    lowest, words = (weighed or known)[0], catalogue(language)
    score, said = _rolled(words, how, known, weighed)
    score = round(score, 1)
    band, since = decide_band(score, bands, previous, own.day)
    alone = all(part.decision.customer == own.customer for part in known)
    return replace(
        own,
        trend=own.trend if alone else NO_TREND,
        churn_risk=own.churn_risk if alone else None,
        score=score,
        band=band,
        band_since=since,
        reasons=fit([said, *apart(lowest.decision.reasons)], style=words.style),
        next_action=_next_action(words, own, lowest) if how == "worst" else own.next_action,
    )


def _rolled(words: Catalogue, how: How, known: Sequence[Part], weighed: Sequence[Part]) -> tuple[float, str]:
    """The score and what to say of it; ``known`` and ``weighed`` from the lowest up."""
    if how == "worst":
        return known[0].score, occasions.worst_of(words, len(known), known[0].name, known[0].score)
    if weighed:
        mean = sum(part.weight * part.score for part in weighed) / sum(part.weight for part in weighed)
        left = len(known) - len(weighed)
        return mean, occasions.mean_by_arr_of(words, len(weighed), left, weighed[0].name, weighed[0].score)
    mean = sum(part.score for part in known) / len(known)
    return mean, occasions.mean_of(words, len(known), known[0].name, known[0].score)


def _next_action(words: Catalogue, own: Decision, lowest: Part) -> str:
    action = lowest.decision.next_action
    if lowest.decision.customer == own.customer:
        return action
    return fit([occasions.for_account(words, lowest.name, bare(action))], style=words.style)
