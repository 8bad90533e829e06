"""What an expansion is worth: by plan prices alone, in the account's own currency, never negative, never a guess."""

from typing import Any

import pandas as pd
import pytest
from flag_scenes import story

from scoring.expansion import amounts
from scoring.flags.scene import Raised

PLANS = {
    "starter": {"price": 6000, "seats": 5, "next": "pro"},
    "pro": {"price_per_seat": 900, "currency": "EUR", "next": "Enterprise"},
    "enterprise": {"price": 20_000, "seats": 10, "price_per_seat": 500, "currency": "USD"},
    "bare": {"next": "pro"},
    "odd": {"price": 90_000, "next": "nowhere"},
    "dear": {"price": 90_000, "next": "starter"},
}
RATES = {"EUR": 1.0, "USD": 0.5, "GBP": 2.0}
FULL = {"seats_bought": 10, "active_persons": 10, "currency": "EUR"}


def worth(account: dict[str, Any], *signals: str, plans: Any = None, rates: Any = RATES) -> tuple[Any, Any, Any]:
    """(amount, currency, how it came about) of one customer that shows those signals."""
    then, values = story(account, product={"plans": plans or PLANS})
    shown = {name: Raised(pd.Series([0.0], index=then.index)) for name in signals}
    found = amounts(then, values, shown, rates)
    amount = found.amount[0]
    return None if pd.isna(amount) else amount, found.currency[0], found.facts["expansion_by"][0]


NOTHING = (None, None, None)


@pytest.mark.parametrize(
    ("account", "signals", "expected"),
    [
        # 10 of 10 in use: at 85 % that takes 12 seats, two more
        ({**FULL, "plan": "pro"}, ["seats_filling"], (1800.0, "EUR", "seats")),
        ({**FULL, "plan": "Pro "}, ["seats_filling"], (1800.0, "EUR", "seats")),
        ({**FULL, "plan": "pro", "active_persons": 17, "seats_bought": 20}, ["seats_filling"], (900.0, "EUR", "seats")),
        ({**FULL, "plan": "pro", "currency": "USD"}, ["seats_filling"], (3600.0, "USD", "seats")),
        ({**FULL, "plan": "pro", "currency": "CHF"}, ["seats_filling"], NOTHING),
        ({**FULL, "plan": "pro", "currency": None}, ["seats_filling"], NOTHING),
        ({**FULL, "plan": "pro", "active_persons": None}, ["seats_filling"], NOTHING),
        ({**FULL, "plan": "pro", "seats_bought": 0}, ["seats_filling"], NOTHING),
        ({**FULL, "plan": "pro", "seats_bought": -4}, ["seats_filling"], NOTHING),
        ({**FULL, "plan": "pro"}, [], NOTHING),
        ({**FULL, "plan": "pro"}, ["users_growing", "ticket_hint"], NOTHING),
        ({**FULL, "plan": "gold"}, ["seats_filling", "near_limit"], NOTHING),
        ({**FULL, "plan": None}, ["seats_filling", "near_limit"], NOTHING),
        # 10 seats of pro at 900 instead of 6000
        ({**FULL, "plan": "starter"}, ["near_limit"], (3000.0, "EUR", "plan")),
        ({**FULL, "plan": "starter"}, ["locked_tried"], (3000.0, "EUR", "plan")),
        # the starter's seats are in its price: more of them come with the next plan alone
        ({**FULL, "plan": "starter"}, ["seats_filling"], (3000.0, "EUR", "plan")),
        # the account does not say how many seats it has: those that the plan includes. 5 × 900 is less than 6000
        ({**FULL, "plan": "starter", "seats_bought": None}, ["near_limit"], NOTHING),
        # enterprise for 10 seats: 20 000 USD = 10 000 EUR, against 9 000
        ({**FULL, "plan": "pro"}, ["near_limit"], (1000.0, "EUR", "plan")),
        ({**FULL, "plan": "pro", "currency": "GBP"}, ["near_limit"], (500.0, "GBP", "plan")),
        ({**FULL, "plan": "pro", "seats_bought": 14}, ["near_limit"], NOTHING),
        # of both the larger one
        ({**FULL, "plan": "pro"}, ["near_limit", "seats_filling"], (1800.0, "EUR", "seats")),
        ({**FULL, "plan": "enterprise"}, ["near_limit"], NOTHING),
        ({**FULL, "plan": "enterprise", "currency": "USD"}, ["seats_filling"], (1000.0, "USD", "seats")),
        ({**FULL, "plan": "bare"}, ["near_limit", "seats_filling"], NOTHING),
        ({**FULL, "plan": "odd"}, ["near_limit"], NOTHING),
        ({**FULL, "plan": "dear"}, ["near_limit"], NOTHING),
    ],
)
def test_amounts(account: dict[str, Any], signals: list[str], expected: Any) -> None:
    assert worth(account, *signals) == expected


def test_without_a_rate_currencies_are_not_mixed() -> None:
    assert worth({**FULL, "plan": "pro", "currency": "USD"}, "seats_filling", rates={}) == NOTHING
    assert worth({**FULL, "plan": "pro"}, "seats_filling", rates={}) == (1800.0, "EUR", "seats")


def test_a_plan_without_a_currency_is_priced_in_the_accounts_own() -> None:
    plans = {"pro": {"price_per_seat": 900, "next": "top"}, "top": {"price": 12_000}}
    for currency, bare in (("CZK", ""), (None, "_bare")):
        account = {**FULL, "plan": "pro", "currency": currency}
        assert worth(account, "seats_filling", plans=plans) == (1800.0, currency, f"seats{bare}")
        assert worth(account, "near_limit", plans=plans) == (3000.0, currency, f"plan{bare}")


def test_each_customer_by_its_own_plan_and_how_it_was_computed() -> None:
    plans = [{**FULL, "plan": plan} for plan in ("pro", "starter", None, "pro")]
    then, values = story(*plans, {**FULL, "plan": "pro", "active_persons": 23}, product={"plans": PLANS})
    found = amounts(then, values, {"seats_filling": Raised(pd.Series([0.0] * 5, index=then.index))}, RATES)
    assert found.amount.fillna(-1).tolist() == [1800, 3000, -1, 1800, 900 * 18]
    assert found.facts["expansion_seats"].iloc[[0, 4]].tolist() == [2, 18]
    assert found.facts["expansion_plan"][1] == "pro"
    assert found.facts["expansion_currency"].tolist() == ["EUR", "EUR", None, "EUR", "EUR"]


def test_nobody() -> None:
    then, values = story({}, product={"plans": PLANS})
    nobody = type(then)(**{**then.__dict__, "customers": then.customers.iloc[:0]})
    assert amounts(nobody, values.iloc[:0], {}, RATES).amount.empty
