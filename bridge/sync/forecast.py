"""How a connection's daily calls stand, and whether the present schedule fits them: what doctor shows of the budget."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import Connection

from adapters.contract import Finding
from bridge.rules.quota import DAY, FLOORS, Day
from bridge.store import cursors, spend
from bridge.workspace import Workspace
from config.words import Urgency

FOR_POLLS: Final = 0.5
"""The share of our day that polls may take in the schedule that doctor proposes: the rest is for events and writes."""
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What polling costs in a day. ``interval``: one that leaves room for all else; None where the present one fits."""

    calls: int
    interval: timedelta | None


def forecast(quiet: int, poll: timedelta, cap: int) -> Forecast:
    """``quiet``: calls of a poll that finds nothing new; ``cap``: our own calls of a day."""
    calls = ceil(quiet * (DAY / poll))
    if calls <= cap * (1 - FLOORS["reconcile"]):  # else comparing ids, or even writing, would never have its turn
        return Forecast(calls, None)
    room = max(cap * FOR_POLLS, 1.0)
    return Forecast(calls, ceil(quiet * DAY / room / MINUTE) * MINUTE)


def note_quiet_poll(db: Connection, name: str, calls: int) -> None:
    """A poll found nothing new and cost so many calls."""
    cursors.save_fact(db, f"calls of a quiet poll: {name}", str(calls))


def figures(workspace: Workspace, name: str) -> dict[str, Any]:
    """All that is known of a connection's calls, as data; what nobody has said yet is None."""
    made, quiet, day = _known(workspace, name)
    settings = workspace.settings.connection(name).quota
    return {
        "calls_24h": made,
        "daily_share": settings.daily_share,
        "reserve": settings.reserve,
        "cap": day.cap if day else None,
        "own": day.own if day else None,
        "left": max(day.left, 0) if day else None,
        "org_limit": day.heard.quota.limit if day else None,
        "org_remaining": day.heard.quota.remaining if day else None,
        "heard_at": day.heard.at if day else None,
        "stopped": stopped(workspace, name),
        "quiet_poll_calls": quiet,
        "polls_calls_a_day": _forecast(workspace, quiet, day).calls if quiet and day else None,
    }


def _known(workspace: Workspace, name: str) -> tuple[Mapping[str, int], int | None, Day | None]:
    """Calls of 24 hours by purpose, those of this process entered first; those of a quiet poll; the day."""
    workspace.meter(name).settle()
    with workspace.store.read() as db:
        made = spend.purposes(db, name, workspace.now())
        quiet = cursors.fact(db, f"calls of a quiet poll: {name}")
    return made, int(quiet) if quiet else None, workspace.meter(name).day()


def stopped(workspace: Workspace, name: str) -> dict[Urgency, datetime]:
    """Which calls have to wait now, and until when."""
    meter = workspace.meter(name)
    return {urgency: until for urgency in FLOORS if (until := meter.closed_until(urgency))}


def findings(workspace: Workspace, name: str) -> Iterator[Finding]:
    """The budget in words."""
    made, quiet, day = _known(workspace, name)
    by_purpose = ", ".join(f"{purpose} {calls:,}" for purpose, calls in sorted(made.items(), key=lambda one: -one[1]))
    spent = f"{sum(made.values()):,} calls of our own in the last 24 hours ({by_purpose or 'none'})"
    if day is None:
        if made:
            yield Finding("info", f"{spent}; the CRM names no daily limit, so none is kept")
        return
    ours = f"{day.cap:,} a day ({day.settings.daily_share:.0%} of {day.heard.quota.limit:,})"
    yield Finding("info", f"{spent}, of {ours}")
    yield from _stopped(workspace, name)
    if quiet:
        yield _fitting(_forecast(workspace, quiet, day), workspace.settings.schedule.poll, day)


def _stopped(workspace: Workspace, name: str) -> Iterator[Finding]:
    by_moment: dict[datetime, list[str]] = {}
    for urgency, until in stopped(workspace, name).items():
        by_moment.setdefault(until, []).append(urgency)
    for until, urgencies in sorted(by_moment.items()):
        what = f"calls run short: {', '.join(urgencies)} calls wait until {until:%Y-%m-%d %H:%M} UTC"
        yield Finding("warning", what, f"nothing; or raise connections.{name}.quota, or buy API calls")


def _forecast(workspace: Workspace, quiet: int, day: Day) -> Forecast:
    return forecast(quiet, workspace.settings.schedule.poll, day.cap)


def _fitting(told: Forecast, poll: timedelta, day: Day) -> Finding:
    what = f"polling every {_minutes(poll)} costs about {told.calls:,} calls a day"
    if told.interval is None:
        return Finding("info", what)
    mend = f"set schedule.poll to {_minutes(told.interval)} or more, or raise quota.daily_share"
    return Finding("warning", f"{what}, which does not fit the {day.cap:,} that are ours", mend)


def _minutes(interval: timedelta) -> str:
    """As ``csbridge.yml`` writes it: ``5m``, ``90s``."""
    seconds = int(interval.total_seconds())
    return f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"
