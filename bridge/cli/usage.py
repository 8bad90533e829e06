"""``csbridge usage``: what the usage sources have told, and what of it counts for nobody yet."""

from dataclasses import asdict
from typing import Any

import click

from bridge.cli.shell import Result, Shell, counted, verb


@click.command("usage", short_help="What usage sources told: newest day, users without an account, unknown accounts.")
@click.option("--first", type=click.IntRange(0), default=10, show_default=True, help="How many of each list are shown.")
@verb
def command(shell: Shell, first: int) -> Result:
    """Show each usage source: its newest day, and what of it counts for no customer.

    Events of users whose account nobody told wait for a `group` call (or the mapped trait) and are placed then, past
    days included. Totals of accounts that no customer goes by are kept until one does. Reads the store only.
    """
    from bridge.usage.report import report

    with shell.workspace() as workspace:
        rows = [asdict(one) for one in report(workspace, first)]
    text = "\n".join(line for row in rows for line in _lines(row))
    return Result({"sources": rows}, text or "no usage sources (usage: in csbridge.yml)")


def _lines(row: dict[str, Any]) -> list[str]:
    newest = f"newest day {row['newest']}{', stalled' if row['stalled'] else ''}" if row["newest"] else "nothing yet"
    lines = [f"{row['source']}: {newest}; {counted(row['accounts'], 'account')}"]
    if row["streamed"]:
        lines[0] += f"; {counted(row['messages'], 'message')} counted of late"
        users = [f"{one['person']} ({one['count']:,.0f} since {one['since']})" for one in row["unplaced"]]
        lines += _listed("user", "without an account", row["unplaced_users"], users)
    lines += _listed("account", "of no customer", row["unknown_accounts"], row["unknown"])
    return lines + _listed("account", "by a name of several customers", row["ambiguous_accounts"], row["ambiguous"])


def _listed(noun: str, which: str, number: int, first: list[str]) -> list[str]:
    if not number:
        return []
    more = [f"    and {number - len(first):,} more"] if number > len(first) else []
    return [f"  {counted(number, noun)} {which}", *(f"    {one}" for one in first), *more]
