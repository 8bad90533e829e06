"""Frames in, decisions out: what was computed about each customer, put into words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan
from typing import cast

import numpy as np

from config.scorecards import Scorecard
from config.words import NpsGroup, Purpose
from scoring import reasons
from scoring.decision import NO_TREND, Decision, Previous, RaisedFlag, Signal, Verdict
from scoring.evaluation import Evaluation, Group, evaluate
from scoring.expansion import NO_PEERS, Peers
from scoring.facts import Facts
from scoring.features.table import FACTS
from scoring.flags import Raised
from scoring.frames import Frames
from scoring.journey import SEGMENT
from scoring.measures import along
from scoring.messages import Catalogue, catalogue, flag_remedy, flag_sentence, signal_sentence
from scoring.needs import needed
from scoring.nps import rollup
from scoring.policy import Policy
from scoring.shown import Shown


def decide(frames: Frames, policy: Policy, previous: Mapping[int, Previous], peers: Peers = NO_PEERS) -> list[Decision]:
    """A decision per customer at the close of ``frames.as_of``, in the order of ``frames.customers``.

    Who has no health card is left out. ``previous``: what stood at the close of the day before. ``peers``: what
    similar accounts of the book own.
    """
    return told(evaluate(frames, policy, previous, peers, needed(policy)), catalogue(policy.language))


def told(found: Evaluation, words: Catalogue) -> list[Decision]:
    """The decisions that follow from what was computed, in its order and in the language of ``words``."""
    shown = _shown(found)
    others = [purpose for purpose in found.groups if purpose != "health"]
    more = {purpose: {one.place: one.verdict for one in _verdicts(found, purpose, shown, words)} for purpose in others}
    made = {
        one.place: _decision(found, one, tuple(some[one.place] for some in more.values() if one.place in some))
        for one in _verdicts(found, "health", shown, words)
    }
    return [made[place] for place in sorted(made)]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a card says of one customer. ``place``: where the customer stands among all."""

    place: int
    verdict: Verdict
    parts: reasons.Parts
    facts: Facts
    absent: Sequence[str]


def _shown(found: Evaluation) -> Shown:
    """All that a sentence may name."""
    raised = {**found.raised, **found.signals}
    facts = {name: fact for one in raised.values() for name, fact in one.facts.items()}
    facts |= found.amounts.facts if found.amounts else {}
    begun = {_begun(name): one.ago for name, one in raised.items()}
    # a mapped field may be called like a fact: it stays beside it, for rules
    values = {name: column for name, column in found.table.values.items() if name not in FACTS}
    return Shown(found.past, {**values, **found.table.facts, **rollup(found.past), **facts, **begun})


def _begun(name: str) -> str:
    """The column of the days since a flag or signal began; NaN = not raised."""
    return f"began {name}"


def _verdicts(found: Evaluation, purpose: Purpose, shown: Shown, words: Catalogue) -> Iterator[_Told]:
    """What the cards of a purpose say of whom they are for."""
    for group in found.groups.get(purpose, ()):
        columns = shown.of(group.rows)
        parts = reasons.parts(group.scored, group.card, words)
        scores, coverages = group.scored.score.tolist(), group.scored.coverage.tolist()
        for row, place in enumerate(group.rows.tolist()):
            facts = Facts(columns, row)
            score = None if isnan(scores[row]) else scores[row]
            yield _told(purpose, group, parts, facts, place, score, round(100 * coverages[row], 1))


def _told(
    purpose: Purpose, group: Group, parts: reasons.Parts, facts: Facts, place: int, score: float | None, coverage: float
) -> _Told:
    band = group.banded.band[facts.row]
    made = () if score is None else reasons.contributions(parts, facts)
    absent = reasons.absent(parts, facts) if score is None else ()
    verdict = Verdict(
        purpose=purpose,
        score=score,
        coverage=coverage,
        band=band,
        band_since=group.banded.since[facts.row],
        contributions=made,
        missing=reasons.missing(parts, facts.row),
        reasons=reasons.unknown(parts, facts, coverage, absent)
        if score is None
        else reasons.reasons(parts.words, made, band, low_is_good=bool(group.card.bands.falling)),
        version=parts.version,
    )
    return _Told(place, verdict, parts, facts, absent)


def _decision(found: Evaluation, one: _Told, verdicts: tuple[Verdict, ...]) -> Decision:
    health, facts = one.verdict, one.facts
    flags = _flags(found.raised, one.parts.words, facts, found.past.as_of)
    nps = facts.number("nps")
    return Decision(
        customer=int(found.past.index[one.place]),
        day=found.past.as_of,
        score=health.score,
        coverage=health.coverage,
        band=health.band,
        band_since=health.band_since,
        contributions=health.contributions,
        missing=health.missing,
        flags=flags,
        top_risk=flags[0].name if flags else None,
        nps=None if nps is None else int(nps),
        nps_last=facts.number("nps_last"),
        nps_group=cast(NpsGroup | None, facts.get("nps_group")),
        reasons=health.reasons,
        next_action=reasons.next_action(one.parts, facts, flags, health.contributions, one.absent, health.band),
        version=health.version,
        language=one.parts.words.language,
        verdicts=verdicts,
        segment=facts.text(SEGMENT) or None,
        stage=found.placed.stage[one.place],
        stage_since=found.placed.since[one.place],
        csat=facts.number("csat_latest"),
        churn_risk=_churn_risk(one.parts.card, health.score),
        signals=_signals(found.signals, one.parts.words, facts, found.past.as_of),
        expansion_amount=facts.number("expansion_amount"),
        expansion_currency=facts.text("expansion_currency") or None,
        trend=found.trends.get(int(found.past.index[one.place]), NO_TREND),
    )


def _churn_risk(card: Scorecard, score: float | None) -> float | None:
    """Percent, to the tenth; None where the card was not learnt, did not prove itself, or there is no score."""
    if card.learnt is None or not card.learnt.proven or score is None:
        return None
    chance = float(along(card.learnt.calibration, np.array([score]))[0])
    return round(100 * (1 - chance if card.learnt.good else chance), 1)


def _flags(raised: Mapping[str, Raised], words: Catalogue, facts: Facts, day: date) -> tuple[RaisedFlag, ...]:
    return tuple(
        RaisedFlag(
            name=name,
            since=since,
            sentence=flag_sentence(words, name, facts),
            remedy=flag_remedy(words, name, facts),
        )
        for name, since in _since(raised, facts, day)
    )


def _signals(found: Mapping[str, Raised], words: Catalogue, facts: Facts, day: date) -> tuple[Signal, ...]:
    return tuple(Signal(name, since, signal_sentence(words, name, facts)) for name, since in _since(found, facts, day))


def _since(raised: Mapping[str, Raised], facts: Facts, day: date) -> Iterator[tuple[str, date]]:
    """Those that hold for a customer, each with the day on which it began."""
    for name in raised:
        if (ago := facts.number(_begun(name))) is not None:
            yield name, day - timedelta(days=int(ago))
