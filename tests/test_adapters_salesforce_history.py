"""The turns of one field: what may be said of the past, and what may not."""

from datetime import UTC, datetime

from adapters.records import Value
from adapters.salesforce.history import turns_of


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def step(number: int, old: Value, new: Value) -> tuple[datetime, Value, Value]:
    return day(number), old, new


def test_a_value_before_the_first_change_is_known_since_tracking_is() -> None:
    assert turns_of(day(1), "c", [step(5, "a", "b"), step(9, "b", "c")]) == (
        (day(1), "a"),
        (day(5), "b"),
        (day(9), "c"),
    )


def test_a_field_that_never_changed_has_been_so_since_tracking_is() -> None:
    assert turns_of(day(1), "a", []) == ((day(1), "a"),)


def test_what_began_with_its_own_first_change_has_nothing_before() -> None:
    assert turns_of(day(5), "b", [step(5, "a", "b")]) == ((day(5), "b"),)


def test_where_the_rows_do_not_join_up_only_the_end_counts() -> None:
    assert turns_of(day(1), "d", [step(3, "a", "b"), step(9, "c", "d")]) == ((day(9), "d"),)


def test_rows_that_do_not_lead_to_the_present_tell_nothing() -> None:
    assert turns_of(day(1), "z", [step(3, "a", "b")]) == ()


def test_a_change_between_two_words_that_mean_the_same_is_no_turn() -> None:
    assert turns_of(day(1), "open", [step(3, None, "open"), step(5, "open", "open")]) == (
        (day(1), None),
        (day(3), "open"),
    )
