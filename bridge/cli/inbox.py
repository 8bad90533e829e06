"""``csbridge inbox``: deliveries that wait or are parked, and what to do with them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import click

from bridge.cli.shell import MISUSED, Result, Shell, counted, verb
from bridge.cli.strays import strays
from config.errors import ConfigError, Problem

MOMENT: Final = click.DateTime(
    ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
)
NUMBER: Final = click.IntRange(1, 2**63 - 1)
"""As large as a database counts."""
SHOWN: Final = 4_000
"""Characters of a body that a person is shown; with --json it is there in full."""

only_source = click.option("--source", help="Only those of this connection or usage source.")


@click.group("inbox", short_help="Deliveries that came in: list, show, retry, drop, replay.")
def command() -> None:
    """Deliveries that wait to be acted on, or were parked with the cause after several tries.

    Those that were acted on are kept for inbox.keep, and can be replayed until then.
    """


command.add_command(strays)


@command.command("list")
@click.option("--parked", is_flag=True, help="Only those that are parked: they stay until you retry or drop them.")
@only_source
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Show so many, oldest first.")
@verb
def list_(shell: Shell, parked: bool, source: str | None, limit: int) -> Result:
    """Show what waits and what is parked, oldest first."""
    from bridge.store import deliveries

    with shell.workspace() as workspace:
        with workspace.store.read() as db:
            _require(workspace, db, source)
            rows = deliveries.open_deliveries(db, limit, source, parked)
            more = deliveries.count_open(db, source, parked) - len(rows) if len(rows) == limit else 0
        now = workspace.now()
    lines = [_line(row, now) for row in rows]
    lines += [f"and {more:,} more: --limit, --source or --parked show others"] if more else []
    return Result({"deliveries": rows, "more": more}, "\n".join(lines) or "nothing waits")


def _require(workspace: Any, db: Any, source: str | None) -> None:
    """Raise ConfigError for a source that nobody knows: a name mistyped would look like a quiet one."""
    from bridge.inlets.sources import inlets
    from bridge.store import deliveries

    known = inlets(workspace)
    if source is not None and source not in known and not deliveries.has_any(db, source):
        names = ", ".join(known)
        raise ConfigError([Problem("--source", f"there is no source {source!r}", expected=f"one of {names}")])


def _line(row: Mapping[str, Any], now: datetime) -> str:
    state = "parked" if row["parked"] else "waits"
    tries = f"{row['attempts']} {'try' if row['attempts'] == 1 else 'tries'}"
    what = counted(row["records"], "record") if row["records"] else "news"
    age = _age((now - row["received_at"]).total_seconds())
    return (
        f"{row['id']:>6}  {row['connection']}  {age:>8}  {state:<6}  {tries:<7}  {what}  {row['cause'] or ''}".rstrip()
    )


def _age(seconds: float) -> str:
    """How long ago, in its largest unit."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


@command.command("show")
@click.argument("number", type=NUMBER)
@verb
def show(shell: Shell, number: int) -> Result:
    """Show all that is kept of one delivery, by its NUMBER: personal data included, secrets left out."""
    from bridge.logs import scrubber
    from bridge.store import deliveries
    from config.secrets import secrets_in

    with shell.workspace() as workspace:
        with workspace.store.read() as db:
            found = deliveries.one(db, number)
        scrub = scrubber(secrets_in(workspace.settings))
    if found is None:
        return Result({"error": {"family": "unknown", "message": "no such delivery"}}, f"no delivery {number}", MISUSED)
    body = None if found["body"] is None else scrub(found["body"].decode("utf-8", "replace"))
    data = found | {"body": body, "cause": found["cause"] and scrub(found["cause"])}
    facts = [f"{name}: {_said(value)}" for name, value in data.items() if name != "body" and value is not None]
    shown = (
        body if body is None or len(body) <= SHOWN else f"{body[:SHOWN]}… ({len(body):,} characters; --json has all)"
    )
    return Result(data, "\n".join([*facts, "", shown if shown is not None else "(the body is not kept)"]))


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(":".join(map(str, named)) for named in value) or "none: the body is the news"
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else str(value)


@command.command("retry")
@click.argument("numbers", type=NUMBER, nargs=-1, required=True)
@verb
def retry(shell: Shell, numbers: tuple[int, ...]) -> Result:
    """Take parked deliveries up again, by their NUMBERS."""
    return _changed(shell, numbers, "retry")


@command.command("drop")
@click.argument("numbers", type=NUMBER, nargs=-1, required=True)
@verb
def drop(shell: Shell, numbers: tuple[int, ...]) -> Result:
    """Give deliveries up, by their NUMBERS. What a CRM's were about, the next poll still finds; what others
    told (answers, invoices, usage) is lost.
    """
    return _changed(shell, numbers, "drop")


@command.command("replay")
@click.option("--since", type=MOMENT, required=True, help="What came in from then on, in UTC: 2026-03-02T09:00.")
@click.option("--until", type=MOMENT, help="… and before then. Default: now.")
@only_source
@verb
def replay(shell: Shell, since: datetime, until: datetime | None, source: str | None) -> Result:
    """Act again on what came in during a stretch of time: each changes only what it had not changed yet."""
    from bridge.store import audit, deliveries

    with shell.workspace() as workspace, workspace.store.write() as db:
        now = workspace.now()
        first, last = since.replace(tzinfo=UTC), until.replace(tzinfo=UTC) if until else now
        _require(workspace, db, source)
        if last <= first:
            raise ConfigError([Problem("--until", "it is not after --since", expected="a later moment, in UTC")])
        number = deliveries.replay(db, first, last, source)
        facts = {"since": first, "until": last, "source": source, "deliveries": number}
        audit.record(db, "operator", "inbox replay", facts, now)
    return Result({"replayed": number}, f"replay: {_deliveries(number)}; csbridge serve acts on them")


def _deliveries(number: int) -> str:
    return f"{number:,} {'delivery' if number == 1 else 'deliveries'}"


def _changed(shell: Shell, numbers: tuple[int, ...], action: str) -> Result:
    from bridge.store import audit, deliveries

    change = {"retry": deliveries.retry, "drop": deliveries.drop}[action]
    with shell.workspace() as workspace, workspace.store.write() as db:
        found = change(db, numbers, workspace.now())
        audit.record(db, "operator", f"inbox {action}", {"deliveries": found}, workspace.now())
    missing = sorted(set(numbers) - set(found))
    text = f"{action}: {_deliveries(len(found))}"
    if missing:
        return Result({action: found, "missing": missing}, f"{text}; none open with the numbers {missing}", MISUSED)
    return Result({action: found, "missing": []}, text)
