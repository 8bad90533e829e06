"""``csbridge sync``: pull what changed in the CRMs, and take in usage files."""

from typing import Any

import click

from bridge.cli.shell import Result, Shell, counted, error_of, gravest, verb


@click.command("sync", short_help="Pull what changed in the CRMs; resumes where it stopped.")
@click.option("--full", is_flag=True, help="Read everything again, not only what changed.")
@click.option("--connection", help="Only this connection.")
@verb
def command(shell: Shell, full: bool, connection: str | None) -> Result:
    """Pull changed records from every connection, page by page, and take in usage files that changed."""
    with shell.workspace() as workspace, shell.progress() as progress:
        data = synced(workspace, progress, full=full, connection=connection)
        return Result(data, described(data), gravest(data["failures"]))


PLURALS = {
    "user": "users", "account": "accounts", "person": "persons", "deal": "deals", "ticket": "tickets",
    "activity": "activities", "response": "survey answers", "contract": "contracts", "invoice": "invoices",
    "usage": "usage rows",
}  # fmt: skip


def synced(workspace: Any, progress: Any, *, full: bool = False, connection: str | None = None) -> dict[str, Any]:
    """Run the sync; what it read, and what failed, as data."""
    from bridge.sync.reading import read_all

    done = read_all(workspace, full=full, only=connection, progress=progress)
    return {
        "connections": {name: _connection(workspace, name, read) for name, read in done.connections.items()},
        "usage": [_usage(taken) for taken in done.usage.values()],
        "failures": {what: error_of(exc) for what, exc in done.failures.items()},
    }


def _connection(workspace: Any, name: str, read: Any) -> dict[str, Any]:
    words = ("read", "changed", "gone", "drifted")
    return {
        "kinds": {kind: {word: getattr(taken, word) for word in words} for kind, taken in read.kinds.items()},
        "unreadable": read.unreadable,
        "calls": calls_of(workspace, name),
        "page_size": workspace.adapter(name).page_size,
    }


def calls_of(workspace: Any, name: str) -> dict[str, int]:
    """API calls that this process has made through a connection, by purpose."""
    return dict(workspace.adapter(name).calls.made)


def _usage(taken: Any) -> dict[str, Any]:
    names = ("source", "rows", "changed_accounts", "bad", "bad_examples", "unknown", "ambiguous", "skipped")
    return {name: getattr(taken, name) for name in names}


def described(data: dict[str, Any]) -> str:
    lines = []
    for name, connection in data["connections"].items():
        for kind, taken in connection["kinds"].items():
            extra = "".join(f", {taken[word]:,} {word}" for word in ("gone", "drifted") if taken[word])
            lines.append(f"{name}: {taken['read']:,} {PLURALS[kind]} read, {taken['changed']:,} changed{extra}")
        for kind, cause in connection["unreadable"].items():
            lines.append(f"{name}: {kind} not read: {cause}")
        lines.append(f"{name}: {counted(sum(connection['calls'].values()), 'API call')}")
    for taken in data["usage"]:
        lines += _described_usage(taken)
    lines += [f"failed: {what}: {error['message']}" for what, error in data["failures"].items()]
    return "\n".join(lines)


def _described_usage(taken: dict[str, Any]) -> list[str]:
    if taken["skipped"]:
        return [f"usage {taken['source']}: unchanged"]
    lines = [
        f"usage {taken['source']}: {counted(taken['rows'], 'row')}, {taken['changed_accounts']:,} accounts changed"
    ]
    for word in ("unknown", "ambiguous"):
        if taken[word]:
            lines.append(f"  {counted(taken[word], 'account')} {word}: kept until the CRM says whose they are")
    if taken["bad"]:
        lines.append(f"  {counted(taken['bad'], 'row')} could not be read, such as {'; '.join(taken['bad_examples'])}")
    return lines
