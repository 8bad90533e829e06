"""What a feature is: a function from the past to one value per customer, with its name, unit and source.

Must not know any feature, nor how values become scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from scoring.columns import series
from scoring.past import Past
from scoring.records import Column

Compute = Callable[[Past], Column]
"""A value per customer, in the order of ``Past.customers``."""
Source = Literal[
    "customers", "persons", "usage", "tickets", "responses", "activities", "deals", "contracts", "invoices"
]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. Called with the past it gives a Series indexed by customer; NaN or None = unknown.

    ``column``: the same as a plain array.
    """

    name: str
    unit: str
    needs: Source
    """The frame it is made of: what is missing when the value is."""
    compute: Compute
    words: tuple[str, ...] = ()
    """The values a feature in words can take; empty for a number."""
    fresh_for: int | None = None
    """Days after which its newest input is too old to count, unless the scorecard says otherwise."""
    age: Compute | None = None
    """Days since its newest input; None where a value cannot grow stale (the CRM itself is asked each time)."""
    late: bool = False
    """Whether it takes what is decided from other features first (``Past.cadence``): see ``tabulate_late``."""
    datable: bool = True
    """Whether its inputs have dates of their own. Else it is unknown of a day before the first sync."""

    def __call__(self, past: Past) -> pd.Series:
        return series(self.column(past), past.index)

    def column(self, past: Past) -> Column:
        if past.dated and not self.datable:
            return np.full(len(past.index), None if self.words else np.nan, dtype=object if self.words else float)
        return self.compute(past)


def feature(
    unit: str,
    needs: Source,
    *,
    words: tuple[str, ...] = (),
    fresh_for: int | None = None,
    age: Compute | None = None,
    late: bool = False,
    datable: bool = True,
) -> Callable[[Compute], Feature]:
    """Makes a function a Feature of the same name."""

    def made(compute: Compute) -> Feature:
        return Feature(compute.__name__, unit, needs, compute, words, fresh_for, age, late, datable)

    return made
