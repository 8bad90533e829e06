"""The worker's threads in a serving process: one reads for each source, one scores, one writes to each connection.

So nobody waits for the network of another: what comes in next is read, and scored, while the last is being written.
"""

from collections.abc import Callable
from datetime import timedelta

from bridge.inlets.sources import inlets
from bridge.workers.metrics import Metrics
from bridge.workers.runners import Runner
from bridge.workers.turns import Turns
from bridge.workers.working import Worker
from bridge.workspace import Workspace

HEARTBEAT = timedelta(seconds=30)
"""How often each looks without being woken: deliveries that were put off, the close of a day, writes to be repeated."""


class Crew:
    """``wake`` it when a delivery has come in, ``wake_scorer`` when records were read in another way.

    ``told``: see ``Worker.told``.
    """

    def __init__(self, workspace: Workspace, metrics: Metrics, told: Callable[[], None] = lambda: None) -> None:
        self._told = told
        self._workspace, self._metrics, self._turns = workspace, metrics, Turns()
        self.scorer = self._runner("worker", self._scoring())
        self.readers = {name: self._runner(f"reader {name}", self._reading(name)) for name in inlets(workspace)}
        names = [connection.name for connection in workspace.settings.crms]
        self.writers = {name: self._runner(f"writer {name}", self._writing(name)) for name in names}

    @property
    def runners(self) -> list[Runner]:
        return [*self.readers.values(), self.scorer, *self.writers.values()]

    @property
    def alive(self) -> bool:
        return all(runner.alive for runner in self.runners)

    def wake(self) -> None:
        for reader in self.readers.values():
            reader.wake()

    def wake_scorer(self) -> None:
        self.scorer.wake()

    def _runner(self, name: str, job: Callable[[], timedelta | None]) -> Runner:
        return Runner(name, job, HEARTBEAT, now=self._workspace.now, count=self._metrics.count_run)

    def _worker(self) -> Worker:
        """With adapters of its own."""
        return Worker(self._workspace, self._metrics, self._turns, on_read=self.wake_scorer, told=self._told)

    def _reading(self, name: str) -> Callable[[], timedelta | None]:
        worker = self._worker()
        return lambda: worker.read(name)

    def _scoring(self) -> Callable[[], None]:
        worker = self._worker()

        def score() -> None:
            try:
                worker.score()
            finally:  # what was decided before is to be written, whatever happened
                for writer in self.writers.values():
                    writer.wake()

        return score

    def _writing(self, name: str) -> Callable[[], timedelta | None]:
        worker = self._worker()
        return lambda: worker.write(name)
