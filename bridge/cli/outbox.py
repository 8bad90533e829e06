"""``csbridge outbox``: what is on its way out and does not arrive, to CRMs and to endpoints, and what to do with it."""

from collections.abc import Mapping
from typing import Any

import click

from bridge.cli import outbox_text
from bridge.cli.shell import DONE, MISUSED, SOME_REFUSED, Result, Shell, counted, verb


@click.group("outbox", short_help="Writes and notifications that wait or were refused: list, retry, drop, send.")
def command() -> None:
    """CRM records that do not hold yet what they should, and events that endpoints were not told, with the cause."""


@command.command("list")
@verb
def list_(shell: Shell) -> Result:
    """Show every record that is not written (waiting, unknown, refused, contested), every endpoint of `outbound`,
    and the notifications that were not delivered.
    """
    from bridge.outbound import subscriptions
    from bridge.pipeline.outbox import pending

    with shell.workspace() as workspace:
        records, endpoints = pending(workspace), subscriptions.standing(workspace)
        notifications = subscriptions.waiting(workspace)
    data = {"records": records, "endpoints": endpoints, "notifications": notifications}
    return Result(data, outbox_text.listed(records, endpoints, notifications))


@command.command("retry")
@click.argument("names", nargs=-1, required=True)
@verb
def retry(shell: Shell, names: tuple[str, ...]) -> Result:
    """Try NAMES again: refused or contested records with the next push, notifications or all those of an endpoint
    with the next `run` or `outbox send`, or at once where `serve` runs. An endpoint that was disabled is enabled.
    Names are those that `outbox list` shows.
    """
    return _changed(shell, names, "retry")


@command.command("drop")
@click.argument("names", nargs=-1, required=True)
@verb
def drop(shell: Shell, names: tuple[str, ...]) -> Result:
    """Set aside what records should hold now (the next decision about them is written again), and give up
    notifications, or all those of an endpoint. NAMES are those that `outbox list` shows.
    """
    return _changed(shell, names, "drop")


@command.command("send")
@verb
def send(shell: Shell) -> Result:
    """Tell the endpoints of `outbound` what is due, once; `serve` does so all the time, `run` at its end.

    Exits with 1 where an endpoint is not told everything: it failed (and is tried again later), it is disabled, or
    notifications for it are parked. `outbox list` says why.
    """
    with shell.workspace() as workspace:
        data = sent(workspace)
    text = outbox_text.sent(data) or "there are no endpoints: see outbound in csbridge.yml"
    return Result({"outbound": data}, text, code_of(data))


def sent(workspace: Any) -> dict[str, dict[str, Any]]:
    """One round to every endpoint, and how each stands after it, as data."""
    from bridge.outbound import subscriptions

    done = subscriptions.send(workspace)
    standing = {row["endpoint"]: row for row in subscriptions.standing(workspace)}
    return {
        name: {"delivered": one.delivered, "failed": one.failed + one.parked}
        | {word: standing[name][word] for word in ("state", "waiting", "parked")}
        for name, one in done.items()
    }


def code_of(data: Mapping[str, Mapping[str, Any]]) -> int:
    """1 when an endpoint is left behind, whether it failed just now or rests since it did: as records that wait."""
    return SOME_REFUSED if any(one["state"] != "well" or one["parked"] for one in data.values()) else DONE


def _changed(shell: Shell, names: tuple[str, ...], action: str) -> Result:
    from bridge.outbound import subscriptions
    from bridge.pipeline import outbox

    records = [name for name in names if name.count(":") > 1]
    others = [name for name in names if name not in records]
    with shell.workspace() as workspace:
        known = {row["record"] for row in outbox.pending(workspace)} if records else set()
        missing = sorted({*records} - known) + subscriptions.unknown(workspace, others)
        if missing:
            data = {"error": {"family": "unknown", "message": "not in the outbox"}, "missing": missing}
            return Result(data, f"not in the outbox: {', '.join(missing)}", MISUSED)
        change: Any = {"retry": (outbox.retry, subscriptions.retry), "drop": (outbox.drop, subscriptions.drop)}[action]
        if records:
            change[0](workspace, records)
        number = change[1](workspace, others) if others else 0
    told = [counted(len(records), "record")] * bool(records) + [counted(number, "notification")] * bool(others)
    changed: dict[str, Any] = {action: list(names)} | ({"notifications": number} if others else {})
    return Result(changed, f"{action}: {', '.join(told)}")
