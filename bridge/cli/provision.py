"""``csbridge provision``: show, create, write out or take back the CRM fields that csbridge writes."""

from pathlib import Path
from typing import Any, Final

import click

from bridge.cli.shell import DONE, MISUSED, SOME_REFUSED, Result, Shell, counted, error_of, gravest, verb
from config.errors import CsbridgeError

ADMIN_TOKEN: Final = "CSBRIDGE_ADMIN_TOKEN"
_WAYS: Final = "--apply --as-admin, or with the files of --export DIR"


@click.command("provision", short_help="Show the missing CRM fields; create, export or undo them.")
@click.option("--apply", "apply", is_flag=True, help="Do what is shown, with the connection's login.")
@click.option("--as-admin", is_flag=True, help="Do it with an administrator's login, for this once.")
@click.option(
    "--export",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files that an admin can review and deploy; calls no CRM.",
)
@click.option(
    "--undo", is_flag=True, help="Take back what csbridge created, its values too; only shown without --apply."
)
@click.option("--connection", help="Only this connection.")
@click.option("--port", type=click.IntRange(1, 65535), help="Wait for the administrator's browser here.")
@click.option("--code", "address", metavar="URL", help="The address that the administrator's browser was sent back to.")
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(0),
    default=300,
    show_default=True,
    help="Seconds to wait for the browser; 0: only show the URL.",
)
@verb
def command(
    shell: Shell, apply: bool, as_admin: bool, folder: Path | None, undo: bool, connection: str | None,
    port: int | None, address: str | None, seconds: float,
) -> Result:  # fmt: skip
    """Show which own fields, options and rights the CRM lacks, and create them with --apply.

    Creating fields needs rights that the daily login should not have. With --as-admin, an administrator logs in by the
    browser for this once, through the connection's own app; or, where a browser is no way (a HubSpot private app, a
    machine without one), with a token in the environment variable CSBRIDGE_ADMIN_TOKEN. Nothing of that login is kept,
    and rights go to the user of the connection. With --export, an administrator gets files instead.

    --undo takes back what csbridge created, never a field of yours that it was lent. The values in those fields are
    lost: Salesforce keeps a deleted field for 15 days, HubSpot archives a property.
    """
    if folder is not None and (apply or as_admin or undo):
        raise click.UsageError("--export stands alone: it writes files, and changes no CRM")
    if (address or port) and not as_admin:
        raise click.UsageError("--code and --port belong to --as-admin")
    with shell.workspace() as workspace:
        if folder is not None:
            return _export(workspace, folder, connection)
        if as_admin and (asked := _lend(shell, workspace, connection, port, address, seconds)):
            return asked
        data = provisioned(workspace, apply=apply, undo=undo, connection=connection)
    return Result(data, described(data, undo=undo), _code(data))


def provisioned(workspace: Any, *, apply: bool, undo: bool = False, connection: str | None = None) -> dict[str, Any]:
    """Every connection's plan, carried out where asked, each whatever became of the others. A single one raises."""
    from bridge.setup import provisioning

    act = provisioning.take_back if undo else provisioning.provision
    chosen = workspace.connections(connection)
    connections, failures = {}, {}
    for settings in chosen:
        try:
            connections[settings.name] = _shown(act(workspace, settings.name, apply=apply))
        except CsbridgeError as exc:
            if len(chosen) == 1:
                raise
            failures[settings.name] = error_of(exc)
    return {"connections": connections, "failures": failures}


def _export(workspace: Any, folder: Path, connection: str | None) -> Result:
    from bridge.setup import exporting, provisioning

    names = [settings.name for settings in workspace.connections(connection)]
    files = exporting.gathered({name: provisioning.exported(workspace, name) for name in names})
    if not files:
        return Result(
            {"folder": str(folder), "files": [], "removed": []}, "there is nothing to export: a folder needs no fields"
        )
    done = exporting.write(folder, files)
    data = {"folder": str(folder), "files": list(done.written), "removed": list(done.removed)}
    lines = [f"{counted(len(done.written), 'file')} written to {folder}; begin with the README.md"]
    lines += [f"  {path}" for path in done.written]
    lines += [f"  removed: {path}" for path in done.removed]
    return Result(data, "\n".join(lines))


