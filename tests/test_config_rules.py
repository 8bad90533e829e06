"""The language of conditions: what parses, what it means for a row, and what is said when it does not parse."""

import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rules import Condition, Rule, parse

ROW = {
    "status": "Customer",
    "plan": "Enterprise Plus",
    "arr": 1200.0,
    "zip": "01067",
    "renewal_date": date(2026, 3, 1),
    "last_call": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    "onboarded": True,
    "regions": ("emea", "apac"),
    "blank": "",
    "nothing": None,
    "unknown": math.nan,
}


@pytest.mark.parametrize(
    "text",
    [
        "all",
        "status = customer",
        "STATUS != churned",
        "plan = 'enterprise plus'",
        'plan = "Enterprise Plus"',
        "plan in (basic, 'Enterprise Plus')",
        "plan in basic, 'Enterprise Plus' and arr > 1000",
        "arr >= 1200 and arr <= 1200 AND arr<1200.5",
        "arr in (1, 1200)",
        "zip = 01067",
        "zip = '01067'",
        "renewal_date = 2026-03-01",
        "renewal_date > 2026-02-28 and renewal_date < 2026-03-02",
        "last_call = 2026-03-01",
        "onboarded = true",
        "onboarded != false",
        "regions = emea",
        "regions in (emea, amer)",
        "nothing != x and blank != x and unknown != 3 and absent != true",
    ],
)
def test_holds(text: str) -> None:
    assert parse(text).holds(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "status = churned",
        "arr > 1200",
        "arr > 1 and arr < 2",
        "plan > 3",
        "regions = amer",
        "onboarded = false",
        "nothing = x",
        "blank = x",
        "unknown < 3",
        "unknown >= 3",
        "absent in (a, b)",
        "renewal_date > 2026-03-01",
        "status > 2026-03-01",
        "status != customer",
    ],
)
def test_does_not_hold(text: str) -> None:
    assert not parse(text).holds(ROW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("status customer", "no condition"),
        ("status =", "no condition"),
        ("a = 1 and", "no condition"),
        ("plan = Enterprise Plus", "in quotes"),
        ("a = 1 or b = 2", "or is not known"),
        ("arr ~ 3", "is not known"),
        ("arr > big", "compares numbers and dates"),
        ("plan in (a, b", "not closed"),
        ("plan in ()", "a list such as"),
        ("plan in (a b)", "a list such as"),
        ("plan = 'open", "cannot read"),
        ("day = 2026-02-31", "not a day of the calendar"),
        ("3 = 3", "not the name of a field"),
        ("__import__('os') = 1", "is not known"),
    ],
)
def test_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)


def test_structure() -> None:
    rule = parse("b > 3 and a in (x, 2) and b < 9")
    assert rule.fields == ("b", "a")
    assert rule.conditions[1] == Condition("a", "in", ("x", 2.0))
    assert parse("all") == Rule()


values = st.one_of(st.text(max_size=8), st.booleans(), st.dates(), st.floats(allow_nan=False, allow_infinity=False))
names = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in ("and", "or", "all"))
conditions = st.one_of(
    st.builds(Condition, names, st.sampled_from(["=", "!="]), values),
    st.builds(Condition, names, st.sampled_from(["<", ">="]), st.one_of(st.dates(), st.floats(-1e9, 1e9))),
    st.builds(Condition, names, st.just("in"), st.lists(values, min_size=1, max_size=3).map(tuple)),
)


@given(st.lists(conditions, max_size=4).map(lambda found: Rule(tuple(found))))
def test_text_of_a_rule_parses_to_the_rule(rule: Rule) -> None:
    assert parse(str(rule)) == rule
