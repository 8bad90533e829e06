"""Columns of plain values, read in one step: what records hold is nearly always of one type already.

Owns the quick way only. Whatever is not plain is left to ``scoring.frames``, which reads anything.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NUMBERS: Final = frozenset({int, float, type(None)})
DAYS: Final = frozenset({date, str, type(None)})
SIMPLE: Final = frozenset({str, bool, int, float, type(None)})
ISO_DAY: Final = 10
"""Characters of a day such as 2026-01-31; a longer text may name a zone."""


def read_plain(values: Sequence[object], wanted: str) -> NDArray[Any] | None:
    """The values as ``wanted``; None where they are not plain enough."""
    types = set(map(type, values))
    if wanted == "int64":
        return _whole(values) if types == {int} else None
    if wanted == "float64":
        return np.array(values, dtype=np.float64) if types <= NUMBERS else None
    if wanted == "datetime64[s]":
        return _days(values, types) if types <= DAYS else None
    return _objects(values, types) if types <= SIMPLE else None


def _whole(values: Sequence[Any]) -> NDArray[Any] | None:
    return np.array(values, dtype=np.int64) if all(-(2**53) < value < 2**53 for value in values) else None


def _days(values: Sequence[Any], types: set[type]) -> NDArray[Any] | None:
    if str in types and any(type(value) is str and len(value) != ISO_DAY for value in values):
        return None
    try:
        return np.array(values, dtype="datetime64[D]").astype("datetime64[s]")
    except ValueError:
        return None


def _objects(values: Sequence[object], types: set[type]) -> NDArray[Any]:
    """Among texts a missing one is NaN, as pandas has it."""
    found = np.empty(len(values), dtype=object)
    found[:] = [np.nan if value is None else value for value in values] if types == {str, type(None)} else values
    return found
