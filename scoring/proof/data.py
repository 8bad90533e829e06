"""A lesson as plain data, for JSON and for whoever builds on it."""

import math
from typing import Any

from scoring.proof.judging import CARD, Figure, Figures
from scoring.proof.learn import Lesson


def lesson_data(lesson: Lesson) -> dict[str, Any]:
    """Everything that was found, with intervals; figures are null where there was nothing to judge."""
    judged, card = lesson.judged, lesson.card
    return {
        "label": lesson.outcome.column,
        "positive": lesson.outcome.positive,
        "good": lesson.outcome.good,
        "rows": lesson.rows,
        "events": lesson.events,
        "unlabelled": lesson.unlabelled,
        "base_rate": lesson.events / lesson.rows if lesson.rows else None,
        **_figures(lesson, lesson.figures),
        "judged": _judged(lesson),
        "in_folds": _figures(lesson, lesson.folds) if lesson.folds else None,
        "verdict": lesson.verdict,
        "verdict_text": lesson.because,
        "proven": lesson.proven,
        "unscored": judged.unscored if judged else None,
        "set_aside": [{"column": item.column, "reason": item.reason} for item in lesson.set_aside],
        "possible_leaks": [{"column": leak.column, "reason": leak.reason, "kept": leak.kept} for leak in lesson.leaks],
        "ids": list(lesson.ids),
        "measures": _measures(lesson),
        "bands": card.bands.model_dump() if card else None,
        "version": card.version if card else None,
    }


def _judged(lesson: Lesson) -> dict[str, Any] | None:
    if lesson.judged is None:
        return None
    if lesson.time is None:
        return {"how": "folds", "folds": 5, "rows": len(lesson.judged.rows)}
    time = lesson.time
    return {
        "how": "out of time", "column": time.column, "taught_until": time.until, "judged_from": time.since,
        "taught": time.taught, "rows": time.judged,
        "embargo": {time.embargo.unit: time.embargo.number}, "left_out": time.left_out,
        "base_rate_before": time.rate_before, "base_rate_after": time.rate_after,
    }  # fmt: skip


def _figures(lesson: Lesson, found: Figures | None) -> dict[str, Any]:
    if found is None:
        return {"auc": None, "auc_interval": None, "brier": None, "brier_interval": None, "baselines": {}}
    column = lesson.judged.recency if lesson.judged else None
    return {
        **_pair("auc", found.auc[CARD]),
        **_pair("brier", found.brier[CARD]),
        **_pair("brier_skill", found.skill),
        **_pair("lift_top_decile", found.lift),
        "red": {"share": found.red_share, **_pair("precision", found.precision), **_pair("recall", found.recall)},
        "baselines": {
            name: {
                **_pair("auc", found.auc[name]),
                **_pair("brier", found.brier[name]),
                **_pair("auc_gain", found.against[name]),
                **({"column": column} if name == "recency" else {}),
            }
            for name in found.against
        },
    }


def _pair(name: str, figure: Figure) -> dict[str, Any]:
    return {name: _number(figure.value), f"{name}_interval": [_number(figure.low), _number(figure.high)]}


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _measures(lesson: Lesson) -> list[dict[str, Any]]:
    measures = lesson.card.measures.items() if lesson.card else ()
    return [
        {"name": name, **measure.model_dump(mode="json", exclude_none=True)}
        for name, measure in sorted(measures, key=lambda item: -item[1].weight)
    ]
