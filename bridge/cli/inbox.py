"""``csbridge inbox``: deliveries that wait or are parked, and what to do with them."""

import click

from bridge.cli.shell import Result, Shell, counted, verb


@click.group("inbox", short_help="Webhook deliveries that wait or are parked: list, retry, drop.")
def command() -> None:
    """Webhook deliveries that wait to be acted on, or were parked with the cause after several tries."""


@command.command("list")
@verb
def list_(shell: Shell) -> Result:
    """Show what waits and what is parked, oldest first."""
    from bridge.store import deliveries

    with shell.workspace() as workspace, workspace.store.read() as db:
        rows = deliveries.open_deliveries(db)
    lines = [
        f"{row['id']:>6}  {row['connection']}  {row['received_at']:%Y-%m-%d %H:%M:%S}  "
        f"{'parked' if row['parked'] else 'waits'}  {counted(row['records'], 'record')}  {row['cause'] or ''}"
        for row in rows
    ]
    return Result({"deliveries": rows}, "\n".join(lines) or "nothing waits")


@command.command("retry")
@click.argument("numbers", type=int, nargs=-1, required=True)
@verb
def retry(shell: Shell, numbers: tuple[int, ...]) -> Result:
    """Take parked deliveries up again, by their NUMBERS."""
    return _changed(shell, numbers, "retry")


@command.command("drop")
@click.argument("numbers", type=int, nargs=-1, required=True)
@verb
def drop(shell: Shell, numbers: tuple[int, ...]) -> Result:
    """Give deliveries up, by their NUMBERS. The next poll still finds what they were about."""
    return _changed(shell, numbers, "drop")


def _changed(shell: Shell, numbers: tuple[int, ...], action: str) -> Result:
    from bridge.store import audit, deliveries

    change = {"retry": deliveries.retry, "drop": deliveries.drop}[action]
    with shell.workspace() as workspace, workspace.store.write() as db:
        found = change(db, numbers, workspace.now())
        audit.record(db, "operator", f"inbox {action}", {"deliveries": found}, workspace.now())
    missing = sorted(set(numbers) - set(found))
    text = f"{action}: {counted(len(found), 'delivery').replace('deliverys', 'deliveries')}"
    if missing:
        return Result({action: found, "missing": missing}, f"{text}; none open with the numbers {missing}", 2)
    return Result({action: found, "missing": []}, text)
