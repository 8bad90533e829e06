"""What the benchmark ran on, and how it measures: the machine's name, medians of times, peaks of memory."""

import gc
import os
import platform
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

MEGABYTE: Final = 1_000_000


def description() -> str:
    """Cores, model of the CPU and version of Python; neither a host nor a path."""
    return f"{os.cpu_count()} cores, {_cpu_model()}, Python {platform.python_version()}"


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def seconds(work: Callable[[], object], repetitions: int) -> float:
    """Median time of ``work``. Garbage of earlier measurements is collected before, not during."""
    taken = []
    for _ in range(repetitions):
        gc.collect()
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


def allocated(work: Callable[[], object]) -> int:
    """Bytes that ``work`` held at its peak beyond what was there before, its result included."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def peak_resident() -> int:
    """The most memory that this process ever had, in bytes.

    Linux's own figure for the process; ``ru_maxrss`` would begin with the peak of whoever started it.
    """
    return _status("VmHWM")


def forget_peak() -> None:
    """``peak_resident`` counts from now on."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def resident() -> int:
    """The memory that this process has now, in bytes."""
    return _status("VmRSS")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
