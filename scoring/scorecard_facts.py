"""What a scorecard is made of and what makes no sense in it, before anybody is scored: shares, floors, warnings.

A warning is no mistake: the card can be used, but hardly as it was meant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.scorecards import WHOLE, AdditiveCard, Bands, Measure, Scorecard
from scoring.pieces import NOISE


@dataclass(frozen=True, slots=True)
class Share:
    """A group of measures: its share of the weight, and whether data for it alone gives a score."""

    group: str
    share: float
    reaches_floor: bool


def shares(card: Scorecard) -> list[Share]:
    """The groups in the order of the file."""
    weights: dict[str, float] = {}
    for measure in card.measures.values():
        weights[measure.group] = weights.get(measure.group, 0.0) + measure.weight
    total = sum(weights.values())
    return [
        Share(name, weight / total, weight / total + NOISE >= card.min_coverage) for name, weight in weights.items()
    ]


def span(measure: Measure) -> tuple[float, float]:
    """The lowest and the highest score that the measure can give."""
    heights = [y for _, y in measure.curve or ()] or list((measure.categories or {}).values())
    if measure.missing != "unknown":
        heights.append(measure.missing)
    return min(heights), max(heights)


def reach(card: Scorecard) -> tuple[float, float]:
    """The lowest and the highest score that any customer can have, before caps; of an index, its whole range."""
    if isinstance(card, AdditiveCard):
        return 0.0, WHOLE
    weights = [measure.weight for measure in card.measures.values()]
    ends = [span(measure) for measure in card.measures.values()]
    low, high = (sum(w * end[at] for w, end in zip(weights, ends, strict=True)) / sum(weights) for at in (0, 1))
    return low, high


def warnings(card: Scorecard) -> list[str]:
    """What makes no sense in the card by itself."""
    return [*_of_measures(card), *_of_bands(card), *_of_caps(card)]


def among(cards: Sequence[tuple[str, Scorecard]]) -> list[str]:
    """What makes no sense among the cards of one purpose, named as their files, in the order of being tried."""
    found: list[str] = []
    for position, (name, card) in enumerate(cards):
        for earlier, other in cards[:position]:
            if other.applies in (card.applies, type(card.applies)()):
                found.append(f"{name} is never used: {earlier} is tried before it and takes all of its customers")
                break
    if cards and not any(not card.applies.conditions for _, card in cards):
        purpose = cards[0][1].purpose
        what = "no file is for: all, so customers whom no rule takes have no score"
        found.append(f"{purpose}: {what} (`csbridge scorecard write {purpose}` copies the shipped ones)")
    return found


def _of_measures(card: Scorecard) -> Iterator[str]:
    first: dict[str, str] = {}
    for name, measure in card.measures.items():
        if (other := first.setdefault(measure.feature, name)) != name:
            yield f"{name} and {other} measure the same, {measure.feature}: it counts twice"
        if not isinstance(card, AdditiveCard):
            low, high = span(measure)
            if low == high:
                yield f"{name} gives {low:g} whatever is measured: it says nothing of a customer"
    if not any(share.reaches_floor for share in shares(card)):
        yield f"no group alone reaches the coverage floor of {card.min_coverage:.0%}: two sorts of data are needed"


def _of_bands(card: Scorecard) -> Iterator[str]:
    low, high = reach(card)
    bands = card.bands
    best, worst = (WHOLE - low, WHOLE - high) if bands.falling else (high, low)
    green, yellow = bands.edges
    if best < green:
        yield f"nobody can be green: the best possible score is {_shown(best, bands):g}"
    if worst >= yellow:
        yield f"nobody can be red: the worst possible score is {_shown(worst, bands):g}"
    if card.purpose == "risk" and not bands.falling:
        yield "of a risk high is bad: without falling: true in bands, a high risk counts as green"


def _shown(good: float, bands: Bands) -> float:
    return round(WHOLE - good if bands.falling else good, 1)


def _of_caps(card: Scorecard) -> Iterator[str]:
    low, high = reach(card)
    for position, cap in enumerate(card.caps):
        if (cap.at_least is None and cap.at_most >= high) or (cap.at_least is not None and cap.at_least <= low):
            yield f"caps[{position}] never changes a score: scores lie between {low:g} and {high:g} anyhow"
        if not cap.condition.conditions:
            yield f"caps[{position}] holds for everybody"
