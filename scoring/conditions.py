"""A rule evaluated over a whole frame: the same meaning as ``Rule.holds`` row by row, a column at a time."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.rules import Condition, Rule, compares

Mask = NDArray[np.bool_]

_NUMERIC: Final = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip


def mask(rule: Rule, frame: pd.DataFrame) -> pd.Series:
    """Where the rule holds, in the frame's order. A column that is not there is missing in every row."""
    result = np.ones(len(frame), dtype=np.bool_)
    for condition in rule.conditions:
        result &= _holds(condition, frame)
    return pd.Series(result, index=frame.index)


def _holds(condition: Condition, frame: pd.DataFrame) -> Mask:
    if condition.field not in frame.columns:
        return np.full(len(frame), compares(condition, None))
    column = frame[condition.field]
    wanted = condition.value
    if isinstance(wanted, float) and column.dtype.kind in "fiu":
        return np.asarray(_NUMERIC[condition.op](column.to_numpy(np.float64), wanted), dtype=np.bool_)
    return _by_value(condition, column)


def _by_value(condition: Condition, column: pd.Series) -> Mask:
    """Each different value is compared once; the last answer is that for a missing one (code −1)."""
    codes, values = pd.factorize(column)
    answers = [compares(condition, value) for value in values] + [compares(condition, None)]
    return np.array(answers, dtype=np.bool_)[codes]
