"""What a flag (or a signal) is raised from: the past, the table of values, and what was raised at yesterday's close.

Owns how a column is asked for, how long something has been raised and when it holds on. Must not know any flag.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from config.rules import as_text
from scoring.days import days_before
from scoring.past import Past

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
class Scene:
    """``lasting``: per name, days since it was first raised, for those who carried it at yesterday's close.

    ``band``: today's health band per customer; None where health is not scored.
    """

    past: Past
    values: pd.DataFrame
    lasting: Mapping[str, pd.Series]
    band: pd.Series | None = None

    def unknown(self) -> pd.Series:
        """A column of which nothing is known."""
        return pd.Series(np.nan, index=self.values.index)

    def number(self, name: str) -> pd.Series:
        """A column of figures; what is absent, no number or not finite is unknown (NaN)."""
        if name not in self.values:
            return self.unknown()
        found = pd.Series(pd.to_numeric(self.values[name], errors="coerce")).astype("float64")
        return found.where(np.isfinite(found))

    def word(self, name: str) -> pd.Series:
        """A column of words; what is absent is unknown (None)."""
        return self.values[name] if name in self.values else pd.Series(None, index=self.values.index, dtype=object)

    def lasted(self, name: str) -> pd.Series:
        """Days since it was raised, where it was at yesterday's close; NaN elsewhere."""
        found = self.lasting.get(name)
        return self.unknown() if found is None else found.reindex(self.values.index)

    def carried(self, name: str, holds: pd.Series) -> pd.Series:
        """Days since something that no date tells of began: as yesterday's close has it, else today (0)."""
        return self.lasted(name).clip(lower=0).fillna(0.0).where(holds)

    def reaches(self, name: str, figure: pd.Series, threshold: float, eased: float | None = None) -> pd.Series:
        """Whether a drifting figure is up to the threshold, or was, and is still up to the eased one.

        So a figure that wobbles round the threshold raises it once. An unknown figure reaches nothing.
        """
        lower = threshold * EASED if eased is None else eased
        return figure.ge(threshold) | (self.lasted(name).notna() & figure.ge(lower))


def scene(past: Past, values: pd.DataFrame, before: Before = NOTHING_BEFORE, band: pd.Series | None = None) -> Scene:
    """``band``: indexed by customer."""
    rows = [(customer, name, since) for customer, raised in before.items() for name, since in raised.items()]
    told = pd.DataFrame(rows, columns=["customer", "name", "since"])
    ago = days_before(pd.Series(pd.to_datetime(told["since"])).astype("datetime64[s]"), past.as_of)
    told = told.assign(ago=ago).set_index("customer")
    lasting = {str(name): some["ago"] for name, some in told.groupby("name", observed=True)}
    return Scene(past, values, lasting, band)


def of_ours(past: Past, found: Mapping[str, Raised]) -> dict[str, Raised]:
    """What was found about customers, not about prospects or churned accounts."""
    mine = ours(past).to_numpy()
    return {name: Raised(one.ago.where(mine).clip(upper=LONGEST), one.facts) for name, one in found.items()}


def ours(past: Past) -> pd.Series:
    """Who is a customer: a prospect's or a churned account's risk is nobody's. An unknown status counts as one."""
    return ~by_value(past.customers["status"], as_text).isin(NOT_OURS)


def by_value(column: pd.Series, made: Callable[[object], object]) -> pd.Series:
    """Each different value made into another once; what is missing stays so (None)."""
    codes, values = pd.factorize(column)
    found = np.empty(len(values) + 1, dtype=object)
    found[: len(values)] = [made(value) for value in values]
    return pd.Series(found[codes], index=column.index, dtype="object")  # the last one, None, is that of code −1
