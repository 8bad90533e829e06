"""One round of reading: every usage file and every connection. What fails does not keep the others from their turn."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bridge.knowledge import histories
from bridge.progress import Progress, silent
from bridge.sync.syncing import Synced, sync
from bridge.usage.files import UsageTaken, count_strangers, take_in_file
from bridge.workspace import Workspace
from config.errors import Broken, CsbridgeError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Read:
    """What a round read, and what failed (a connection's name, one of its kinds, or a usage file's name)."""

    connections: dict[str, Synced] = field(default_factory=dict)
    usage: dict[str, UsageTaken] = field(default_factory=dict)
    failures: dict[str, CsbridgeError] = field(default_factory=dict)

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """A step whose failure is kept, while the others have their turn."""
        try:
            yield
        except CsbridgeError as exc:
            self.failures[what] = exc
        except (
            Exception
        ) as exc:  # a bug, or a value nobody foresaw: in the log with its trace, and not the others' fault
            log.exception("%s: met a bug", what)
            self.failures[what] = Broken(f"{type(exc).__name__}: see the log")


def read_all(workspace: Workspace, *, full: bool = False, only: str | None = None, progress: Progress = silent) -> Read:
    """Take in the usage files, then sync the connections (or ``only`` one, and no file).

    In this order, because a connection's customers are scored as soon as its first sync is over.
    """
    done = Read()
    sources = [source for source in workspace.settings.usage if source.file is not None and only is None]
    for source in sources:
        with done.alone(str(source.file)):
            done.usage[str(source.file)] = take_in_file(workspace, source, str(source.file), progress)
    for connection in workspace.connections(only):
        with done.alone(connection.name):
            synced = sync(workspace, connection.name, full=full, progress=progress)
            done.connections[connection.name] = synced
            done.failures |= {f"{connection.name}: {kind}": doubt for kind, doubt in synced.doubted.items()}
            histories.go_on(workspace, connection.name, progress=progress)
    for source in sources:
        if (taken := done.usage.get(str(source.file))) and not taken.skipped:
            count_strangers(workspace, source, taken)
    return done
