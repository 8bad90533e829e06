"""Which windows the passes of a HubSpot pull come to: every change is looked at once more when it is an hour old."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.hubspot.marks import ARCHIVED_EVERY, LAG, LATE_EVERY, after, archived_is_due, late_window
from adapters.hubspot.search import EARLIEST

DAY = 24 * LAG
NOW = 20_000 * DAY
OVERLAP = timedelta(minutes=5)


def test_a_first_pull_leaves_nothing_to_the_late_pass() -> None:
    assert late_window(None, EARLIEST, NOW) == {"from": NOW - LAG + 1}


def test_a_late_pass_waits_for_a_quarter_of_an_hour_to_look_at() -> None:
    before = {"from": NOW - LAG - LATE_EVERY + 1}
    assert late_window(before, NOW - LAG // 6, NOW) == before
    due = late_window({"from": NOW - LAG - LATE_EVERY}, NOW - LAG // 6, NOW)
    assert due == {"from": NOW - LAG - LATE_EVERY, "until": NOW - LAG, "then": NOW - LAG + 1}


def test_what_a_window_sees_late_itself_is_not_looked_at_again() -> None:
    """Once a day, say: only the hour before the last window's end is left to look at."""
    assert late_window({"from": NOW - DAY - LAG}, NOW - DAY - 300_000, NOW) == {
        "from": NOW - DAY - LAG, "until": NOW - DAY - 300_001, "then": NOW - LAG + 1,
    }  # fmt: skip


def test_a_late_pass_under_way_is_not_begun_anew() -> None:
    going = {"from": 5, "until": 9, "then": 10}
    assert late_window(going, NOW - LAG, NOW) == going


@given(st.lists(st.integers(1, 3 * LAG), min_size=1, max_size=30))
def test_every_millisecond_is_looked_at_an_hour_later_or_still_to_come(waits: list[int]) -> None:
    """A look is [start, end] at ``end``, and the late window with it; nothing between is left out for good."""
    now = NOW
    start, late = after(now, OVERLAP)["from"], late_window(None, EARLIEST, now)
    for wait in waits:
        now += wait
        window = late_window(late, start, now)
        covered = late["from"]
        if "until" in window:
            assert window["from"] == covered
            covered = window["until"] + 1
        if window.get("then", window["from"]) > covered:
            assert start <= covered, "this very window saw the rest when it was an hour old"
        late = {"from": window.get("then", window["from"])}
        assert late["from"] <= now - LAG + 1
        start = after(now, OVERLAP)["from"]


def test_a_list_of_deleted_records_of_one_page_is_always_read_and_a_long_one_seldom() -> None:
    assert archived_is_due({"from": NOW, "pages": 1}, NOW)
    assert not archived_is_due({"from": NOW, "pages": 3}, NOW + 2 * ARCHIVED_EVERY - 1)
    assert archived_is_due({"from": NOW, "pages": 3}, NOW + 2 * ARCHIVED_EVERY)
