"""Write calls beside the fewest possible, through the reconciler, the store's ledger and the real adapters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import requests
from crm import sandbox, workspace
from report import Line

from adapters.records import Fields, Ref
from bridge import pushing
from bridge.syncing import connect
from bridge.workspace import Workspace
from webhooks.writeback.entry import Entry
from webhooks.writeback.gate import want


def measure(accounts: int, repetitions: int) -> list[Line]:
    """Per vendor: half of ``accounts`` changed, several times over."""
    return [_measured(crm, accounts, repetitions) for crm in ("salesforce", "hubspot")]


def _measured(crm: str, accounts: int, repetitions: int) -> Line:
    with TemporaryDirectory() as folder, sandbox(crm, Path(folder), accounts, "--no-history") as announced:
        with workspace(Path(folder), announced) as opened:
            refs = _provisioned(opened)
            _want(opened, refs, turn=0)
            first, _ = _push(opened)
            assert first.written == accounts, first
            pushes = []
            for turn in range(1, repetitions + 1):
                _want(opened, refs[::2], turn)
                seen = _write_calls(announced)
                summary, taken = _push(opened)
                assert summary.written == len(refs[::2]) and not summary.refused, summary
                assert summary.calls == _write_calls(announced) - seen, "the sandbox counted other calls"
                pushes.append((summary.calls, summary.written / taken))
            quiet, _ = _push(opened)
            assert quiet.calls == 0, quiet
            batch = opened.adapter("crm").write_batch
    changed, calls = len(refs[::2]), median(calls for calls, _ in pushes)
    least = ceil(changed / batch)
    return Line(
        f"{crm}: write calls for {changed:,} changed of {accounts:,} accounts",
        f"{calls:.0f}",
        f"⌈changed ÷ {batch}⌉ = {least}",
        calls / least,
        aim="1.00",
        also=f"{median(rate for _, rate in pushes):,.0f} records/s; first push of all: {first.calls} calls",
    )
