"""ROI, cost to serve, the effect of a programme, patterns, surveys and the team."""

from datetime import date, timedelta
from math import nan

import numpy as np
import pandas as pd
import pytest
from books import at, book_of

from scoring.metrics import surveys
from scoring.metrics.book import Book, book
from scoring.metrics.cost_to_serve import grouped, serve
from scoring.metrics.effect import effect
from scoring.metrics.patterns import Question, patterns
from scoring.metrics.roi import roi
from scoring.metrics.team import team

YEAR = {"people": 120.0, "tools": 12.0, "programmes": 0.0}


def test_every_revenue_term_is_the_sum_of_named_accounts() -> None:
    """Four months, a third of a year. a is kept, b grows, c is lost, d came by referral, e came by itself."""
    about = {"d": {"referred_by": "a"}}
    given = book_of(
        {"a": [300, 300, 300, 300, 300], "b": [300, 300, 300, 300, 600], "c": [300, 0, 0, 0, 0], "d": [0, 0, 0, 0, 90],
         "e": [0, 0, 0, 0, 99]}, about,
    )  # fmt: skip
    found = roi(given, at(0), at(4), YEAR)
    terms = {one.name: (one.amount, dict(one.accounts)) for one in found.revenue}
    assert terms == {
        "retention": (200.0, {"a": 100.0, "b": 100.0}),
        "expansion": (100.0, {"b": 100.0}),
        "referral": (30.0, {"d": 30.0}),
    }
    assert found.costs == {"people": 40.0, "tools": 4.0, "programmes": 0.0}
    assert found.net == pytest.approx(330 - 44)
    assert found.ratio == pytest.approx(330 / 44)


def test_what_would_have_stayed_anyway_is_taken_off() -> None:
    """Two of three of 300 stayed; without customer success 60 % of 900 a year would have: 600 − 900 × 0.6^(1/3)."""
    given = book_of({name: [300] * 4 + [end] for name, end in (("a", 300), ("b", 300), ("c", 0))})
    found = roi(given, at(0), at(4), YEAR, baseline=0.6)
    assert found.revenue[0].amount == pytest.approx((600 - 900 * 0.6 ** (1 / 3)) / 3, abs=0.02)


def test_an_unknown_cost_leaves_the_return_unknown() -> None:
    found = roi(book_of({"a": [300, 300]}), at(0), at(1), {"people": None, "tools": 1.0, "programmes": 1.0})
    assert (found.net, found.ratio, found.missing) == (None, None, ("economics.costs.people",))
    assert roi(book_of({"a": [nan, nan]}), at(0), at(1), YEAR).missing == ("ARR at both ends of the period",)


def test_cost_to_serve_goes_by_work_and_adds_up() -> None:
    about = {"a": {"segment": "mid"}, "b": {"segment": "small"}, "c": {"segment": "small"}}
    given = book_of({"a": [1200] * 5, "b": [120] * 5, "c": [nan] * 5}, about)
    contacts = pd.DataFrame(
        {"customer": ["a", "b"], "tickets": [2.0, 0.0], "touches": [1.0, 3.0], "meetings": [1.0, 0.0]}
    )
    costs = {"people": 300.0, "tools": 90.0, "ticket": 5.0, "meeting": 2.0}
    found = serve(given, at(0), contacts, costs, 0.5)
    assert found.accounts["cost"].to_dict() == pytest.approx({"a": 50 + 10 + 10 + 2, "b": 50 + 10, "c": 10})
    assert found.accounts.loc["a", "margin"] == pytest.approx(1200 / 3 * 0.5 - 72)
    groups = grouped(found, "segment")
    assert (groups["small"].customers, groups["small"].unknown, groups["small"].cost) == (2, 1, pytest.approx(70))
    assert groups["small"].margin == pytest.approx(20 - 60)
    assert sum(one.cost for one in groups.values()) == pytest.approx(300 / 3 + 90 / 3 + 10 + 2)


def test_cost_without_any_contact_is_even() -> None:
    nothing = pd.DataFrame(columns=["customer", "tickets", "touches", "meetings"])
    found = serve(book_of({"a": [1] * 5, "b": [1] * 5}), at(0), nothing, {"people": 60.0}, None)
    assert found.accounts["cost"].tolist() == [10.0, 10.0]
    assert found.accounts["margin"].isna().all()
    assert "economics.gross_margin" in found.missing


