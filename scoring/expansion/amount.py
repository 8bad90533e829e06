"""What an expansion would be worth a year: only where the prices of plans and seats say so, else unknown.

Never a guess, never negative, always in the account's own currency. Must not know how a signal was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.product import Plan
from config.rules import as_text, is_missing
from scoring.columns import series
from scoring.flags.scene import Raised, Scene, scene
from scoring.past import Past
from scoring.records import Column, by_value

COMFORT: Final = 0.85
"""Share of seats in use at which a customer has room again: so many are offered."""
NO_RATES: Final[Mapping[str, float]] = {}


@dataclass(frozen=True)
class Amounts:
    """``amount`` a year (NaN = unknown) and its ``currency`` (None = the account's own, which no record names).

    ``facts``: how it was computed, for its sentence.
    """

    amount: pd.Series
    currency: pd.Series
    facts: Mapping[str, pd.Series] = field(default_factory=dict)


@dataclass(frozen=True)
class _Account:
    """Columns of those who are on one plan."""

    seats: pd.Series
    active: pd.Series
    currency: Column
    rates: Mapping[str, float]


def amounts(
    past: Past, values: pd.DataFrame, signals: Mapping[str, Raised], rates: Mapping[str, float] = NO_RATES
) -> Amounts:
    """Of customers whose seats fill: the seats that are missing; of those near a limit or at a locked feature: the
    difference to the next plan. Of both, the larger one.

    ``rates``: what one unit of each currency is worth in one and the same currency (that one included, as 1).
    """
    there = scene(past, values)
    names = by_value(past.said("plan"), as_text)
    by_seats = by_plan = more = pd.Series(there.unknown(), index=values.index)
    following = pd.Series(None, index=values.index, dtype=object)
    plans = {as_text(name): plan for name, plan in past.product.plans.items()}
    filling = _show(there, signals, "seats_filling")
    reaching = _show(there, signals, "near_limit", "locked_tried")
    for name, plan in plans.items():
        on = names == name
        account = _account(there, on, plan, rates)
        lacking = (np.ceil((account.active / COMFORT).round(6)) - account.seats).clip(lower=1)
        upgrade = _upgrade(account, plan, plans.get(as_text(plan.next)) if plan.next else None)
        seats = _in_own_currency(account, plan, lacking * _price(plan.price_per_seat))
        by_seats = by_seats.mask(on & filling, seats)
        bounded = plan.price_per_seat is None and plan.seats is not None  # then the next plan alone has more seats
        by_plan = by_plan.mask(on & (reaching | (filling & bounded)), upgrade)
        more, following = more.mask(on, lacking), following.mask(on, plan.next)
    by_seats, by_plan = by_seats.where(by_seats > 0), by_plan.where(by_plan > 0)
    return _told(there, by_seats, by_plan, more, following)


def _told(there: Scene, by_seats: pd.Series, by_plan: pd.Series, more: pd.Series, following: pd.Series) -> Amounts:
    """The larger of both, how it came about, and in which currency."""
    amount = pd.concat([by_seats, by_plan], axis=1).max(axis=1).round(2)
    currency = series(by_value(there.past.said("currency"), _code), amount.index)
    plan = by_plan.notna() & ~by_seats.gt(by_plan)
    how = pd.Series(np.where(plan, "plan", "seats"), index=amount.index, dtype=object)
    how = how.where(currency.notna(), how + "_bare").where(amount.notna(), None)
    currency = currency.where(amount.notna(), None)
    facts = {
        "expansion_by": how,
        "expansion_seats": more,
        "expansion_plan": following,
        "expansion_amount": amount,
        "expansion_currency": currency,
    }
    return Amounts(amount, currency, facts)


def _account(there: Scene, on: NDArray[np.bool_], plan: Plan, rates: Mapping[str, float]) -> _Account:
    index = there.values.index[on]
    bought = pd.Series(there.number("seats_bought")[on], index=index)
    seats = bought.fillna(_price(plan.seats)).where(lambda some: some > 0)
    active = pd.Series(there.number("active_persons")[on], index=index)
    return _Account(seats, active, there.past.said("currency")[on], rates)


def _upgrade(account: _Account, plan: Plan, following: Plan | None) -> pd.Series:
    """What the next plan costs more, at the seats the customer has."""
    if following is None:
        return account.seats * np.nan
    now = _in_own_currency(account, plan, _yearly(plan, account.seats))
    return _in_own_currency(account, following, _yearly(following, account.seats)) - now


def _yearly(plan: Plan, seats: pd.Series) -> pd.Series:
    """The price of a plan. Where it has both prices, the seats it includes are in the first one."""
    if plan.price_per_seat is None:
        return pd.Series(_price(plan.price), index=seats.index)
    if plan.price is None:
        return seats * plan.price_per_seat
    return plan.price + (seats - (plan.seats or 0)).clip(lower=0) * plan.price_per_seat


def _price(amount: float | None) -> float:
    return float("nan") if amount is None else amount


def _in_own_currency(account: _Account, plan: Plan, amount: pd.Series) -> pd.Series:
    """A plan without a currency is priced in the account's own. Without a rate, or where the account's currency is
    not known but the plan's is, the amount is unknown: it must not be mixed up.
    """
    if plan.currency is None:
        return amount
    codes, currencies = pd.factorize(by_value(account.currency, _code))
    worth = np.array([*(_factor(plan.currency, str(code), account.rates) for code in currencies), np.nan])
    return pd.Series(amount * worth[codes])


def _code(currency: object) -> object:
    return None if is_missing(currency) else currency


def _factor(one: str, other: str, rates: Mapping[str, float]) -> float:
    if one == other:
        return 1.0
    return rates[one] / rates[other] if one in rates and other in rates else float("nan")


def _show(there: Scene, signals: Mapping[str, Raised], *names: str) -> pd.Series:
    """Who shows any of those signals."""
    shown = pd.Series(False, index=there.values.index)
    for name in names:
        shown |= signals[name].ago.notna() if name in signals else False
    return shown
