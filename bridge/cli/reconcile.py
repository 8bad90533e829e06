"""``csbridge reconcile``: compare every id with the CRM, and repair."""

from typing import Any

import click

from bridge.cli.shell import DONE, MISUSED, SOME_REFUSED, Result, Shell, counted, error_of, gravest, verb
from bridge.cli.sync import PLURALS, calls_of
from config.errors import CsbridgeError


@click.command("reconcile", short_help="Compare every id with the CRM, and repair what differs.")
@click.option("--connection", help="Only this connection.")
@click.option(
    "--accept-loss",
    is_flag=True,
    help="Believe the CRM even where a large part of a kind would be gone.",
)
@verb
def command(shell: Shell, connection: str | None, accept_loss: bool) -> Result:
    """Pull what changed, then compare the id and stamp of every record with the CRM, and read again what differs.

    Finds what polling and webhooks miss: deletions that the CRM has forgotten, records that were hidden for a while.
    Where more than a fifth of a kind would be gone, nothing of that kind is stored (exit 2): rights that were taken
    away look the same. --accept-loss says that they are really gone. `csbridge serve` does all this every night.
    """
    with shell.workspace() as workspace, shell.progress() as progress:
        data = reconciled(workspace, progress, connection, accept_loss)
        return Result(data, described(data), _code(data))


def reconciled(workspace: Any, progress: Any, connection: str | None, accept_loss: bool) -> dict[str, Any]:
    """Reconcile each connection whatever becomes of the others; what was found, and what failed, as data."""
    from bridge.sync.reconciling import reconcile

    connections, failures = {}, {}
    for settings in workspace.connections(connection):
        try:
            done = reconcile(workspace, settings.name, accept_loss=accept_loss, progress=progress)
        except CsbridgeError as exc:
            failures[settings.name] = error_of(exc)
        else:
            connections[settings.name] = _found(workspace, settings.name, done)
    return {"connections": connections, "failures": failures}


def _found(workspace: Any, name: str, done: Any) -> dict[str, Any]:
    return {
        "kinds": {kind: _compared(compared) for kind, compared in done.kinds.items()},
        "unreadable": done.unreadable,
        "doubted": {
            kind: {"gone": doubt.gone, "of": doubt.of, "message": str(doubt)} for kind, doubt in done.doubted.items()
        },
        "repaired": done.repaired,
        "calls": calls_of(workspace, name),
    }


def _compared(compared: Any) -> dict[str, Any]:
    taken = {word: getattr(compared.taken, word) for word in ("changed", "gone", "drifted")}
    found = {word: getattr(compared, word) for word in ("listed", "differing", "unlisted", "unread")}
    return found | taken


def _code(data: dict[str, Any]) -> int:
    """2 where a loss waits for a person's word, 1 where records could not be read."""
    done = data["connections"].values()
    unread = any(found["unread"] for one in done for found in one["kinds"].values())
    doubted = any(one["doubted"] for one in done)
    return gravest(data["failures"], MISUSED if doubted else SOME_REFUSED if unread else DONE)


def described(data: dict[str, Any]) -> str:
    lines = []
    for name, done in data["connections"].items():
        lines += [f"{name}: {_line(kind, found)}" for kind, found in done["kinds"].items()]
        lines += [f"{name}: {kind} not compared: {cause}" for kind, cause in done["unreadable"].items()]
        lines += [doubt["message"] for doubt in done["doubted"].values()]
        nothing = "nothing else to repair" if done["doubted"] else "nothing to repair"
        repaired = counted(done["repaired"], "record") + " repaired" if done["repaired"] else nothing
        lines.append(f"{name}: {repaired}, {counted(sum(done['calls'].values()), 'API call')}")
    lines += [f"failed: {name}: {error['message']}" for name, error in data["failures"].items()]
    return "\n".join(lines)


def _line(kind: str, found: dict[str, Any]) -> str:
    """``1,000 accounts compared, 3 repaired, 1 of them gone``."""
    parts = [f"{found['listed']:,} {PLURALS[kind]} compared"]
    if found["changed"]:
        parts.append(f"{found['changed']:,} repaired" + (f", {found['gone']:,} of them gone" if found["gone"] else ""))
    if found["unread"]:
        parts.append(
            f"{counted(len(found['unread']), 'record')} could not be read ({next(iter(found['unread'].values()))})"
        )
    return ", ".join(parts)
