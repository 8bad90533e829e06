"""Targets against actuals: met, missed, or not to be told apart from the target by what is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from scoring.metrics.estimates import Estimate

Verdict = Literal["met", "missed", "too close", "unknown"]
LESS_IS_BETTER: Final = frozenset({"logo_churn", "ttfv_days"})


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    target: float
    actual: Estimate
    verdict: Verdict

    @property
    def gap(self) -> float | None:
        return None if self.actual.value is None else self.actual.value - self.target


def compare(targets: Mapping[str, float], actuals: Mapping[str, Estimate]) -> list[Compared]:
    """Each target with its actual. ``too close``: the interval of the actual holds the target."""
    return [
        Compared(name, target, actual, _verdict(name, target, actual))
        for name, target in targets.items()
        for actual in [actuals.get(name, Estimate(None))]
    ]


def _verdict(name: str, target: float, actual: Estimate) -> Verdict:
    if actual.value is None:
        return "unknown"
    if actual.low is not None and actual.high is not None and actual.low < target < actual.high:
        return "too close"
    reached = actual.value <= target if name in LESS_IS_BETTER else actual.value >= target
    return "met" if reached else "missed"
