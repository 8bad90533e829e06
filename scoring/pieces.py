"""What either form of a scorecard makes of some customers, before caps and pulse: a row per part, in tenths."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

TENTHS: Final = 10
WHOLE: Final = 1000
NOISE: Final = 1e-9
"""Below what a curve or a weight can mean: keeps 0.3 ≥ 0.3 and 69.95 → 70.0 true in floating point."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Piece:
    """M measures of N customers; nobody has parts who is not ``decided``."""

    known: Flags
    """M × N: whether the feature is known."""
    exact: Floats
    """M × N, of an index (M + 1) × N with its base last: what each part gives, in tenths, not yet whole."""
    takes_part: Flags
    """The same shape: whether it counts at all."""
    losses: Floats
    """M × N, whole tenths."""
    coverage: Floats
    decided: Flags
    """Whether enough is known for a score."""
