"""Does a probability mean what it says? Foretold beside what came, in tenths of the rows, and the Brier score. Pure."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scoring.proof.resampling import Draws, Estimate, Flags, Floats, Ints, estimate, ratio, sums

STEPS: Final = 10


@dataclass(frozen=True)
class Calibration:
    brier: Estimate
    brier_of_base_rate: float
    """Of saying the average rate about everybody."""
    foretold: list[float]
    """Per step, from the least likely to the most, the mean probability."""
    came: list[Estimate]
    rows: list[int]

    def as_data(self) -> dict[str, Any]:
        steps = zip(self.foretold, self.came, self.rows, strict=True)
        return {
            "brier": self.brier.as_data(),
            "brier_of_base_rate": self.brier_of_base_rate,
            "steps": [{"foretold": told, "came": came.as_data(), "rows": rows} for told, came, rows in steps],
        }


def calibration(probability: Floats, lost: Flags, customer: Ints, draws: Draws) -> Calibration:
    """``probability`` of a loss per row, all known."""
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, STEPS + 1)[1:-1]))
    step = np.searchsorted(edges, probability, side="right")
    inside = step[:, None] == np.arange(len(edges) + 1)[None, :]
    inside = inside[:, inside.any(axis=0)]
    count = inside.shape[1]
    error = (probability - lost) ** 2
    columns = np.column_stack([inside, inside & lost[:, None], error, np.ones(len(lost))]).astype(np.float64)
    drawn = sums(columns, customer, draws)
    came = [estimate(ratio(drawn[:, count + number], drawn[:, number])) for number in range(count)]
    base = float(lost.mean())
    return Calibration(
        brier=estimate(ratio(drawn[:, -2], drawn[:, -1])),
        brier_of_base_rate=base * (1 - base),
        foretold=[float(probability[inside[:, number]].mean()) for number in range(count)],
        came=came,
        rows=[int(inside[:, number].sum()) for number in range(count)],
    )