def programme(lift: float, n: int = 300, treated: float = 0.3, seed: int = 5) -> tuple[Book, pd.Series]:
    """A year of customers who drift alike; the treated, who are the larger ones more often, grow by ``lift`` more."""
    random = np.random.default_rng(seed)
    months = pd.date_range("2025-01-31", periods=12, freq="ME")
    size = np.exp(random.normal(8, 0.6, n))
    chosen = random.random(n) < np.clip(treated + 0.15 * (np.log(size) - 8), 0, 1)
    rows = []
    for place, month in enumerate(months):
        grown = 1 + 0.01 * place + (np.where(chosen, lift, 0.0) if place > 5 else 0.0) + random.normal(0, 0.02, n)
        rows.append(pd.DataFrame({"customer": range(n), "month": month, "active": True, "arr": size * grown}))
    given = book(pd.concat(rows), pd.DataFrame({"customer": range(n)}), date(2025, 12, 31))
    started = pd.Series(np.where(chosen, "2025-06-15", None), index=range(n), dtype="object")
    return given, started


def test_the_effect_of_a_programme_is_found_where_there_is_one() -> None:
    found = effect(*programme(0.10))
    assert found.growth.value == pytest.approx(0.10, abs=0.02)
    assert found.growth.low is not None
    assert found.growth.low > 0
    assert found.retention.value == 0.0
    size = found.balance[0]
    assert size.measure == "size"
    assert size.before is not None
    assert size.after is not None
    assert abs(size.after) < 0.1 < abs(size.before)
    assert found.balanced
    assert [one.month for one in found.path] == list(range(-3, 7))
    base, last = found.path[3], found.path[-1]
    assert base.treated == base.matched == 1.0
    assert last.treated is not None
    assert last.matched is not None
    assert last.treated - last.matched == pytest.approx(found.growth.value)


def test_no_effect_is_found_where_there_is_none() -> None:
    """The interval holds 0 in most worlds without an effect: 95 of 100, were there no chance in ten of them."""
    held = 0
    for seed in range(10):
        growth = effect(*programme(0.0, n=200, seed=seed)).growth
        assert growth.low is not None
        assert growth.high is not None
        held += growth.low <= 0 <= growth.high
    assert held >= 8


def test_an_account_is_matched_once() -> None:
    given, started = programme(0.1)
    found = effect(given, started)
    used = [id for pair in found.pairs for id in pair]
    assert len(used) == len(set(used))
    assert found.unmatched == found.treated - len(found.pairs)


def test_groups_too_small_are_said_to_be() -> None:
    given, started = programme(0.1, n=20)
    found = effect(given, started)
    assert found.growth.value is None
    assert "are needed" in found.missing
    nobody = effect(given, pd.Series(dtype="object"))
    assert (nobody.treated, nobody.pairs) == (0, ())
    assert "no account has a day" in nobody.missing


def test_a_real_pattern_stands_out_and_noise_does_not() -> None:
    random = np.random.default_rng(2)
    n = 600
    frame = pd.DataFrame({f"noise {k}": random.choice(list("abcde"), n) for k in range(10)})
    frame["industry"] = random.choice(["retail", "health", "tools"], n)
    frame["size"] = random.lognormal(3, 1, n)
    churned = pd.Series(random.random(n) < np.where(frame["industry"].eq("retail"), 0.45, 0.15))
    found = patterns([Question("churned", churned, frame)])
    assert found[0].attribute == "industry"
    assert found[0].value == "retail"
    assert found[0].low is not None
    assert found[0].low > 1.5
    assert all(one.q >= one.p for one in found)
    assert not [one for one in found if one.notable and one.attribute.startswith("noise")]


def test_false_patterns_stay_rare_over_many_worlds() -> None:
    """Under no pattern at all, Benjamini–Hochberg lets one appear in at most 5 % of worlds."""
    alarms = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        frame = pd.DataFrame({f"c{k}": random.choice(list("abc"), 200) for k in range(8)})
        alarms += any(one.notable for one in patterns([Question("x", pd.Series(random.random(200) < 0.3), frame)]))
    assert alarms <= 3


def test_nothing_is_compared_below_the_least_number() -> None:
    few = pd.DataFrame({"plan": ["pro"] * 9 + ["basic"] * 30, "name": [f"n{k}" for k in range(39)]})
    assert patterns([Question("red", pd.Series([True] * 20 + [False] * 19), few)]) == []
    assert patterns([Question("red", pd.Series([True] * 39), few)]) == []
    assert patterns([]) == []


def test_of_two_values_one_is_compared_and_unknown_leaves_its_customer_out() -> None:
    frame = pd.DataFrame({"plan": ["pro"] * 20 + ["basic"] * 20 + [None] * 20, "same": [None] * 60})
    belongs = pd.Series([True] * 15 + [False] * 25 + [True] * 20)
    (found,) = patterns([Question("red", belongs, frame)])
    assert (found.value, found.n, found.hits, found.rest_n, found.rest_hits) == ("pro", 20, 15, 20, 0)
    assert found.ratio is None
    assert found.low is not None


def responses(*rows: tuple[object, ...]) -> pd.DataFrame:
    columns = ["customer", "person", "survey", "score", "day"]
    return pd.DataFrame([dict(zip(columns, row, strict=True)) for row in rows], columns=columns)


UNTIL = date(2026, 1, 31)


