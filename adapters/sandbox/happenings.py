"""What happened to a company: touches, deals, tickets and survey answers that follow from its story. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from adapters.sandbox import names
from adapters.sandbox.stories import HISTORY_DAYS, Story
from adapters.sandbox.world import (
    Answer,
    Company,
    Contact,
    Deal,
    DealKind,
    DealStatus,
    Priority,
    Ticket,
    Touch,
    TouchKind,
)

LINES: dict[TouchKind, tuple[str, ...]] = {
    "call": ("Check-in call", "Call about renewal"),
    "email": ("Re: your question", "Release notes", "فصل بعد"),
    "meeting": ("Quarterly review", "Roadmap session", "Kick-off"),
    "task": ("Prepare review", "Send offer"),
    "note": ("Left a summary", "Met at the fair"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One company with its story and people: what every function here looks at."""

    company: Company
    story: Story
    people: Sequence[Contact]
    now: datetime


def touches(scene: Scene, random: Random) -> list[Touch]:
    """Calls, e-mails, meetings, notes and tasks at the story's rate; a booked meeting and an open task ahead."""
    rows: list[Touch] = []
    last = scene.story.churned_on or scene.now.date()
    for when in moments(scene, scene.story.temper.meetings * 1.5, random):
        if when.date() <= last:
            rows.append(touch(scene, when, pick_kind(random), random))
    if scene.company.status == "customer" and random.random() < 0.3:
        ahead = scene.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=random.randint(2, 40))
        rows.append(touch(scene, ahead, random.choice(("meeting", "task")), random))
    if random.random() < 0.004:
        rows.append(touch(scene, datetime(2099, 1, 1, tzinfo=UTC), "meeting", random))
    return rows


def pick_kind(random: Random) -> TouchKind:
    roll = random.random()
    return (
        "email"
        if roll < 0.4
        else "meeting"
        if roll < 0.6
        else "call"
        if roll < 0.8
        else "task"
        if roll < 0.9
        else "note"
    )


def touch(scene: Scene, at: datetime, kind: TouchKind, random: Random, key: int = 0) -> Touch:
    past = at <= scene.now
    talk = kind in ("call", "email")
    return Touch(
        key=key,
        kind=kind,
        company=scene.company.key,
        contact=random.choice(scene.people[:4]).key if random.random() < 0.9 else None,
        owner=scene.company.owner,
        direction=("in" if random.random() < 0.4 else "out") if talk else None,
        at=at,
        done=past and (kind != "task" or random.random() < 0.8),
        subject=random.choice(LINES[kind]),
        changed_at=at
        if past
        else scene.now - timedelta(days=random.randint(1, 20), milliseconds=random.randint(1, 9999)),
    )


def tickets(scene: Scene, random: Random) -> list[Ticket]:
    """Support requests while the company uses the product; declining ones end with an open, escalated one."""
    story = scene.story
    if story.start is None:
        return []
    last = story.churned_on or scene.now.date()
    rows = [ticket(scene, when, random) for when in moments(scene, story.temper.tickets, random) if when.date() <= last]
    if story.trajectory == "declining" and random.random() < 0.35:
        opened = scene.now - timedelta(days=random.randint(8, 25), milliseconds=random.randint(0, 86_400_000))
        rows.append(ticket(scene, opened, random, stuck=True))
    return rows


def ticket(scene: Scene, opened: datetime, random: Random, *, stuck: bool = False) -> Ticket:
    """``stuck``: still open and escalated."""
    temper = scene.story.temper
    slow = 3 if scene.story.trajectory in ("declining", "churned") else 1
    reply: datetime | None = opened + timedelta(minutes=random.randint(10, 900) * slow)
    closed: datetime | None = opened + timedelta(hours=random.randint(16, 160) * slow)
    closed = None if stuck or (closed is not None and closed > scene.now) or random.random() < 0.02 else closed
    reply = None if reply is not None and reply > scene.now else reply
    escalated = stuck or random.random() < temper.escalated
    priority: Priority = "urgent" if escalated else random.choice(("low", "normal", "normal", "high"))
    return Ticket(
        key=0,
        company=scene.company.key,
        contact=random.choice(scene.people).key if random.random() < 0.92 else None,
        status="closed" if closed else "pending" if reply and random.random() < 0.4 else "open",
        priority=priority,
        category=random.choice(names.CATEGORIES) if random.random() < 0.85 else None,
        subject=random.choice(names.SUBJECTS),
        opened_at=opened,
        first_reply_at=reply,
        closed_at=closed,
        escalated=escalated,
        reopened=1 if random.random() < 0.05 * slow else 0,
        changed_at=closed or reply or opened,
    )


