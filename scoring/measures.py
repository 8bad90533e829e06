"""A measure: one feature's values to scores of 0–100, by a piecewise-linear curve or a table of words.

Must not know weights, groups or any particular feature.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.rules import as_text
from config.scorecards import Measure

Floats = NDArray[np.float64]


def scores(measure: Measure, values: pd.Series) -> Floats:
    """0–100 for each value; NaN where it is missing, infinite, or a word that the measure does not know."""
    if measure.curve is not None:
        return along(measure.curve, numbers(values))
    codes, words = pd.factorize(values)
    table = {as_text(word): score for word, score in (measure.categories or {}).items()}
    known = np.array([table.get(as_text(word), np.nan) for word in words] + [np.nan], dtype=np.float64)
    return known[codes]


def along(curve: tuple[tuple[float, float], ...], values: Floats) -> Floats:
    """The curve's height at each value: straight between its points, flat outside them."""
    xs, ys = zip(*curve, strict=True)
    return np.asarray(np.interp(values, xs, ys), dtype=np.float64)


def numbers(values: pd.Series) -> Floats:
    """The values as numbers; what is none, or is infinite, is missing."""
    found = values if values.dtype.kind in "fiu" else pd.Series(pd.to_numeric(values, errors="coerce"))
    result = found.to_numpy(np.float64)
    return np.where(np.isfinite(result), result, np.nan)
