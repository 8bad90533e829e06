"""Starts csbridge's own commands as processes and ends them again. Knows nothing of what they do."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from config.errors import CsbridgeError

STOP_SECONDS: Final = 15


class DemoFailed(CsbridgeError):
    """A command of the demo did not do what it should."""


def command(arguments: Sequence[str]) -> list[str]:
    """The command line of a csbridge command in this very installation."""
    return [sys.executable, "-m", "bridge.cli", *arguments]


def result_of(arguments: Sequence[str], folder: Path, environ: Mapping[str, str], allowed: int = 0) -> dict[str, Any]:
    """Run a command with --json in a folder; its JSON object. DemoFailed when it exits above ``allowed``."""
    done = subprocess.run(
        command([*arguments, "--json"]), cwd=folder, env=dict(environ), capture_output=True, text=True, check=False
    )
    if done.returncode > allowed:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise DemoFailed(f"csbridge {' '.join(arguments)} ended with {done.returncode}:\n{said}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def server(arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A serving command; yields the JSON line that it announces itself with, ends it at the end of the block."""
    log = folder / f"{'-'.join(word for word in arguments[:2] if not word.startswith('-'))}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command([*arguments, "--json"]),
            cwd=folder,
            env=dict(environ),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                process.wait(STOP_SECONDS)
                raise DemoFailed(f"csbridge {' '.join(arguments)} did not start:\n{log.read_text()}")
            yield json.loads(line)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_ports(number: int) -> list[int]:
    """Ports that are free now, all different."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
