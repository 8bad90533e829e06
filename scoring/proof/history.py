"""``learn`` from a workspace's own history: a panel in, a card out that beat the present one on later months. Pure.

Months whose outcome was not over when the later ones began teach nothing, so that no loss is on both sides. Must not
know where the panel comes from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from config.scorecards import Measure, Scorecard, load_shipped_card, shipped_files
from config.words import Purpose
from scoring.features.table import FEATURES
from scoring.proof import ranking
from scoring.proof.backtest import Backtest, Rival, backtest
from scoring.proof.card import probability
from scoring.proof.learn import Lesson, learn
from scoring.proof.resampling import Flags
from scoring.proof.rivals import logistic
from scoring.proof.shapes import Direction
from scoring.proof.timing import Embargo
from scoring.proof.verdicts import beside
from scoring.scorecard import score_frame

LABEL: Final = "lost"
PERIOD: Final = "period"
LATER: Final = 0.3
"""The share of the losses on which a card is judged, the latest."""
LEAST: Final = 10
"""Customers lost, and as many others, that the later months need; the earlier ones need twice as many."""
PRESENT: Final = "present scorecard"
KNOWN: Final = 0.02
"""A feature known in fewer rows than this teaches nothing."""


@dataclass(frozen=True)
class Taught:
    """``lesson``: the card and its figures. ``later``: it beside the present card on months it had not seen."""

    lesson: Lesson
    later: Backtest | None
    until: str | None
    """The last month that taught, when it was judged."""
    since: str | None
    """The first month on which it was judged."""

    @property
    def against_present(self) -> Rival | None:
        return self.later.rivals.get(PRESENT) if self.later else None

    @property
    def better(self) -> bool:
        """Whether it may take the present card's place."""
        rival = self.against_present
        return self.lesson.proven and rival is not None and beside(rival.difference) == "better"

    def because(self) -> str:
        """Whether it beats the present card, in words."""
        rival = self.against_present
        if self.later is None or rival is None:
            return "it could not be compared with the present card: too few losses in the later months"
        gap = rival.difference
        said = f"AUC {gap.value:+.3f}, {gap.low:+.3f} to {gap.high:+.3f}"
        return f"on months it had not seen it {_WORDS[beside(gap)]} the present card ({said})"

    def as_data(self) -> dict[str, Any]:
        rival = self.against_present
        return {
            "out_of_time": self.later.as_data() if self.later else None,
            "taught_until": self.until,
            "judged_from": self.since,
            "present_card": rival.as_data() if rival else None,
            "beats_present_card": self.better,
            "present_card_text": self.because(),
        }


TURNED: Final[Mapping[Direction, Direction]] = {"up": "down", "down": "up"}

_WORDS: Final = {
    "better": "beats", "level": "is level with", "worse": "is behind", "unknown": "cannot be compared with",
}  # fmt: skip


def learn_history(
    rows: pd.DataFrame,
    present: Sequence[Scorecard],
    horizon: int,
    *,
    drop: Iterable[str] = (),
    directions: Mapping[str, Direction] | None = None,
    red_catches: float = 0.5,
) -> Taught:
    """``rows``: ``customer``, ``cut``, ``score`` of the present cards, ``lost`` and features (see ``panel``)."""
    known = rows[rows[LABEL].notna()].reset_index(drop=True)
    names = _features(known, set(drop))
    split = split_in_time(known, horizon)
    teaching = known[split[0]] if split else known
    ways = {**_seen(teaching, names), **common_sense(), **declared(present), **(directions or {})}

    def taught(some: pd.DataFrame, time: str | None) -> Lesson:
        table = some[["customer", *names, LABEL, *([time] if time else [])]]
        mine = {name: way for name, way in ways.items() if name in names}
        return learn(table, LABEL, time=time, positive="1", good=False, customer="customer", directions=mine,
                     red_catches=red_catches, embargo=Embargo(0))  # fmt: skip

    if split is None:
        return Taught(taught(known, None), None, None, None)
    earlier, later = split
    until, since = (str(some.date()) for some in (known.loc[earlier, "cut"].max(), known.loc[later, "cut"].min()))
    periods = known.assign(**{PERIOD: later.astype(np.int64)})[earlier | later].reset_index(drop=True)
    between = int((~(earlier | later)).sum())
    lesson = _dated(taught(periods, PERIOD), until, since, Embargo(horizon, "days"), between)
    before = taught(known[earlier].reset_index(drop=True), None)
    judged = _judged(known, later, before.card, names, horizon) if before.card else None
    return Taught(lesson, judged, until, since)


