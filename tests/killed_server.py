"""Serves as ``csbridge serve`` does, and kills its own process (SIGKILL) at a named point.

python killed_server.py CONFIG PORT: every line on standard input, ``POINT|NTH``, starts one server, in a fork of this
process (which has loaded everything, so that a start is quick). It prints the server's announcement, and then how it
ended. No poll runs: what a server learns, it learns from its inbox.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from killed_run import after, die, nth

from adapters.hubspot.adapter import HubspotAdapter
from adapters.salesforce.adapter import SalesforceAdapter
from bridge.cli.main import main
from bridge.inlets import draining, working_off
from bridge.pipeline import publication
from bridge.store.inbox import StoreInbox
from bridge.workers import service, working
from webhooks.writeback import reconcile

working_off.LEASE = timedelta(seconds=1)  # where a lease has to end by itself, nobody need wait for it


def after_nth(number: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, and death after its n-th call."""
    calls = 0

    def called(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        found = function(*args, **options)
        return die() if calls >= number else found

    return called


def arm(point: str, number: int) -> None:
    if point == "row committed, not answered":
        StoreInbox.put = after_nth(number, StoreInbox.put)
    elif point == "in the commit":
        StoreInbox._write = nth(number, StoreInbox._write)
    elif point == "leased, not read":
        draining._read = die
    elif point == "read, not kept":
        draining._keep = die
    elif point == "kept, not scored":
        draining._keep = after(draining._keep)
    elif point == "decided, not published":
        publication.publish = die
    elif point == "applied, not answered":
        SalesforceAdapter.write = after_nth(number, SalesforceAdapter.write)
        HubspotAdapter.write = after_nth(number, HubspotAdapter.write)
    elif point == "answered, not confirmed":
        reconcile._Push._settle = nth(number, reconcile._Push._settle)
    elif point:
        raise SystemExit(f"there is no point {point!r}")


def no_poll(poller: working.Poller) -> None:
    poller.wake()


def serve(config: str, port: str, point: str, number: int) -> None:
    """In the child: the real command, but for the point, and for the jobs that would learn of changes otherwise."""
    working.Poller.__call__ = no_poll
    service.Nightly.__call__ = lambda nightly: None
    arm(point, number)
    main(["-c", config, "serve", "--port", port, "--admin-port", "0", "--json"])


if __name__ == "__main__":
    for line in sys.stdin:
        point, _, number = line.strip().partition("|")
        child = os.fork()
        if not child:
            os.close(0)
            serve(sys.argv[1], sys.argv[2], point, int(number))
        signal.signal(signal.SIGTERM, lambda *_, child=child: os.kill(child, signal.SIGTERM))
        _, status = os.waitpid(child, 0)
        print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)
