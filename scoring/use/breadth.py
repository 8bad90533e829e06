"""Which features of the product were used, and how often: key features, plan limits, what a plan keeps locked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from config.product import Plan, Product
from scoring.use.levels import trend
from scoring.use.people import DAYS, RECENT, Cells, user_weeks
from scoring.use.rows import OLDEST, Flags, Floats, Ints, Rows, blocks

TABLE: Final = 1 << 27
"""Pairs of customer and feature that may be ticked off in a table; more are sorted."""


@dataclass(frozen=True)
class Used:
    """Each feature that a customer used in 28 days: pairs of the customer's place and the feature's code."""

    who: Ints
    feature: Ints
    unnamed: Flags
    """Per customer: whether it used something that has no name."""


def used_features(rows: Rows, chosen: Flags) -> Used:
    """``chosen``: rows that count as use; those of the last 28 days are taken."""
    wide, unnamed = max(len(rows.features), 1), np.zeros(rows.size, bool)
    table = np.zeros(rows.size * wide, bool) if rows.size * wide <= TABLE else None
    found: list[Ints] = []
    for part in blocks(len(rows.who)):
        recent = chosen[part] & (rows.ago[part] < RECENT)
        who, feature = rows.who[part][recent], rows.feature[part][recent]
        named = feature >= 0
        unnamed[who[~named]] = True
        pairs = who[named].astype(np.int64) * wide + feature[named]
        if table is None:
            found.append(np.unique(pairs))
        else:
            table[pairs] = True
    pairs = np.flatnonzero(table) if table is not None else np.unique(np.concatenate([*found, np.empty(0, np.int64)]))
    return Used(pairs // wide, pairs % wide, unnamed)


def breadth(used: Used, rows: Rows) -> Floats:
    """Distinct features in 28 days; unknown where there was use and no feature has a name."""
    number = np.bincount(used.who, minlength=rows.size).astype(np.float64)
    return np.where(used.unnamed & (number == 0), np.nan, number)


def key_use(used: Used, rows: Rows, product: Product) -> Floats:
    """Share of the key features used in 28 days; unknown without any, or where only unnamed features were used."""
    wanted = set(product.key_features)
    key = rows.features.isin(wanted)
    number = np.bincount(used.who[key[used.feature]], minlength=rows.size)
    known = ~(used.unnamed & (number == 0)) & bool(wanted)
    return np.where(known, number / max(len(wanted), 1), np.nan)


def key_trends(found: Cells, rows: Rows, chosen: Flags, span: Floats, product: Product) -> Iterator[tuple[str, Floats]]:
    """Each key feature that anybody used, with its robust trend against the customer's own past with it."""
    for name in dict.fromkeys(product.key_features):
        if name in rows.features:
            its = rows.of(chosen & (rows.ago < DAYS), name)
            yield name, trend(user_weeks(found, rows, its), span)


def key_drop(trends: Sequence[tuple[str, Floats]], size: int) -> tuple[Floats, pd.Series]:
    """The largest drop of a key feature in percent, and that feature; unknown where none was in steady use before."""
    if not trends:
        return np.full(size, np.nan), pd.Series(np.full(size, None, object))
    table = np.stack([found for _, found in trends], axis=1)
    lowest = np.where(np.isnan(table), np.inf, table)
    at, names = lowest.argmin(axis=1), np.array([name for name, _ in trends], object)
    worst = lowest[np.arange(size), at]
    drop = np.where(np.isfinite(worst), 100 * np.clip(1 - worst, 0, None), np.nan)
    return drop, pd.Series(np.where(drop > 0, names[at], None))


def limit_use(rows: Rows, chosen: Flags, plans: pd.Series, product: Product) -> tuple[Floats, pd.Series]:
    """The largest 28-day count of a feature ÷ its limit in the customer's plan, and that feature.

    Unknown where the plan is unknown or has no limit. ``plans``: per customer.
    """
    best, which = np.full(rows.size, np.nan), np.full(rows.size, None, object)
    limited = list(dict.fromkeys(name for plan in product.plans.values() for name in plan.limits))
    counted = chosen & (rows.ago < RECENT)
    for name in limited:
        limits = plans.map({plan: its.limits[name] for plan, its in product.plans.items() if name in its.limits})
        its = once(rows, rows.of(counted, name))
        total = np.bincount(rows.who[its], weights=rows.amount(its), minlength=rows.size)
        share = total / limits.to_numpy(np.float64)
        more = ~np.isnan(share) & ~(share <= best)
        best, which = np.where(more, share, best), np.where(more, name, which)
    return best, pd.Series(which)


def once(rows: Rows, chosen: Flags) -> Flags:
    """Without rows that are given twice: a daily total counts once."""
    at = np.flatnonzero(chosen)
    day = rows.who[at].astype(np.int64) * (OLDEST + 1) + rows.ago[at]
    key = day * (rows.people + 1) + rows.person[at] + 1
    if not pd.Series(key).duplicated(keep=False).any():
        return chosen
    keys = {"key": key, "source": rows.source[at], "feature": rows.feature[at], "count": rows.count[at]}
    result = np.zeros(len(chosen), bool)
    result[at[~pd.DataFrame(keys).duplicated().to_numpy()]] = True
    return result


def locked_tried(used: Used, rows: Rows, plans: pd.Series, product: Product) -> Floats:
    """Features used in 28 days that the plan does not unlock; unknown where no list says what it unlocks."""
    listed: dict[str, Plan] = {name: plan for name, plan in product.plans.items() if plan.features}
    result = np.full(rows.size, np.nan)
    for name, plan in listed.items():
        on_plan = plans.eq(name).to_numpy(bool)
        locked = ~rows.features.isin(plan.features)
        its = locked[used.feature] & on_plan[used.who]
        number = np.bincount(used.who[its], minlength=rows.size)
        result = np.where(on_plan, number, result)
    return np.where(used.unnamed & (result == 0), np.nan, result)
