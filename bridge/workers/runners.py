"""One job in one thread: run when woken or when its interval has passed, survive its failures, stop at once.

Knows nothing of what the job does.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from config.errors import CsbridgeError

log = logging.getLogger(__name__)

Run = Literal["ok", "failed", "broken"]
"""failed: an error that csbridge raises on purpose · broken: anything else, which is a bug"""

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)


def pause_after(bugs: int, first: timedelta, longest: timedelta) -> timedelta:
    """How long to leave a job alone that broke so many times in a row: doubled each time, up to ``longest``."""
    doubled: int = 2 ** min(bugs - 1, 20)
    return min(first * doubled, longest)


class Runner:
    """Runs ``job`` again and again in a thread of its own.

    The first run is at once; the next when ``wake`` was called meanwhile, or ``interval`` after the last one began
    (monotonic time), whichever is first; sooner when the job asks for it, by giving the time until then. An error that
    csbridge raises on purpose is logged, and the next run comes as usual: what has to wait, the job has put off
    itself. After a bug the job rests for ``pause_after``, and no wake shortens that. ``now`` only dates ``last_ok``.
    """

    def __init__(
        self,
        name: str,
        job: Callable[[], timedelta | None],
        interval: timedelta,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        count: Callable[[str, Run], None] = lambda name, outcome: None,
        first_pause: timedelta = FIRST_PAUSE,
    ) -> None:
        self.name = name
        self.last_ok: datetime | None = None
        """When the last run ended well."""
        self._job = job
        self._again: timedelta | None = None
        self._interval = interval
        self._now = now
        self._count = count
        self._first_pause = first_pause
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        """For a long job to ask between two steps."""
        return self._stopping.is_set()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Run soon. Wakes during a run are kept, and make one more run."""
        self._woken.set()

    def stop(self, timeout: timedelta = timedelta(seconds=10)) -> bool:
        """Let the present run end and run no more; False when it is still busy after ``timeout``."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout.total_seconds())
        return not self._thread.is_alive()

    def _loop(self) -> None:
        bugs = 0
        while True:
            began = time.monotonic()
            self._woken.clear()
            if self._stopping.is_set():  # asked after the clearing, which may have swallowed the wake of a stop
                return
            outcome = self._run()
            self._count(self.name, outcome)
            bugs = bugs + 1 if outcome == "broken" else 0
            if bugs:
                self._stopping.wait(pause_after(bugs, self._first_pause, LONGEST_PAUSE).total_seconds())
            else:
                rest = began + self._interval.total_seconds() - time.monotonic()
                asked = self._again.total_seconds() if self._again is not None else rest
                self._woken.wait(max(0.0, min(rest, asked)))

    def _run(self) -> Run:
        self._again = None
        try:
            self._again = self._job()
        except CsbridgeError as exc:
            log.warning("%s failed: %s", self.name, exc)
            return "failed"
        except Exception:
            log.exception("%s met a bug and goes on", self.name)
            return "broken"
        self.last_ok = self._now()
        return "ok"
