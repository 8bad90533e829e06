"""``learn``: a readable scorecard from a table with a known outcome, judged on rows it has not seen.

The public entry. Pure: a data frame in, everything there is to say out; who calls it writes files.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import ConfigError, Problem
from config.learnt import Figures as LearntFigures
from config.learnt import Learnt
from config.scorecards import Scorecard
from config.words import Purpose
from scoring.proof import baselines, columns, judging, regression, timing
from scoring.proof.card import Fitted, rising
from scoring.proof.intake import Intake, SetAside, digest, take_in
from scoring.proof.judging import CARD, Figures, Judged, Task
from scoring.proof.leaks import Leak, find_leaks
from scoring.proof.outcome import Outcome, read_outcome
from scoring.proof.ranking import SEED
from scoring.proof.shapes import Direction
from scoring.proof.timing import Embargo

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Verdict = Literal["beats", "level", "behind", "no skill", "too few"]

LEAST: Final = 30
"""Rows of either outcome without which nothing is learnt."""
SURE: Final = 3.0
"""Standard errors by which the AUC must lie above 0.5: of tables of pure noise, hardly one in a hundred gets there."""
BARE: Final = 10
"""Without these, not even when told to."""


@dataclass(frozen=True)
class Lesson:
    """What came of it. ``card`` is None where nothing could be learnt; ``proven`` says whether it may be used."""

    card: Scorecard | None
    verdict: Verdict
    because: str
    """The verdict in a sentence."""
    outcome: Outcome
    rows: int
    events: int
    unlabelled: int
    """Rows whose label (or time) is missing; they were left out."""
    set_aside: tuple[SetAside, ...]
    leaks: tuple[Leak, ...]
    ids: tuple[str, ...]
    judged: Judged | None
    """Out of time where a time column was given, else in folds."""
    figures: Figures | None
    folds: Figures | None
    """The same in folds, where the judgement is out of time."""
    time: "Time | None"
    frame: pd.DataFrame
    """The candidates as they were read, a row per row of ``judged.rows``' numbers."""

    @property
    def proven(self) -> bool:
        return self.card is not None and self.verdict not in ("no skill", "too few")


@dataclass(frozen=True)
class Time:
    """A judgement out of time: the rows up to ``until`` taught, those from ``since`` on judged."""

    column: str
    until: str
    since: str
    taught: int
    judged: int
    rate_before: float
    rate_after: float
    embargo: Embargo
    left_out: int
    """Rows between the two, which the embargo left out."""


def learn(
    table: pd.DataFrame,
    label: str,
    *,
    time: str | None = None,
    positive: str | None = None,
    good: bool | None = None,
    drop: Collection[str] = (),
    keep: Collection[str] = (),
    customer: str | None = None,
    directions: Mapping[str, Direction] | None = None,
    purpose: Purpose = "health",
    red_catches: float = 0.5,
    embargo: Embargo | None = None,
) -> Lesson:
    """Learn a scorecard that foretells ``label`` from the other columns of ``table`` (one row per customer or moment).

    ``time``: the column by which rows are earlier or later; then the judgement is out of time. ``positive``: the
    label's value to foretell; ``good``: whether that is good news (None: by its name). ``drop``, ``keep``: columns
    that are left out, or taken although they look like an id or a leak. ``customer``: who a row is of, where one has
    several rows; such rows are never on both sides of a fold. ``directions``: columns of which more is better
    (``up``) or worse (``down``), whatever the rows say. ``red_catches``: the share of the bad outcomes that the red
    band is to hold. ``embargo``: with ``time``, how far labels look ahead: so much before the judged rows teaches
    nothing (None: see ``timing.usual``). ConfigError for a column or label that cannot be used; the order of the rows
    never matters.
    """
    regression.need_the_extra()
    table = table.set_axis(columns.names(table), axis=1)
    _check_names(table, {"--time": [time], "--drop": drop, "--keep": keep, "--id": [customer]})
    outcome = read_outcome(table, label, positive, good)
    hash_of_rows, order_of = digest(table)
    labelled = np.flatnonzero(~np.isnan(outcome.happened))
    order = labelled[np.argsort(order_of[labelled], kind="stable")]
    table, happened = table.iloc[order].reset_index(drop=True), outcome.happened[order]
    when = None if time is None else _when(table, time)
    if when is not None and np.isnan(when).any():
        table, happened, when = table[~np.isnan(when)], happened[~np.isnan(when)], when[~np.isnan(when)]
        table = table.reset_index(drop=True)
    intake = take_in(table, _not_these(label, time, drop), keep, customer)
    leaks = find_leaks(intake.frame, happened, label, keep)
    aside = [*intake.set_aside, *(SetAside(leak.column, leak.reason) for leak in leaks if not leak.kept)]
    frame = intake.frame.drop(columns=[leak.column for leak in leaks if not leak.kept])
    lesson = Lesson(
        None, "too few", "", replace(outcome, happened=happened), len(table), int(happened.sum()),
        len(outcome.happened) - len(table), tuple(aside), tuple(leaks), intake.ids, None, None, None, None, frame,
    )  # fmt: skip
    bad = 1 - happened if outcome.good else happened
    task = Task(frame, bad, _chance(intake, len(table)), intake.groups, directions or {}, red_catches, purpose)
    if (fewest := int(min(bad.sum(), len(bad) - bad.sum()))) < BARE:
        return replace(lesson, because=_too_few(fewest, outcome))
    if frame.shape[1] == 0:
        return replace(lesson, verdict="no skill", because="no column is left to learn from")
    with regression.one_thread():
        lesson = _judged(lesson, task, when, time, table, embargo)
        fitted = judging.learn_card(task)
    verdict, because = _verdict(lesson, fitted, fewest)
    lesson = replace(lesson, verdict=verdict, because=because)
    return replace(lesson, card=_finished(lesson, fitted, hash_of_rows, red_catches)) if fitted else lesson


