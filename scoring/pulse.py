"""The CSM's own judgement: for how long it counts. What it does to a score is in ``scoring.scorecard``."""

from typing import Final

import pandas as pd

from config.rules import as_text
from config.words import PULSES
from scoring.days import days_before
from scoring.past import Past

LASTS: Final = 90
"""Days for which a pulse counts that names no end, from the day on which it was first seen."""


def valid_pulses(past: Past) -> pd.Series:
    """green, yellow or red where a pulse counts on that day, else missing. One seen only later does not count yet."""
    customers = past.customers
    given = customers["pulse"].map(as_text, na_action="ignore")
    since = days_before(customers["pulse_since"], past.as_of)
    over = days_before(customers["pulse_until"], past.as_of)
    ended = over.gt(0) | (over.isna() & since.gt(LASTS))
    return given.where(given.isin(PULSES) & ~ended & ~since.lt(0)).astype("object")
