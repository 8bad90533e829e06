"""What another scorecard would decide otherwise: bands, flags and next actions, each change with its parts. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from config.words import Band
from scoring.decision import Contribution, Decision
from scoring.explanation import Change, difference

BANDS: Final[tuple[Band, ...]] = ("green", "yellow", "red", "unknown")
OUTSIDE: Final = "not scored"
"""In place of a band, where no card is for the customer."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A customer whose band changes. ``points`` of all its parts add up to the change of the score.

    Another weight moves the points of every measure; what each costs (keeps from 100) tells which one matters.
    """

    customer: int
    before: Decision | None
    after: Decision | None
    parts: tuple[Change, ...]

    def costs(self) -> list[dict[str, Any]]:
        """What each part keeps from 100, now and then, where that changes; the largest change first.

        Two cards may call the same measure by different names: what it is about tells, not its name.
        """
        old, new = (_by_topic(one.contributions if one else ()) for one in (self.before, self.after))
        found = [
            {
                "measure": (new.get(name) or old[name]).measure,
                "label": (new.get(name) or old[name]).label,
                "now": old[name].loss if name in old else 0.0,
                "then": new[name].loss if name in new else 0.0,
                "sentence": (new.get(name) or old[name]).sentence,
            }
            for name in dict.fromkeys([*old, *new])
        ]
        changed = [one for one in found if one["now"] != one["then"]]
        return sorted(changed, key=lambda one: (-abs(one["then"] - one["now"]), one["measure"]))

    def as_data(self) -> dict[str, Any]:
        return {
            "customer": self.customer,
            "score": [_score(self.before), _score(self.after)],
            "band": [band_of(self.before), band_of(self.after)],
            "coverage": [one.coverage if one else None for one in (self.before, self.after)],
            "why": [
                {"measure": part.measure, "label": part.label, "points": part.points, "sentence": part.sentence}
                for part in self.parts
            ],
            "costs": self.costs(),
            "missing": list(self.after.missing) if self.after and self.after.score is None else [],
        }


@dataclass
class Tally:
    """Grows piece by piece over the book."""

    customers: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(band now, band then) → customers."""
    switches: list[Switch] = field(default_factory=list)
    score_changes: list[float] = field(default_factory=list)
    raised: Counter[str] = field(default_factory=Counter)
    cleared: Counter[str] = field(default_factory=Counter)
    flags_changed: int = 0
    actions_changed: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    """Measures that those lack whom the other card leaves without a score."""
    versions: Counter[str] = field(default_factory=Counter)
    """Cards that would decide → customers."""
    held: int = 0
    """Customers whose new score lies in another band than the one that margin and dwell still keep."""

    def add(self, before: Decision | None, after: Decision | None) -> None:
        """One customer under both cards; None: no card is for it."""
        customer = before or after
        if customer is None:
            return
        self.customers += 1
        if after:
            self.versions[after.version] += 1
        move = (band_of(before), band_of(after))
        self.moves[move] += 1
        if move[0] != move[1]:
            parts = difference(before, after) if before and after else ()
            self.switches.append(Switch(customer.customer, before, after, parts))
        if before and after and before.score is not None and after.score is not None:
            self.score_changes.append(round(after.score - before.score, 1))
        if after and after.score is None:
            self.missing.update(after.missing)
        self._count_flags(before, after)
        self.actions_changed += (before.next_action if before else "") != (after.next_action if after else "")

    def _count_flags(self, before: Decision | None, after: Decision | None) -> None:
        old, new = _flags(before), _flags(after)
        self.raised.update(new - old)
        self.cleared.update(old - new)
        self.flags_changed += old != new

    def bands(self, which: int) -> dict[str, int]:
        """Customers per band: 0 = now, 1 = then."""
        found: Counter[str] = Counter()
        for move, number in self.moves.items():
            found[move[which]] += number
        return {band: found[band] for band in (*BANDS, OUTSIDE) if found[band] or band != OUTSIDE}

    def matrix(self) -> Mapping[str, int]:
        """``green→red``: customers, only where something changes; the most first."""
        return {f"{old}→{new}": number for (old, new), number in self.moves.most_common() if old != new}


def _by_topic(parts: Sequence[Contribution]) -> dict[str, Contribution]:
    """By what it is called in a list; by the measure's own name where several are called alike."""
    labels = Counter(part.label for part in parts)
    return {part.label if part.label and labels[part.label] == 1 else part.measure: part for part in parts}


def band_of(decision: Decision | None) -> str:
    return OUTSIDE if decision is None else decision.band


def _score(decision: Decision | None) -> float | None:
    return None if decision is None else decision.score


def _flags(decision: Decision | None) -> set[str]:
    return {flag.name for flag in decision.flags} if decision else set()
