"""Frames in, columns out: everything that is computed about customers, before it is put into words. Pure.

The one place that runs features, segments, stages, scorecards, bands and flags in order.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.scorecards import Scorecard
from config.words import Purpose
from scoring.actions import action_counts
from scoring.bands import Banded, decide_bands
from scoring.conditions import mask
from scoring.decision import Previous, Trend
from scoring.expansion import NO_PEERS, Amounts, Peers, amounts, find_signals
from scoring.features.table import FEATURES, Table, tabulate, tabulate_late
from scoring.flags import Raised, raise_flags
from scoring.frames import Frames
from scoring.journey import SEGMENT, STAGE, Placed, place, review_cadence, with_segments
from scoring.outlook import outlooks
from scoring.past import Past, past
from scoring.policy import Policy
from scoring.pulse import valid_pulses
from scoring.scorecard import ScoredFrame, score_frame


@dataclass(frozen=True)
class Group:
    """The customers that one card is for. ``rows``: their places in the table, in its order."""

    card: Scorecard
    rows: NDArray[np.intp]
    scored: ScoredFrame
    banded: Banded


@dataclass(frozen=True)
class Evaluation:
    """A row per customer of the frames; ``groups`` leave out those for whom a purpose has no card."""

    past: Past
    table: Table
    """Its values hold segment, touch and journey stage, too."""
    placed: Placed
    groups: Mapping[Purpose, tuple[Group, ...]]
    raised: Mapping[str, Raised]
    """Flags, gravest first."""
    signals: Mapping[str, Raised]
    """Of expansion, where that purpose is on."""
    amounts: Amounts | None
    trends: Mapping[int, Trend]
    """Of the customers of whose health there is enough history."""

    def scores(self, purpose: Purpose = "health") -> pd.Series:
        """0–100 by customer; NaN where it is unknown or there is no card."""
        found = np.full(len(self.table.values), np.nan)
        for group in self.groups.get(purpose, ()):
            found[group.rows] = group.scored.score
        return pd.Series(found, index=self.table.values.index)

    def versions(self, purpose: Purpose = "health") -> dict[int, str]:
        """Of the card of each customer that has one."""
        found: dict[int, str] = {}
        for group in self.groups.get(purpose, ()):
            found |= dict.fromkeys(self.table.values.index[group.rows].tolist(), group.card.version)
        return found

    def bands(self, purpose: Purpose = "health") -> pd.Series:
        """By customer; None where there is no card."""
        found = np.full(len(self.table.values), None, dtype=object)
        for group in self.groups.get(purpose, ()):
            found[group.rows] = np.array(group.banded.band, dtype=object)
        return pd.Series(found, index=self.table.values.index)


def evaluate(
    frames: Frames,
    policy: Policy,
    previous: Mapping[int, Previous],
    peers: Peers = NO_PEERS,
    wanted: Collection[str] | None = None,
) -> Evaluation:
    """All columns at the close of ``frames.as_of``.

    ``previous``: what stood at the close of the day before. ``peers``: what similar accounts of the book own. What is
    found about a customer does not depend on who else is in the frames. ``wanted``: these features alone are needed
    (``scoring.needs``); None: every one.
    """
    then = past(frames, policy.product)
    table = tabulate(then, wanted)
    values = with_segments(_with_extra(table.values, frames.extra), policy.segments)
    then = replace(then, cadence=review_cadence(values[SEGMENT], policy.segments))
    values = _beside(values, tabulate_late(then, wanted))
    values = _beside(values, action_counts(frames, then, [card for some in policy.cards.values() for card in some]))
    placed = place(values, policy.stages, previous, then.as_of)
    values = values.assign(**{STAGE: pd.Series(placed.stage, index=values.index, dtype="object")})
    table = replace(table, values=values)
    groups = {purpose: tuple(_groups(purpose, cards, table, then, previous)) for purpose, cards in policy.cards.items()}
    found = Evaluation(then, table, placed, groups, {}, {}, None, {})
    trends = outlooks(found.scores(), found.versions(), previous, values["days_to_renewal"], then.as_of)
    before = {id: state.flags for id, state in previous.items()}
    found = replace(found, trends=trends, raised=raise_flags(then, values, policy.flags, before, found.bands()))
    return _with_expansion(found, policy, previous, peers) if "expansion" in policy.cards else found


def _with_expansion(found: Evaluation, policy: Policy, previous: Mapping[int, Previous], peers: Peers) -> Evaluation:
    before = {id: state.signals for id, state in previous.items()}
    values = found.table.values
    signals = find_signals(found.past, values, found.raised, before, peers)
    return replace(found, signals=signals, amounts=amounts(found.past, values, signals, policy.rates))


def _with_extra(values: pd.DataFrame, extra: pd.DataFrame) -> pd.DataFrame:
    """Mapped fields beside features and account fields; none of them can take the place of those."""
    more = extra[[name for name in extra.columns if name not in values.columns and name not in FEATURES]]
    return _beside(values, more)


def _beside(values: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Both, of the same customers; most often there are no more columns."""
    return values if more.empty else values.join(more)


def _groups(
    purpose: Purpose, cards: Sequence[Scorecard], table: Table, then: Past, previous: Mapping[int, Previous]
) -> Iterator[Group]:
    """The customers of each card: of several cards that are for one, the first counts."""
    held = _held(purpose, previous)
    pulses = valid_pulses(then) if purpose == "health" else None
    free = np.ones(len(table.values), dtype=np.bool_)
    for card in cards:
        meant = free & mask(card.applies, table.values).to_numpy()
        free &= ~meant
        if rows := np.flatnonzero(meant).tolist():
            places = np.array(rows, dtype=np.intp)
            some, ages, pulse = table.values, table.ages, pulses
            if len(rows) < len(some):
                some, ages = some.iloc[places], ages.iloc[places]
                pulse = None if pulses is None else pulses.iloc[places]
            scored = score_frame(some, card, ages, pulse)
            yield Group(card, places, scored, decide_bands(scored, card.bands, held, then.as_of))


def _held(purpose: Purpose, previous: Mapping[int, Previous]) -> Mapping[int, Previous]:
    """The bands of that purpose; a pulse speaks of health alone."""
    if purpose == "health":
        return previous
    return {id: state.bands[purpose] for id, state in previous.items() if purpose in state.bands}