def _judged(
    lesson: Lesson, task: Task, when: Floats | None, time: str | None, table: pd.DataFrame, embargo: Embargo | None
) -> Lesson:
    if when is None or time is None:
        judged = judging.in_folds(task)
        return replace(lesson, judged=judged, figures=judging.figures(judged))
    split = _split(when, task.happened, table[time], embargo)
    judged = judging.out_of_time(task, split)
    happened, said = lesson.outcome.happened, table[time]
    told = Time(
        column=time,
        until=str(said.iloc[split.earlier[np.argmax(when[split.earlier])]]),
        since=str(said.iloc[split.later[np.argmin(when[split.later])]]),
        taught=len(split.earlier),
        judged=len(split.later),
        rate_before=float(happened[split.earlier].mean()),
        rate_after=float(happened[split.later].mean()),
        embargo=split.embargo,
        left_out=len(when) - len(split.earlier) - len(split.later),
    )
    folds = judging.figures(judging.in_folds(task))
    return replace(lesson, judged=judged, figures=judging.figures(judged), folds=folds, time=told)


def _split(when: Floats, bad: Floats, said: pd.Series, embargo: Embargo | None) -> timing.Split:
    """ConfigError where no cut leaves enough of both outcomes. A usual embargo gives way that alone is at fault."""
    if embargo is not None and embargo.unit == "days" and columns.are_numbers(said):
        what = f"{said.name} holds numbers, no days"
        raise ConfigError([Problem("--embargo", what, expected="a number of periods, such as 2")])
    tried = [timing.usual(when), Embargo(0)] if embargo is None else [embargo]
    found = next(filter(None, (timing.split(when, bad, one) for one in tried)), None)
    if found is None:
        what = f"no moment of {said.name} leaves enough of both outcomes before and after it"
        shorter = f", a shorter --embargo than {embargo}" if embargo is not None and embargo.number else ""
        raise ConfigError([Problem("--time", what, expected=f"more rows{shorter}, or no --time")])
    return found


def _verdict(lesson: Lesson, fitted: Fitted | None, fewest: int) -> tuple[Verdict, str]:
    found = lesson.figures
    if fitted is None or found is None:
        return "no skill", "no column says anything about the outcome"
    own = found.auc[CARD]
    if not own.value - SURE * own.error > 0.5 or (lesson.time is None and not found.skill.value > 0):
        return "no skill", (
            f"on rows it had not seen it cannot be told from chance (AUC {own.value:.3f}, 95 % interval {own.low:.3f} "
            f"to {own.high:.3f}, standard error {own.error:.3f}; Brier skill {found.skill.value:.3f}); skill is an AUC "
            f"{SURE:g} standard errors above 0.5, and a skill above 0"
        )
    if fewest < LEAST:
        return "too few", _too_few(fewest, lesson.outcome)
    ways: dict[str, Verdict] = {name: _way(found, name) for name in found.against}
    said = "; ".join(
        f"{_WORDS[way]} {_title(name, lesson)} (AUC {found.against[name].value:+.3f}, "
        f"{found.against[name].low:+.3f} to {found.against[name].high:+.3f})"
        for name, way in ways.items()
    )
    if not found.skill.value > 0:
        said += "; it ranks, but its probability did not hold later: the share of the outcome moved"
    gravest: Verdict = next(way for way in ("behind", "level", "beats") if way in ways.values())
    return gravest, said


