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
    from bridge.pipeline.explaining import explain, find

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
    lines = [
        f"{data['name']} ({data['account']})" + ("" if data["in_scope"] else ", out of scope: this was decided before"),
        f"{_headline('health', decision)}, as of {decision['day']}",
        *_whereabouts(decision),
        *_going(decision["trend"]),
        *_records(data["records"]),
        "",
        *_parts(decision),
    ]
    lines += [f"  ! {flag['name']} since {flag['since']}: {flag['sentence']}" for flag in decision["flags"]]
    lines += [f"  + {signal['name']} since {signal['since']}: {signal['sentence']}" for signal in decision["signals"]]
    lines.append(f"  next: {decision['next_action']}")
    for verdict in decision["verdicts"]:
        lines += ["", _headline(verdict["purpose"], verdict), *_parts(verdict)]
    lines += _rolled_up(data["rolled_up"])
    lines += _changes(data.get("since"))
    return "\n".join(lines)


def _headline(purpose: str, verdict: dict[str, Any]) -> str:
    score = "unknown" if verdict["score"] is None else f"{verdict['score']:.1f}"
    return (
        f"{purpose} {score}, {verdict['band']} since {verdict['band_since']}, "
        f"from {verdict['coverage']:.0f} % of the scorecard {verdict['version']}"
    )


def _parts(verdict: dict[str, Any]) -> list[str]:
    """The contributions, which add up, and what is missing."""
    parts = sorted(verdict["contributions"], key=lambda part: (-part["points"], part["loss"]))
    lines = [
        f"  {part['points']:+6.1f}  {part['label']}: {part['sentence']}  (keeps {part['loss']:.1f} from 100)"
        for part in parts
    ]
    if parts:
        lines.append(f"  {verdict['score']:6.1f}  together")
    if verdict["missing"]:
        lines.append(f"  no data: {', '.join(verdict['missing'])}")
    return lines


def _whereabouts(decision: dict[str, Any]) -> list[str]:
    said = [f"segment {decision['segment']}"] if decision["segment"] else []
    said += [f"stage {decision['stage']} since {decision['stage_since']}"] if decision["stage"] else []
    return [", ".join(said)] if said else []


def _going(trend: dict[str, Any]) -> list[str]:
    """The trend and its figures; nothing while there is too little history."""
    if trend["direction"] is None:
        return []
    changes = [
        f"{trend[name]:+.1f} in {days} days"
        for name, days in (("change_7d", 7), ("change_30d", 30), ("change_90d", 90))
        if trend[name] is not None
    ]
    lines = [f"trend {trend['direction']}, by the medians of weeks; against single days: " + ", ".join(changes)]
    if trend["at_renewal"] is not None:
        span = f"{trend['least']:.0f} to {trend['most']:.0f} four times out of five"
        lines.append(f"expected at the renewal: {trend['at_renewal']:.0f} ({span})")
    return lines


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