def test_the_latest_answer_of_each_person_counts_once() -> None:
    given = surveys.answers(
        responses(
            (1, "p", "nps", 2, "2026-01-01"), (1, "p", "nps", 10, "2026-01-20"), (2, "p", "nps", 10, "2026-01-20"),
            (2, "q", "nps", 6, "2026-01-02"), (2, None, "nps", 8, "2026-01-02"), (2, "r", "nps", 11, "2026-01-02"),
            (2, "s", "nps", 0, "2024-01-02"), (2, "t", "nps", 0, "2026-02-02"), (1, "u", "csat", 5, "2026-01-03"),
        ),
        UNTIL,
    )  # fmt: skip
    found = surveys.summarise(given, "nps", least_n=1)
    assert (found.n, found.promoters, found.passives, found.detractors) == (3, 1, 1, 1)
    assert found.value.value == 0.0
    by = surveys.summarise_by(given, pd.Series({1: "mid", 2: "small"}), "nps", least_n=1)
    assert {name: (one.n, one.value.value) for name, one in by.items()} == {
        "mid": (1, 100.0), "small": (3, pytest.approx(0.0)),
    }  # fmt: skip


def test_every_account_at_once_says_what_each_says_alone() -> None:
    random = np.random.default_rng(4)
    rows = [(k % 7, f"p{k}", "nps", int(random.integers(0, 11)), "2026-01-05") for k in range(60)]
    given = surveys.answers(responses(*rows, (1, "q", "ces", 3, "2026-01-05")), UNTIL)
    together = surveys.by_customer(given, "nps")
    for customer in range(7):
        alone = surveys.summarise(given[given["customer"].eq(customer)], "nps", least_n=1)
        said = together.loc[customer, ["n", "value", "low", "high"]].tolist()
        assert said == pytest.approx([alone.n, alone.value.value, alone.value.low, alone.value.high])
    assert surveys.by_customer(given, "ces")["value"].to_dict() == {1: 3.0}
    assert surveys.by_customer(given, "csat").empty


def test_too_few_answers_are_not_shown_but_counted() -> None:
    given = surveys.answers(responses((1, "p", "csat", 5, "2026-01-01")), UNTIL)
    hidden = surveys.summarise(given, "csat", least_n=5, top=4)
    assert (hidden.n, hidden.value.value, hidden.top.value) == (1, None, None)
    assert surveys.summarise(given, "csat", least_n=1, top=4).top.value == 1.0
    assert surveys.summarise(given, "ces").n == 0


def test_the_interval_of_nps_holds_the_truth_as_often_as_it_says() -> None:
    """Of a population with 50 % promoters, 30 % passives and 20 % detractors (NPS 30), samples of 40."""
    random = np.random.default_rng(9)
    held = 0
    for _ in range(400):
        promoters, passives, detractors = random.multinomial(40, (0.5, 0.3, 0.2))
        found = surveys.nps(promoters, passives, detractors)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 30 <= found.high
    assert 0.92 <= held / 400 <= 0.99


def test_reach_is_of_persons_customers_and_arr() -> None:
    given = book_of({"1": [0, 300], "2": [0, 100], "3": [0, nan], "lost": [100, 0]})
    persons = pd.DataFrame(
        {
            "customer": ["1", "1", "2", "lost"],
            "person": ["p", "q", "r", "s"],
            "left_on": [None, "2026-01-01", None, None],
        }
    )
    answered = pd.DataFrame({"survey": ["nps"], "customer": ["1"], "ago": [1.0], "score": [9.0], "person": ["p"]})
    found = surveys.reach(answered, persons, given)
    assert found.persons.value == 0.5
    assert found.customers.value == pytest.approx(1 / 3)
    assert found.arr == 0.75


def test_the_trend_stands_at_each_day() -> None:
    given = responses(*((1, f"p{k}", "nps", 10 if k < 5 else 0, UNTIL - timedelta(days=40 * k)) for k in range(10)))
    early, late = surveys.trend(given, "nps", [UNTIL - timedelta(days=200), UNTIL], least_n=1)
    assert early.value.value == -100.0
    assert late.value.value == 0.0


def test_a_csm_by_accounts_arr_and_risk() -> None:
    about = {"a": {"csm": "csm-1@example.com"}, "b": {"csm": "csm-1@example.com"}, "c": {}}
    given = book_of({"a": [100, 100], "b": [100, 50], "c": [10, nan]}, about)
    health = pd.DataFrame({"band": ["red", "green"], "flags": [2, 0]}, index=["a", "b"])
    first, second = team(given, health, at(0))
    assert (first.csm, first.customers, first.arr, first.red, first.red_arr, first.flagged) == (
        "csm-1@example.com", 2, 150.0, 1, 100.0, 1,
    )  # fmt: skip
    assert first.nrr.value == 0.75
    assert (second.csm, second.arr, second.unscored, second.without_arr) == ("(unknown)", None, 1, 1)
