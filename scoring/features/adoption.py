"""Features of adoption: how much of the product is used, and what became of the features it is bought for.

Which features are key is said in the configuration (``product.key_features``); without it they are unknown.
"""

import pandas as pd

from scoring.features.registry import feature
from scoring.features.usage import told
from scoring.past import Past


@feature("features", "usage", age=told)
def breadth(past: Past) -> pd.Series:
    """Different features used in 28 days; unknown where a source names none."""
    return past.use["features"]


@feature("share of key features", "usage", age=told)
def key_feature_use(past: Past) -> pd.Series:
    """Key features used in 28 days ÷ key features there are."""
    return past.use["key_use"]


@feature("percent", "usage", age=told)
def key_feature_drop(past: Past) -> pd.Series:
    """The largest drop of any key feature below the customer's own past with it; 0 where none fell.

    By the typical week, as ``usage_trend_robust`` (without the season). A key feature that was not used in most of
    the weeks before has no past to fall from; where that is so of all of them, unknown.
    """
    return past.use["key_drop"]


def key_feature_dropped(past: Past) -> pd.Series:
    """The name of the feature that fell most; for sentences."""
    return past.use["key_dropped"]
