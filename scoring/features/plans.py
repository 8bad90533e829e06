"""Features of what was bought against what is used: seats, limits and locked features of the plan.

Plans are said in the configuration (``product.plans``), by the name that the account's ``plan`` holds.
"""

import numpy as np

from scoring.columns import filled, where
from scoring.features.registry import feature
from scoring.features.usage import told
from scoring.past import Past
from scoring.records import Column, by_value


def seats(past: Past) -> Column:
    """Seats bought; those that the plan includes where the account does not say; unknown where that is none."""
    included = {name: plan.seats for name, plan in past.product.plans.items() if plan.seats}
    by_plan = by_value(past.said("plan"), included.get).astype(np.float64)
    bought = filled(past.said("seats_bought"), by_plan)
    return where((bought > 0) & np.isfinite(bought), bought)


@feature("share of seats", "usage", age=told)
def seat_use(past: Past) -> Column:
    """Active persons in 28 days ÷ seats; without seats it is unknown."""
    return past.used("persons") / seats(past)


@feature("seats", "usage", age=told)
def seats_free(past: Past) -> Column:
    """Seats without an active person in 28 days; below 0 where more persons are active than there are seats."""
    return seats(past) - past.used("persons")


@feature("share of the limit", "usage", age=told)
def plan_limit_use(past: Past) -> Column:
    """The largest count of a feature in 28 days ÷ its limit in the plan; above 1 = over it.

    Unknown without a plan that limits something. A use of unknown count counts once.
    """
    return past.used("limit_use")


@feature("features", "usage", age=told)
def locked_features_tried(past: Past) -> Column:
    """Different features used in 28 days that the plan does not unlock; unknown without a list of what it unlocks."""
    return past.used("locked")


def plan_limit_of(past: Past) -> Column:
    """The name of the feature that is nearest its limit; for sentences."""
    return past.used("limit_of")
