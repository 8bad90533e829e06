"""``csbridge inbox strays``: what senders told of somebody whom nobody knows."""

import click

from bridge.cli.shell import Result, Shell, verb

WHY = {"unknown": "nobody is known by that name", "ambiguous": "several are known by that name"}


@click.command("strays")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="How many are listed.")
@verb
def strays(shell: Shell, limit: int) -> Result:
    """Show what senders told (answers, invoices …) of an account or person that is not known, the oldest first.

    They find their place as soon as the CRM has that account or person.
    """
    from bridge.store import told

    with shell.workspace() as workspace, workspace.store.read() as db:
        rows, number = told.longest_astray(db, limit)
    lines = [
        f"{row.received_at:%Y-%m-%d %H:%M:%S}  {row.source}  {row.kind} {row.id}  "
        f"{row.email or row.account or row.payer or 'names nobody'}  {WHY[row.state]}"
        for row in rows
    ]
    if number > len(rows):
        lines.append(f"and {number - len(rows):,} more")
    found = [
        {
            "source": row.source,
            "kind": row.kind,
            "id": row.id,
            "email": row.email,
            "account": row.account,
            "payer": row.payer,
            "why": row.state,
            "received_at": row.received_at,
        }
        for row in rows
    ]
    return Result({"strays": found, "number": number}, "\n".join(lines) or "nothing waits for somebody")
