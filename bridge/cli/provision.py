"""``csbridge provision``: show or create the CRM fields that csbridge writes."""

from typing import Any

import click

from bridge.cli.shell import DONE, MISUSED, Result, Shell, counted, verb


@click.command("provision", short_help="Show the missing CRM fields; create them with --apply.")
@click.option("--apply", "apply", is_flag=True, help="Create what is missing, with the connection's login.")
@click.option("--connection", help="Only this connection.")
@verb
def command(shell: Shell, apply: bool, connection: str | None) -> Result:
    """Show which own fields, options and rights the CRM lacks, and create them. Removes nothing."""
    with shell.workspace() as workspace:
        data = provisioned(workspace, apply=apply, connection=connection)
    blocked = any(change["blocked"] for done in data["connections"].values() for change in done["changes"])
    return Result(data, described(data), MISUSED if blocked else DONE)


def provisioned(workspace: Any, *, apply: bool, connection: str | None = None) -> dict[str, Any]:
    """Plan, and carry out where asked; nothing of a connection is carried out while a change is blocked."""
    from bridge.connecting import connect
    from bridge.store import audit, cursors
    from webhooks.writeback import settle

    connections = {}
    for settings in workspace.connections(connection):
        adapter = connect(workspace, settings.name)
        fields = workspace.fields_for(settings.name)
        plan = adapter.plan(fields)
        applied = bool(apply and plan.changes and not plan.blocked)
        if applied:
            adapter.provision(plan, fields)
            with workspace.store.write() as db:
                detail = {"connection": settings.name, "changes": len(plan.changes)}
                audit.record(db, "csbridge", "provision", detail, workspace.now())
                cursors.adopt(db, settings.name, (own for own in fields if own.to))
            workspace.ledger.refresh(settle.mended)  # what was refused for want of a field is worth another try
        connections[settings.name] = {"changes": [_change(change) for change in plan.changes], "applied": applied}
    return {"connections": connections}


def _change(change: Any) -> dict[str, Any]:
    names = ("action", "field", "target", "detail", "blocked")
    return {name: getattr(change, name) for name in names} | {"options": list(change.options)}


def described(data: dict[str, Any]) -> str:
    lines = []
    for name, done in data["connections"].items():
        changes = done["changes"]
        if not changes:
            lines.append(f"{name}: everything is there")
            continue
        blocked = any(change["blocked"] for change in changes)
        word = "done" if done["applied"] else "to do, none done while one is blocked" if blocked else "to do"
        lines.append(f"{name}: {counted(len(changes), 'step')} {word}")
        grants = [change for change in changes if change["action"] == "grant" and not change["blocked"]]
        if grants:
            lines.append(f"  grant the rights to {counted(len(grants), 'field')}")
        for change in (change for change in changes if change not in grants):
            what = f"{change['action'].replace('_', ' ')} {change['target']}"
            detail = f" ({change['detail']})" if change["detail"] else ""
            lines.append(f"  {'✗ ' if change['blocked'] else ''}{what}{detail}")
            if change["blocked"]:
                lines.append(f"      blocked: {change['blocked']}")
    return "\n".join(lines)
