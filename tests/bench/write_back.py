"""Write calls beside the fewest possible, through the reconciler, the store's ledger and the real adapters."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from zlib import crc32

import requests
from crm import sandbox, workspace
from machine import forget_peak, peak_resident, resident
from report import Line, megabytes, seconds

from adapters.records import Fields, Ref
from bridge.pipeline import pushing
from bridge.sync.syncing import connect
from bridge.workspace import Workspace
from webhooks.writeback.entry import Entry
from webhooks.writeback.gate import want
from webhooks.writeback.summary import Summary

CRMS = ("salesforce", "hubspot")


def measure(accounts: int, repetitions: int) -> list[Line]:
    """Per vendor: half of ``accounts`` changed, several times over, in batches only."""
    return [_measured(crm, accounts, repetitions) for crm in CRMS]


def measure_large(changed: int) -> list[Line]:
    """Per vendor: as many changed scores at once as a first scoring of a large book brings, in bulk where that pays."""
    return [_large(crm, changed) for crm in CRMS]


def _large(crm: str, changed: int) -> Line:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        announced = stack.enter_context(sandbox(crm, folder, changed, "--no-history"))
        opened = stack.enter_context(workspace(folder, announced))
        _want(opened, _provisioned(opened), turn=0)
        foretold, batch = pushing.plan(opened, "crm").calls, opened.adapter("crm").write_batch
        forget_peak()
        before = resident()
        summary, taken = _push(opened)
        held = max(peak_resident() - before, 0)
    assert (summary.written, summary.refused) == (changed, ()), summary
    return Line(
        f"{crm}: write-back of {changed:,} changed scores",
        f"{summary.calls} calls, {seconds(taken)}",
        f"in batches of {batch}: {ceil(changed / batch)} calls",
        summary.calls / ceil(changed / batch),
        aim="≤ 1.00",
        also=f"foretold by --dry-run: {foretold} calls; {changed / taken:,.0f} records/s; memory + {megabytes(held)}",
    )


def _measured(crm: str, accounts: int, repetitions: int) -> Line:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        announced = stack.enter_context(sandbox(crm, folder, accounts, "--no-history"))
        opened = stack.enter_context(workspace(folder, announced, bulk="never"))
        refs = _provisioned(opened)
        _want(opened, refs, turn=0)
        first, _ = _push(opened)
        pushes = [_again(opened, announced, refs[::2], turn) for turn in range(1, repetitions + 1)]
        quiet, _ = _push(opened)
        batch = opened.adapter("crm").write_batch
    assert (first.written, quiet.calls) == (accounts, 0), (first, quiet)
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


def _again(opened: Workspace, announced: Mapping[str, Any], refs: Sequence[Ref], turn: int) -> tuple[int, float]:
    """Calls and records per second of one push of changes to ``refs``; our count of calls and the CRM's agree."""
    _want(opened, refs, turn)
    before = _write_calls(announced)
    summary, taken = _push(opened)
    assert (summary.written, summary.refused) == (len(refs), ()), summary
    assert summary.calls == _write_calls(announced) - before, "the CRM counted other calls than we did"
    return summary.calls, summary.written / taken


def _provisioned(opened: Workspace) -> list[Ref]:
    """Give the CRM our fields; the refs of its accounts."""
    adapter, fields = connect(opened, "crm"), list(opened.fields.values())
    adapter.provision(adapter.plan(fields), fields)
    return [item.ref for page in adapter.pull("account", None) for item in page.items]


def _want(opened: Workspace, refs: Sequence[Ref], turn: int) -> None:
    """New decisions about these records, published as scoring does: every turn is a material change."""
    ledger = opened.ledger

    def wanted(entry: Entry) -> Entry:
        decided = _decision(crc32(entry.ref.id.encode()), turn)
        return want(replace(entry, seen=True), decided, opened.settings.write.min_change, ledger.fields)

    ledger.update(refs, wanted)


def _decision(number: int, turn: int) -> Fields:
    score = float((number * 7 + turn * 13) % 101)
    band = "green" if score >= 70 else "yellow" if score >= 40 else "red"
    used = f"{number % 40 + turn} of 60 seats were active in 28 days (was 22 in the 28 days before)."
    return {
        "health_score": score,
        "health_band": band,
        "health_reasons": f"{used} A ticket has been open for {turn + 15} days. The last touch was 21 days ago.",
        "health_coverage": 81.2,
        "risk_flags": ("detractor", "silent") if band == "red" else (),
        "top_risk": "silent" if band == "red" else None,
        "risk_count": 2 if band == "red" else 0,
        "next_action": "Call the champion and ask what keeps the others from logging in.",
        "scored_at": datetime(2026, 6, 1, 3, turn, tzinfo=UTC),
        "score_version": "health-3f2a91c0",
    }


def _push(opened: Workspace) -> tuple[Summary, float]:
    began = perf_counter()
    summary = pushing.push(opened, "crm", trusted=True)
    return summary, perf_counter() - began


def _write_calls(announced: Mapping[str, Any]) -> int:
    """What the CRM itself counted."""
    calls = requests.get(f"{announced['control']}/stats", timeout=10).json()["calls"]
    return sum(number for call, number in calls.items() if call.startswith("PATCH ") or call.endswith("/batch/update"))
