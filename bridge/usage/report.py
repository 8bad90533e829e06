"""What usage sources have told, and what of it nobody is scored by: users without an account, unknown accounts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from bridge.moments import EVER
from bridge.store import keys, streams, usage
from bridge.workspace import Workspace
from config.settings import UsageSource


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source. ``unplaced``: users, with the number of their events that wait for an account, the busiest first."""

    source: str
    streamed: bool
    newest: date | None
    stalled: bool
    messages: int
    """Counted, and remembered: for as long as deliveries can be replayed, and a day."""
    accounts: int
    unplaced_users: int
    unplaced: list[dict[str, Any]]
    unknown_accounts: int
    unknown: list[str]
    ambiguous_accounts: int
    ambiguous: list[str]


def report(workspace: Workspace, first: int) -> list[SourceReport]:
    """Every source, with the ``first`` of each list."""
    with workspace.store.read() as db:
        return [_of(db, workspace, source, first) for source in workspace.settings.usage]


def _of(db: Connection, workspace: Workspace, source: UsageSource, first: int) -> SourceReport:
    newest = usage.watermark(db, source.name, workspace.today, EVER)
    named = sorted(usage.account_keys(db, source.name))
    ambiguous = keys.ambiguous(db, source.account_key, named)
    found = keys.customers_of(db, source.account_key, named)
    unknown = [name for name in named if name not in found and name not in ambiguous]
    number, unplaced = streams.without_account(db, source.name, first)
    return SourceReport(
        source=source.name,
        streamed=source.segment is not None,
        newest=newest,
        stalled=newest is not None and workspace.today - newest > source.stale_after,
        messages=streams.messages_counted(db, source.name),
        accounts=len(named),
        unplaced_users=number,
        unplaced=unplaced,
        unknown_accounts=len(unknown),
        unknown=unknown[:first],
        ambiguous_accounts=len(ambiguous),
        ambiguous=sorted(ambiguous)[:first],
    )
