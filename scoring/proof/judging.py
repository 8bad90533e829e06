"""The judgement of a way to learn: on rows it has not seen, in folds or later in time, beside its baselines.

Everything that is learnt is learnt again for each judgement. Must not know files or words for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.words import Purpose
from scoring.proof import baselines, ranking
from scoring.proof.card import Fitted, apply_card, to_card
from scoring.proof.fitting import fit_additive
from scoring.proof.shapes import Direction
from scoring.proof.timing import Split

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS: Final = 5
CARD: Final = "card"


@dataclass(frozen=True)
class Task:
    """What is to be learnt: candidates, the bad outcome (1 = it came), and a number per row (or customer) for folds."""

    frame: pd.DataFrame
    happened: Floats
    chance: Ints
    groups: Ints | None = None
    directions: Mapping[str, Direction] = field(default_factory=dict)
    red_catches: float = 0.5
    purpose: Purpose = "health"

    def only(self, rows: NDArray[np.int64]) -> "Task":
        groups = None if self.groups is None else self.groups[rows]
        return Task(
            self.frame.iloc[rows], self.happened[rows], self.chance[rows], groups,
            self.directions, self.red_catches, self.purpose,
        )  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """What was said of rows by something learnt without them. ``part``: which fold; rows never judged are left out."""

    rows: Ints
    part: Ints
    happened: Floats
    risks: Mapping[str, Floats]
    """Card and baselines → risk of the bad outcome."""
    usual: Floats
    """The share of the bad outcome among the rows learnt from: what is said of everybody by who knows nothing."""
    red: NDArray[np.bool_]
    unscored: int
    """Rows with too little known for a score; they count with the usual risk."""
    groups: Ints | None
    recency: str | None
    """The column that stands for recency."""


@dataclass(frozen=True)
class Figure:
    value: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """The standard error that the interval stands for."""
        return (self.high - self.low) / 3.92


@dataclass(frozen=True)
class Figures:
    """Figures with 95 % bootstrap intervals, by name; the same resamples for all, so that differences are paired."""

    auc: Mapping[str, Figure]
    brier: Mapping[str, Figure]
    against: Mapping[str, Figure]
    """AUC of the card minus that of each baseline."""
    skill: Figure
    """1 − Brier of the card ÷ Brier of the usual risk, as it was when it was learnt: above 0 it foretells."""
    lift: Figure
    precision: Figure
    """Share of the red ones to which the bad outcome came."""
    recall: Figure
    """Share of the bad outcomes that were red."""
    red_share: float


def learn_card(task: Task) -> Fitted | None:
    """A card from all rows of the task; None where no column tells anything."""
    model = fit_additive(task.frame, task.happened, task.chance, task.directions)
    return to_card(model, task.frame, task.happened, task.red_catches, task.purpose) if model.parts else None


def in_folds(task: Task) -> Judged:
    """Five folds, each with its share of both outcomes; customers are never torn apart."""
    fold = stratified(task.happened, task.chance, task.groups)
    parts = [_judge(task, np.flatnonzero(fold != one), np.flatnonzero(fold == one), one) for one in range(FOLDS)]
    return _together(parts)


def out_of_time(task: Task, split: Split) -> Judged:
    """Learnt from the earlier rows, judged on the later."""
    return _together([_judge(task, split.earlier, split.later, 0)])


def stratified(happened: Floats, chance: Ints, groups: Ints | None) -> Ints:
    """A fold per row: each outcome is dealt out in turn, in the order of ``chance``; a group goes as one."""
    if groups is None:
        order = np.lexsort((chance, happened))
        fold = np.empty(len(happened), dtype=np.int64)
        fold[order] = np.arange(len(order)) % FOLDS
        return fold
    found, unit = np.unique(groups, return_inverse=True)
    worst = np.zeros(len(found))
    np.maximum.at(worst, unit, happened)
    first = np.full(len(found), np.iinfo(np.int64).max)
    np.minimum.at(first, unit, chance)
    return stratified(worst, first, None)[unit]


def figures(judged: Judged) -> Figures:
    """Every figure and its interval, over one set of resamples of rows (or of customers)."""
    happened = judged.happened
    ranks = {name: ranking.ranked(risk, happened, judged.part) for name, risk in judged.risks.items()}
    errors = {name: (risk - happened) ** 2 for name, risk in judged.risks.items()}
    likeliest = np.argsort(-judged.risks[CARD], kind="stable")
    drawn: dict[str, list[float]] = {}
    for weights in [np.ones(len(happened)), *ranking.resamples(len(happened), judged.groups)]:
        for name, value in _measured(judged, ranks, errors, likeliest, weights).items():
            drawn.setdefault(name, []).append(value)
    made = {name: Figure(values[0], *ranking.interval(np.array(values[1:]))) for name, values in drawn.items()}
    return Figures(
        auc={name: made[f"auc {name}"] for name in ranks},
        brier={name: made[f"brier {name}"] for name in ranks},
        against={name: made[f"against {name}"] for name in ranks if name != CARD},
        skill=made["skill"],
        lift=made["lift"],
        precision=made["precision"],
        recall=made["recall"],
        red_share=float(judged.red.mean()),
    )


def _measured(
    judged: Judged,
    ranks: Mapping[str, ranking.Ranked],
    errors: Mapping[str, Floats],
    likeliest: Ints,
    weights: Floats,
) -> dict[str, float]:
    happened, total = judged.happened, float(weights.sum())
    aucs = {name: rank.auc(weights) for name, rank in ranks.items()}
    briers = {name: float(error @ weights) / total for name, error in errors.items()}
    naive = float(((judged.usual - happened) ** 2) @ weights) / total
    bad, red = weights * happened, weights * judged.red
    caught = float(bad @ judged.red)
    return {
        **{f"auc {name}": value for name, value in aucs.items()},
        **{f"brier {name}": value for name, value in briers.items()},
        **{f"against {name}": aucs[CARD] - value for name, value in aucs.items() if name != CARD},
        "skill": 1 - briers[CARD] / naive if naive > 0 else float("nan"),
        "lift": ranking.lift(happened, weights, likeliest),
        "precision": caught / float(red.sum()) if red.sum() else float("nan"),
        "recall": caught / float(bad.sum()) if bad.sum() else float("nan"),
    }


def _judge(task: Task, train: Ints, test: Ints, part: int) -> Judged:
    learnt, asked = task.only(train), task.frame.iloc[test]
    fitted = learn_card(learnt)
    rate = np.full(len(test), float(learnt.happened.mean()))
    risks = {CARD: rate}
    red, unscored = np.zeros(len(test), dtype=np.bool_), len(test)
    if fitted is not None:
        said = apply_card(fitted, asked)
        risks[CARD], red, unscored = said.risk, said.red, int(np.isnan(said.score).sum())
    column = baselines.recency_column(learnt.frame, learnt.happened)
    alone = baselines.fit_recency(learnt.frame, learnt.happened, column) if column else lambda rows: rate
    risks[baselines.RECENCY] = alone(asked)
    risks[baselines.REGRESSION] = baselines.fit_regression(learnt.frame, learnt.happened)(asked)
    groups = None if task.groups is None else task.groups[test]
    return Judged(test, np.full(len(test), part), task.happened[test], risks, rate, red, unscored, groups, column)


def _together(parts: Sequence[Judged]) -> Judged:
    names = parts[0].risks
    groups = [part.groups for part in parts if part.groups is not None]
    columns = [part.recency for part in parts if part.recency]
    return Judged(
        rows=np.concatenate([part.rows for part in parts]),
        part=np.concatenate([part.part for part in parts]),
        happened=np.concatenate([part.happened for part in parts]),
        risks={name: np.concatenate([part.risks[name] for part in parts]) for name in names},
        usual=np.concatenate([part.usual for part in parts]),
        red=np.concatenate([part.red for part in parts]),
        unscored=sum(part.unscored for part in parts),
        groups=np.concatenate(groups) if groups else None,
        recency=max(columns, key=columns.count) if columns else None,
    )
