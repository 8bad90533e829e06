"""A measure: one feature's values to scores of 0–100, by a piecewise-linear curve or a table of words.

Reads a column piece by piece, so that no more than a piece is ever held twice. Must not know weights, groups or
any particular feature.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.rules import as_text
from config.scorecards import Measure

Floats = NDArray[np.float64]
Reader = Callable[[slice], Floats]
"""Hands out what a column says of some rows; NaN = unknown."""


def reader(measure: Measure, values: pd.Series) -> Reader:
    """0–100 for each value; NaN where it is missing, infinite, or a word that the measure does not know."""
    if measure.curve is not None:
        read, curve = _number_reader(values), measure.curve
        return lambda rows: along(curve, read(rows))
    table = {as_text(word): score for word, score in (measure.categories or {}).items()}
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, known = values.cat.codes.to_numpy(), _of_words(values.cat.categories, table)
        return lambda rows: known[codes[rows]]
    return lambda rows: _looked_up(values.iloc[rows], table)


def scores(measure: Measure, values: pd.Series) -> Floats:
    """The measure's scores of a whole column."""
    return reader(measure, values)(slice(None))


def along(curve: tuple[tuple[float, float], ...], values: Floats) -> Floats:
    """The curve's height at each value: straight between its points, flat outside them; NaN where it is infinite.

    The same as ``numpy.interp`` to the last bit, in half the time: for curves of few points, counting the points
    that lie below a value is quicker than searching for its place.
    """
    xs, ys = np.array(curve, dtype=np.float64).T
    slopes = np.append(np.diff(ys) / np.diff(xs), 0.0)
    inside = np.clip(values, xs[0], xs[-1])
    below = np.zeros(len(values), dtype=np.int8)
    for x in xs[1:]:
        below += inside >= x
    at = below.astype(np.intp)
    inside -= xs.take(at, mode="clip")
    inside *= slopes.take(at, mode="clip")
    inside += ys.take(at, mode="clip")
    if (endless := np.isinf(values)).any():
        inside[endless] = np.nan
    return inside


def number_reader(values: pd.Series) -> Reader:
    """The values as numbers; what is none, or is infinite, is missing."""
    read = _number_reader(values)
    return lambda rows: _finite(read(rows))


def numbers(values: pd.Series) -> Floats:
    """The numbers of a whole column."""
    return number_reader(values)(slice(None))


def _number_reader(values: pd.Series) -> Reader:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "fiu":
        column = values.to_numpy()
        return lambda rows: column[rows].astype(np.float64, copy=False)
    return lambda rows: _as_numbers(values.iloc[rows])


def _as_numbers(values: pd.Series) -> Floats:
    """Of words, Decimals and columns that have a missing value of their own."""
    return pd.Series(pd.to_numeric(values, errors="coerce")).to_numpy(np.float64, na_value=np.nan)


def _finite(values: Floats) -> Floats:
    finite = np.isfinite(values)
    return values if finite.all() else np.where(finite, values, np.nan)


def _looked_up(values: pd.Series, table: Mapping[str, float]) -> Floats:
    codes, words = pd.factorize(values)
    return _of_words(words, table)[codes]


def _of_words(words: Iterable[object], table: Mapping[str, float]) -> Floats:
    """The score of each word, then that of a missing one (code −1)."""
    return np.array([table.get(as_text(word), np.nan) for word in words] + [np.nan], dtype=np.float64)
