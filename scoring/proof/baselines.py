"""What a card has to be better than: one column alone (recency, where there is one), and logistic regression.

The only module that needs scikit-learn. Each is fitted on the training rows and asked about the others.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import ConfigError, Problem
from scoring.proof.additive import sigmoid, straight
from scoring.proof.ranking import auc
from scoring.proof.shapes import find_shape, steps

try:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from threadpoolctl import threadpool_limits
except ImportError:  # the extra is not installed: said when it is needed
    LogisticRegression = None

Floats = NDArray[np.float64]
Predict = Callable[[pd.DataFrame], Floats]

RECENCY: Final = "recency"
REGRESSION: Final = "logistic_regression"
MOST_ROWS: Final = 50_000
_RECENCY: Final = re.compile(
    r"recency|days_?since|since_?last|days_?inactive|inactiv|last_.*(days|ago)|days_?ago|silent"
)


def need_the_extra() -> None:
    """ConfigError that names the extra, where it is not installed."""
    if LogisticRegression is None:
        what = "learning needs scikit-learn, which is not installed"
        raise ConfigError([Problem("", what, expected="the extra proof", example="pip install 'csbridge[proof]'")])


def one_thread() -> AbstractContextManager[Any]:
    """Small matrices many times over: more threads than one only wait for each other, by far where others work too."""
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits


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
    """Logistic regression on standardised numbers and one-hot words, missing ones marked."""
    need_the_extra()
    names = list(frame.columns)
    worded = [name for name in names if frame[name].dtype == object]
    plain = [name for name in names if name not in worded and frame[name].notna().any()]
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=10, max_categories=60)
    numeric = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    columns = make_column_transformer((numeric, plain), (one_hot, worded))
    model = make_pipeline(columns, LogisticRegression(C=1.0, max_iter=1000))
    rows = np.linspace(0, len(frame) - 1, min(len(frame), MOST_ROWS)).astype(np.int64)
    model.fit(_filled(frame.iloc[rows], worded), happened[rows].astype(int))
    return lambda given: np.asarray(model.predict_proba(_filled(given, worded))[:, 1], dtype=np.float64)


def _filled(frame: pd.DataFrame, worded: list[Any]) -> pd.DataFrame:
    return frame.assign(**{str(name): frame[name].fillna("(missing)") for name in worded})


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
