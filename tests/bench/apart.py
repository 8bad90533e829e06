"""One measurement in a process of its own, so that no measurement finds what another has loaded or left behind."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from machine import peak_resident, resident

Facts = Mapping[str, Any]
Measured = Callable[[Facts, Path], Facts]
"""What a CRM announced, and an empty folder → what was found."""


def apart(script: str, what: str, announced: Facts) -> Facts:
    """Run ``what`` of ``script`` by itself."""
    done = subprocess.run(
        [sys.executable, script, what], input=json.dumps(announced), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{what} ended with {done.returncode}:\n{done.stderr}")
    found: Facts = json.loads(done.stdout.splitlines()[-1])
    return found


def answer(measured: Mapping[str, Measured]) -> None:
    """The other end of ``apart``: measure what the command line names, print what was found."""
    with TemporaryDirectory() as folder:
        print(json.dumps(measured[sys.argv[1]](json.load(sys.stdin), Path(folder))))


def timed(work: Callable[[], int]) -> Facts:
    """What it cost to get so many rows: seconds, those of them at work, and memory at the peak and beyond the start."""
    before, began, worked = resident(), perf_counter(), process_time()
    rows = work()
    spent = {"seconds": perf_counter() - began, "cpu": process_time() - worked}
    return {"rows": rows, "peak": peak_resident(), "grown": peak_resident() - before, **spent}
