"""Usage, adoption, onboarding and plans: what counts, what is unknown, and that no later row changes an earlier day."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.product import Product
from scoring.features import adoption, onboarding, plans, usage
from scoring.features.registry import Feature
from scoring.features.table import FEATURES, tabulate
from scoring.frames import Frames, columns, empty_frames, frame, typed
from scoring.past import past
from scoring.use import HISTORY, people, stalled_sources

AS_OF = date(2026, 6, 1)
MODULES = (usage, adoption, onboarding, plans)
ALL = [made.name for module in MODULES for made in vars(module).values() if isinstance(made, Feature)]
PRODUCT = Product.model_validate(
    {
        "key_features": ["report", "export"],
        "first_value": {"name": "first report", "feature": "report"},
        "milestones": [
            {"name": "first use", "within": "7d"},
            {"name": "ten reports", "feature": "report", "count": 10, "within": "30d"},
            {"name": "five uses", "count": 5},
        ],
        "plans": {
            "basic": {"seats": 3, "limits": {"report": 20, "export": 10}, "features": ["report", "login"]},
            "top": {},
        },
    }
)
Rows = list[dict[str, Any]]


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def use(person: str | None, days: Iterable[int], feature: str = "report", count: float | None = 1, **rest: Any) -> Rows:
    base = {"customer": 1, "source": "app", "person": person, "feature": feature, "count": count, **rest}
    return [{**base, "day": ago(day)} for day in days]


def book(rows: Rows, sources: Rows | None = None, **account: Any) -> Frames:
    alive: Rows = [{"source": "app", "newest": AS_OF, "stale_after_days": 7}]
    return replace(
        empty_frames(AS_OF),
        customers=frame("customers", [{"customer": 1, **account}]),
        usage=frame("usage", rows),
        sources=frame("sources", alive if sources is None else sources),
    )


def value(name: str, rows: Rows, product: Product = PRODUCT, **rest: Any) -> Any:
    found = FEATURES[name](past(book(rows, **rest), product)).iloc[0]
    return None if pd.isna(found) else found


def test_persons_of_a_day_a_week_and_four_weeks() -> None:
    rows = use("a", [0, 6]) + use("b", [6, 7]) + use("c", [7, 27]) + use("d", [28])
    assert [value(f"active_persons{window}", rows) for window in ("_1d", "_7d", "")] == [1, 2, 3]
    assert value("active_persons_1d", use(None, [0])) is None
    late = [{"source": "app", "newest": ago(1)}]
    assert value("active_persons_1d", rows, sources=late) is None, "nobody has told of today yet"
    assert value("active_persons_7d", rows, sources=late) == 2


def test_daily_use_counts_only_days_that_were_told_of() -> None:
    assert value("dau_mau", use("a", range(28)) + use("b", range(0, 28, 2))) == pytest.approx(42 / 28 / 2)
    yesterday = [{"source": "app", "newest": ago(4)}]
    assert value("dau_mau", use("a", range(4, 28)), sources=yesterday) == 1
    assert value("dau_mau", use("a", [30])) is None
    assert value("dau_mau", use(None, range(28))) is None


def test_growth_needs_the_whole_time_before() -> None:
    before = use("a", [30, 55]) + use("b", [40])
    assert value("active_growth", before + use("a", [1]) + use("b", [2]) + use("c", [3])) == 1.5
    assert value("active_growth", use("a", [1, 40])) is None, "not there for the whole of the time before"
    assert value("active_growth", use("a", [1, 90])) is None, "nobody was active before"


def test_a_trend_by_weeks_shrugs_off_a_wild_week_and_a_holiday() -> None:
    weekdays = [day for day in range(112) if ago(day).weekday() < 5]
    steady = use("a", weekdays)
    assert value("usage_trend_robust", steady) == 1
    wild = [row for number in range(40) for row in use(f"x{number}", [3, 4])]
    assert value("usage_trend_robust", steady + wild) == 1
    assert value("active_trend", steady + wild) > 2
    holiday = [row for row in steady if not ago(21) < row["day"] <= ago(14)]
    assert value("usage_trend_robust", holiday) == 1
    half = use("a", [day for day in weekdays if day >= 28 or day % 7 < 4])
    assert value("usage_trend_robust", half) < 0.7


def test_a_trend_is_unknown_without_a_past_and_zero_when_use_has_ended() -> None:
    assert value("usage_trend_robust", use("a", range(50))) is None
    assert value("usage_trend_robust", use("a", range(60))) == 1
    assert value("usage_trend_robust", use("a", [1, *range(40, 112, 20)])) is None, "too rare for a usual week"
    for silence in (28, 120, 300):
        assert value("usage_trend_robust", use("a", range(silence, silence + 60))) == 0


def test_a_season_excuses_a_drop_and_makes_none() -> None:
    def persons(number: int, days: Iterable[int]) -> Rows:
        return [row for person in range(number) for row in use(f"p{person}", days)]

    now = persons(2, range(28)) + persons(4, range(28, 112))
    dip = persons(2, range(364, 392)) + persons(4, range(392, 480))
    grown = persons(8, range(364, 392)) + persons(4, range(392, 480))
    assert value("usage_trend_robust", now) == 0.5
    assert value("usage_trend_robust", now + dip) == pytest.approx(0.5 / (15 / 29))
    assert value("usage_trend_robust", now + grown) == 0.5
    assert value("usage_trend_robust", now + persons(2, range(364, 392)) + persons(4, range(392, 470))) == 0.5


def test_features_that_have_no_name_are_not_one_feature() -> None:
    assert value("breadth", use("a", [1], feature="")) is None
    assert value("breadth", use("a", [1], feature="") + use("a", [2])) == 1
    assert value("key_feature_use", use("a", [1], feature="")) is None


def test_key_features() -> None:
    rows = use("a", range(112)) + use("a", range(40, 112), "export") + use("a", range(112), "login")
    assert value("key_feature_use", rows) == 0.5
    assert value("key_feature_drop", rows) == 100
    assert tabulate(past(book(rows), PRODUCT)).facts["key_feature_dropped"].tolist() == ["export"]
    assert value("key_feature_drop", use("a", range(112))) == 0
    assert value("key_feature_drop", use("a", range(20))) is None
    assert value("key_feature_use", rows, product=Product()) is None
    assert value("key_feature_drop", rows, product=Product()) is None
    assert value("key_feature_use", use("a", [50], "login")) == 0


def test_seats_come_from_the_plan_where_the_account_has_none() -> None:
    rows = use("a", [1]) + use("b", [2])
    assert value("seats_free", rows, seats_bought=5) == 3
    assert value("seats_free", rows, plan="basic") == 1
    assert value("seat_use", rows, plan="basic") == pytest.approx(2 / 3)
    assert value("seats_free", rows, seats_bought=1, plan="basic") == -1
    for none in ({"seats_bought": 0, "plan": "basic"}, {"plan": "top"}, {"plan": "else"}, {}, {"seats_bought": np.inf}):
        assert value("seats_free", rows, **none) is None


def test_limits_of_the_plan() -> None:
    rows = use("a", [1, 2, 27, 28], count=4) + use("a", [3], "export", 9) + use("a", [4], "export", None)
    assert value("plan_limit_use", rows, plan="basic") == 1
    assert tabulate(past(book(rows, plan="basic"), PRODUCT)).facts["plan_limit_of"].tolist() == ["export"]
    assert value("plan_limit_use", rows * 2, plan="basic") == 1, "a total given twice counts once"
    assert value("plan_limit_use", use("a", [1], "login"), plan="basic") == 0
    assert value("plan_limit_use", use("a", [1], "export", np.inf), plan="basic") == 0.1
    for plan in ("top", "else", None):
        assert value("plan_limit_use", rows, plan=plan) is None


def test_locked_features() -> None:
    rows = use("a", [1], "export") + use("a", [2], "login") + use("b", [3], "audit") + use("b", [40], "old")
    assert value("locked_features_tried", rows, plan="basic") == 2
    assert value("locked_features_tried", use("a", [2]), plan="basic") == 0
    for plan in ("top", "else", None):
        assert value("locked_features_tried", rows, plan=plan) is None


def test_onboarding_counts_from_the_day_the_account_became_a_customer() -> None:
    rows = use("a", [60]) + use("a", [35, 20], count=3) + use("a", [10], count=4)
    account = {"customer_since": ago(61)}
    expected = {
        "onboarding_days": 61, "days_since_first_use": 60, "milestones_done": 1, "milestones_overdue": 0,
        "first_value": "yes", "days_to_first_value": 1,
    }  # fmt: skip
    assert {name: value(name, rows, **account) for name in expected} == expected
    assert past(book(rows, **account), PRODUCT).reached.iloc[0].tolist() == [60, 60, 10, 20]
    early = [row for row in rows if row["day"] < ago(10)]
    assert value("milestones_done", early, **account) == pytest.approx(2 / 3)
    assert value("milestones_overdue", early, **account) == 1
    assert value("milestones_overdue", early, customer_since=ago(30)) == 0
    assert value("days_to_first_value", rows, customer_since=ago(5)) == 0, "it came in the trial"
    assert value("first_value", use("a", [9], "login"), **account) == "no"


@pytest.mark.parametrize("since", [None, ago(-3), ago(HISTORY), ago(900)])
def test_what_was_not_seen_is_not_missed_where_the_start_was_not_seen(since: date | None) -> None:
    rows = use("a", [60], "login", count=9)
    for name in ("milestones_done", "milestones_overdue", "first_value", "days_to_first_value"):
        assert value(name, rows, customer_since=since) is None
    done = use("a", [60], count=99)
    assert value("milestones_done", done, customer_since=since) == 1
    assert value("first_value", done, customer_since=since) == "yes"


def test_a_source_that_began_later_or_fell_silent_misses_nothing() -> None:
    rows, account = use("a", [60], "login", count=9), {"customer_since": ago(100)}
    told = {"source": "app", "newest": AS_OF}
    names = ("milestones_done", "milestones_overdue", "first_value", "days_since_first_use")
    assert [value(name, rows, **account) for name in names] == [2 / 3, 1, "no", 60]
    for began, first in ((60, None), (90, 60)):
        sources = [{**told, "oldest": ago(began)}]
        assert [value(name, rows, sources=sources, **account) for name in names] == [None, None, None, first]
    silent = [{"source": "app", "newest": ago(30)}]
    assert [value(name, rows, sources=silent, **account) for name in names] == [None, None, None, 60]
    old = rows + use(None, [HISTORY], "")
    assert [value(name, old, **account) for name in names] == [None, None, None, None], "its use goes back beyond that"


def test_a_silent_source_raises_its_own_alarm() -> None:
    sources = [
        {"source": "app", "newest": ago(9)}, {"source": "web", "newest": ago(1)},
        {"source": "crm", "newest": ago(20), "stale_after_days": 30}, {"source": "new", "newest": ago(-4)},
    ]  # fmt: skip
    rows = use("a", [9]) + use("b", [400], customer=2) + use("a", [12], source="stray")
    found = stalled_sources(book(rows, sources))
    assert found["source"].tolist() == ["app", "new", "stray"]
    assert found["days"].fillna(-1).tolist() == [9, -1, 12]
    assert found["newest"].isna().tolist() == [False, True, False]
    assert found["newest"].iloc[0].date() == ago(9)
    assert found["customers"].tolist() == [1, 0, 1]
    assert value("usage_days_since_newest", use("a", [9]), sources=sources) == 9
    assert stalled_sources(empty_frames(AS_OF)).empty


def test_a_source_that_has_told_of_nothing_in_a_window_makes_no_zero() -> None:
    monthly = [{"source": "app", "newest": ago(30), "stale_after_days": 35}]
    for name in ("active_persons", "breadth", "usage_drop", "usage_trend_robust", "dau_mau"):
        assert value(name, use("a", range(30, 112)), sources=monthly) is None
    assert value("days_since_login", use("a", range(30, 112)), sources=monthly) == 30


numbers = st.sampled_from([-5.0, 0.0, 0.5, 1.0, 3.0, 40.0, float("nan"), float("inf"), 1e12])
words = st.sampled_from(["a", "b", "", None])


def totals(days: st.SearchStrategy[int | None]) -> st.SearchStrategy[Rows]:
    row = {
        "customer": st.integers(0, 4), "source": st.sampled_from(["app", "web", None]), "person": words,
        "feature": st.sampled_from(["report", "export", "x", "", None]), "count": numbers,
        "day": days.map(lambda days: None if days is None else ago(days)),
    }  # fmt: skip
    return st.lists(st.fixed_dictionaries(row), max_size=30)


PAST, FUTURE = totals(st.one_of(st.integers(0, 60), st.integers(0, 600), st.none())), totals(st.integers(-500, -1))
TOLD = st.integers(0, 40).map(lambda days: [{"source": "app", "newest": ago(days)}])
LATER = st.integers(1, 40).map(lambda days: {"source": "app", "newest": ago(-days), "oldest": ago(-days)})


def features(rows: Rows, sources: Rows, arranged: Callable[[pd.DataFrame], pd.DataFrame] = lambda same: same) -> Any:
    accounts = [
        {"customer": 0, "seats_bought": 2, "plan": "basic", "customer_since": ago(40)},
        {"customer": 1, "seats_bought": 0, "customer_since": ago(200)},
        {"customer": 2, "plan": "basic", "customer_since": ago(700)},
        {"customer": 3, "plan": "top", "customer_since": ago(-9)},
    ]
    frames = replace(book(rows, sources), customers=frame("customers", accounts))
    made = past(replace(frames, usage=arranged(frames.usage)), PRODUCT)
    return pd.DataFrame({name: FEATURES[name](made) for name in ALL})


@settings(max_examples=6, deadline=None)
@given(PAST, FUTURE, TOLD, LATER)
def test_no_later_row_changes_an_earlier_day(rows: Rows, later: Rows, told: Rows, unheard: Any) -> None:
    before = features(rows, told)
    assert not np.isinf(before.select_dtypes("number").to_numpy()).any()
    pd.testing.assert_frame_equal(features(later + rows, [unheard, *told]), before)
    pd.testing.assert_frame_equal(features(rows + later, [*told, unheard]), before)
    pd.testing.assert_frame_equal(features(rows, [unheard]), features(rows, []))


@settings(max_examples=6, deadline=None)
@given(PAST, TOLD, st.randoms(use_true_random=False))
def test_neither_order_nor_doubles_nor_types_matter(rows: Rows, told: Rows, random: Any) -> None:
    once = features(rows, told)
    pd.testing.assert_frame_equal(features(random.sample(rows, len(rows)), told), once)
    pd.testing.assert_frame_equal(features(rows * 2, told), once)
    for kind in ("category", "string"):
        as_kind = features(rows, told, lambda table, kind=kind: table.astype(dict.fromkeys(WORDS, kind)))
        pd.testing.assert_frame_equal(as_kind, once)


WORDS = ("source", "person", "feature")


@settings(max_examples=6, deadline=None)
@given(PAST, TOLD)
def test_both_ways_of_counting_persons_agree(rows: Rows, told: Rows) -> None:
    once = features(rows, told)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(people, "PAIRS", 0)
        patched.setattr(people, "GRID", 2 * people.DAYS)
        patched.setattr("scoring.use.rows.BLOCK", 3)
        patched.setattr("scoring.use.breadth.TABLE", 0)
        pd.testing.assert_frame_equal(features(rows, told), once)


@settings(max_examples=6, deadline=None)
@given(PAST)
def test_windows_count_what_a_plain_loop_counts(rows: Rows) -> None:
    told = [{"source": name, "newest": AS_OF} for name in ("app", "web", None)]
    found = features(rows, told)
    for customer in range(4):
        used = {
            ((AS_OF - row["day"]).days, row["person"] or None)
            for row in rows
            if row["customer"] == customer and row["day"] and not row["count"] <= 0
        }
        for name, days in (("active_persons_1d", 1), ("active_persons_7d", 7), ("active_persons", 28)):
            inside = {person for ago, person in used if ago < days}
            unknown = inside == {None} or not any(row["customer"] == customer and row["day"] for row in rows)
            expected = None if unknown else len(inside - {None})
            assert found[name].astype(object).where(found[name].notna(), None)[customer] == expected


def test_categories_are_taken_as_they_are() -> None:
    table = frame("usage", use("a", range(3))).astype(dict.fromkeys(WORDS, "category"))
    assert typed("usage", table) is table
    rows = frame("usage", use("a", [1]))
    pd.testing.assert_frame_equal(columns("usage", rows.to_numpy().tolist()), rows, check_dtype=False)
    assert columns("usage", []).equals(frame("usage"))
    assert str(columns("usage", [(1, "s", None, "f", AS_OF, 1.0)])["person"].dtype) == "object"


def test_ids_far_apart_and_nobody_at_all() -> None:
    far = use("a", [1], customer=10**12) + use("b", [1], customer=5) + use("c", [1], customer=-(2**62))
    frames = replace(book(far), customers=frame("customers", [{"customer": 10**12}, {"customer": 5}]))
    assert FEATURES["active_persons"](past(frames)).tolist() == [1, 1]
    assert tabulate(past(empty_frames(AS_OF), PRODUCT)).values.empty