def answers(scene: Scene, random: Random) -> list[Answer]:
    """A yearly NPS round for about half of the people, and CSAT after some contact with support."""
    story = scene.story
    if story.start is None:
        return []
    last = min(story.churned_on or scene.now.date(), scene.now.date())
    rows: list[Answer] = []
    for person in scene.people[:6]:
        for when in moments(scene, 0.09, random):
            if when.date() <= last:
                rows.append(answer(scene, person, "nps", when, random))
        for when in moments(scene, 0.04, random):
            if when.date() <= last:
                rows.append(answer(scene, person, "csat", when, random))
    return rows


def answer(scene: Scene, person: Contact, survey: str, at: datetime, random: Random) -> Answer:
    mood = min(10, max(0, round(random.gauss(scene.story.temper.mood, 1.6))))
    comments = names.PRAISE if mood >= 9 else names.SHRUGS if mood >= 7 else names.COMPLAINTS
    return Answer(
        key=0,
        company=scene.company.key,
        contact=person.key,
        survey="nps" if survey == "nps" else "csat",
        score=mood if survey == "nps" else max(1, round(mood / 2)),
        comment=random.choice(comments),
        at=at,
    )


def deals(scene: Scene, random: Random) -> list[Deal]:
    """The first sale, a renewal each year, an expansion for those who grow; prospects have one open."""
    story, today = scene.story, scene.now.date()
    if story.start is None:
        return [
            deal(scene, "new", "open", today - timedelta(days=random.randint(1, 90)), random.randint(10, 90), random)
        ]
    rows = [deal(scene, "new", "won", story.start - timedelta(days=45), 45, random)]
    if story.renewal is None:
        return rows
    if story.churned_on:
        rows.append(deal(scene, "renewal", "lost", story.churned_on - timedelta(days=80), 80, random))
    elif (story.renewal - today).days <= 120:
        rows.append(deal(scene, "renewal", "open", story.renewal - timedelta(days=125), 125, random))
    past = story.renewal - timedelta(days=365)
    if story.start < past < today:
        rows.append(deal(scene, "renewal", "won", past - timedelta(days=60), 60, random))
    if story.trajectory == "growing":
        opened = today - timedelta(days=random.randint(1, 150))
        won = random.random() < 0.5 and (today - opened).days > 30
        rows.append(deal(scene, "expansion", "won" if won else "open", opened, 30 if won else 200, random))
    return rows


def deal(scene: Scene, kind: DealKind, status: DealStatus, opened: date, days: int, random: Random) -> Deal:
    company = scene.company
    worth = (company.arr or 1200.0) * (0.3 if kind == "expansion" else 1.0)
    closes = opened + timedelta(days=days)
    stamp = datetime.combine(min(closes, scene.now.date() - timedelta(days=1)), time(9), UTC)
    return Deal(
        key=0,
        company=company.key,
        contact=scene.people[0].key,
        owner=company.owner,
        name=f"{company.name.strip()} – {kind}",
        kind=kind,
        status=status,
        amount=round(worth, 2) if random.random() < 0.95 else None,
        currency=company.currency,
        opened_on=opened,
        closes_on=closes,
        changed_at=max(stamp, scene.now - timedelta(days=HISTORY_DAYS))
        + timedelta(milliseconds=random.randint(0, 9999)),
    )


def moments(scene: Scene, per_month: float, random: Random) -> list[datetime]:
    """Times in the company's part of the 18 months, at a mean rate, in working hours and never after now."""
    since = scene.story.start or scene.now.date() - timedelta(days=120)
    span = min(HISTORY_DAYS, max(1, (scene.now.date() - since).days))
    count = int(per_month * span / 30 + random.random())
    found = []
    for _ in range(count):
        seconds = random.randint(0, 10 * 3600)
        day = scene.now.date() - timedelta(days=random.randint(1, span))
        at = datetime.combine(day, time(7), UTC) + timedelta(seconds=seconds, milliseconds=random.randint(0, 999))
        found.append(at)
    return sorted(found)
