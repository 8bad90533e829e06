"""Lifetime value where customers buy without a contract: expected purchases (BG/NBD) × expected amount (gamma-gamma).

Formulas: Fader, Hardie & Lee 2005, "Counting Your Customers the Easy Way", Marketing Science 24(2), eqs. 6 and 10;
Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value". Ranks by expected purchases: the probability of being
alive alone ranks badly. Must not know accounts beyond their ids.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import optimize, special

from scoring.metrics.book import days
from scoring.metrics.estimates import Floats

WEEK: Final = 7.0
LEAST_REPEATING: Final = 30
"""Customers who bought again, at least, before four parameters are fitted to them."""
STARTS: Final = ((0.5, 5.0, 0.8, 2.0), (1.0, 10.0, 1.5, 5.0), (0.25, 2.0, 0.5, 0.5))


@dataclass(frozen=True, slots=True)
class Buying:
    """BG/NBD: purchases come at a rate ~ Gamma(r, alpha) while alive; after each one dies with p ~ Beta(a, b)."""

    r: float
    alpha: float
    """In weeks."""
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Spending:
    """Gamma-gamma: amounts vary about a customer's mean, the means among customers."""

    p: float
    q: float
    gamma: float


@dataclass(frozen=True, slots=True)
class PurchaseValue:
    """Per customer over the horizon ahead; ``missing`` says why there is none."""

    customers: pd.DataFrame
    """By customer: ``purchases``, ``amount`` (each), ``value`` (margin, discounted)."""
    total: float | None
    mean: float | None
    buying: Buying | None
    spending: Spending | None
    missing: str = ""


def summary(purchases: pd.DataFrame, until: date) -> pd.DataFrame:
    """By customer: ``x`` repeat purchase days, ``recency`` and ``age`` in weeks since the first, ``amount`` on average.

    ``purchases``: customer, day, amount. What a customer buys on one day is one purchase; what is dated later than
    ``until``, undated, or without a positive amount is left out (an amount of 0 still is a purchase day).
    """
    rows = purchases.assign(
        day=days(purchases["day"]),
        amount=pd.to_numeric(purchases["amount"], errors="coerce"),
    )
    usable = rows["day"].le(pd.Timestamp(until)) & rows["customer"].notna() & np.isfinite(rows["amount"])
    rows = rows[usable & rows["amount"].ge(0)]
    bought = rows.groupby(["customer", "day"], as_index=False)["amount"].sum()
    by = bought.groupby("customer")["day"]
    first, last, count = by.min(), by.max(), by.count()
    again = bought[bought["day"].gt(by.transform("min")) & bought["amount"].gt(0)]
    return pd.DataFrame(
        {
            "x": (count - 1).astype("float64"),
            "recency": (last - first).dt.days / WEEK,
            "age": (pd.Timestamp(until) - first).dt.days / WEEK,
            "amount": again.groupby("customer")["amount"].mean().reindex(first.index),
            "paid": again.groupby("customer")["amount"].size().reindex(first.index).fillna(0).astype("float64"),
        }
    )


def fit_buying(customers: pd.DataFrame) -> Buying:
    """Maximum likelihood over all customers of a summary."""
    x, recency, age = _columns(customers, "x", "recency", "age")
    scale = max(float(age.max()), 1.0) / 10.0

    def loss(parameters: Floats) -> float:
        r, alpha, a, b = np.exp(parameters)
        return -float(_buying_likelihood(Buying(r, alpha, a, b), x, recency / scale, age / scale).mean())

    starts = [np.log([r, alpha / scale, a, b]) for r, alpha, a, b in STARTS]
    r, alpha, a, b = _fitted(loss, starts).tolist()
    return Buying(r, alpha * scale, a, b)


def fit_spending(customers: pd.DataFrame) -> Spending:
    """Maximum likelihood over the customers who paid again."""
    paid = customers[customers["paid"].gt(0)]
    x, amount = _columns(paid, "paid", "amount")
    scale = float(np.median(amount))

    def loss(parameters: Floats) -> float:
        p, q, gamma = np.exp(parameters)
        return -float(_spending_likelihood(Spending(p, q, gamma), x, amount / scale).mean())

    p, q, gamma = _fitted(loss, [np.log([6.0, 4.0, 1.0]), np.log([2.0, 2.0, 2.0])]).tolist()
    return Spending(p, q, gamma * scale)


