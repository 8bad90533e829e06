"""What a flag (or a signal) is raised from: the past, the table of values, and what was raised at yesterday's close.

Owns how a column is asked for, how long something has been raised and when it holds on. Must not know any flag.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from config.rules import as_text
from scoring.columns import series, where
from scoring.past import Past
from scoring.records import Column, Flags, Floats, by_value, is_in, plain

Before = Mapping[int, Mapping[str, date]]
"""Customer → what was raised at the close of the day before → since when."""

NOTHING_BEFORE: Final[Before] = {}
EASED: Final = 0.75
"""Once raised on a figure that drifts, a flag holds until less than this share of its threshold is left."""
LONGEST: Final = 36_524
"""Days (a hundred years) that something can have lasted; a figure that says more is a mistake."""
NOT_OURS: Final = ("prospect", "churned")


@dataclass(frozen=True)
class Raised:
    """``ago``: days since it began, per customer; NaN = not raised. ``facts``: what its sentence needs beside."""

    ago: pd.Series
    facts: Mapping[str, pd.Series] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The same as plain columns, in the order of the values, as a rule finds it: of customers and others alike."""

    ago: Floats
    facts: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """``lasting``: per name, days since it was first raised, for those who carried it at yesterday's close.

    ``band``: today's health band per customer; None where health is not scored.
    """

    past: Past
    values: pd.DataFrame
    lasting: Mapping[str, Mapping[int, float]]
    band: pd.Series | None = None

    def unknown(self) -> Floats:
        """A column of which nothing is known."""
        return np.full(len(self.values), np.nan)

    def number(self, name: str) -> Floats:
        """A column of figures; what is absent, no number or not finite is unknown (NaN)."""
        if name not in self.values:
            return self.unknown()
        column = self.values[name]
        figures = column if column.dtype.kind == "f" else pd.to_numeric(column, errors="coerce")
        found = figures.to_numpy(np.float64)
        return where(np.isfinite(found), found)

    def word(self, name: str) -> Column:
        """A column of words; what is absent is unknown (None)."""
        return plain(self.values[name]) if name in self.values else np.full(len(self.values), None, dtype=object)

    def lasted(self, name: str) -> Floats:
        """Days since it was raised, where it was at yesterday's close; NaN elsewhere."""
        found = self.lasting.get(name)
        if found is None:
            return self.unknown()
        return np.array([found.get(customer, np.nan) for customer in self.values.index.tolist()], dtype=np.float64)

    def carried(self, name: str, holds: Flags) -> Floats:
        """Days since something that no date tells of began: as yesterday's close has it, else today (0)."""
        return where(holds, np.nan_to_num(np.maximum(self.lasted(name), 0)))

    def reaches(self, name: str, figure: Floats, threshold: float, eased: float | None = None) -> Flags:
        """Whether a drifting figure is up to the threshold, or was, and is still up to the eased one.

        So a figure that wobbles round the threshold raises it once. An unknown figure reaches nothing.
        """
        lower = threshold * EASED if eased is None else eased
        return (figure >= threshold) | (~np.isnan(self.lasted(name)) & (figure >= lower))


def scene(past: Past, values: pd.DataFrame, before: Before = NOTHING_BEFORE, band: pd.Series | None = None) -> Scene:
    """``band``: indexed by customer."""
    lasting: dict[str, dict[int, float]] = {}
    for customer, raised in before.items():
        for name, since in raised.items():
            lasting.setdefault(name, {})[customer] = float((past.as_of - since).days)
    return Scene(past, values, lasting, band)


def yes_or_no(truth: Flags) -> Column:
    return np.where(truth, "yes", "no").astype(object)


def of_ours(there: Scene, found: Mapping[str, Found]) -> dict[str, Raised]:
    """What was found about customers, not about prospects or churned accounts."""
    mine, index = ours(there.past), there.values.index
    return {
        name: Raised(
            series(np.minimum(where(mine, one.ago), LONGEST), index),
            {fact: series(column, index) for fact, column in one.facts.items()},
        )
        for name, one in found.items()
    }


def ours(past: Past) -> Flags:
    """Who is a customer: a prospect's or a churned account's risk is nobody's. An unknown status counts as one."""
    return ~is_in(by_value(past.said("status"), as_text), NOT_OURS)
