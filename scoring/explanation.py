"""What changed between two decisions about a customer: parts that add up to the change exactly.

An unknown score counts as no points, so a score that appears or vanishes is explained by its parts too.
"""

from dataclasses import dataclass

from scoring.decision import Contribution, Decision


@dataclass(frozen=True, slots=True)
class Change:
    """How many points one part gave more (or less) than before, and what was measured then and now."""

    measure: str
    label: str
    before: float | str | None
    """None where the measure was unknown (or the cap or pulse not there)."""
    after: float | str | None
    points: float
    sentence: str
    """As it stands now; as it stood, where the part is gone."""


def difference(before: Decision, after: Decision) -> tuple[Change, ...]:
    """The parts that changed, the largest first; their points add up to the change of the score, to the tenth.

    A measure that became known or unknown is one of them; so are those whose share of the weight shifted by it.
    """
    old = {part.measure: part for part in before.contributions}
    new = {part.measure: part for part in after.contributions}
    changes = [_change(old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])]
    changed = [change for change in changes if change.points or change.before != change.after]
    return tuple(sorted(changed, key=lambda change: (-abs(change.points), change.measure)))


def _change(old: Contribution | None, new: Contribution | None) -> Change:
    shown = new or old
    assert shown is not None  # a name comes from one of the two
    return Change(
        measure=shown.measure,
        label=shown.label,
        before=old.value if old else None,
        after=new.value if new else None,
        points=round((new.points if new else 0.0) - (old.points if old else 0.0), 1),
        sentence=shown.sentence,
    )
