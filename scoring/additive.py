"""The additive form: ``index = Σ count × value``, its range mapped to 0–100. Must not know where counts come from.

What keeps a score from being higher: of a good action with a cap, what is left to the cap; without one, what one
more would bring; of a bad action, what it takes.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from config.scorecards import AdditiveCard
from scoring.pieces import NOISE, WHOLE, Floats, Piece

BASE: Final = "base"
CLAMP: Final = "clamp"
"""Measure and group of the parts of an index that come from no action."""
MOST: Final = 1e8
"""Tenths that one action can bring, up or down: beyond what any range can show, and whole in 32 bits."""


def piece(counts: Floats, card: AdditiveCard, names: Sequence[str]) -> Piece:
    """``counts``: M × N, NaN = unknown. A count that is unknown adds nothing, and lowers the coverage."""
    actions = [card.measures[name] for name in names]
    low, high = card.scale
    scale = WHOLE / (high - low)
    known = ~np.isnan(counts)
    weights = np.array([action.weight for action in actions])[:, None]
    coverage = (known * weights).sum(axis=0) / weights.sum()
    assumed = np.array([0.0 if action.missing == "unknown" else action.missing for action in actions])
    counted = known | np.array([action.missing != "unknown" for action in actions])[:, None]
    decided = counted.any(axis=0) & (coverage + NOISE >= card.min_coverage)
    value = np.array([action.value for action in actions])[:, None] * scale
    most = np.array([MOST if action.cap is None else min(action.cap * scale, MOST) for action in actions])[:, None]
    exact = np.clip(np.where(known, counts, assumed[:, None]) * value, -most, most)
    takes_part = counted & decided
    exact[~takes_part] = 0.0
    one_more = np.where(value > 0, np.minimum(value, MOST), 0.0)
    capped = np.array([action.cap is not None for action in actions])[:, None] & (value > 0)
    losses = np.where(capped, most - exact, one_more - np.minimum(exact, 0.0))
    base = np.where(decided, -low * scale, 0.0)
    return Piece(
        known=known,
        exact=np.vstack([exact, np.clip(base, -MOST, MOST)]),
        takes_part=np.vstack([takes_part, decided if low else np.zeros_like(decided)]),
        losses=np.rint(np.where(takes_part, losses, 0.0)),
        coverage=coverage,
        decided=decided,
    )
