"""What a learnt card is, how good it is and what it is not for: as lines for a terminal and as a Markdown page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from config.rules import as_text
from config.scorecards import Measure, Scorecard
from scoring.proof import ranking
from scoring.proof.baselines import RECENCY, REGRESSION
from scoring.proof.intake import SetAside, sort_reasons
from scoring.proof.judging import CARD, Figure, Figures
from scoring.proof.learn import Lesson, Time

_SOME: Final = 30
"""Of either outcome, what a group of rows must have for its figures to be said."""
_MOST_GROUPS: Final = 12
_LEVELS: Final = 8


@dataclass(frozen=True)
class Group:
    """Rows with one word in one column: how well the card ranks them, and what it said against what came."""

    column: str
    word: str
    rows: int
    auc: float
    low: float
    high: float
    said: float
    came: float


def groups(lesson: Lesson) -> list[Group]:
    """Groups for which the card holds less: it ranks them clearly worse than all, or is off by a tenth and more."""
    judged, found = lesson.judged, lesson.figures
    if judged is None or found is None:
        return []
    whole = found.auc[CARD].value
    weak = [
        group
        for group in _groups(lesson)
        if group.high < whole or abs(group.said - group.came) > max(0.05, 2 * np.sqrt(group.came / group.rows))
    ]
    return sorted(weak, key=lambda group: group.auc)[:_MOST_GROUPS]


def _groups(lesson: Lesson) -> Iterator[Group]:
    judged = lesson.judged
    if judged is None:
        return
    risk = judged.risks[CARD]
    for name in map(str, lesson.frame.columns):
        column = lesson.frame[name].iloc[judged.rows]
        if not (column.dtype == object or column.nunique() <= 3) or column.nunique() > _LEVELS:
            continue
        for word in sorted(column.dropna().unique(), key=str):
            rows = np.flatnonzero((column == word).to_numpy())
            bad = judged.happened[rows].sum()
            if min(bad, len(rows) - bad) < _SOME:
                continue
            rank = ranking.ranked(risk[rows], judged.happened[rows], judged.part[rows])
            drawn = [rank.auc(weights) for weights in ranking.resamples(len(rows), times=100)]
            low, high = ranking.interval(np.array(drawn))
            said, came = float(risk[rows].mean()), float(judged.happened[rows].mean())
            yield Group(name, as_text(word), len(rows), rank.auc(), low, high, said, came)


def summary(lesson: Lesson) -> list[str]:
    """For a terminal: no more than a page."""
    lines = [
        f"{lesson.rows:,} rows, {lesson.events:,} with {lesson.outcome.column} = {lesson.outcome.positive} "
        f"({lesson.events / max(lesson.rows, 1):.1%})" + _unlabelled(lesson)
    ]
    lines += [f"set aside: {_names(columns)} ({reason})" for reason, columns in sort_reasons(_told(lesson))]
    lines += [
        f"possible leak{'' if leak.kept else ', set aside'}: {leak.column}: {leak.reason}" for leak in lesson.leaks
    ]
    if lesson.figures is not None and lesson.judged is not None:
        lines += ["", _how(lesson)]
        lines += _figure_lines(lesson, lesson.figures)
        if lesson.folds is not None:
            lines.append(
                f"  (in five folds: AUC {_said(lesson.folds.auc[CARD])}, Brier {_said(lesson.folds.brier[CARD])})"
            )
    if lesson.card is not None:
        lines += ["", *measure_lines(lesson.card)]
    return [*lines, "", f"verdict ({lesson.verdict}): {lesson.because}"]


def measure_lines(card: Scorecard) -> list[str]:
    """A line per measure: its weight and how its column maps to 0–100."""
    by_weight = sorted(card.measures.items(), key=lambda item: -item[1].weight)
    bands = card.bands
    head = f"score = weighted mean of {len(by_weight)} measures; red below {bands.yellow:g}, green from {bands.green:g}"
    return [head, *(f"  {measure.weight:5.1f} %  {name}: {_map(measure)}" for name, measure in by_weight)]


def markdown(lesson: Lesson, source: str, card: str) -> str:
    """The model card, beside the scorecard ``card`` learnt from ``source``."""
    outcome = lesson.outcome
    lines = [
        f"# Model card of {card}",
        "",
        f"A scorecard that csbridge learnt from {source}: {lesson.rows:,} rows, of which {lesson.events:,} "
        f"({lesson.events / max(lesson.rows, 1):.1%}) have {outcome.column} = {outcome.positive}."
        + _unlabelled(lesson),
        "",
        f"**Verdict: {lesson.verdict}** ({lesson.because})",
        "",
    ]
    if lesson.figures is not None:
        lines += ["## How good", "", _how(lesson), "", *_table(lesson, lesson.figures), ""]
        lines += [*_red(lesson.figures), ""]
        if lesson.folds is not None:
            lines += ["In five folds over all rows instead:", "", *_table(lesson, lesson.folds), ""]
        lines += _drift(lesson)
    if lesson.card is not None:
        lines += ["## The card", "", *(f"- {line.strip()}" for line in measure_lines(lesson.card)), ""]
        lines += ["The card was learnt again from all rows; the figures are those of the judgement above.", ""]
    lines += ["## Columns set aside", "", *_aside(lesson), ""]
    lines += ["## For whom it holds less", "", *_weak(lesson), ""]
    return "\n".join([*lines, *_LIMITS, ""])


_LIMITS: Final = (
    "## What it is not for",
    "",
    "- It ranks customers like those of this table. Of other products, markets or times it knows nothing.",
    "- A measure that goes with leaving need not cause it: changing the column need not keep the customer.",
    "- It decides about nobody by itself: no price, no service and no person's pay should hang on it alone.",
    "- Base rates drift. Judge it again on newer rows before relying on the probability.",
)


def _told(lesson: Lesson) -> list[SetAside]:
    leaked = {leak.column for leak in lesson.leaks}
    return [item for item in lesson.set_aside if item.column not in leaked and item.reason != "the label"]


def _unlabelled(lesson: Lesson) -> str:
    return f"; {lesson.unlabelled:,} more without a label (or a time) left out" if lesson.unlabelled else ""


def _names(columns: list[str], most: int = 6) -> str:
    return ", ".join(columns[:most]) + (f" and {len(columns) - most} more" if len(columns) > most else "")


def _how(lesson: Lesson) -> str:
    if lesson.time is None:
        return "Judged in five folds, each by a card learnt without it; intervals of 95 %:"
    time = lesson.time
    return (
        f"Learnt from {time.taught:,} rows up to {time.column} {time.until}, judged on {time.judged:,} rows from "
        f"{time.since} on; {_gap(time)}; intervals of 95 %:"
    )


def _gap(time: Time) -> str:
    """What lies between the rows that taught and those that were judged."""
    if not time.embargo.number:
        return "no gap between them, so that a label that looks ahead is known too early (say how far with --embargo)"
    rows = f"{time.left_out:,} rows" if time.left_out != 1 else "1 row"
    return f"the {time.embargo} before ({rows}) taught nothing, for labels look ahead"


def _titles(lesson: Lesson) -> dict[str, str]:
    column = lesson.judged.recency if lesson.judged else None
    return {CARD: "this card", RECENCY: f"{column or 'one column'} alone", REGRESSION: "logistic regression"}


def _figure_lines(lesson: Lesson, found: Figures) -> list[str]:
    titles = _titles(lesson)
    width = max(map(len, titles.values()))
    lines = [
        f"  {titles[name]:{width}}  AUC {_said(found.auc[name])}  Brier {_said(found.brier[name])}"
        for name in found.auc
    ]
    return lines + [f"  {line}" for line in _red(found)]


def _red(found: Figures) -> list[str]:
    ended = f", and {found.precision.value:.0%} of the red ones ended badly" if found.red_share else ""
    return [
        f"The riskiest tenth holds {found.lift.value:.1f} times the usual share ({found.lift.low:.1f} to "
        f"{found.lift.high:.1f}). Red is {found.red_share:.0%} of the rows: it holds {found.recall.value:.0%} of the "
        f"bad outcomes{ended}."
    ]


def _table(lesson: Lesson, found: Figures) -> list[str]:
    titles = _titles(lesson)
    rows = [f"| {titles[name]} | {_said(found.auc[name])} | {_said(found.brier[name])} |" for name in found.auc]
    return ["| | AUC | Brier |", "|---|---|---|", *rows]


def _said(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def _drift(lesson: Lesson) -> list[str]:
    if lesson.time is None:
        return []
    time = lesson.time
    return [
        f"The share of {lesson.outcome.positive} was {time.rate_before:.1%} before and {time.rate_after:.1%} after.",
        "",
    ]


def _aside(lesson: Lesson) -> list[str]:
    lines = [f"- {item.column}: {item.reason}" for item in lesson.set_aside]
    lines += [f"- {leak.column} was kept: {leak.reason}" for leak in lesson.leaks if leak.kept]
    return lines or ["None."]


def _weak(lesson: Lesson) -> list[str]:
    found = groups(lesson)
    if not found:
        return [f"No group with {_SOME} of either outcome stood out."]
    head = "Within a group that the card itself tells apart from the others, ranking is harder by nature."
    return [
        head,
        "",
        *(
            f"- {group.column} = {group.word} ({group.rows:,} rows): AUC {group.auc:.3f} "
            f"({group.low:.3f}–{group.high:.3f}), said {group.said:.1%}, came {group.came:.1%}"
            for group in found
        ),
    ]


def _map(measure: Measure) -> str:
    if measure.curve is not None:
        said = ", ".join(f"{x:g} → {y + 0.0:g}" for x, y in measure.curve)
    else:
        by_score: dict[float, list[str]] = {}
        for word, score in (measure.categories or {}).items():
            by_score.setdefault(score, []).append(word)
        said = ", ".join(f"{_names(words, 4)} → {score:g}" for score, words in by_score.items())
    return said if measure.missing == "unknown" else f"{said}; missing → {measure.missing:g}"
