"""What is wrong with the data of the whole book, gone through in pieces. Reads only; the checks are scoring's."""

from datetime import date

from sqlalchemy import Connection

from bridge.frames.frames import build, customer_rows
from bridge.moments import EVER, Moment
from bridge.progress import Progress, silent
from bridge.store import customers, usage
from bridge.workspace import Workspace
from scoring.quality import Example, Problem, merged, problems, summarise

PIECE = 2_000
"""Customers looked at together."""


def book_quality(workspace: Workspace, progress: Progress = silent) -> list[Problem]:
    """The problems of all customers in the store, the most widespread first.

    Seen with everything that is known, whenever it is to happen: scoring itself never sees what is dated later.
    """
    moment = Moment(workspace.today, EVER)
    with workspace.store.read() as db:
        found = _ahead(db, workspace)
        for ids in customers.all_ids(db, PIECE):
            rows, accounts = customer_rows(db, workspace.settings, ids, moment)
            found = merged(found, summarise(problems(build(db, workspace.settings, rows, accounts, moment))))
            progress("data quality", len(ids))
    return found


def _ahead(db: Connection, workspace: Workspace) -> list[Problem]:
    """Usage sources with days in the future, which no frame takes in."""
    newest = [
        (source.name, usage.watermark(db, source.name, date.max, EVER)) for source in workspace.settings.usage
    ]  # fmt: skip
    ahead = [Example(None, f"{name}, {day}") for name, day in newest if day and day > workspace.today]
    return [Problem("future_date", "usage", "day", len(ahead), 0, tuple(ahead))] if ahead else []
