"""What a learnt scorecard says of itself: from what, how it was judged, and how its score maps to a probability.

Owns the form of the ``learnt`` key of a scorecard file. A hand-written card has none.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from config.values import Model

Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Interval = tuple[Number, Number]


def _one_way(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if len(points) < 2 or any(left[0] >= right[0] for left, right in pairwise(points)):
        raise ValueError("calibration needs two points or more, with rising scores, such as [[0, 0.9], [100, 0.02]]")
    steps = [right[1] - left[1] for left, right in pairwise(points)]
    if not (all(step >= 0 for step in steps) or all(step <= 0 for step in steps)):
        raise ValueError("the probability must only fall, or only rise, with the score")
    return points


Calibration = Annotated[tuple[tuple[Number, Share], ...], AfterValidator(_one_way)]


class Figures(Model):
    """How well something ranks and predicts, on rows that it was not learnt from. Intervals hold 95 %."""

    auc: Share
    auc_interval: Interval
    brier: Share
    brier_interval: Interval
    column: str | None = None
    """For *recency alone*: the column that it is."""


class Learnt(Model):
    """Where a card comes from. The probability is that of the label's ``positive`` value."""

    label: str
    positive: str
    good: bool = False
    """Whether the positive value is good news (renewed), so that a high score makes it likelier."""
    rows: int = Field(ge=0)
    events: int = Field(ge=0)
    base_rate: Share
    judged: Literal["folds", "out of time"]
    judged_rows: int = Field(ge=0)
    time_column: str | None = None
    trained_until: str | None = None
    """Of the judgement out of time: the last moment of the earlier part."""
    auc: Share
    auc_interval: Interval
    brier: Share
    brier_interval: Interval
    baselines: Mapping[str, Figures] = Field(default_factory=dict)
    verdict: str
    proven: bool = True
    """False when the verdict was against it and the card was written all the same."""
    red_catches: Share
    """The share of the bad outcomes that the red band was to hold."""
    ids: tuple[str, ...] = ()
    """Columns that name a row, as they were called."""
    data: str
    """Digest of the rows, in whatever order they came."""
    calibration: Calibration
    """[score, probability] points, straight lines between them."""

    @model_validator(mode="after")
    def _counts(self) -> "Learnt":
        if self.events > self.rows:
            raise ValueError("events cannot be more than rows")
        return self
