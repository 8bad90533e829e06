"""What a card has to be better than: one column alone (recency, where there is one), and logistic regression.

Each is fitted on the training rows and asked about the others.
"""

import re
from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.proof import regression
from scoring.proof.additive import sigmoid, straight
from scoring.proof.ranking import auc
from scoring.proof.regression import Predict
from scoring.proof.shapes import find_shape, steps

Floats = NDArray[np.float64]

RECENCY: Final = "recency"
REGRESSION: Final = "logistic_regression"
MOST_ROWS: Final = 50_000
_RECENCY: Final = re.compile(
    r"recency|days_?since|since_?last|days_?inactive|inactiv|last_.*(days|ago)|days_?ago|silent"
)


def recency_column(frame: pd.DataFrame, happened: Floats) -> str | None:
    """The column that says how long ago, by its name; else the best single one; None where no column tells anything."""
    named = [name for name in map(str, frame.columns) if _RECENCY.search(_snake(name)) and frame[name].dtype != object]
    return max(
        named or list(map(str, frame.columns)), key=lambda name: _alone(pd.Series(frame[name]), happened), default=None
    )


def fit_recency(frame: pd.DataFrame, happened: Floats, column: str) -> Predict:
    """The risk by that column alone: its own order, brought to a probability by a plain logistic curve."""
    told = _telling(frame[column], happened)
    shift, slope = straight(told(frame[column]), happened)
    return lambda rows: sigmoid(shift + slope * told(rows[column]))


def fit_regression(frame: pd.DataFrame, happened: Floats) -> Predict:
    """The regression on all columns; of very many rows on an even sample."""
    rows = np.linspace(0, len(frame) - 1, min(len(frame), MOST_ROWS)).astype(np.int64)
    return regression.fit(frame.iloc[rows], happened[rows])


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold().replace(" ", "_")


def _telling(column: pd.Series, happened: Floats) -> Callable[[pd.Series], Floats]:
    """Numbers stay as they are, their mean where missing; words become the shares seen with them."""
    if column.dtype != object:
        centre = float(column.mean()) if column.notna().any() else 0.0
        return lambda values: values.fillna(centre).to_numpy(np.float64)
    shape = find_shape("", column, happened)
    if shape is None:
        return lambda values: np.zeros(len(values))
    return lambda values: np.nan_to_num(steps(shape, values).sum(axis=1), nan=shape.steps / 2)


def _alone(column: pd.Series, happened: Floats) -> float:
    """How far the column's own AUC lies from chance."""
    told = _telling(column, happened)(column)
    found = auc(told, happened)
    return 0.0 if np.isnan(found) else abs(found - 0.5)
