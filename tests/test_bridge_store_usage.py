from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bridge.store import usage
from bridge.store.engine import Store
from bridge.store.usage import DailyTotal

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)


def total(account: str = "a", ago: int = 0, count: float = 1, person: str = "p", feature: str = "f") -> DailyTotal:
    return DailyTotal(account, TODAY - ago * DAY, person, feature, count)


def take_in(store: Store, *totals: DailyTotal, now: datetime = T0, source: str = "s") -> set[str]:
    with store.write() as db:
        return usage.take_in(db, source, totals, now)


def known(
    store: Store, at: datetime = T0, as_of: date = TODAY, days: int = 30, keys: Sequence[str] = ("a", "b")
) -> list[DailyTotal]:
    with store.read() as db:
        return sorted(usage.known(db, "s", keys, as_of, at, days), key=lambda one: one.key)


def test_only_what_differs_changes_an_account(store: Store) -> None:
    assert take_in(store, total("a"), total("b")) == {"a", "b"}
    assert take_in(store, total("a"), total("b", count=2)) == {"b"}
    assert take_in(store) == set()
    assert known(store) == [total("a"), total("b", count=2)]


def test_of_several_with_one_key_the_last_counts(store: Store) -> None:
    take_in(store, total(count=1), total(count=5))
    assert known(store) == [total(count=5)]


def test_a_corrected_total_is_still_known_as_it_was(store: Store) -> None:
    for hours, count in enumerate((1.0, 2.0, 3.0)):
        take_in(store, total(count=count), now=T0 + timedelta(hours=hours))
    seen = [known(store, T0 + timedelta(hours=hours)) for hours in (-1, 0, 1, 2, 9)]
    assert [[one.count for one in some] for some in seen] == [[], [1], [2], [3], [3]]


def test_corrections_within_one_moment_leave_the_last(store: Store) -> None:
    for count in (1.0, 2.0, 3.0, 4.0):
        take_in(store, total(count=count))
    assert known(store) == [total(count=4)]


def test_of_the_time_before_the_window_only_the_last_day_is_told(store: Store) -> None:
    take_in(store, total(ago=0), total(ago=9), total(ago=10), total(ago=50), total("b", ago=99), total(ago=-3))
    told = known(store, days=10)
    assert told == [
        DailyTotal("a", TODAY - 10 * DAY, "", "", 1.0), total(ago=9), total(ago=0),
        DailyTotal("b", TODAY - 99 * DAY, "", "", 1.0),
    ]  # fmt: skip


def test_the_watermark_is_the_newest_day_known_then(store: Store) -> None:
    take_in(store, total(ago=3), total("b", ago=1), now=T0)
    take_in(store, total(ago=0), total(ago=-5), now=T0 + DAY)
    with store.read() as db:
        assert usage.watermark(db, "s", TODAY, T0) == TODAY - DAY
        assert usage.watermark(db, "s", TODAY, T0 + DAY) == TODAY
        assert usage.watermark(db, "s", TODAY - 2 * DAY, T0 + DAY) == TODAY - 3 * DAY
        assert usage.watermark(db, "s", TODAY, T0 - DAY) is None
        assert usage.watermark(db, "other", TODAY, T0) is None


def test_a_correction_does_not_take_back_that_a_source_was_alive(store: Store) -> None:
    take_in(store, total(ago=3), total(ago=1, count=1), now=T0)
    take_in(store, total(ago=1, count=2), now=T0 + DAY)
    with store.read() as db:
        assert usage.watermark(db, "s", TODAY, T0) == TODAY - DAY


def test_sources_are_apart(store: Store) -> None:
    take_in(store, total())
    assert take_in(store, total(), source="other") == {"a"}
    with store.read() as db:
        assert usage.account_keys(db, "s") == ["a"]
        assert usage.digest(db, "s") is None
    with store.write() as db:
        usage.save_digest(db, "s", "1", T0)
        usage.save_digest(db, "s", "2", T0)
        assert usage.digest(db, "s") == "2"
