"""``csbridge explain``: one customer's score, its parts, and what changed."""

from datetime import datetime
from typing import Any

import click

from bridge.cli.shell import MISUSED, Result, Shell, verb


@click.command("explain", short_help="Show one customer's score, its parts, and what changed.")
@click.argument("account")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="What changed since the close of that day.")
@verb
def command(shell: Shell, account: str, since: datetime | None) -> Result:
    """Explain the score of ACCOUNT: connection:id, an id, a domain or an exact name."""
    from bridge.explaining import explain, find

    with shell.workspace() as workspace:
        found = find(workspace, account)
        if len(found) != 1:
            return _not_one(workspace, account, found)
        data = explain(workspace, found[0], since.date() if since else None)
    return Result(data, _text(data))


def _not_one(workspace: Any, account: str, found: list[Any]) -> Result:
    from bridge.store import lookup

    with workspace.store.read() as db:
        names = lookup.names(db, found)
    matches = [{"account": f"{ref.connection}:{ref.id}", "name": names.get(ref, "")} for ref in found]
    message = (
        f"{len(found)} accounts match {account!r}; name one of them" if found else f"no account matches {account!r}"
    )
    lines = [message, *(f"  {match['account']}  {match['name']}" for match in matches)]
    return Result({"error": {"family": "ambiguous" if found else "unknown", "message": message}, "matches": matches},
                  "\n".join(lines), MISUSED)  # fmt: skip


def _text(data: dict[str, Any]) -> str:
    decision = data["decision"]
    if decision is None:
        return f"{data['name']} ({data['account']}): not scored yet; run csbridge score"
    score = "unknown" if decision["score"] is None else f"{decision['score']:.1f}"
    lines = [
        f"{data['name']} ({data['account']})" + ("" if data["in_scope"] else ", out of scope: this was decided before"),
        f"health {score}, {decision['band']} since {decision['band_since']}, as of {decision['day']}, "
        f"from {decision['coverage']:.0f} % of the scorecard {decision['version']}",
        *_records(data["records"]),
        "",
    ]
    for part in sorted(decision["contributions"], key=lambda part: (-part["points"], part["loss"])):
        lines.append(
            f"  {part['points']:+6.1f}  {part['label']}: {part['sentence']}  (keeps {part['loss']:.1f} from 100)"
        )
    if decision["contributions"]:
        lines.append(f"  {decision['score']:6.1f}  together")
    if decision["missing"]:
        lines.append(f"  no data: {', '.join(decision['missing'])}")
    for flag in decision["flags"]:
        lines.append(f"  ! {flag['name']} since {flag['since']}: {flag['sentence']}")
    lines.append(f"  next: {decision['next_action']}")
    lines += _rolled_up(data["rolled_up"])
    lines += _changes(data.get("since"))
    return "\n".join(lines)


def _rolled_up(rolled: dict[str, Any] | None) -> list[str]:
    """What the CRM was told instead, and the accounts that this is made of, the lowest first."""
    if rolled is None:
        return []
    score = "unknown" if rolled["score"] is None else f"{rolled['score']:.1f}"
    parts = sorted(rolled["parts"], key=lambda part: (part["score"] is None, part["score"], part["name"]))
    lines = ["", f"as a parent: {score}, {rolled['band']} since {rolled['band_since']}: {rolled['reasons']}"]
    for part in parts:
        weight = f", ARR {part['arr']:,.0f}" if part["arr"] is not None else ""
        lines.append(f"  {'   ?' if part['score'] is None else format(part['score'], '6.1f')}  {part['name']}{weight}")
    return lines


def _records(records: list[dict[str, Any]]) -> list[str]:
    if len(records) < 2:
        return []
    shown = (f"  {one['account']}  {one['name']}, by {' and '.join(one['joined_by'])}" for one in records)
    return [f"one customer of {len(records)} records:", *shown]


def _changes(since: dict[str, Any] | None) -> list[str]:
    if since is None:
        return []
    lines = [
        "",
        f"since {since['day']}: {since['change']:+.1f}" if since["change"] is not None else f"since {since['day']}",
    ]
    return lines + [f"  {part['points']:+6.1f}  {part['label']}: {part['sentence']}" for part in since["parts"]]
