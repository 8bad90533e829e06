"""What a company has signed and owes: yearly terms and quarterly invoices that follow from its story. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from adapters.sandbox.happenings import Scene
from adapters.sandbox.stories import HISTORY_DAYS
from adapters.sandbox.world import Invoice, Term

YEAR = timedelta(days=365)
QUARTER = timedelta(days=91)
CREDIT = timedelta(days=30)
"""From an invoice's day to the day on which it is due."""


def terms(scene: Scene) -> list[Term]:
    """A term a year up to the renewal; the last one runs, unless the company has churned."""
    story, company = scene.story, scene.company
    if story.start is None:
        return []
    ends = (story.renewal or story.start + YEAR) - timedelta(days=1)
    found: list[Term] = []
    while ends > story.start and ends > scene.now.date() - timedelta(days=HISTORY_DAYS):
        starts = max(ends - YEAR + timedelta(days=1), story.start)
        running = not found and story.churned_on is None
        changed = _morning(min(starts, scene.now.date() - timedelta(days=1)))
        found.append(Term(0, company.key, "active" if running else "ended", starts, ends, changed))
        ends = starts - timedelta(days=1)
    return found[::-1]


def invoices(scene: Scene, random: Random) -> list[Invoice]:
    """One a quarter; most are paid in time, those of declining companies often not at all."""
    story, company, today = scene.story, scene.company, scene.now.date()
    if story.start is None:
        return []
    doubtful = 0.5 if story.trajectory in ("declining", "churned") else 0.03
    stops_paying = today - timedelta(days=random.randint(40, 120)) if random.random() < doubtful else today
    last = story.churned_on or today
    rows: list[Invoice] = []
    issued = max(story.start, today - timedelta(days=HISTORY_DAYS))
    while issued < last:
        due = issued + CREDIT
        paid = due + timedelta(days=random.randint(-20, 9))
        settled = paid <= today and paid <= stops_paying
        amount = round((company.arr or 1200.0) / 4, 2)
        stamp = _morning(paid if settled else issued)
        rows.append(Invoice(0, company.key, due, paid if settled else None, amount, company.currency, stamp))
        issued += QUARTER
    return rows


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)
