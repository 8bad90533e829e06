"""The weighted form: ``score = Σ w s ÷ Σ w`` over the known measures. Must not know caps, pulse or bands."""

from collections.abc import Sequence

import numpy as np

from config.scorecards import Scorecard
from scoring.pieces import NOISE, TENTHS, WHOLE, Floats, Piece


def piece(scores: Floats, card: Scorecard, names: Sequence[str]) -> Piece:
    """``scores``: M × N, 0–100, NaN = unknown; written over."""
    weights = np.array([card.measures[name].weight for name in names])
    known = ~np.isnan(scores)
    used = known * weights[:, None]
    coverage = used.sum(axis=0) / weights.sum()
    np.copyto(scores, 0.0, where=~known)
    for row, name in enumerate(names):
        missing = card.measures[name].missing
        if missing != "unknown":
            absent = ~known[row]
            scores[row, absent] = missing
            used[row, absent] = weights[row]
    total = used.sum(axis=0)
    decided = (total > 0) & (coverage + NOISE >= card.min_coverage)
    used *= np.where(decided, TENTHS / np.where(total > 0, total, 1.0), 0.0)
    exact = scores * used
    takes_part = used > 0
    used *= WHOLE / TENTHS - scores
    return Piece(known, exact, takes_part, np.rint(used, out=used), coverage, decided)
