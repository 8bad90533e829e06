"""Days between days: the one way in which scoring counts time."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def days_before(days: pd.Series, as_of: date) -> pd.Series:
    """Days from each day to ``as_of`` (float; negative for later days; NaN where there is none). Hours do not count."""
    return pd.Series(days_ago(days.to_numpy(), as_of), index=days.index)


def days_ago(days: NDArray[Any], as_of: date) -> NDArray[np.float64]:
    """The same of a plain column."""
    values = days.astype("datetime64[D]")
    ago = (np.datetime64(as_of, "D") - values).astype(np.float64)
    return np.where(np.isnat(values), np.nan, ago)
