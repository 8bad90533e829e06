"""Features of adoption: how much of the product is used, and what became of the features it is bought for.

Which features are key is said in the configuration (``product.key_features``); without it they are unknown.
"""

from scoring.features.registry import feature
from scoring.features.usage import told
from scoring.past import Past
from scoring.records import Column


@feature("features", "usage", age=told)
def breadth(past: Past) -> Column:
    """Different features used in 28 days; unknown where a source names none."""
    return past.used("features")


@feature("share of key features", "usage", age=told)
def key_feature_use(past: Past) -> Column:
    """Key features used in 28 days ÷ key features there are."""
    return past.used("key_use")


@feature("percent", "usage", age=told)
def key_feature_drop(past: Past) -> Column:
    """The largest drop of any key feature below the customer's own past with it; 0 where none fell.

    By the typical week, as ``usage_trend_robust`` (without the season). A key feature that was not used in most of
    the weeks before has no past to fall from; where that is so of all of them, unknown.
    """
    return past.used("key_drop")


def key_feature_dropped(past: Past) -> Column:
    """The name of the feature that fell most; for sentences."""
    return past.used("key_dropped")
