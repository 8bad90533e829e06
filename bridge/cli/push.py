"""``csbridge push``: write the difference to the CRM, or show it."""

from functools import partial
from typing import Any

import click

from bridge.cli.shell import DONE, QUOTA_SPENT, SOME_REFUSED, Result, Shell, counted, error_of, gravest, verb
from bridge.cli.sync import calls_of
from config.errors import CsbridgeError

SHOWN = 20
"""Refusals and planned records that a person is shown; --json has them all."""


@click.command("push", short_help="Write what changed to the CRM.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written, and in how many calls.")
@click.option("--read-back", type=click.IntRange(1), help="Read so many written records back instead, and compare.")
@click.option("--connection", help="Only this connection.")
@verb
def command(shell: Shell, dry_run: bool, read_back: int | None, connection: str | None) -> Result:
    """Write the difference between what the CRM should hold and what it confirmed."""
    with shell.workspace() as workspace, shell.progress() as progress:
        if read_back:
            return sampled(workspace, connection, read_back)
        if dry_run or workspace.settings.write.dry_run:
            return planned(workspace, connection)
        data = pushed(workspace, progress, connection)
        return Result(data, described(data), code_of(data))


def pushed(workspace: Any, progress: Any, connection: str | None = None) -> dict[str, Any]:
    """Push to every connection, each whatever became of the others; what was written, and what failed, as data."""
    from bridge.pipeline.pushing import push

    connections, failures = {}, {}
    for settings in workspace.connections(connection):
        try:
            summary = push(workspace, settings.name, progress=partial(progress, f"{settings.name}: push"))
        except CsbridgeError as exc:
            failures[settings.name] = error_of(exc)
        else:
            connections[settings.name] = _written(workspace, settings.name, summary)
    return {"connections": connections, "failures": failures}


def _written(workspace: Any, name: str, summary: Any) -> dict[str, Any]:
    from bridge.pipeline.outbox import shown
    from bridge.pipeline.pushing import batch_size

    parked = [shown(entry, workspace.ledger.fields) for entry in workspace.ledger.parked(name)]
    return {
        "written": summary.written,
        "fields": summary.fields,
        "write_calls": summary.calls,
        "batch": batch_size(workspace, workspace.adapter(name)),
        "refused": [_refused(outcome) for outcome in summary.refused],
        "later": [_refused(outcome) for outcome in summary.later],
        "gone": [str(ref) for ref in summary.dropped],
        "unknown": [str(ref) for ref in summary.lost],
        "stopped": summary.stopped,
        "held": summary.held,
        "held_until": summary.held_until,
        "waiting": summary.waiting,
        "parked": parked,
        "contested": [row["record"] for row in parked if row["standing"] == "contested"],
        "calls": calls_of(workspace, name),
    }


def _refused(outcome: Any) -> dict[str, str]:
    return {"record": str(outcome.ref), "code": outcome.code, "message": outcome.message}


def code_of(data: dict[str, Any]) -> int:
    """1 when a record was not written (refused, contested, put off), 4 when some wait for calls of the next day.

    What failed whole is graver.
    """
    left = ("refused", "later", "unknown", "parked")
    some = any(done[word] for done in data["connections"].values() for word in left)
    held = any(done["held"] for done in data["connections"].values())
    return gravest(data["failures"], QUOTA_SPENT if held else SOME_REFUSED if some else DONE)


def described(data: dict[str, Any]) -> str:
    lines = []
    for name, done in data["connections"].items():
        calls = counted(done["write_calls"], "call")
        lines.append(f"{name}: {counted(done['written'], 'record')} written, {done['fields']:,} fields, {calls}")
        for put_off in done["later"][:SHOWN]:
            lines.append(f"  put off {put_off['record']}: {put_off['code']} {put_off['message']}")
        for word, what in _LEFT.items():
            if done[word]:
                lines.append(f"  {counted(len(done[word]), 'record')} {what}")
        lines += [
            f"  {row['standing']} {row['record']}: {' '.join(filter(None, (row['code'], row['message'])))}"
            for row in done["parked"][:SHOWN]
        ]
        if len(done["parked"]) > SHOWN:
            lines.append(f"  … and {len(done['parked']) - SHOWN:,} more; csbridge outbox list shows all")
        if done["held"]:
            waiting = counted(done["held"], "less urgent record")
            lines.append(f"  {waiting} held back: API calls run short until {done['held_until']:%Y-%m-%d %H:%M} UTC")
        if done["waiting"]:
            lines.append(f"  survey links wait for fields in the CRM: {done['waiting']}; csbridge provision --apply")
        if done["stopped"]:
            lines.append(f"  stopped there: {done['stopped']}; csbridge doctor says what to mend")
    lines += [f"failed: {name}: {error['message']}" for name, error in data["failures"].items()]
    return "\n".join(lines)


_LEFT = {
    "later": "put off: the CRM was busy; the next push writes them",
    "unknown": "without an answer; the next push reads them back",
}


def sampled(workspace: Any, connection: str | None, most: int) -> Result:
    """Whether written records hold what the CRM confirmed; what does not is repaired by the next push, or accepted."""
    from bridge.pipeline.sampling import sample

    connections, lines = {}, []
    for settings in workspace.connections(connection):
        found = sample(workspace, settings.name, most)
        differing = [str(ref) for ref in found.differing]
        connections[settings.name] = {"read": found.read, "differing": differing, "gone": found.gone}
        lines.append(
            f"{settings.name}: {counted(found.read, 'record')} read back, {len(differing)} hold something else"
        )
        lines += [f"  {record}" for record in differing[:SHOWN]]
    differs = any(one["differing"] for one in connections.values())
    return Result({"connections": connections}, "\n".join(lines), SOME_REFUSED if differs else DONE)


def planned(workspace: Any, connection: str | None) -> Result:
    """What a push would write, record by record."""
    from bridge.pipeline.pushing import plan

    connections, lines = {}, []
    for settings in workspace.connections(connection):
        wanted = plan(workspace, settings.name)
        connections[settings.name] = {
            "records": [{"record": str(patch.ref), "fields": dict(patch.fields)} for patch in wanted.patches],
            "unknown": [str(ref) for ref in wanted.unknown],
            "write_calls": wanted.calls,
        }
        number, calls = counted(len(wanted.patches), "record"), counted(wanted.calls, "call")
        lines.append(f"{settings.name}: would write {number} in {calls}")
        for patch in wanted.patches[:SHOWN]:
            shown = ", ".join(f"{name} = {value!s}" for name, value in patch.fields.items())
            what = "" if patch.ref.kind == "account" else f"{'new ' if patch.new else ''}{patch.ref.kind} "
            lines.append(f"  {what}{patch.ref.id}: {shown}")
        if len(wanted.patches) > SHOWN:
            lines.append(f"  … and {len(wanted.patches) - SHOWN:,} more")
    return Result({"connections": connections, "dry_run": True}, "\n".join(lines))
