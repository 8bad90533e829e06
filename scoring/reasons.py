"""From parts to sentences: the contributions of one customer, its reasons, and what to do next.

Decides what is said and in which order; the words themselves are the language's (``scoring.messages``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from config.actions import family
from config.scorecards import Action, AdditiveCard, Cap, Measure, Scorecard
from config.words import Band
from scoring.actions import SOURCES
from scoring.additive import BASE, CLAMP
from scoring.decision import CAP, PULSE, Contribution, RaisedFlag
from scoring.facts import Facts
from scoring.features.registry import Source
from scoring.features.table import FEATURES
from scoring.messages import Catalogue, feature_remedy, feature_sentence, occasions
from scoring.messages import label as called
from scoring.messages.style import ENGLISH, Style, tidy
from scoring.scorecard import TENTHS, ScoredFrame

LONGEST: Final = 255
"""Characters that the CRM's text fields hold."""
GOOD: Final = 0.7
"""From this share of its possible points on, a part is a strength; below it is a worry."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A scored frame as plain lists, and its card's measures in the same order: made once for all customers."""

    card: Scorecard
    words: Catalogue
    version: str
    """Of the card."""
    measures: tuple[tuple[str, Measure, str], ...]
    """Name, measure, label."""
    points: list[list[int]]
    losses: list[list[int]]
    known: list[list[bool]]
    base: list[int]
    clamped: list[int]
    cap: list[int]
    capped: list[int]
    pulse: list[str | None]
    pulsed: list[int]


def parts(scored: ScoredFrame, card: Scorecard, words: Catalogue) -> Parts:
    return Parts(
        card=card,
        words=words,
        version=card.version,
        measures=tuple(
            (name, card.measures[name], label(words, name, card.measures[name])) for name in scored.measures
        ),
        points=scored.points.tolist(),
        losses=scored.losses.tolist(),
        known=scored.known.tolist(),
        base=scored.base.tolist(),
        clamped=scored.clamped.tolist(),
        cap=scored.cap.tolist(),
        capped=scored.capped.tolist(),
        pulse=scored.pulse.tolist(),
        pulsed=scored.pulsed.tolist(),
    )


def label(words: Catalogue, name: str, measure: Measure) -> str:
    """What to call the measure in a list."""
    return measure.label or called(words, measure.feature, name)


def contributions(found: Parts, facts: Facts) -> tuple[Contribution, ...]:
    """Known measures (and those that count a set value), then an index's own parts, cap and pulse.

    Their points add up to the score.
    """
    row = facts.row
    made = [
        Contribution(
            measure=name,
            group=measure.group,
            label=title,
            value=_value(facts.get(measure.feature)) if known else None,
            points=points / TENTHS,
            loss=loss / TENTHS,
            sentence=sentence(found.words, measure, title, facts, known),
        )
        for (name, measure, title), points, loss, known in zip(
            found.measures, found.points[row], found.losses[row], found.known[row], strict=True
        )
        if known or measure.missing != "unknown"
    ]
    if isinstance(found.card, AdditiveCard):
        made += _index_parts(found.words, found.card, found.base[row] / TENTHS, found.clamped[row] / TENTHS)
    if found.cap[row] >= 0:
        made.append(_cap_part(found.words, found.card.caps[found.cap[row]], found.capped[row] / TENTHS))
    if (band := found.pulse[row]) is not None:
        made.append(_pulse_part(found.words, band, found.pulsed[row] / TENTHS, facts))
    return tuple(made)


def sentence(words: Catalogue, measure: Measure, title: str, facts: Facts, known: bool) -> str:
    """What a CSM would say about the measure's value: the card's own sentence, the shipped one, or label and value."""
    if not known and measure.missing != "unknown":
        return occasions.assumed(words, title, measure.missing)
    if measure.reason:
        value = facts.get(measure.feature)
        return tidy(measure.reason.replace("{value}", "" if value is None else words.written(value)))
    return feature_sentence(words, measure.feature, title, facts)


def reasons(words: Catalogue, made: Sequence[Contribution], band: Band, *, low_is_good: bool = False) -> str:
    """Cap and pulse, then worries by what they cost; when green the strengths too. At most 255 characters.

    Where ``low_is_good``, as in a risk, what gives points is the worry.
    """
    spoken = [part for part in made if part.group in (CAP, PULSE)]
    measured = [_turned(part) if low_is_good else part for part in made if part.group not in (CAP, PULSE, BASE, CLAMP)]
    worries = sorted((part for part in measured if not _is_strength(part)), key=lambda part: -part.loss)
    strengths = sorted((part for part in measured if _is_strength(part)), key=lambda part: -part.points)
    chosen = [*spoken, *worries, *(strengths if band == "green" else ())]
    chosen = chosen or sorted(measured, key=lambda part: -part.loss)
    return fit(dict.fromkeys(part.sentence for part in chosen), style=words.style)


def _turned(part: Contribution) -> Contribution:
    return replace(part, points=part.loss, loss=part.points)


def unknown(found: Parts, facts: Facts, coverage: float, absent: Sequence[str]) -> str:
    """Why there is no score, after what the CSM says about the customer. At most 255 characters."""
    band = found.pulse[facts.row]
    judged = [] if band is None else [_judgement(found.words, band, facts)]
    return fit([*judged, occasions.not_enough(found.words, coverage, absent)], style=found.words.style)


