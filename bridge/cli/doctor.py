"""``csbridge doctor``: check everything that can be wrong, and say how to mend it."""

from typing import Any

import click

from bridge.cli.shell import DONE, MISUSED, NO_CONNECTION, QUOTA_SPENT, Result, Shell, counted, verb

CODES = {"connection": NO_CONNECTION, "configuration": MISUSED, "quota": QUOTA_SPENT}
"""What errors are about → exit code, the first one that is there."""
MARKS = {"error": "✗", "warning": "!", "info": "·"}


@click.command("doctor", short_help="Check everything that can be wrong, and say how to mend it.")
@click.option("--book", is_flag=True, help="How often each flag is on over the book, and what is wrong with its data.")
@verb
def command(shell: Shell, book: bool) -> Result:
    """Check settings, scorecards, logins, rights, fields, quota, usage and store. Writes nothing to a CRM."""
    from bridge.doctor.doctoring import examine
    from bridge.sync import forecast

    with shell.workspace() as workspace:
        noted = list(examine(workspace, book=book))
        quota = {one.name: forecast.figures(workspace, one.name) for one in workspace.settings.crms}
    rows = [
        {"place": one.place, "level": one.finding.level, "what": one.finding.what, "mend": one.finding.mend}
        for one in noted
    ]
    errors = {one.about for one in noted if one.finding.level == "error"}
    code = next((code for about, code in CODES.items() if about in errors), MISUSED if errors else DONE)
    return Result({"findings": rows, "quota": quota, "ok": not errors}, _text(rows), code)


def _text(rows: list[dict[str, Any]]) -> str:
    lines, place = [], None
    for row in rows:
        if row["place"] != place:
            place = row["place"]
            lines.append(place)
        lines.append(f"  {MARKS[row['level']]} {row['what']}")
        if row["mend"]:
            lines.append(f"      → {row['mend']}")
    count = {level: sum(row["level"] == level for row in rows) for level in MARKS}
    lines.append(f"{counted(count['error'], 'error')}, {counted(count['warning'], 'warning')}")
    return "\n".join(lines)
