"""Makes the sandbox world from (accounts, seed, now): deterministic, whatever the machine or hash seed.

Each company has its own random source, so a larger world contains the smaller one's stories.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from adapters.sandbox import billing, happenings, people, stories, usage
from adapters.sandbox.happenings import Scene
from adapters.sandbox.stories import HISTORY_DAYS, Story
from adapters.sandbox.world import Answer, Company, Contact, Deal, Invoice, Term, Ticket, Touch, Use, World

BULK_DAYS = (3, 31, 62, 120, 240, 400)
"""Days ago on which an import or month-end job gave many rows one stamp."""
BULK_SHARE = 0.25
MONTH_END = 31
"""The bulk day that touched most: with 100,000 accounts more rows share its millisecond than a search can page."""

Row = TypeVar("Row", Touch, Deal, Ticket, Answer, Term, Invoice)


def generate(accounts: int, seed: int, now: datetime, history: bool = True, activities: int = 0) -> World:
    """A world of ``accounts`` companies over the 18 months up to ``now`` (aware UTC).

    Without ``history``: companies, a few contacts and ``activities`` only, for measurements with 100,000 accounts.
    """
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    staff = people.users(now)
    scenes: list[Scene] = []
    first_contact = 1
    for key in range(1, accounts + 1):
        scene = make_scene(key, seed, first_contact, now, history)
        scenes.append(scene)
        first_contact += len(scene.people)
    world = World(
        seed=seed,
        now=now,
        users=staff,
        companies=tuple(scene.company for scene in scenes),
        contacts=tuple(contact for scene in scenes for contact in scene.people),
    )
    return (
        with_history(world, scenes)
        if history
        else replace(world, touches=tuple(plain_touches(world, scenes, activities)))
    )


def plain_touches(world: World, scenes: Sequence[Scene], number: int) -> Iterator[Touch]:
    """As many touches as asked for, evenly among the companies, at any time: they tell no story."""
    random = Random(world.seed * 15_485_863 + number)
    ago = sorted((random.randint(1, HISTORY_DAYS * 86_400_000) for _ in range(number)), reverse=True)
    for key, milliseconds in enumerate(ago, 1):
        scene, at = scenes[key % len(scenes)], world.now - timedelta(milliseconds=milliseconds)
        yield happenings.touch(scene, at, happenings.pick_kind(random), random, key)


def make_scene(key: int, seed: int, first_contact: int, now: datetime, history: bool) -> Scene:
    random = Random(seed * 1_000_003 + key)
    story = stories.tell(key, seed, now.date(), random)
    owner = random.randint(1, people.CSM_COUNT) if random.random() < 0.95 else None
    company: Company = stories.company(key, story, owner, changed_at(now, random), now, random)
    stamps = [changed_at(now, random) for _ in range(3)]
    staff: list[Contact] = list(people.contacts(first_contact, key, story, stamps, now.date(), random, history))
    return Scene(company, story, staff, now)


def changed_at(now: datetime, random: Random) -> datetime:
    """A modification stamp in the last 18 months; a quarter share the stamps of the bulk days."""
    if random.random() < BULK_SHARE:
        return now - timedelta(days=MONTH_END if random.random() < 0.5 else random.choice(BULK_DAYS))
    return now - timedelta(milliseconds=random.randint(3_600_000, HISTORY_DAYS * 86_400_000))


def with_history(world: World, scenes: Iterable[Scene]) -> World:
    """Add what happened; rows are numbered in order of time, as a CRM would have."""
    touches: list[Touch] = []
    deals: list[Deal] = []
    tickets: list[Ticket] = []
    answers: list[Answer] = []
    use: list[Use] = []
    terms: list[Term] = []
    invoices: list[Invoice] = []
    for scene in scenes:
        random = Random(world.seed * 7_368_787 + scene.company.key)
        touches += happenings.touches(scene, random)
        deals += happenings.deals(scene, random)
        tickets += happenings.tickets(scene, random)
        answers += happenings.answers(scene, random)
        use += use_of(scene.story, scene.people, world.now, random)
        terms += billing.terms(scene)
        invoices += billing.invoices(scene, random)
    return replace(
        world,
        touches=numbered(sorted(touches, key=lambda row: (row.changed_at, row.company))),
        deals=numbered(sorted(deals, key=lambda row: (row.opened_on, row.company))),
        tickets=numbered(sorted(tickets, key=lambda row: (row.opened_at, row.company))),
        answers=numbered(sorted(answers, key=lambda row: (row.at, row.company))),
        terms=numbered(sorted(terms, key=lambda row: (row.starts_on, row.company))),
        invoices=numbered(sorted(invoices, key=lambda row: (row.due_on, row.company))),
        usage=tuple(sorted(use, key=lambda row: (row.day, row.company, row.contact, row.feature))),
    )


def use_of(story: Story, contacts: Iterable[Contact], now: datetime, random: Random) -> list[Use]:
    active = [person for person in contacts if person.role != "other"]
    return list(usage.uses(story, active, now.date(), random))


def numbered(rows: list[Row]) -> tuple[Row, ...]:
    return tuple(replace(row, key=place) for place, row in enumerate(rows, 1))