def _lend(
    shell: Shell, workspace: Any, connection: str | None, port: int | None, address: str | None, seconds: float
) -> Result | None:
    """Log the administrator in; a result where somebody has to open a browser first."""
    from bridge.setup.provisioning import Browser, lend_admin

    (settings, *others) = workspace.connections(connection)
    if others:
        names = ", ".join(one.name for one in (settings, *others))
        raise click.UsageError(f"--as-admin is for one CRM at a time: name it with --connection ({names})")

    def tell(url: str) -> None:
        click.echo(f"Open in an administrator's browser, and let csbridge in for this once:\n\n  {url}\n", err=True)

    token = shell.environ.get(ADMIN_TOKEN, "")
    asked = lend_admin(workspace, settings.name, token, Browser(address, port, seconds, tell))
    if asked is None:
        return None
    data = {"connection": asked.connection, "url": asked.address, "redirect_uri": asked.redirect_uri}
    how = f"csbridge provision --as-admin --connection {asked.connection} --code 'ADDRESS' (and --apply, as you like)"
    text = f"Open in an administrator's browser:\n\n  {asked.address}\n\nThen copy the address that it ended at: {how}"
    return Result(data, text)


def _shown(done: Any) -> dict[str, Any]:
    return {
        "changes": [_change(change) for change in done.plan.changes],
        "applied": done.applied,
        "refused": [_change(change) for change in done.refused],
        "lacking": list(done.plan.lacking),
        "note": done.plan.note,
    }


def _change(change: Any) -> dict[str, Any]:
    names = ("action", "field", "target", "detail", "blocked", "group")
    return {name: getattr(change, name) for name in names} | {"options": list(change.options)}


def _code(data: dict[str, Any]) -> int:
    connections = data["connections"].values()
    blocked = any(change["blocked"] for done in connections for change in done["changes"])
    refused = any(done["refused"] for done in connections)
    return gravest(data["failures"], MISUSED if blocked else SOME_REFUSED if refused else DONE)


def described(data: dict[str, Any], *, undo: bool = False) -> str:
    """What a person reads."""
    lines = [line for name, done in data["connections"].items() for line in _lines(name, done, undo)]
    return "\n".join(lines + [f"failed: {name}: {error['message']}" for name, error in data["failures"].items()])


def _lines(name: str, done: dict[str, Any], undo: bool) -> list[str]:
    changes = done["changes"]
    if not changes:
        said = "nothing to take back" if undo else "everything is there"
        return [f"{name}: " + "; ".join(filter(None, (said, done["note"])))]
    blocked = any(change["blocked"] for change in changes)
    word = "done" if done["applied"] else "to do, none done while one is blocked" if blocked else "to do"
    lines = [f"{name}: {counted(len(changes), 'step')} {word}"]
    if undo and not done["applied"]:
        lines.append("  the values in these fields will be lost in all records; --undo --apply carries it out")
    lines += [f"  {done['note']}"] * bool(done["note"])
    lines += _grants([change for change in changes if change["action"] == "grant" and not change["blocked"]])
    for change in changes:
        if change["action"] != "grant" or change["blocked"]:
            lines += _step(change)
    lines += [f"  ✗ refused: {change['target']}: {change['blocked']}" for change in done["refused"]]
    if done["lacking"] and not done["applied"]:
        lines.append(f"  the login may not do this; it lacks: {', '.join(done['lacking'])}")
        lines.append("  an administrator can: " + ("--undo --apply --as-admin" if undo else _WAYS))
    return lines


def _grants(grants: list[dict[str, Any]]) -> list[str]:
    groups = dict.fromkeys(change["group"] for change in grants)
    return [
        f"  grant {counted(sum(change['group'] == group for change in grants), 'right')} by {group}" for group in groups
    ]


def _step(change: dict[str, Any]) -> list[str]:
    what = f"{change['action'].replace('_', ' ')} {change['target']}"
    detail = f" ({change['detail']})" if change["detail"] else ""
    line = f"  {'✗ ' if change['blocked'] else ''}{what}{detail}"
    return [line, f"      blocked: {change['blocked']}"] if change["blocked"] else [line]
