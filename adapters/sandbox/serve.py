"""Builds one sandbox CRM from a generated world and serves it, in the foreground or (for tests) in a thread."""

import csv
import gc
import importlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final, Literal, cast

from adapters.sandbox import control, gate
from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.faults import Faults
from adapters.sandbox.generator import generate
from adapters.sandbox.journal import Journal
from adapters.sandbox.listener import Listener
from adapters.sandbox.notify import Notifier, checked_address
from adapters.sandbox.vendor import Build, Instruments, Setup, UsageRow, Vendor
from adapters.sandbox.world import World

Crm = Literal["salesforce", "hubspot"]
BUILDERS: Final[Mapping[Crm, str]] = {
    "salesforce": "adapters.sandbox.salesforce.server:build",
    "hubspot": "adapters.sandbox.hubspot.server:build",
}
USAGE_COLUMNS: Final = ("account", "person", "feature", "day", "count")


@dataclass(slots=True)
class Sandbox:
    """A sandbox that listens at ``url``; ``vendor`` and ``instruments`` let a test look inside."""

    url: str
    vendor: Vendor
    instruments: Instruments
    announcement: Mapping[str, Any] = field(default_factory=dict)


def assemble(
    crm: Crm,
    world: World,
    *,
    clock: SandboxClock,
    notify: str | None = None,
    secret: str = "",
    latency_ms: float = 0,
    options: Mapping[str, Any] | None = None,
) -> tuple[Vendor, Instruments]:
    """The vendor's server over ``world``, with gate and control surface, not listening. BadAddress for ``notify``."""
    address = checked_address(notify.replace("{secret}", secret)) if notify else None
    instruments = Instruments(clock, Faults(), Journal(), Notifier(address, clock))
    module, _, factory = BUILDERS[crm].partition(":")
    build = cast(Build, getattr(importlib.import_module(module), factory))
    vendor = build(world, instruments, Setup(secret, options or {}))
    gate.install(vendor.app, instruments, vendor, latency_ms)
    vendor.app.register_blueprint(control.blueprint(vendor, instruments))
    return vendor, instruments


def serve(
    crm: Crm,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    accounts: int = 500,
    seed: int = 1,
    notify: str | None = None,
    secret: str = "",
    latency_ms: float = 0,
    clock: datetime | None = None,
    history: bool = True,
    activities: int = 0,
    usage_file: Path | None = None,
    announce: Callable[[dict[str, Any]], None],
    options: Mapping[str, Any] | None = None,
) -> None:
    """Generate, seed, listen, announce; returns after SIGTERM or SIGINT. Call it from the main thread."""
    time = SandboxClock(clock)
    gc.disable()  # what is seeded stays: looking through a million rows for garbage takes longer than making them
    world = generate(accounts, seed, time.now(), history, activities)
    vendor, instruments = assemble(
        crm, world, clock=time, notify=notify, secret=secret, latency_ms=latency_ms, options=options
    )
    if usage_file is not None:
        write_usage(usage_file, vendor)
    del world
    gc.freeze()
    gc.enable()
    listener = Listener(vendor.app, host, port)

    def stop(signum: int, frame: FrameType | None) -> None:
        instruments.faults.stopping.set()
        raise SystemExit(0)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    instruments.notifier.start(vendor.compose, vendor.accepted)
    announce(announcement(crm, listener.url, vendor))
    try:
        listener.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _end(instruments)


@contextmanager
def running(
    crm: Crm,
    *,
    world: World | None = None,
    accounts: int = 20,
    seed: int = 1,
    clock: datetime | None = None,
    history: bool = True,
    notify: str | None = None,
    secret: str = "",
    latency_ms: float = 0,
    options: Mapping[str, Any] | None = None,
) -> Iterator[Sandbox]:
    """A sandbox on a free loopback port in a thread of this process, stopped at the end of the ``with`` block."""
    time = SandboxClock(clock)
    made = world if world is not None else generate(accounts, seed, time.now(), history)
    vendor, instruments = assemble(
        crm, made, clock=time, notify=notify, secret=secret, latency_ms=latency_ms, options=options
    )
    listener = Listener(vendor.app, "127.0.0.1", 0)
    thread = threading.Thread(target=listener.run, name=f"sandbox-{crm}", daemon=True)
    thread.start()
    instruments.notifier.start(vendor.compose, vendor.accepted)
    try:
        yield Sandbox(listener.url, vendor, instruments, announcement(crm, listener.url, vendor))
    finally:
        _end(instruments)
        listener.stop()
        thread.join(5)


def announcement(crm: Crm, url: str, vendor: Vendor) -> dict[str, Any]:
    """What a person needs to connect: ``crm``, ``url``, ``control``, the vendor's credentials and ``rows``."""
    return {
        "crm": crm,
        "url": url,
        "control": url + gate.CONTROL,
        **vendor.announcement(),
        "rows": dict(vendor.counts()),
        "data": "synthetic",
    }


def write_usage(path: Path, vendor: Vendor) -> int:
    """The world's product usage as CSV with the vendor's account ids; how many rows."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(USAGE_COLUMNS)
        for row in vendor.usage():
            rows.writerow(_usage_cells(row))
            written += 1
    return written


def _usage_cells(row: UsageRow) -> tuple[str, ...]:
    account, person, feature, day, count = row
    return account, person or "", feature, day.isoformat(), str(count)


def _end(instruments: Instruments) -> None:
    instruments.faults.stopping.set()
    instruments.notifier.close()
