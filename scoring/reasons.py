"""From parts to sentences: the contributions of one customer, its reasons, and what to do next.

Decides what is said and in which order; the words themselves are in ``scoring.messages``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from config.scorecards import Cap, Measure, Scorecard
from config.words import Band
from scoring import messages
from scoring.decision import CAP, PULSE, Contribution, RaisedFlag
from scoring.facts import Facts
from scoring.features.table import FEATURES
from scoring.scorecard import TENTHS, ScoredFrame

LONGEST: Final = 255
"""Characters that the CRM's text fields hold."""
GOOD: Final = 0.7
"""From this share of its possible points on, a part is a strength; below it is a worry."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A scored frame as plain lists, and its card's measures in the same order: made once for all customers."""

    card: Scorecard
    measures: tuple[tuple[str, Measure, str], ...]
    """Name, measure, label."""
    points: list[list[int]]
    losses: list[list[int]]
    known: list[list[bool]]
    cap: list[int]
    capped: list[int]
    pulse: list[str | None]
    pulsed: list[int]


def parts(scored: ScoredFrame, card: Scorecard) -> Parts:
    return Parts(
        card=card,
        measures=tuple((name, card.measures[name], label(name, card.measures[name])) for name in scored.measures),
        points=scored.points.tolist(),
        losses=scored.losses.tolist(),
        known=scored.known.tolist(),
        cap=scored.cap.tolist(),
        capped=scored.capped.tolist(),
        pulse=scored.pulse.tolist(),
        pulsed=scored.pulsed.tolist(),
    )


def label(name: str, measure: Measure) -> str:
    """What to call the measure in a list."""
    return measure.label or messages.LABELS.get(measure.feature) or name.replace("_", " ").capitalize()


def contributions(found: Parts, facts: Facts) -> tuple[Contribution, ...]:
    """Known measures (and those that count a set value), then cap and pulse: their points add up to the score."""
    row = facts.row
    made = [
        Contribution(
            measure=name,
            group=measure.group,
            label=title,
            value=_value(facts.get(measure.feature)) if known else None,
            points=points / TENTHS,
            loss=loss / TENTHS,
            sentence=sentence(measure, title, facts, known),
        )
        for (name, measure, title), points, loss, known in zip(
            found.measures, found.points[row], found.losses[row], found.known[row], strict=True
        )
        if known or measure.missing != "unknown"
    ]
    if found.cap[row] >= 0:
        made.append(_cap_part(found.card.caps[found.cap[row]], found.capped[row] / TENTHS))
    if (band := found.pulse[row]) is not None:
        made.append(_pulse_part(band, found.pulsed[row] / TENTHS, facts))
    return tuple(made)


def sentence(measure: Measure, title: str, facts: Facts, known: bool) -> str:
    """What a CSM would say about the measure's value: the card's own sentence, the shipped one, or label and value."""
    if not known and measure.missing != "unknown":
        return messages.assumed(title, measure.missing)
    if measure.reason:
        return measure.reason.replace("{value}", facts.text(measure.feature)).rstrip(".")
    say = messages.SENTENCES.get(measure.feature)
    return say(facts) if say else messages.plain(title, facts.text(measure.feature))


def reasons(made: Sequence[Contribution], band: Band) -> str:
    """Cap and pulse, then worries by what they cost; when green the strengths too. At most 255 characters."""
    spoken = [part for part in made if part.group in (CAP, PULSE)]
    measured = [part for part in made if part.group not in (CAP, PULSE)]
    worries = sorted((part for part in measured if not _is_strength(part)), key=lambda part: -part.loss)
    strengths = sorted((part for part in measured if _is_strength(part)), key=lambda part: -part.points)
    chosen = [*spoken, *worries, *(strengths if band == "green" else ())]
    chosen = chosen or sorted(measured, key=lambda part: -part.loss)
    return fit(dict.fromkeys(part.sentence for part in chosen))


def absent(found: Parts, row: int) -> list[str]:
    """What to call the missing inputs, each once: usage, survey answers …"""
    names = [
        messages.ABSENT[FEATURES[measure.feature].needs] if measure.feature in FEATURES else title.lower()
        for (_, measure, title), known in zip(found.measures, found.known[row], strict=True)
        if not known
    ]
    return list(dict.fromkeys(names))


def missing(found: Parts, row: int) -> tuple[str, ...]:
    """The names of the measures without data."""
    return tuple(name for (name, _, _), known in zip(found.measures, found.known[row], strict=True) if not known)


def next_action(
    flags: Sequence[RaisedFlag], made: Sequence[Contribution], card: Scorecard, absent: Sequence[str]
) -> str:
    """The remedy of the gravest flag, else of the worry that costs the most; without a score, what to complete."""
    if flags:
        return fit([flags[0].remedy])
    if absent:
        return fit([messages.collect(absent)])
    worries = [part for part in made if part.measure in card.measures and not _is_strength(part)]
    for part in sorted(worries, key=lambda part: -part.loss):
        measure = card.measures[part.measure]
        if remedy := measure.remedy or messages.REMEDIES.get(measure.feature):
            return fit([remedy])
    return fit([messages.ALL_WELL])


def fit(sentences: Iterable[str], longest: int = LONGEST) -> str:
    """As many whole sentences as there is room for; a first one that is too long by itself is cut between words."""
    text = ""
    for said in sentences:
        closed = said.strip().rstrip(".") + "." if said.strip() else ""
        longer = f"{text} {closed}".strip()
        if len(longer) > longest:
            return text or _cut(closed, longest)
        text = longer
    return text


def _cut(text: str, longest: int) -> str:
    head = text[:longest].rpartition(" ")[0] or text[: longest - 1]
    return head.rstrip(" ,;:.") + "…"


def _is_strength(part: Contribution) -> bool:
    return part.points >= GOOD * (part.points + part.loss)


def _value(value: object) -> float | str | None:
    if isinstance(value, (int, float)):
        return float(value)
    return None if value is None else str(value)


def _cap_part(cap: Cap, points: float) -> Contribution:
    said = messages.capped(cap.at_most, cap.because)
    return Contribution(CAP, CAP, messages.CAP_LABEL, cap.at_most, points, -points, said)


def _pulse_part(band: str, points: float, facts: Facts) -> Contribution:
    until = facts.get("pulse_until")
    day: date | None = until.date() if isinstance(until, datetime) else None
    said = messages.pulse(band, facts.text("pulse_reason"), day)
    return Contribution(PULSE, PULSE, messages.PULSE_LABEL, band, points, max(0.0, -points), said)
