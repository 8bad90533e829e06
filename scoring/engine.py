"""Frames in, decisions out: the one place that runs features, scorecard, bands, flags and words in order. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan

from config.languages import DEFAULT
from config.scorecards import Scorecard
from config.words import NpsGroup
from scoring import reasons
from scoring.bands import Banded, decide_bands
from scoring.decision import Decision, Previous, RaisedFlag
from scoring.facts import Facts
from scoring.features.table import Table, tabulate
from scoring.flags import Raised, raise_flags
from scoring.frames import Frames
from scoring.messages import Catalogue, catalogue, flag_remedy, flag_sentence
from scoring.nps import rollup
from scoring.past import past
from scoring.pulse import valid_pulses
from scoring.scorecard import score_frame


@dataclass(frozen=True, slots=True)
class _Outcome:
    """All that was computed, columns as plain lists: what the decisions are assembled from."""

    day: date
    card: Scorecard
    version: str
    words: Catalogue
    customers: list[int]
    score: list[float]
    coverage: list[float]
    banded: Banded
    parts: reasons.Parts
    columns: Mapping[str, Sequence[object]]
    begun: Mapping[str, list[float]]
    """Per flag, gravest first: days since it began; NaN = not raised."""
    nps: list[float]
    nps_last: list[float]
    nps_group: list[NpsGroup | None]


def decide(
    frames: Frames,
    card: Scorecard,
    flags: Mapping[str, int | None],
    previous: Mapping[int, Previous],
    *,
    language: str = DEFAULT,
) -> list[Decision]:
    """A decision per customer at the close of ``frames.as_of``, in the order of ``frames.customers``.

    ``flags``: those that are on, with their days (None = as shipped). ``previous``: the bands at the close of the
    day before. ``language``: of the sentences, see ``config.languages``. A customer's decision does not depend on who
    else is in the frames.
    """
    then, words = past(frames), catalogue(language)
    table = tabulate(then)
    scored = score_frame(table.values, card, table.ages, valid_pulses(then))
    raised = raise_flags(then, table.values, flags)
    nps = rollup(then)
    outcome = _Outcome(
        day=then.as_of,
        card=card,
        version=card.version,
        words=words,
        customers=then.index.tolist(),
        score=scored.score.tolist(),
        coverage=scored.coverage.tolist(),
        banded=decide_bands(scored, card.bands, previous, then.as_of),
        parts=reasons.parts(scored, card, words),
        columns=_columns(table, raised),
        begun={name: flag.ago.tolist() for name, flag in raised.items()},
        nps=nps["nps"].tolist(),
        nps_last=nps["nps_last"].tolist(),
        nps_group=nps["nps_group"].tolist(),
    )
    return [_decision(outcome, row) for row in range(len(outcome.customers))]


def _columns(table: Table, raised: Mapping[str, Raised]) -> dict[str, Sequence[object]]:
    facts = {name: fact.tolist() for flag in raised.values() for name, fact in flag.facts.items()}
    shown = {str(name): column.tolist() for part in (table.values, table.facts) for name, column in part.items()}
    return {**shown, **facts}


def _decision(outcome: _Outcome, row: int) -> Decision:
    facts = Facts(outcome.columns, row)
    known = not isnan(outcome.score[row])
    coverage = round(100 * outcome.coverage[row], 1)
    band = outcome.banded.band[row]
    flags = _flags(outcome, facts)
    made = reasons.contributions(outcome.parts, facts) if known else ()
    absent = () if known else reasons.absent(outcome.parts, facts)
    return Decision(
        customer=outcome.customers[row],
        day=outcome.day,
        score=outcome.score[row] if known else None,
        coverage=coverage,
        band=band,
        band_since=outcome.banded.since[row],
        contributions=made,
        missing=reasons.missing(outcome.parts, row),
        flags=flags,
        top_risk=flags[0].name if flags else None,
        nps=None if isnan(outcome.nps[row]) else int(outcome.nps[row]),
        nps_last=None if isnan(outcome.nps_last[row]) else outcome.nps_last[row],
        nps_group=outcome.nps_group[row],
        reasons=reasons.reasons(outcome.words, made, band)
        if known
        else reasons.unknown(outcome.parts, facts, coverage, absent),
        next_action=reasons.next_action(outcome.parts, facts, flags, made, absent, band),
        version=outcome.version,
    )


def _flags(outcome: _Outcome, facts: Facts) -> tuple[RaisedFlag, ...]:
    return tuple(
        RaisedFlag(
            name=name,
            since=outcome.day - timedelta(days=int(ago[facts.row])),
            sentence=flag_sentence(outcome.words, name, facts),
            remedy=flag_remedy(outcome.words, name, facts),
        )
        for name, ago in outcome.begun.items()
        if not isnan(ago[facts.row])
    )