def split_in_time(rows: pd.DataFrame, horizon: int) -> tuple[Flags, Flags] | None:
    """Which rows teach and which judge: those whose outcome was over when the judged ones begin. None: too few."""
    cut, lost = rows["cut"].to_numpy("datetime64[D]"), rows[LABEL].to_numpy(np.float64) == 1
    best, nearest = None, np.inf
    for day in np.unique(cut)[1:]:
        later, earlier = cut >= day, cut + np.timedelta64(horizon, "D") <= day
        if not (_enough(rows, later, lost, LEAST) and _enough(rows, earlier, lost, 2 * LEAST)):
            continue
        off = abs(lost[later].sum() / max(lost.sum(), 1) - LATER)
        if off < nearest:
            best, nearest = (earlier, later), off
    return best


def _enough(rows: pd.DataFrame, some: Flags, lost: Flags, least: int) -> bool:
    who = rows["customer"].to_numpy()
    return min(len(np.unique(who[some & lost])), len(np.unique(who[some & ~lost]))) >= least


def declared(cards: Iterable[Scorecard]) -> dict[str, Direction]:
    """Which way the present cards say that features point: a curve that only rises, or only falls."""
    found: dict[str, Direction] = {}
    for card in cards:
        for measure in card.measures.values():
            if way := _way(measure):
                found.setdefault(measure.feature, way)
    return found


@cache
def common_sense() -> Mapping[str, Direction]:
    """Which way the shipped cards of health say that features point, and, turned round, those of risk."""

    def said(purpose: Purpose) -> dict[str, Direction]:
        return declared(load_shipped_card(path).card for path in shipped_files(purpose))

    return {**{name: TURNED[way] for name, way in said("risk").items()}, **said("health")}


def _way(measure: Measure) -> Direction | None:
    scores = [score for _, score in measure.curve or ()]
    if len(scores) < 2:
        return None
    return "up" if scores == sorted(scores) else "down" if scores == sorted(scores, reverse=True) else None


def _seen(rows: pd.DataFrame, names: Sequence[str]) -> dict[str, Direction]:
    """Which way the rows say that numbers point, so that each becomes a curve that only rises or only falls."""
    found: dict[str, Direction] = {}
    for name in names:
        told = rows[name].notna()
        if rows[name].dtype.kind in "fiu" and told.any():
            worse = ranking.auc(rows.loc[told, name].to_numpy(np.float64), rows.loc[told, LABEL].to_numpy(np.float64))
            found[name] = "down" if worse > 0.5 else "up"
    return found


def _features(rows: pd.DataFrame, drop: set[str]) -> list[str]:
    there = [name for name in FEATURES if name in rows.columns and name not in drop]
    return [name for name in there if rows[name].notna().mean() >= KNOWN]


def _judged(known: pd.DataFrame, later: Flags, card: Scorecard, names: Sequence[str], horizon: int) -> Backtest:
    """The card that the earlier months taught, on the later ones, beside the present card and a regression."""
    foretold = logistic(known, names, horizon).risk
    rows = known[later].assign(present=known.loc[later, "score"], regression=-foretold[later]).reset_index(drop=True)
    score = score_frame(rows[list(names)], card).score
    rows = rows.assign(score=score, band=np.where(score < card.bands.yellow, "red", "other"))
    if card.learnt is not None:
        rows = rows.assign(probability=probability(card.learnt.calibration, score))
    others = {PRESENT: "present"} | ({"logistic regression": "regression"} if rows["regression"].notna().any() else {})
    return backtest(rows, horizon=horizon, others=others, seed=ranking.SEED)


def _dated(lesson: Lesson, until: str, since: str, embargo: Embargo, left_out: int) -> Lesson:
    """The lesson with months in place of the two periods that it was told of, and the gap between them."""
    card = lesson.card
    if card is not None and card.learnt is not None:
        learnt = card.learnt.model_copy(update={"time_column": "cut", "trained_until": until})
        card = card.model_copy(update={"learnt": learnt})
    told: dict[str, Any] = {"column": "cut", "until": until, "since": since, "embargo": embargo, "left_out": left_out}
    time = replace(lesson.time, **told) if lesson.time else None
    aside = tuple(one for one in lesson.set_aside if one.column not in ("customer", PERIOD))
    return replace(lesson, card=card, time=time, set_aside=aside)


def refused(taught: Taught) -> Lesson:
    """The lesson as it is written all the same: its card says that it is unproven."""
    card = taught.lesson.card
    if card is None or card.learnt is None or taught.better:
        return taught.lesson
    return replace(
        taught.lesson, card=card.model_copy(update={"learnt": card.learnt.model_copy(update={"proven": False})})
    )
