from datetime import UTC, datetime, timedelta, timezone

import pytest

from bridge.clock import MovableClock, ShiftedClock, SystemClock, from_environment
from config.errors import ConfigError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_system_clock_is_aware_and_the_machines() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= datetime.now(UTC)


def test_shifted_clock_runs_on_from_its_start() -> None:
    seconds = iter([100.0, 100.0, 161.5])
    clock = ShiftedClock(NOON, elapsed=lambda: next(seconds))
    assert clock.now() == NOON
    assert clock.now() == NOON + timedelta(seconds=61.5)


def test_movable_clock_stands_still_until_moved() -> None:
    clock = MovableClock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    assert clock.move(timedelta(days=1)) == NOON + timedelta(days=1)
    clock.set(NOON - timedelta(days=3))
    assert clock.now() == NOON - timedelta(days=3)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-03-02T12:00:00Z", NOON),
        ("2026-03-02T14:00:00+02:00", NOON),
        (" 2026-03-02T12:00 ", NOON),
        ("2026-03-02", NOON - timedelta(hours=12)),
    ],
)
def test_environment_asks_for_a_shifted_clock(text: str, start: datetime) -> None:
    now = from_environment({"CSBRIDGE_CLOCK": text}).now()
    assert timedelta(0) <= now - start < timedelta(seconds=5)


@pytest.mark.parametrize("environ", [{}, {"CSBRIDGE_CLOCK": ""}, {"CSBRIDGE_CLOCK": " "}])
def test_without_the_variable_it_is_the_machines_time(environ: dict[str, str]) -> None:
    assert isinstance(from_environment(environ), SystemClock)


@pytest.mark.parametrize("text", ["tomorrow", "12:00", "2026-13-01", "=2026-03-02"])
def test_nonsense_is_a_problem_that_shows_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match=r"CSBRIDGE_CLOCK: .* is not a moment\n.*\n *example:  CSBRIDGE_CLOCK=2026"):
        from_environment({"CSBRIDGE_CLOCK": text})
