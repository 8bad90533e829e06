import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bridge.workers.runners import Runner, pause_after
from config.errors import CsbridgeError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEVER = timedelta(days=1)
SOON = 60.0
"""Seconds to wait for what should come at once, before a test is called failed."""


class Job:
    """Ends its runs as the test wants, and keeps what the runner made of each."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.runs = 0
        self.counted: list[str] = []
        self.ran = threading.Semaphore(0)

    def __call__(self) -> None:
        self.runs += 1
        if self.outcomes and (outcome := self.outcomes.pop(0)):
            raise outcome

    def count(self, name: str, outcome: str) -> None:
        self.counted.append(outcome)
        self.ran.release()

    def wait(self, times: int = 1) -> None:
        for _ in range(times):
            assert self.ran.acquire(timeout=SOON)


@pytest.fixture
def start() -> Iterator[Callable[..., Runner]]:
    """Starts a runner over a job, and stops it at the end."""
    started: list[Runner] = []

    def start(job: Job, interval: timedelta = NEVER, first_pause: timedelta = timedelta(0)) -> Runner:
        runner = Runner("test job", job, interval, now=lambda: NOON, count=job.count, first_pause=first_pause)
        runner.start()
        started.append(runner)
        return runner

    yield start
    for runner in started:
        assert runner.stop(timedelta(seconds=SOON))


def test_runs_at_once_then_when_woken(start: Callable[..., Runner]) -> None:
    job = Job()
    runner = start(job)
    job.wait()
    runner.wake()
    job.wait()
    assert job.runs == 2
    assert runner.alive
    assert runner.last_ok == NOON


def test_runs_again_after_its_interval(start: Callable[..., Runner]) -> None:
    job = Job()
    start(job, interval=timedelta(milliseconds=1))
    job.wait(times=3)


def test_wakes_during_a_run_make_one_more_run() -> None:
    began, go_on = threading.Semaphore(0), threading.Semaphore(0)
    ended = threading.Semaphore(0)

    def job() -> None:
        began.release()
        assert go_on.acquire(timeout=SOON)

    runner = Runner("test job", job, NEVER, count=lambda name, outcome: ended.release())
    runner.start()
    assert began.acquire(timeout=SOON)
    for _ in range(3):
        runner.wake()
    go_on.release()
    assert ended.acquire(timeout=SOON)
    assert began.acquire(timeout=SOON)
    go_on.release()
    assert ended.acquire(timeout=SOON)
    assert not began.acquire(timeout=0.05)
    assert runner.stop()


def test_goes_on_after_errors_and_says_each_once(
    start: Callable[..., Runner], caplog: pytest.LogCaptureFixture
) -> None:
    job = Job(CsbridgeError("login refused"), ZeroDivisionError("a bug"), None)
    runner = start(job)
    job.wait()
    runner.wake()
    job.wait(times=2)  # after a bug it tries again unasked
    assert job.counted == ["failed", "broken", "ok"]
    said = [(line.levelno, line.getMessage(), line.exc_info is not None) for line in caplog.records]
    assert said == [
        (logging.WARNING, "test job failed: login refused", False),
        (logging.ERROR, "test job met a bug and goes on", True),
    ]


def test_an_expected_error_does_not_delay_the_next_event(start: Callable[..., Runner]) -> None:
    job = Job(CsbridgeError("login refused"))
    runner = start(job, first_pause=timedelta(days=1))
    job.wait()
    assert runner.last_ok is None
    runner.wake()
    job.wait()
    assert runner.last_ok == NOON


def test_a_wake_does_not_shorten_the_rest_after_a_bug(start: Callable[..., Runner]) -> None:
    job = Job(ZeroDivisionError("a bug"))
    runner = start(job, first_pause=timedelta(days=1))
    job.wait()
    runner.wake()
    assert not job.ran.acquire(timeout=0.05)
    assert runner.last_ok is None
    assert runner.stop()


def test_stop_is_prompt_and_final(start: Callable[..., Runner]) -> None:
    job = Job()
    runner = start(job)
    job.wait()
    assert runner.stop()
    assert not runner.alive
    assert runner.stopping
    runner.wake()
    assert job.runs == 1


def test_stop_before_start_and_stop_of_a_busy_job() -> None:
    go_on, began = threading.Event(), threading.Event()

    def job() -> None:
        began.set()
        assert go_on.wait(SOON)

    runner = Runner("test job", job, NEVER)
    assert runner.stop()
    busy = Runner("test job", job, NEVER)
    busy.start()
    assert began.wait(SOON)
    assert not busy.stop(timedelta(0))
    go_on.set()
    assert busy.stop()


def test_pause_doubles_up_to_its_limit() -> None:
    second, minute = timedelta(seconds=1), timedelta(minutes=1)
    assert [pause_after(n, second, minute).seconds for n in (1, 2, 3, 6, 7, 10_000)] == [1, 2, 4, 32, 60, 60]


def test_a_job_may_ask_for_an_earlier_run(start: Callable[..., Runner]) -> None:
    class Impatient(Job):
        def __call__(self) -> timedelta:  # type: ignore[override]
            super().__call__()
            return timedelta(milliseconds=1)

    job = Impatient()
    start(job)
    job.wait(times=3)
