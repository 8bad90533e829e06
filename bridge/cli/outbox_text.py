"""What ``csbridge outbox`` and ``run`` say of endpoints and records, in text."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bridge.cli.shell import counted

SHOWN: Final = 20
"""Notifications that a person is shown; --json has them all."""

Rows = Sequence[Mapping[str, Any]]


def listed(records: Rows, endpoints: Rows, notifications: Rows) -> str:
    lines = [
        f"{row['standing']:>9}  {row['record']}  {' '.join(filter(None, (row['code'], row['message'])))}"
        for row in records
    ] or ["everything is written"]
    lines += [_endpoint(row) for row in endpoints]
    lines += [_notification(row) for row in notifications[:SHOWN]]
    if len(notifications) > SHOWN:
        lines.append(f"           … and {len(notifications) - SHOWN:,} more")
    return "\n".join(lines)


def _endpoint(row: Mapping[str, Any]) -> str:
    state = f"{row['state']:>9}  {row['endpoint']}"
    where = f"{row['host']}, {row['format']}: " if row["host"] else ""
    open_ones = f"{row['waiting']:,} waiting, {row['parked']:,} parked"
    since = row["disabled_at"] or row["failing_since"]
    why = f"; since {since:%Y-%m-%d %H:%M} UTC: {row['cause']}" if since else ""
    mend = f"; mend it, then csbridge outbox retry {row['endpoint']}" if row["disabled_at"] else ""
    return f"{state}  {where}{open_ones}{why}{mend}"


def _notification(row: Mapping[str, Any]) -> str:
    state = "parked" if row["parked"] else "waiting"
    tries = f", {counted(row['attempts'], 'failed try').replace('trys', 'tries')}" if row["attempts"] else ""
    again = f", next {row['retry_at']:%Y-%m-%d %H:%M:%S} UTC" if row["retry_at"] else ""
    cause = f": {row['cause']}" if row["cause"] else ""
    return f"{state:>9}  {row['notification']}  {row['type']}{tries}{again}{cause}"


def sent(data: Mapping[str, Mapping[str, Any]]) -> str:
    """What a round told the endpoints; nothing where there are none."""
    return "\n".join(f"{name}: {_sent(done)}" for name, done in data.items())


def _sent(done: Mapping[str, Any]) -> str:
    delivered = f"{counted(done['delivered'], 'notification')} delivered"
    left = _left(done)
    return f"{delivered}, {left}; csbridge outbox list says why" if left else delivered


def _left(done: Mapping[str, Any]) -> str:
    """Why an endpoint was not told everything; empty where it was."""
    if done["state"] == "disabled":
        return "disabled"
    if done["failed"]:
        return "then an attempt failed"
    if done["state"] != "well":
        return "it failed before, and rests"
    return f"{done['parked']:,} parked" if done["parked"] else ""
