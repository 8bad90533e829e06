"""``csbridge identity``: which accounts could be one customer but are not, why, and what to do."""

from typing import Any

import click

from bridge.cli.shell import Result, Shell, counted, verb

SHOWN = 10
"""Accounts of one doubt that are shown to a person; --json has them all."""


@click.command("identity", short_help="List accounts that could be one customer but are not, and why.")
@verb
def command(shell: Shell) -> Result:
    """List the accounts that a common id or a domain would make one customer, if it were not ambiguous.

    Nothing is joined by guess: they stay apart until the link field (identity.link) tells. Reads the store only.
    """
    from bridge.identity.twins import mend, tell

    with shell.workspace() as workspace:
        with workspace.store.read() as db:
            told = tell(db)
        rows = [
            {
                "by": doubt.sort,
                "value": doubt.value,
                "accounts": [
                    {"account": f"{ref.connection}:{ref.id}", "name": told.names.get(ref, "")} for ref in doubt.accounts
                ],
                "why": doubt.why,
                "mend": mend(doubt, workspace.settings.identity),
            }
            for doubt in told.doubts
        ]
    return Result({"joined": told.joined, "ambiguous": rows}, _text(told.joined, rows))


def _text(joined: int, rows: list[dict[str, Any]]) -> str:
    lines = [f"{counted(joined, 'customer')} of several records; {len(rows):,} ambiguous"]
    for row in rows:
        lines.append(f"{'id' if row['by'] == 'link' else 'domain'} {row['value']}: not joined, {row['why']}")
        lines += [f"  {one['account']}  {one['name']}".rstrip() for one in row["accounts"][:SHOWN]]
        more = len(row["accounts"]) - SHOWN
        lines += [f"  and {more:,} more"] if more > 0 else []
        lines.append(f"    → {row['mend']}")
    return "\n".join(lines)
