"""All features, and the table of their values: one row per customer, one column per feature and account field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pandas as pd

from scoring.columns import series
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
from scoring.features.registry import Compute, Feature
from scoring.frames import COLUMNS
from scoring.past import Past
from scoring.records import Column

_MODULES: Final = (
    *(usage, rhythm, adoption, onboarding, plans, support, pace, sentiment, relationship, contacts),
    *(commercial, contracts, payments),
)

FEATURES: Final = MappingProxyType(
    {made.name: made for module in _MODULES for made in vars(module).values() if isinstance(made, Feature)}
)

FIELDS: Final[tuple[str, ...]] = tuple(name for name in COLUMNS["customers"] if name not in FEATURES)
"""Account fields that a rule may name beside the features."""

FACTS: Final[Mapping[str, Compute]] = MappingProxyType(
    {
        made.__name__: made
        for made in (support.escalation_dated, adoption.key_feature_dropped, plans.plan_limit_of, plans.seats)
    }
)
"""What only sentences say."""


@dataclass(frozen=True)
class Table:
    """``values``: features and account fields by name. ``ages``: days since a feature's newest input, if it has one.

    ``facts``: what only sentences say.
    """

    values: pd.DataFrame
    ages: pd.DataFrame
    facts: pd.DataFrame


def tabulate(past: Past, wanted: Collection[str] | None = None) -> Table:
    """Every feature of every customer but the late ones, in the order of ``past.customers``.

    ``wanted``: these alone, and no facts; what else a sentence says is computed when it is said (``computed``).
    """
    chosen = _chosen(wanted)
    values = {name: made.column(past) for name, made in chosen.items() if not made.late}
    ages = {age: age(past) for age in {made.age for made in chosen.values() if made.age}}
    facts = {name: made(past) for name, made in FACTS.items() if wanted is None}
    return Table(
        _frame({**values, **{name: past.said(name) for name in FIELDS}}, past.index),
        _frame({name: ages[made.age] for name, made in chosen.items() if made.age}, past.index),
        _frame(facts, past.index),
    )


def _frame(columns: Mapping[str, Column], index: pd.Index) -> pd.DataFrame:
    words = {name: series(column, index) for name, column in columns.items() if column.dtype == object}
    return pd.DataFrame({**columns, **words}, index=index)


def tabulate_late(past: Past, wanted: Collection[str] | None = None) -> pd.DataFrame:
    """The features that need what was decided from the others; ``past.cadence`` is set by then."""
    return _frame({name: made.column(past) for name, made in _chosen(wanted).items() if made.late}, past.index)


def computed(past: Past, name: str) -> pd.Series:
    """One feature or fact by itself; ``past.cadence`` is set by then. KeyError where there is none of that name."""
    return series(FACTS[name](past), past.index) if name in FACTS else FEATURES[name](past)


def _chosen(wanted: Collection[str] | None) -> Mapping[str, Feature]:
    return FEATURES if wanted is None else {name: made for name, made in FEATURES.items() if name in wanted}
