"""``csbridge outbox``: records whose write waits, was refused or is contested, and what to do with them."""

from typing import Any

import click

from bridge.cli.shell import MISUSED, Result, Shell, counted, verb


@click.group("outbox", short_help="CRM records whose write waits or was refused: list, retry, drop.")
def command() -> None:
    """CRM records that do not hold yet what they should, with the cause."""


@command.command("list")
@verb
def list_(shell: Shell) -> Result:
    """Show every record that is not written: waiting, unknown, refused, contested."""
    from bridge.outbox import pending

    with shell.workspace() as workspace:
        rows = pending(workspace)
    lines = [
        f"{row['standing']:>9}  {row['record']}  {' '.join(filter(None, (row['code'], row['message'])))}"
        for row in rows
    ]
    return Result({"records": rows}, "\n".join(lines) or "everything is written")


@command.command("retry")
@click.argument("records", nargs=-1, required=True)
@verb
def retry(shell: Shell, records: tuple[str, ...]) -> Result:
    """Try refused or contested RECORDS again with the next push; a record is named as `outbox list` shows it."""
    return _changed(shell, records, "retry")


@command.command("drop")
@click.argument("records", nargs=-1, required=True)
@verb
def drop(shell: Shell, records: tuple[str, ...]) -> Result:
    """Set aside what RECORDS should hold now; the next decision about them is written again."""
    return _changed(shell, records, "drop")


def _changed(shell: Shell, names: tuple[str, ...], action: str) -> Result:
    from bridge import outbox

    change: Any = {"retry": outbox.retry, "drop": outbox.drop}[action]
    with shell.workspace() as workspace:
        known = {row["record"] for row in outbox.pending(workspace)}
        missing = sorted(set(names) - known)
        if missing:
            data = {"error": {"family": "unknown", "message": "not in the outbox"}, "missing": missing}
            return Result(data, f"not in the outbox: {', '.join(missing)}", MISUSED)
        change(workspace, names)
    return Result({action: list(names)}, f"{action}: {counted(len(names), 'record')}")
