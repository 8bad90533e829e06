"""Days between days: the one way in which scoring counts time."""

from datetime import date

import numpy as np
import pandas as pd


def days_before(days: pd.Series, as_of: date) -> pd.Series:
    """Days from each day to ``as_of`` (float; negative for later days; NaN where there is none). Hours do not count."""
    values = days.to_numpy("datetime64[D]")
    ago = (np.datetime64(as_of, "D") - values).astype(np.float64)
    return pd.Series(np.where(np.isnat(values), np.nan, ago), index=days.index)
