"""The logistic regression that every card and score is measured against: numbers standardised, words one-hot.

The only module that needs scikit-learn. Must not know which rows are earlier or later.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import ConfigError, Problem

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

MISSING: Final = "(missing)"


def need_the_extra() -> None:
    """ConfigError that names the extra, where it is not installed."""
    if LogisticRegression is None:
        what = "learning needs scikit-learn, which is not installed"
        raise ConfigError([Problem("", what, expected="the extra proof", example="pip install 'csbridge[proof]'")])


def one_thread() -> AbstractContextManager[Any]:
    """Small matrices many times over: more threads than one only wait for each other, by far where others work too."""
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits


def fit(frame: pd.DataFrame, happened: Floats, weight: Floats | None = None) -> Predict:
    """What foretells ``happened`` (1, 0) from the columns: floats with NaN, or words (dtype object) with None.

    A missing number is the median and says so by a column of its own; a missing word is a word. ``weight``: per row.
    Columns of which nothing is known tell nothing: with no other, each row is foretold the rate.
    """
    need_the_extra()
    worded = [name for name in frame.columns if frame[name].dtype == object]
    plain = [name for name in frame.columns if name not in worded and frame[name].notna().any()]
    if not worded and not plain:
        rate = float(np.average(happened, weights=weight))
        return lambda given: np.full(len(given), rate)
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=10, max_categories=60, sparse_output=False)
    numeric = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    columns = make_column_transformer((numeric, plain), (one_hot, worded))
    model = make_pipeline(columns, LogisticRegression(C=1.0, solver="newton-cholesky"))
    model.fit(_filled(frame, worded), happened.astype(int), logisticregression__sample_weight=weight)
    return lambda given: np.asarray(model.predict_proba(_filled(given, worded))[:, 1], dtype=np.float64)


def _filled(frame: pd.DataFrame, worded: list[Any]) -> pd.DataFrame:
    return frame.assign(**{str(name): frame[name].fillna(MISSING) for name in worded})