def absent(found: Parts, facts: Facts) -> list[str]:
    """What to call the missing inputs, each once: usage, survey answers …

    An input of which some measure is known is there: what else should come from it is named only where
    nothing else is missing. Of an input that is there but feeds no known measure, the measures are named.
    """
    row = list(zip(found.measures, found.known[facts.row], strict=True))
    measured = {_needs(measure) for (_, measure, _), known in row if known}
    there = {source for source in _lost(row) - measured if _is_there(source, facts)}
    lost = [(measure, occasions.data_for(found.words, title)) for (_, measure, title), known in row if not known]
    names = [
        title if needed is None or needed in there else occasions.absent(found.words, needed)
        for needed, title in ((_needs(measure), title) for measure, title in lost)
        if needed is None or needed not in measured
    ]
    return list(dict.fromkeys(names or [title for _, title in lost]))


def _lost(row: Iterable[tuple[tuple[str, Measure, str], bool]]) -> set[Source]:
    """The frames that unknown measures are made of."""
    found = {_needs(measure) for (_, measure, _), known in row if not known}
    return {source for source in found if source is not None}


def _is_there(source: Source, facts: Facts) -> bool:
    """Whether any feature that is made of the frame is known; no more of them are looked at than it takes."""
    return any(facts.get(made.name) is not None for made in FEATURES.values() if made.needs == source)


def _needs(measure: Measure) -> Source | None:
    """The frame a measure is made of; None of a table's own column."""
    if isinstance(measure, Action) and measure.action is not None:
        return SOURCES[family(measure.action)]
    made = FEATURES.get(measure.feature)
    return made.needs if made else None


def missing(found: Parts, row: int) -> tuple[str, ...]:
    """The names of the measures without data."""
    return tuple(name for (name, _, _), known in zip(found.measures, found.known[row], strict=True) if not known)


def next_action(
    found: Parts,
    facts: Facts,
    flags: Sequence[RaisedFlag],
    made: Sequence[Contribution],
    absent: Sequence[str],
    band: Band,
) -> str:
    """The remedy of the gravest flag, else of what costs the most; without a score, what to complete.

    A green customer's strengths need no remedy; of any other, something always does.
    """
    return fit([_remedies(found, facts, flags, made, absent, band)], style=found.words.style)


def _remedies(
    found: Parts,
    facts: Facts,
    flags: Sequence[RaisedFlag],
    made: Sequence[Contribution],
    absent: Sequence[str],
    band: Band,
) -> str:
    if flags:
        return flags[0].remedy
    if not made:
        judged = found.pulse[facts.row]
        return occasions.collect(found.words, absent) if judged in (None, "green") else _pulse_remedy(found, facts)
    costly = [part for part in made if part.loss > 0 and not (band == "green" and _is_strength(part))]
    if costly:
        return _remedy(max(costly, key=lambda part: part.loss), found, facts)
    return found.words.say("all-well" if band == "green" else "rising")


def _remedy(part: Contribution, found: Parts, facts: Facts) -> str:
    if part.group == CAP:
        return occasions.cap_remedy(found.words, found.card.caps[found.cap[facts.row]].because)
    if part.group == PULSE:
        return _pulse_remedy(found, facts)
    measure = found.card.measures[part.measure]
    return measure.remedy or feature_remedy(found.words, measure.feature, part.label, facts)


def _pulse_remedy(found: Parts, facts: Facts) -> str:
    return occasions.pulse_remedy(found.words, facts.text("pulse_reason"))


def fit(sentences: Iterable[str], longest: int = LONGEST, style: Style = ENGLISH) -> str:
    """As many whole sentences as the CRM's field has room for; a first one that is too long by itself is cut."""
    return style.fit(sentences, longest)


def _is_strength(part: Contribution) -> bool:
    return part.points >= GOOD * (part.points + part.loss)


def _value(value: object) -> float | str | None:
    if isinstance(value, (int, float)):
        return float(value)
    return None if value is None else str(value)


def _cap_part(words: Catalogue, cap: Cap, points: float) -> Contribution:
    said = occasions.capped(words, cap.limit, cap.because, lifted=cap.at_least is not None)
    return Contribution(CAP, CAP, words.say("capped.label"), cap.limit, points, max(0.0, -points), said)


def _index_parts(words: Catalogue, card: AdditiveCard, base: float, clamped: float) -> Iterator[Contribution]:
    """Where an index's range begins, and what lies outside it; nothing where there is nothing of either."""
    for name, points in ((BASE, base), (CLAMP, clamped)):
        if points:
            said = occasions.outside(words, name, *card.scale)
            yield Contribution(name, name, words.say(f"index-{name}.label"), None, points, 0.0, said)


def _pulse_part(words: Catalogue, band: str, points: float, facts: Facts) -> Contribution:
    said = _judgement(words, band, facts)
    return Contribution(PULSE, PULSE, words.say("pulse.label"), band, points, max(0.0, -points), said)


def _judgement(words: Catalogue, band: str, facts: Facts) -> str:
    until = facts.get("pulse_until")
    day: date | None = until.date() if isinstance(until, datetime) else None
    return occasions.pulse(words, band, facts.text("pulse_reason"), day)