_WORDS: Final = {"beats": "beats", "level": "is level with", "behind": "is behind"}


def _way(found: Figures, name: str) -> Verdict:
    gap = found.against[name]
    return "beats" if gap.low > 0 else "behind" if gap.high < 0 else "level"


def _title(name: str, lesson: Lesson) -> str:
    if name != baselines.RECENCY:
        return "logistic regression"
    column = lesson.judged.recency if lesson.judged else None
    return f"{column} alone" if column else "one column alone"


def _finished(lesson: Lesson, fitted: Fitted, hash_of_rows: str, red_catches: float) -> Scorecard | None:
    """The card with what is to be said of it. It was learnt from all rows; the figures are those of the judgement."""
    found, judged = lesson.figures, lesson.judged
    if found is None or judged is None:
        return None
    others = {name: _as_learnt(found, name, judged) for name in found.against}
    own = _as_learnt(found, CARD, judged)
    learnt = Learnt(
        label=lesson.outcome.column,
        positive=lesson.outcome.positive,
        good=lesson.outcome.good,
        rows=lesson.rows,
        events=lesson.events,
        base_rate=round(lesson.events / lesson.rows, 4),
        judged="folds" if lesson.time is None else "out of time",
        judged_rows=len(judged.rows),
        time_column=lesson.time.column if lesson.time else None,
        trained_until=lesson.time.until if lesson.time else None,
        auc=own.auc,
        auc_interval=own.auc_interval,
        brier=own.brier,
        brier_interval=own.brier_interval,
        baselines=others,
        verdict=lesson.verdict,
        proven=lesson.verdict not in ("no skill", "too few"),
        red_catches=red_catches,
        ids=lesson.ids,
        data=hash_of_rows,
        calibration=rising(fitted.calibration) if lesson.outcome.good else fitted.calibration,
    )
    return fitted.card.model_copy(update={"learnt": learnt})


def _as_learnt(found: Figures, name: str, judged: Judged) -> LearntFigures:
    auc, brier = found.auc[name], found.brier[name]
    return LearntFigures(
        auc=round(auc.value, 4),
        auc_interval=(round(auc.low, 4), round(auc.high, 4)),
        brier=round(brier.value, 4),
        brier_interval=(round(brier.low, 4), round(brier.high, 4)),
        column=judged.recency if name == baselines.RECENCY else None,
    )


def _too_few(fewest: int, outcome: Outcome) -> str:
    return f"only {fewest} rows of one outcome of {outcome.column}; {LEAST} of either are needed"


def _not_these(label: str, time: str | None, drop: Collection[str]) -> dict[str, str]:
    never = dict.fromkeys(drop, "dropped, as told")
    never[label] = "the label"
    if time is not None:
        never[time] = "the time of the rows"
    return never


def _when(table: pd.DataFrame, time: str) -> Floats:
    when = columns.moments(table[time])
    if np.isnan(when).mean() > 1 - columns.ENOUGH:
        what = f"{time} cannot be read as a time"
        raise ConfigError([Problem("--time", what, expected="days, months, quarters or numbers that rise")])
    return when


def _check_names(table: pd.DataFrame, given: Mapping[str, Collection[str | None]]) -> None:
    names = [str(name) for name in table.columns]
    unknown = [(option, name) for option, some in given.items() for name in some if name and name not in names]
    if unknown:
        raise ConfigError([Problem(option, f"the table has no column {name}") for option, name in unknown])


def _chance(intake: Intake, size: int) -> Ints:
    """A random number per customer, or per row in the order of the rows' digests: the same whatever order they came."""
    generator = np.random.default_rng(SEED)
    if intake.groups is None:
        return generator.permutation(size).astype(np.int64)
    _, unit = np.unique(intake.groups, return_inverse=True)
    return generator.permutation(int(unit.max()) + 1).astype(np.int64)[unit]