def expected_purchases(model: Buying, customers: pd.DataFrame, weeks: float) -> Floats:
    """How often each customer will buy within the next weeks (eq. 10)."""
    x, recency, age = _columns(customers, "x", "recency", "age")
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    a = a if abs(a - 1) > 1e-6 else 1 + 1e-6
    z = weeks / (alpha + age + weeks)
    tail = special.hyp2f1(r + x, b + x, a + b + x - 1, z)
    made = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * tail)
    dead = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + recency)) ** (r + x), 0.0)
    found: Floats = np.maximum(made / (1 + dead), 0.0)
    return found


def expected_amount(model: Spending, customers: pd.DataFrame) -> Floats:
    """What each customer's next purchase will be worth; of those who never paid again, the mean of all."""
    x = customers["paid"].to_numpy("float64")
    spent = np.where(x > 0, x * customers["amount"].fillna(0).to_numpy("float64"), 0.0)
    if model.q <= 1:  # the mean of all is not finite: only who paid again can be foretold
        return np.where(x > 0, model.p * (model.gamma + spent) / np.maximum(model.p * x + model.q - 1, 1e-9), np.nan)
    found: Floats = model.p * (model.gamma + spent) / (model.p * x + model.q - 1)
    return found


def value(
    purchases: pd.DataFrame, until: date, margin: float | None, discount: float = 0.10, months: int = 36
) -> PurchaseValue:
    """Discounted margin of each customer's expected purchases over the months ahead."""
    customers = summary(purchases, until)
    nobody = pd.DataFrame(columns=["purchases", "amount", "value"])
    repeating = int((customers["x"].gt(0) & customers["paid"].gt(0)).sum())
    if repeating < LEAST_REPEATING:
        why = f"customers who bought again: {repeating}; {LEAST_REPEATING} are needed"
        return PurchaseValue(nobody, None, None, None, None, why)
    if margin is None:
        return PurchaseValue(nobody, None, None, None, None, "economics.gross_margin is not set")
    buying, spending = fit_buying(customers), fit_spending(customers)
    amount = expected_amount(spending, customers)
    weeks = 52.1775 / 12
    ahead = [expected_purchases(buying, customers, weeks * month) for month in range(1, months + 1)]
    made = np.stack([np.zeros(len(customers)), *ahead])
    rates = (1 + discount) ** (-(np.arange(months) + 0.5) / 12)
    worth = (np.diff(made, axis=0) * rates[:, None]).sum(axis=0) * amount * margin
    found = pd.DataFrame({"purchases": made[-1], "amount": amount, "value": worth}, index=customers.index)
    known = found["value"].dropna()
    return PurchaseValue(found, float(known.sum()), float(known.mean()), buying, spending)


def _buying_likelihood(model: Buying, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Log-likelihood of each customer (eq. 6)."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    rate = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    stayed = special.betaln(a, b + x) - special.betaln(a, b)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency)
    found: Floats = rate + stayed + np.where(x > 0, np.logaddexp(alive, gone), alive)
    return found


def _spending_likelihood(model: Spending, x: Floats, amount: Floats) -> Floats:
    p, q, gamma = model.p, model.q, model.gamma
    shape = special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q) + q * np.log(gamma)
    found: Floats = shape + (p * x - 1) * np.log(amount) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * amount)
    return found


def _fitted(loss: Callable[[Floats], float], starts: list[Floats]) -> Floats:
    bounds = [(-9.0, 9.0)] * len(starts[0])
    with np.errstate(all="ignore"):
        tries: list[Any] = [optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds) for start in starts]
    best = min(tries, key=lambda one: float(one.fun) if np.isfinite(one.fun) else np.inf)
    found: Floats = np.exp(best.x)
    return found


def _columns(customers: pd.DataFrame, *names: str) -> tuple[Floats, ...]:
    return tuple(customers[name].to_numpy("float64") for name in names)
