"""All features, and the table of their values: one row per customer, one column per feature and account field."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pandas as pd

from scoring.features import (
    adoption,
    commercial,
    contacts,
    contracts,
    onboarding,
    pace,
    payments,
    plans,
    relationship,
    rhythm,
    sentiment,
    support,
    usage,
)
from scoring.features.registry import Feature
from scoring.frames import COLUMNS
from scoring.past import Past

_MODULES: Final = (
    *(usage, rhythm, adoption, onboarding, plans, support, pace, sentiment, relationship, contacts),
    *(commercial, contracts, payments),
)

FEATURES: Final = MappingProxyType(
    {made.name: made for module in _MODULES for made in vars(module).values() if isinstance(made, Feature)}
)

FIELDS: Final[tuple[str, ...]] = tuple(name for name in COLUMNS["customers"] if name not in FEATURES)
"""Account fields that a rule may name beside the features."""


@dataclass(frozen=True)
class Table:
    """``values``: features and account fields by name. ``ages``: days since a feature's newest input, if it has one.

    ``facts``: what only sentences say.
    """

    values: pd.DataFrame
    ages: pd.DataFrame
    facts: pd.DataFrame


def tabulate(past: Past) -> Table:
    """Every feature of every customer but the late ones, in the order of ``past.customers``."""
    values = {name: made(past) for name, made in FEATURES.items() if not made.late}
    ages = {age: age(past) for age in {made.age for made in FEATURES.values() if made.age}}
    return Table(
        pd.DataFrame({**values, **{name: past.customers[name] for name in FIELDS}}, index=past.index),
        pd.DataFrame({name: ages[made.age] for name, made in FEATURES.items() if made.age}, index=past.index),
        pd.DataFrame(
            {
                "escalation_dated": support.escalation_dated(past),
                "key_feature_dropped": adoption.key_feature_dropped(past),
                "plan_limit_of": plans.plan_limit_of(past),
                "seats": plans.seats(past),
            },
            index=past.index,
        ),
    )


def tabulate_late(past: Past) -> pd.DataFrame:
    """The features that need what was decided from the others; ``past.cadence`` is set by then."""
    return pd.DataFrame({name: made(past) for name, made in FEATURES.items() if made.late}, index=past.index)
