"""What every verb shares: its workspace, how its result is shown, and the one place where errors become exit codes."""

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from adapters.errors import AdapterError, QuotaSpent, Refused
from config.errors import Broken, ConfigError, CsbridgeError

DONE: Final = 0
SOME_REFUSED: Final = 1
MISUSED: Final = 2
NO_CONNECTION: Final = 3
QUOTA_SPENT: Final = 4
BUG: Final = 70

log = logging.getLogger("csbridge")


@dataclass(frozen=True, slots=True)
class Result:
    """What a verb has to say: ``data`` for --json (None: it has said it), ``text`` for a person, the exit code."""

    data: Mapping[str, Any] | None
    text: str = ""
    code: int = DONE


@dataclass
class Shell:
    """The surroundings of one command."""

    config: Path
    json: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @contextmanager
    def workspace(self) -> Iterator[Any]:
        """The open workspace of ``--config``, closed at the end."""
        from bridge.clock import from_environment
        from bridge.workspace import open_workspace

        workspace = open_workspace(self.config, self.environ, from_environment(self.environ).now)
        gc.freeze()  # what is open now stays open: nobody need look through it for garbage
        try:
            yield workspace
        finally:
            workspace.close()

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int], None]]:
        """A callable that is told what is under way and how many more of it are done; shown on a terminal only."""
        if self.json or not sys.stderr.isatty():
            yield lambda what, count: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"))
        with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
            tasks: dict[str, Any] = {}

            def told(what: str, count: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=None)
                bar.advance(tasks[what], count)

            yield told


def verb(function: Callable[..., Result]) -> Callable[..., None]:
    """Make a function that takes a Shell and gives a Result into a click callback with ``--json``."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else there.")
    @click.pass_obj
    @wraps(function)
    def called(shell: Shell, /, as_json: bool, **options: Any) -> None:
        shell.json = as_json
        logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
        sys.exit(_show(shell, _outcome(function, shell, options)))

    return called


def _outcome(function: Callable[..., Result], shell: Shell, options: Mapping[str, Any]) -> Result:
    try:
        return function(shell, **options)
    except CsbridgeError as exc:
        return _failed(exc)
    except click.ClickException as exc:
        error = {"family": "usage", "message": exc.format_message()}
        return Result({"error": error}, f"Error: {exc.format_message()}", exc.exit_code)
    except KeyboardInterrupt:
        return Result({"error": {"family": "interrupted", "message": "interrupted"}}, "interrupted", 130)
    except Exception as exc:
        log.exception("this is a bug in csbridge; please report it with the lines above")
        return Result({"error": {"family": "bug", "message": f"{type(exc).__name__}: {exc}"}}, "", BUG)


def _failed(exc: CsbridgeError) -> Result:
    """An error of ours, in words for a person and as data."""
    error = error_of(exc)
    return Result({"error": error}, error["message"], error["exit"])


def error_of(exc: CsbridgeError) -> dict[str, Any]:
    """An error of ours as data: its family, its message, the exit code it means, and the facts of its family."""
    error: dict[str, Any] = {"family": type(exc).__name__, "message": str(exc), "exit": NO_CONNECTION}
    if isinstance(exc, ConfigError):
        names = ("where", "what", "file", "line", "expected", "example")
        problems = [{name: getattr(problem, name) for name in names} for problem in exc.problems]
        error |= {"problems": problems, "exit": MISUSED}
    if isinstance(exc, AdapterError):
        error |= {"connection": exc.connection, "status": exc.status, "code": exc.code}
    if isinstance(exc, Refused):
        error["exit"] = SOME_REFUSED
    if isinstance(exc, Broken):
        error["exit"] = BUG
    if isinstance(exc, QuotaSpent):
        until = f"; will resume after {exc.until:%Y-%m-%d %H:%M} UTC" if exc.until else "; will resume"
        error |= {"until": exc.until, "message": f"{exc}{until}", "exit": QUOTA_SPENT}
    return error


def gravest(failures: Mapping[str, Mapping[str, Any]], otherwise: int = DONE) -> int:
    """The exit code of a command of which parts failed: what a person must mend comes before what mends itself."""
    codes = {failure["exit"] for failure in failures.values()} | {otherwise}
    return next(code for code in (BUG, MISUSED, NO_CONNECTION, QUOTA_SPENT, SOME_REFUSED, DONE) if code in codes)


def _show(shell: Shell, result: Result) -> int:
    """JSON goes to standard output alone; for a person, what failed goes to standard error."""
    if result.data is None:
        return result.code
    if shell.json:
        import orjson

        option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS
        click.echo(orjson.dumps(dict(result.data), option=option, default=str).decode())
    elif result.text:
        click.echo(result.text, err="error" in result.data)
    return result.code


def counted(number: int, noun: str) -> str:
    """``1 record``, ``2,000 records``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
