"""What a feature is: a function from the past to one value per customer, with its name, unit and source.

Must not know any feature, nor how values become scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from scoring.past import Past

Compute = Callable[[Past], pd.Series]
Source = Literal[
    "customers", "persons", "usage", "tickets", "responses", "activities", "deals", "contracts", "invoices"
]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. Called with the past it gives a Series indexed by customer; NaN or None = unknown."""

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
        if past.dated and not self.datable:
            return pd.Series(None if self.words else np.nan, index=past.index, dtype=object if self.words else float)
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


def per_customer(past: Past, values: pd.Series, *, seen: pd.DataFrame, otherwise: float = 0.0) -> pd.Series:
    """The values for every customer: ``otherwise`` where the frame ``seen`` mentions it, unknown where it never did."""
    result = values.reindex(past.index).astype("float64")
    mentioned = past.index.isin(seen["customer"])
    return result.where(result.notna() | ~mentioned, otherwise)
