"""Every flag at its edges; unknown raises nothing; a flag on a drifting figure neither flaps nor forgets its day."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flag_scenes import AS_OF, ago, carried, days, story
from hypothesis import given, settings
from hypothesis import strategies as st

from config.flags import FLAGS, FlagSettings
from scoring.flags import RULES, raise_flags
from scoring.frames import empty_frames
from scoring.past import past

ALL: dict[str, Any] = dict.fromkeys(FLAGS)
LEFT = {"person": "p", "role": "champion"}
BOSS = {"person": "q", "role": "executive"}
CALL = {"activity": "a", "person": "u", "kind": "call", "day": ago(3)}


def raised(one: dict[str, Any], flag: str, band: str = "green", limits: Any = None, **more: Any) -> int | None:
    """For how many days one customer has carried the flag."""
    then, values = story(one, **more)
    found = raise_flags(then, values, {flag: limits}, band=pd.Series([band], index=then.index))
    return days(found, flag)


@pytest.mark.parametrize(
    ("flag", "yes", "no"),
    [
        ("usage_falling", {"usage_trend_robust": 0.6}, {"usage_trend_robust": 0.601}),
        ("usage_falling", {"usage_trend_robust": 0.0}, {"usage_trend_robust": 5.0}),
        ("usage_falling", {"usage_trend_robust": -1.0}, {"usage_trend_robust": np.nan}),
        ("key_feature_dropped", {"key_feature_drop": 50.0}, {"key_feature_drop": 49.9}),
        ("csat_falling", {"csat_change": -15.0}, {"csat_change": -14.9}),
        ("csat_falling", {"csat_change": -60.0}, {"csat_change": 60.0}),
        (
            "ticket_pileup",
            {"tickets_pileup": 2.0, "tickets_open": 4.0},
            {"tickets_pileup": 1.99, "tickets_open": 40.0},
        ),
        ("ticket_pileup", {"tickets_pileup": 9.0, "tickets_open": 5.0}, {"tickets_pileup": 9.0, "tickets_open": 3.0}),
        ("ticket_pileup", {"tickets_pileup": 9.0, "tickets_open": 5.0}, {"tickets_open": 90.0}),
        (
            "single_threaded",
            {"persons_engaged_90d": 1, "contacts_known": 2},
            {"persons_engaged_90d": 1, "contacts_known": 1},
        ),
        (
            "single_threaded",
            {"persons_engaged_90d": 1, "contacts_known": 9},
            {"persons_engaged_90d": 0, "contacts_known": 9},
        ),
        ("single_threaded", {"persons_engaged_90d": 1, "contacts_known": 2}, {"persons_engaged_90d": 1}),
    ],
)
def test_a_flag_on_a_figure(flag: str, yes: dict[str, Any], no: dict[str, Any]) -> None:
    assert raised(yes, flag) == 0, "nobody knows since when: since today"
    assert raised(no, flag) is None
    for name in yes:
        assert raised({**yes, name: np.nan}, flag) is None, "unknown raises nothing"
        assert raised({**yes, name: "no number"}, flag) is None
        assert raised({**yes, name: np.inf}, flag) is None


@pytest.mark.parametrize("role", ["champion", "executive"])
def test_whoever_stood_up_for_us_has_left(role: str) -> None:
    flag, left = f"{role}_left", {**LEFT, "role": role}

    def told(*people: dict[str, Any], word: str | None = "left") -> int | None:
        return raised({role: word}, flag, persons=list(people))

    assert told({**left, "left_on": ago(180)}) == 180
    assert told({**left, "left_on": ago(181)}) is None, "by now that is how it is"
    assert told({**left, "left_on": ago(300)}, {**left, "person": "b", "left_on": ago(4)}) == 4, "since the last one"
    assert told({**left, "left_on": ago(300)}, {**LEFT, "role": "user", "left_on": ago(4)}) is None
    assert told({**left, "left_on": ago(-5)}, word="present") is None, "still there today"
    assert told(word="left") == 0, "no record dates it"
    assert told(word=None) is None


@pytest.mark.parametrize(
    ("ahead", "band", "held"),
    [(120, "red", True), (0, "yellow", True), (121, "red", False), (-1, "red", False), (9, "green", False),
     (9, "unknown", False), (None, "red", False)],
)  # fmt: skip
def test_a_renewal_that_nears_in_bad_health(ahead: float | None, band: str, held: bool) -> None:
    assert (raised({"days_to_renewal": ahead}, "renewal_unhealthy", band) is not None) == held


def test_without_a_health_card_no_renewal_is_unhealthy() -> None:
    then, values = story({"days_to_renewal": 9})
    assert days(raise_flags(then, values, ALL), "renewal_unhealthy") is None


FIRST = {"first_value": {"name": "first report", "feature": "reports", "within": "30d"}}


@pytest.mark.parametrize(
    ("product", "facts", "held"),
    [
        (FIRST, {"milestones_overdue": 1, "first_value": "no", "onboarding_days": 20}, True),
        (FIRST, {"milestones_overdue": 1, "first_value": "yes", "onboarding_days": 20}, False),
        (FIRST, {"milestones_overdue": 1, "first_value": None, "onboarding_days": 20}, False),
        (FIRST, {"milestones_overdue": 0, "first_value": "no", "onboarding_days": 31}, True),
        (FIRST, {"first_value": "no", "onboarding_days": 30}, False),
        (FIRST, {"first_value": "no", "onboarding_days": 181}, False),
        (FIRST, {"first_value": "no"}, False),
        ({"first_value": {"name": "x"}}, {"first_value": "no", "onboarding_days": 150}, False),
        (None, {"milestones_overdue": 2, "onboarding_days": 150}, True),
        (None, {"milestones_overdue": 2}, False),
        (None, {"milestones_overdue": 0, "onboarding_days": 150}, False),
        (None, {}, False),
    ],
)
def test_onboarding_that_stands_still(product: Any, facts: dict[str, Any], held: bool) -> None:
    assert (raised(facts, "onboarding_stalled", product=product) is not None) == held


def test_no_executive_is_spoken_to() -> None:
    there = {"executive": "present", "customer_days": 400}

    def told(facts: dict[str, Any], *touches: dict[str, Any]) -> int | None:
        return raised(facts, "no_executive_touch", persons=[BOSS], activities=list(touches))

    assert told({**there, "days_since_executive_touch": 120}) is None
    assert told({**there, "days_since_executive_touch": 121}) == 0
    assert told({**there, "days_since_executive_touch": 150}) == 29
    assert told({"days_since_executive_touch": 150}) == 29
    assert told({**there, "executive": "left", "days_since_executive_touch": 150}) is None, "that is another flag"
    assert told(there, CALL) == 0, "never, although others are"
    assert told(there) is None, "whether anybody is spoken to is not known"
    assert told(there, {**CALL, "person": None}) is None, "the touches name nobody"
    assert told({**there, "customer_days": 120}, CALL) is None, "not yet"
    assert told({"executive": "present"}, CALL) is None
    assert told({"customer_days": 400}, CALL) is None, "no executive is known"


@pytest.mark.parametrize(("over", "since"), [(0, None), (1, 0), (30, 29), (None, None), (-40, None)])
def test_a_review_that_is_overdue(over: float | None, since: int | None) -> None:
    assert raised({"review_overdue_days": over}, "review_overdue") == since


def test_use_that_was_known_once() -> None:
    assert raised({"usage_days_since_newest": 14, "days_since_login": None}, "data_stale") is None
    assert raised({"usage_days_since_newest": 20, "days_since_login": None}, "data_stale") == 5
    assert raised({"usage_days_since_newest": 20, "days_since_login": 3}, "data_stale") is None, "it is known"
    assert raised({"days_since_login": None}, "data_stale") is None, "it never was"


def test_thresholds_are_the_admins() -> None:
    assert raised({"usage_trend_robust": 0.75}, "usage_falling", limits=FlagSettings(percent=25)) == 0
    assert raised({"days_since_login": 4}, "silent", limits=3) == 1
    tickets = {"tickets_pileup": 1.5, "tickets_open": 2}
    assert raised(tickets, "ticket_pileup", limits=FlagSettings(percent=150, count=2)) == 0
    assert raised(tickets, "ticket_pileup", limits=FlagSettings(percent=150)) is None, "the count is as shipped"


@pytest.mark.parametrize(
    ("flag", "high", "still", "over"),
    [
        ("usage_falling", {"usage_trend_robust": 0.6}, {"usage_trend_robust": 0.7}, {"usage_trend_robust": 0.71}),
        ("key_feature_dropped", {"key_feature_drop": 50}, {"key_feature_drop": 37.5}, {"key_feature_drop": 37}),
        (
            "ticket_pileup",
            {"tickets_pileup": 2, "tickets_open": 4},
            {"tickets_pileup": 1.5, "tickets_open": 3},
            {"tickets_pileup": 2, "tickets_open": 2},
        ),
        (
            "csat_falling",
            {"csat_change": -15},
            {"csat_change": -11.25},
            {"csat_change": -11},
        ),
    ],
)
def test_what_drifts_round_the_threshold_is_raised_once(flag: str, high: Any, still: Any, over: Any) -> None:
    def after(facts: dict[str, Any], before: Any) -> Any:
        then, values = story(facts)
        return raise_flags(then, values, ALL, before)

    yesterday = {0: {flag: ago(8)}}
    assert days(after(still, {}), flag) is None
    assert days(after(still, yesterday), flag) == days(after(high, yesterday), flag) == 8
    assert days(after(over, yesterday), flag) is None
    assert days(after(dict.fromkeys(high), yesterday), flag) is None, "what is unknown ends it"
    assert days(after(high, {7: {flag: ago(8)}, 0: {"silent": ago(8)}}), flag) == 0, "another's, another flag"
    assert days(after(high, {0: {flag: ago(-8)}}), flag) == 0


def test_a_year_of_closes_keeps_the_day_on_which_it_began() -> None:
    wave = [0.9, 0.62, 0.59, 0.65, 0.7, 0.69, 0.61, 0.72, 0.65, 0.6, 0.65]
    before: dict[int, dict[str, date]] = {}
    since = []
    for at, ratio in enumerate(wave):
        then, values = story({"usage_trend_robust": ratio})
        found = raise_flags(
            then, values, ALL, {c: {n: s - timedelta(1) for n, s in f.items()} for c, f in before.items()}
        )
        since.append(None if (n := days(found, "usage_falling")) is None else at - n)
        before = carried(found)
    assert since == [None, None, 2, 2, 2, 2, 2, None, None, 9, 9]


@pytest.mark.parametrize("status", ["prospect", "churned", "Churned"])
def test_only_customers(status: str) -> None:
    facts = {"usage_trend_robust": 0.1, "status": status, "days_since_login": 90, "review_overdue_days": 90}
    then, values = story(facts)
    assert carried(raise_flags(then, values, ALL)) == {}


def test_the_gravest_first_and_only_those_that_are_on() -> None:
    assert tuple(RULES) == tuple(FLAGS)
    then, values = story({"usage_trend_robust": 0.1, "days_since_login": 90})
    on = {"usage_falling": None, "silent": None, "of another release": None}
    found = raise_flags(then, values, on)
    assert list(found) == ["silent", "usage_falling"]
    assert (days(found, "silent"), days(found, "usage_falling")) == (69, None), "who is silent uses everything less"
    assert days(raise_flags(then, values, {"usage_falling": None}), "usage_falling") == 0


def test_nobody_and_nothing() -> None:
    then, values = story({})
    assert carried(raise_flags(then, values, ALL)) == {}
    nobody = past(empty_frames(AS_OF))
    found = raise_flags(nobody, pd.DataFrame(index=nobody.index), ALL, {4: {"silent": AS_OF}})
    assert list(found) == list(FLAGS)
    assert all(flag.ago.empty for flag in found.values())


def test_what_happens_later_changes_no_flag_of_today() -> None:
    facts = {"champion": "present", "executive": "left", "customer_days": 400, "days_since_executive_touch": None}
    now: dict[str, Any] = {"persons": [LEFT, {**BOSS, "left_on": ago(40)}], "activities": [CALL]}
    later = {
        "persons": [*now["persons"], {**LEFT, "person": "r", "left_on": ago(-1)}],
        "activities": [{**CALL, "person": None}, {**CALL, "activity": "b", "day": ago(-9)}],
        "invoices": [{"invoice": "i", "due": ago(-1), "amount": 9}],
        "responses": [{"survey": "nps", "person": "p", "score": 0, "day": ago(-1)}],
    }
    then, values = story(facts, **{**now, "activities": later["activities"][:1]})
    assert carried(raise_flags(then, values, ALL)) == {0: {"executive_left": ago(40)}}
    then, values = story(facts, **later)
    assert carried(raise_flags(then, values, ALL)) == {0: {"executive_left": ago(40)}}


FIGURES = (
    "tickets_escalated_open", "tickets_escalated_open_days", "days_since_login", "usage_trend_robust",
    "key_feature_drop", "csat_change", "tickets_pileup", "tickets_open",
    "days_to_renewal", "onboarding_days", "milestones_overdue", "persons_engaged_90d", "contacts_known",
    "days_since_executive_touch", "customer_days", "review_overdue_days", "usage_days_since_newest",
)  # fmt: skip
WORDS = {"champion": ["present", "left"], "executive": ["present", "left"], "first_value": ["yes", "no"]}
figure = st.sampled_from([None, float("nan"), float("inf"), -3.0, 0.0, 0.3, 1.0, 4.0, 100.0, 1e12, "?"])
ONE = st.fixed_dictionaries(
    {**dict.fromkeys(FIGURES, figure), **{name: st.sampled_from([*some, None, "?"]) for name, some in WORDS.items()}}
)
BEFORE = st.dictionaries(
    st.integers(0, 4), st.dictionaries(st.sampled_from([*FLAGS, "gone"]), st.integers(-2, 90).map(ago))
)


@settings(max_examples=25, deadline=None)
@given(st.lists(ONE, min_size=1, max_size=4), BEFORE, st.randoms(use_true_random=False))
def test_any_values_never_raise_never_date_into_the_future_and_in_any_order(
    book: list[dict[str, Any]], before: Any, random: Any
) -> None:
    then, values = story(*book)
    band = pd.Series(["red"] * len(book), index=then.index)
    found = raise_flags(then, values, ALL, before, band)
    agos = pd.DataFrame({name: flag.ago for name, flag in found.items()})
    assert agos.stack().dropna().ge(0).all()
    again, _ = story(*book)
    pd.testing.assert_frame_equal(
        agos, pd.DataFrame({name: flag.ago for name, flag in raise_flags(again, values, ALL, before, band).items()})
    )
    order = random.sample(range(len(book)), len(book))
    shuffled = {**then.__dict__, "customers": then.customers.iloc[order]}
    mixed = raise_flags(type(then)(**shuffled), values.iloc[order], ALL, before, band)
    pd.testing.assert_frame_equal(agos, pd.DataFrame({name: flag.ago for name, flag in mixed.items()}).sort_index())


@settings(max_examples=25, deadline=None)
@given(ONE, st.sampled_from(FIGURES))
def test_one_unknown_more_raises_no_flag_more(one: dict[str, Any], name: str) -> None:
    """But for use that is known no more, and an executive who was never met: there the lack itself is what is known."""
    said = carried_by(one)
    unsaid = {"usage_falling", "key_feature_dropped"} if "silent" in said else set()  # the silence said it for them
    assert carried_by({**one, name: None}) - said - unsaid <= {"data_stale", "no_executive_touch"}


def carried_by(one: dict[str, Any]) -> set[str]:
    then, values = story(one, activities=[CALL])
    return set(carried(raise_flags(then, values, ALL, band=pd.Series(["red"], index=then.index))).get(0, {}))
