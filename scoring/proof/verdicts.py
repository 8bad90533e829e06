"""What figures mean, in plain words: whether there is skill, and whether it is more than anybody has without a score.

Owns the sentences of a proof. Pure; reckons nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scoring.proof.resampling import Estimate

Kind = Literal["skill", "no skill shown", "points the wrong way", "too little data"]


NOTHING = 0.005
"""A difference of AUC that is shown as 0.00."""


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Kind
    sentence: str


def too_little(rows: int, lost: int, kept: int, least: int, unscored: Mapping[str, Any]) -> str | None:
    """What is missing for a judgement; None where there is enough."""
    if rows == 0 and unscored["rows"]:
        return "no score was known in any month whose outcome is known: see the coverage that the scorecard asks for"
    if rows == 0:
        return "no customer has a month behind it whose outcome is known: the history is shorter than the horizon"
    if lost < least:
        seen = "no customer was" if lost == 0 else "1 customer was" if lost == 1 else f"{lost:,} customers were"
        return (
            f"{seen} seen to leave or shrink after a month with a known score; at least {least} are needed. "
            "Churned accounts with their status or churned_on, and months before they left, are what is missing"
        )
    if kept < least:
        return f"only {kept:,} customers stayed; at least {least} are needed to compare with"
    return None


def verdict(auc: Estimate, differences: Mapping[str, Estimate]) -> Verdict:
    """Of the AUC and its interval; then beside each baseline."""
    figure = f"AUC {shown(auc)}"
    if auc.contains(0.5):
        sentence = f"No skill shown: {figure} contains 0.5, which is what guessing gives"
        return Verdict("no skill shown", sentence)
    if auc.high < 0.5:
        return Verdict("points the wrong way", f"The score points the wrong way: {figure} lies below 0.5")
    parts = [f"{_WORDS[beside(difference)]} {name} ({_signed(difference)})" for name, difference in differences.items()]
    against = f". It {' and '.join(parts)}" if parts else ""
    return Verdict("skill", f"A low score comes before losses: {figure}{against}")


_WORDS = {
    "better": "does better than",
    "worse": "does worse than",
    "level": "is level with",
    "unknown": "cannot be compared with",
}


def beside(difference: Estimate) -> str:
    """``better``, ``worse`` or ``level``, by the interval of the difference; what rounds to nothing is level."""
    if not difference.known():
        return "unknown"
    if abs(difference.value) < NOTHING:
        return "level"
    return "better" if difference.low > 0 else "worse" if difference.high < 0 else "level"


def shown(figure: Estimate, digits: int = 2) -> str:
    """``0.81 (0.77 to 0.85)``."""
    if not figure.known():
        return "unknown"
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"


def _signed(difference: Estimate) -> str:
    return f"{difference.value:+.2f} AUC, {difference.low:+.2f} to {difference.high:+.2f}"
