"""When failed deliveries are tried again, and what follows for their endpoint."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.outbound.backoff import MOST_ASKED, WAITS, asked_for, rest_after, wait_after
from webhooks.outbound.sending import Answer
from webhooks.outbound.verdict import FAILING, Health, judge

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONE = timedelta(seconds=1)


def test_the_waits_add_up_to_three_days() -> None:
    assert [str(wait) for wait in WAITS[:6]] == ["0:00:05", "0:05:00", "0:30:00", "2:00:00", "5:00:00", "10:00:00"]
    assert timedelta(days=2.9) < sum(WAITS, timedelta()) < timedelta(days=3.1)
    assert wait_after(len(WAITS) + 1, 0.5) is None


@given(st.integers(1, len(WAITS)), st.floats(0, 1), st.timedeltas(timedelta(), timedelta(days=400)))
def test_a_wait_is_spread_and_grows_with_what_the_endpoint_asks(failures: int, chance: float, asked: timedelta) -> None:
    alone = wait_after(failures, chance)
    assert alone is not None
    assert WAITS[failures - 1] <= alone <= WAITS[failures - 1] * 1.2 + ONE
    both = wait_after(failures, chance, asked)
    assert both == max(alone, min(asked, MOST_ASKED))


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta()),
        ("Mon, 02 Mar 2026 09:01:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", timedelta()),
        ("Mon, 02 Mar 2026 09:01:00 -0000", timedelta(minutes=1)),
        (None, None), ("", None), ("soon", None), ("-5", None), ("٣", None), ("1e9", None), ("9" * 40, None),
    ],
)  # fmt: skip
def test_retry_after(header: str | None, wait: timedelta | None) -> None:
    assert asked_for(header, NOW) == wait


@given(st.text(max_size=40))
def test_whatever_retry_after_says_is_no_error(header: str) -> None:
    found = asked_for(header, NOW)
    assert found is None or found >= timedelta()


@pytest.mark.parametrize("year", ["99999", "9" * 30])
def test_a_date_that_no_calendar_has_says_nothing(year: str) -> None:
    assert asked_for(f"Mon, 01 Jan {year} 00:00:00 GMT", NOW) is None


def test_the_rest_of_an_endpoint_doubles_and_ends_at_five_minutes() -> None:
    assert [rest_after(failures).total_seconds() for failures in (1, 2, 3, 7, 1000)] == [5, 10, 20, 300, 300]


def test_a_success_forgets_all_failures() -> None:
    ill = Health(failing_since=NOW - 4 * FAILING, failures=9, rest_until=NOW, cause="500")
    verdict = judge(Answer(204), 0, ill, NOW, 0.0)
    assert (verdict.delivered, verdict.health) == (True, Health(delivered_at=NOW))


@given(st.sampled_from([None, 302, 400, 401, 404, 429, 500, 503]), st.integers(1, 12), st.integers(0, 10))
def test_anything_but_2xx_is_a_failure_that_is_repeated_to_its_end(
    status: int | None, failures: int, days: int
) -> None:
    health = Health(failing_since=NOW - timedelta(days=days), failures=failures - 1)
    verdict = judge(Answer(status, "why"), failures, health, NOW, 0.0)
    assert not verdict.delivered
    assert (verdict.retry_at is None) == (failures > len(WAITS))
    assert verdict.health.failing_since == health.failing_since
    assert (verdict.health.disabled_at is not None) == (days >= 5 and failures >= 3)
    assert verdict.cause == "why"


def test_410_is_the_end_whatever_was_before() -> None:
    verdict = judge(Answer(410, "410"), 1, Health(delivered_at=NOW - ONE), NOW, 0.0)
    assert verdict.health.disabled_at == NOW
    assert verdict.retry_at == NOW, "it waits for a person to enable the endpoint"


@pytest.mark.parametrize(("status", "minutes"), [(429, 60), (503, 60), (500, 0)])
def test_a_busy_endpoint_says_itself_when(status: int, minutes: int) -> None:
    verdict = judge(Answer(status, "", "3600"), 1, Health(), NOW, 0.0)
    wanted = timedelta(minutes=minutes) or timedelta(seconds=5)
    assert verdict.retry_at == verdict.health.rest_until == NOW + wanted
