"""Runs ``csbridge push`` and stops its own process once (SIGSTOP), at a named point of a write.

For test_bridge_stalled.py.

python stalled_run.py POINT KIND CONFIG
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from adapters.contract import Outcome, Patch
from adapters.hubspot.adapter import HubspotAdapter
from adapters.salesforce import keyed
from adapters.salesforce.adapter import SalesforceAdapter
from bridge.cli.main import main

Write = Callable[[Any, Sequence[Patch]], list[Outcome]]
stops = [1]
"""How often it still stops."""
stood = [0.0]
"""Seconds that it stood still by its own watch: longer than a search is believed, however soon it was woken here."""


def stop() -> None:
    if stops:
        stops.pop()
        os.kill(os.getpid(), signal.SIGSTOP)
        stood[0] += keyed.SEARCHED_FOR


def before(kind: str, write: Write) -> Write:
    def called(adapter: Any, patches: Sequence[Patch]) -> list[Outcome]:
        if patches[0].ref.kind == kind:
            stop()
        return write(adapter, patches)

    return called


def after(kind: str, write: Write) -> Write:
    def called(adapter: Any, patches: Sequence[Patch]) -> list[Outcome]:
        outcomes = write(adapter, patches)
        if patches[0].ref.kind == kind:
            stop()
        return outcomes

    return called


def arm(point: str, kind: str) -> None:
    if point == "searched":
        found = keyed.KeyedWriter._found

        def searched(writer: keyed.KeyedWriter, keys: Sequence[str]) -> Any:
            answer = found(writer, keys)
            stop()
            return answer

        keyed.KeyedWriter._found = searched
        keyed.time = SimpleNamespace(monotonic=lambda: time.monotonic() + stood[0])
    else:
        wrapped = {"before the send": before, "sent": after}[point]
        SalesforceAdapter.write = wrapped(kind, SalesforceAdapter.write)
        HubspotAdapter.write = wrapped(kind, HubspotAdapter.write)


if __name__ == "__main__":
    arm(sys.argv[1], sys.argv[2])
    main(["-c", sys.argv[3], "push"])
