"""Back-tests the workspace's own history: the panel of its book, judged. Stores nothing.

Owns what is told beside the figures: how the past was rebuilt, who is not in it. The figures are scoring's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from bridge.progress import Progress, silent
from bridge.proof.panel import Asked, Panel, only, panel
from bridge.workspace import Workspace
from config.scorecards import Scorecard
from scoring.proof.backtest import Backtest, backtest
from scoring.proof.card import probability
from scoring.proof.lead_time import lead_time
from scoring.proof.outcomes import LOST, counts

SEGMENT = "segment"
SEED = 20_260_301


@dataclass(frozen=True)
class Proved:
    """A back-test with all that a reader has to know of where its rows come from."""

    panel: Panel
    result: Backtest
    cards: Sequence[Scorecard]
    notes: Sequence[str]

    def as_data(self) -> dict[str, Any]:
        there = self.panel
        return {
            "scorecards": [card.version for card in self.cards],
            "horizon_days": there.horizon,
            "cuts": [day.isoformat() for day in there.cuts],
            "known_until": there.until.isoformat() if there.until else None,
            "first_sync": there.first_known.isoformat() if there.first_known else None,
            "outcomes": counts(there.rows["outcome"]) if "outcome" in there.rows else {},
            "left_out": dict(there.left_out or {}),
            "notes": list(self.notes),
            **self.result.as_data(),
        }


def prove(
    workspace: Workspace,
    asked: Asked,
    card: Scorecard | None = None,
    *,
    by: str = SEGMENT,
    draws: int = 1_000,
    progress: Progress = silent,
) -> Proved:
    """Judge the workspace's health cards (or ``card``) on its own history."""
    there = only(workspace, card)
    made = panel(there, asked, progress)
    cards = there.cards["health"]
    result = backtest(
        _with_probability(labelled(made.rows), cards),
        features=sorted({measure.feature for one in cards for measure in one.measures.values()}),
        horizon=asked.horizon,
        by=by,
        lead=_lead_time(made, draws) if made.until and len(made.rows) else None,
        draws=draws,
        seed=SEED,
    )
    return Proved(made, result, cards, [*notes_of(made), *_of_learning(cards)])


def labelled(rows: Any) -> Any:
    """The rows with ``lost``: 1 where the customer left or shrank within the horizon, 0 where not, else unknown."""
    if "outcome" not in rows:
        return rows.assign(outcome=None, lost=np.nan)
    return rows.copy().assign(lost=rows["outcome"].isin(LOST).astype("float64").where(rows["outcome"].notna()))


def _with_probability(rows: Any, cards: Sequence[Scorecard]) -> Any:
    """With ``probability`` of a loss, where a learnt card decided."""
    learnt = {card.version: card.learnt for card in cards if card.learnt is not None}
    if not learnt:
        return rows
    told = np.full(len(rows), np.nan)
    for version, lesson in learnt.items():
        mine = (rows["version"] == version).to_numpy()
        chance = probability(lesson.calibration, rows["score"].to_numpy(np.float64)[mine])
        told[mine] = 1 - chance if lesson.good else chance
    return rows.assign(probability=told)


def _of_learning(cards: Sequence[Scorecard]) -> Iterator[str]:
    for card in cards:
        if card.learnt is not None:
            own = f"its own figure, on rows it had not seen, was AUC {card.learnt.auc:.2f}"
            yield f"{card.version} was learnt: where that was from this history, the figures here flatter it; {own}"


def _lead_time(made: Panel, draws: int) -> Any:
    return lead_time(made.rows, made.lives.losses, np.datetime64(made.until, "s"), draws, SEED)


def notes_of(made: Panel) -> Iterator[str]:
    """What a reader has to know, in sentences."""
    if made.first_known is None:
        yield "nothing has been synced yet, so that there is no history"
        return
    if made.until is None:
        yield "nothing with a date is on record: no use, ticket, touch, answer, payment or loss"
        return
    yield from _of_rebuilding(made.cuts, made.first_known)
    yield f"the newest event on record is of {made.until}; months whose horizon ends later are not judged"
    if made.assumed:
        rows = f"{made.assumed:,} customer-months"
        yield f"{rows} count as customers although no date says since when: fill customer_since to be sure"
    for why, number in (made.left_out or {}).items():
        yield f"{number:,} customer-months left out: {why}"
    undated = int(made.lives.losses["day"].isna().sum())
    if undated:
        yield f"{undated:,} customers left on a day that nobody knows and are in no month: fill churned_on"
    yield "customers that were deleted from the CRM before the first sync are not on record, and in no figure"


def _of_rebuilding(cuts: Sequence[date], first: date) -> Iterator[str]:
    dated = sum(day < first for day in cuts)
    if dated:
        what = f"{dated} of {len(cuts)} months lie before the first sync ({first}) and are rebuilt from dated events"
        yield f"{what}; what a CRM overwrites (ARR, plan, seats, renewal) is known there only from its own history"
