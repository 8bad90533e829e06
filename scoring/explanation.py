"""What changed between two decisions about a customer: parts that add up to the change exactly.

An unknown score counts as no points, so a score that appears or vanishes is explained by its parts too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
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
    changes = [_change(old, new) for old, new in paired(before.contributions, after.contributions)]
    changed = [change for change in changes if change.points or change.before != change.after]
    return tuple(sorted(changed, key=lambda change: (-abs(change.points), change.measure)))


def paired(
    before: Sequence[Contribution], after: Sequence[Contribution]
) -> list[tuple[Contribution | None, Contribution | None]]:
    """Every part then and now: by its name, and what another card calls otherwise by what it is about."""
    old, new = ({part.measure: part for part in parts} for parts in (before, after))
    gone = _by_label(part for name, part in old.items() if name not in new)
    come = _by_label(part for name, part in new.items() if name not in old)
    renamed = {come[label].measure: part for label, part in gone.items() if label in come}
    again = {part.measure for part in renamed.values()}
    return [
        *((part, new.get(name)) for name, part in old.items() if name not in again),
        *((renamed.get(name), part) for name, part in new.items() if name not in old),
    ]


def _by_label(parts: Iterable[Contribution]) -> dict[str, Contribution]:
    """Those whose label is no other's."""
    some = list(parts)
    labels = Counter(part.label for part in some)
    return {part.label: part for part in some if part.label and labels[part.label] == 1}


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
