"""Where customers belong: the segment of each, and the stage of its journey. Rules are the admin's.

A stage is a state: ``stage(d) = f(features(d), stage(d−1))``, so that a replay takes the same path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.journey import Segment, Stage
from scoring.conditions import mask
from scoring.decision import Previous
from scoring.frames import extra_frame

SEGMENT: Final = "segment"
TOUCH: Final = "touch"
STAGE: Final = "journey_stage"
COLUMNS: Final = (SEGMENT, TOUCH, STAGE)
"""What rules may name beside features and account fields."""

NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Placed:
    """Stage and the day since when, per customer; None where it has none."""

    stage: list[str | None]
    since: list[date | None]


def with_segments(values: pd.DataFrame, segments: Sequence[Segment]) -> pd.DataFrame:
    """``values`` with the columns ``segment`` and ``touch``: of the first segment whose rule holds, else None.

    A mapped account field that is called ``segment`` (or ``touch``) decides by itself.
    """
    chosen = _first([mask(segment.rule, values).to_numpy() for segment in segments], len(values))
    names = _named([segment.name for segment in segments], chosen, values.index)
    segment = values[SEGMENT].where(values[SEGMENT].notna(), names) if SEGMENT in values else names
    served = {segment.name: segment.touch for segment in segments if segment.touch}
    touch = segment.map(served).astype("object").replace({np.nan: None})
    touch = values[TOUCH].where(values[TOUCH].notna(), touch) if TOUCH in values else touch
    return values.assign(**{SEGMENT: segment, TOUCH: touch})


def segments_of(rows: Mapping[int, Mapping[str, object]], segments: Sequence[Segment]) -> dict[int, str | None]:
    """The segments of customers by their account fields alone, for rules that name nothing else."""
    found = with_segments(extra_frame(rows), segments)[SEGMENT]
    return {int(id): None if name is None else str(name) for id, name in zip(found.index, found.tolist(), strict=True)}


def review_cadence(segment: pd.Series, segments: Sequence[Segment]) -> pd.Series:
    """Days within which a review meeting is due, per customer; NaN where its segment asks for none."""
    every = {one.name: one.review_every.total_seconds() / 86_400 for one in segments if one.review_every}
    return segment.map(every).astype("float64")


def place(values: pd.DataFrame, stages: Sequence[Stage], previous: Mapping[int, Previous], day: date) -> Placed:
    """The stage of each customer at the close of ``day``.

    A customer stays in its stage until one of the stage's exits holds; then, and where it has none yet, the first
    stage counts that it can enter. A mapped account field that is called ``journey_stage`` decides by itself.
    """
    before = [previous.get(int(customer)) for customer in values.index]
    numbers = {stage.name: number for number, stage in enumerate(stages)}
    old = np.array([NOWHERE if state is None else numbers.get(state.stage or "", NOWHERE) for state in before])
    now = _moved(values, stages, old.astype(np.intp))
    names = _named([stage.name for stage in stages], now, values.index)
    stage = values[STAGE].where(values[STAGE].notna(), names) if STAGE in values else names
    found = [None if name is None else str(name) for name in stage.tolist()]
    return Placed(found, [_since(name, state, day) for name, state in zip(found, before, strict=True)])


def _moved(values: pd.DataFrame, stages: Sequence[Stage], old: NDArray[np.intp]) -> NDArray[np.intp]:
    entered = _first([mask(stage.enter, values).to_numpy() for stage in stages], len(values))
    free = old == NOWHERE
    for number, stage in enumerate(stages):
        here = old == number
        free |= here & np.logical_or.reduce([mask(rule, values).to_numpy() for rule in stage.exit])
    return np.where(free & (entered != NOWHERE), entered, old)


def _first(holding: Sequence[NDArray[np.bool_]], size: int) -> NDArray[np.intp]:
    """Per row the number of the first mask that holds; NOWHERE where none does."""
    chosen = np.full(size, NOWHERE, dtype=np.intp)
    for number, holds in enumerate(holding):
        chosen = np.where((chosen == NOWHERE) & holds, number, chosen)
    return chosen


def _named(names: Sequence[str], chosen: NDArray[np.intp], index: pd.Index) -> pd.Series:
    return pd.Series(np.array([*names, None], dtype=object)[chosen], index=index, dtype="object")


def _since(stage: str | None, before: Previous | None, day: date) -> date | None:
    if stage is None:
        return None
    kept = before is not None and before.stage == stage and before.stage_since
    return before.stage_since if before is not None and kept else day
