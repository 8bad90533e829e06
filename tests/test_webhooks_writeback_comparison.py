from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.fields import FieldType, OwnField
from webhooks.writeback.comparison import differences, fit, same

SCORE = OwnField("health_score", "Health", "number", scale=1)
COUNT = OwnField("risk_count", "Risks", "number", scale=0)
NOTE = OwnField("next_action", "Next", "text", length=40)
FLAGS = OwnField("risk_flags", "Flags", "multi_picklist")
SINCE = OwnField("risk_since", "Since", "date")
SCORED = OwnField("scored_at", "Scored", "datetime")
BAND = OwnField("health_band", "Band", "picklist")
ALL = (SCORE, COUNT, NOTE, FLAGS, SINCE, SCORED, BAND)


@pytest.mark.parametrize(
    ("a", "b", "field"),
    [
        (72.499999, 72.5, SCORE),
        (72.45, 72.5, SCORE),
        (72.25, 72.3, SCORE),
        ("72.5", 72.5, SCORE),
        (-0.01, 0, SCORE),
        (float("nan"), None, SCORE),
        (2.0, 2, COUNT),
        (True, 1, COUNT),
        ("", None, NOTE),
        ("  Call them.\r\nToday ", "Call them.\nToday", NOTE),
        (("silent", "detractor"), ("detractor", "silent", "silent"), FLAGS),
        ("silent;detractor", ("detractor", "silent"), FLAGS),
        ((), None, FLAGS),
        (";", None, FLAGS),
        (date(2026, 3, 1), "2026-03-01", SINCE),
        (datetime(2026, 3, 1, 23, tzinfo=UTC), date(2026, 3, 1), SINCE),
        (datetime(2026, 3, 1, 9, 0, 0, 999_000, tzinfo=UTC), "2026-03-01T09:00:00Z", SCORED),
        (datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 3, 1, 9, tzinfo=UTC), SCORED),
        (" green ", "green", BAND),
    ],
)
def test_the_crm_could_not_tell_them_apart(a, b, field):
    assert same(a, b, field)


@pytest.mark.parametrize(
    ("a", "b", "field"),
    [
        (72.44, 72.5, SCORE),
        (0, None, SCORE),
        ("seventy", 70, SCORE),
        ("Call them.", "call them.", NOTE),
        (("silent",), ("silent", "detractor"), FLAGS),
        (date(2026, 3, 1), date(2026, 3, 2), SINCE),
        ("someday", date(2026, 3, 2), SINCE),
        (datetime(2026, 3, 1, 9, 0, 1, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC), SCORED),
        ("green", "yellow", BAND),
    ],
)
def test_the_crm_could_tell_them_apart(a, b, field):
    assert not same(a, b, field)


def test_what_is_sent_is_rounded_half_up_and_whole_where_the_field_is():
    assert fit(72.25, SCORE) == 72.3
    assert fit(2.5, COUNT) == 3
    assert isinstance(fit(2.0, COUNT), int)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Short.", "Short."),
        ("No login for 21 days. Two tickets are escalated now.", "No login for 21 days."),
        ("Seats: 12.5 of 40 used, and nobody from the board has come", "Seats: 12.5 of 40 used, and nobody from…"),
        ("x" * 50, "x" * 40),
    ],
)
def test_text_is_cut_at_a_sentence_then_at_a_word(text, held):
    assert fit(text, NOTE) == held


@given(st.text(max_size=120), st.integers(1, 60))
def test_text_always_fits_and_fitting_twice_changes_nothing(text, length):
    field = OwnField("note", "Note", "text", length=length)
    held = fit(text, field)
    assert held is None or 0 < len(held) <= length
    assert fit(held, field) == held


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.datetimes(),
    st.lists(st.text(max_size=5)).map(tuple),
)


@given(ANYTHING, st.sampled_from(ALL))
def test_any_value_can_be_fitted_and_stays_as_it_was_fitted(value, field):
    held = fit(value, field)
    assert fit(held, field) == held
    assert same(value, held, field)


def test_differences_are_ours_to_write_fitted_and_not_set_aside():
    fields = {field.name: field for field in (SCORE, FLAGS, NOTE, BAND)}
    fields["pulse"] = OwnField("pulse", "Pulse", "picklist", written=False)
    desired = {"health_score": 72.04, "risk_flags": ("b", "a"), "next_action": "Call.", "pulse": "red", "off": 1}
    desired |= {"health_band": "red"}
    confirmed = {"health_score": 71.0, "risk_flags": ("a", "b"), "next_action": None, "pulse": "green"}
    assert differences(desired, confirmed, fields, {"health_band": "red", "next_action": "Write."}) == {
        "health_score": 72.0,
        "next_action": "Call.",
    }


@pytest.mark.parametrize("type", ["url", "picklist"])
def test_an_address_or_an_option_is_never_cut(type: FieldType):
    field = OwnField("link", "Link", type, length=10)
    assert fit("https://cs.example.com/s/abc", field) == "https://cs.example.com/s/abc"
