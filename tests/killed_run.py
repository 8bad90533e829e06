"""Runs ``csbridge run`` and kills its own process (SIGKILL) at a named point; for test_bridge_kill.py.

python killed_run.py POINT CONFIG
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from adapters.hubspot.adapter import HubspotAdapter
from adapters.salesforce.adapter import SalesforceAdapter
from bridge.cli.main import main
from bridge.pipeline import publication
from bridge.store import cursors
from webhooks.writeback import reconcile


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, and death before its caller learns of it."""

    def called(*args: Any, **options: Any) -> None:
        function(*args, **options)
        die()

    return called


def nth(number: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, but death instead of its n-th call."""
    calls = 0

    def called(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        return die() if calls == number else function(*args, **options)

    return called


def arm(point: str) -> None:
    if point == "before the send":
        SalesforceAdapter.write = HubspotAdapter.write = die
    elif point == "applied but not answered":
        SalesforceAdapter.write = after(SalesforceAdapter.write)
        HubspotAdapter.write = after(HubspotAdapter.write)
    elif point == "answered but not committed":
        reconcile._Push._settle = die
    elif point == "between page and cursor":
        cursors.save_cursor = nth(4, cursors.save_cursor)
    elif point == "between decision and desired":
        publication.publish = die
    else:
        raise SystemExit(f"there is no point {point!r}")


if __name__ == "__main__":
    arm(sys.argv[1])
    main(["-c", sys.argv[2], "run"])
