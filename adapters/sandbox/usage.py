"""Product usage of the sandbox world: daily totals per contact and feature, thinned.

Full density (each active person once a week or more) only in the last 200 days; one week in four before.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from adapters.sandbox.stories import HISTORY_DAYS, Story
from adapters.sandbox.world import FEATURES, Contact, Use

DENSE_DAYS = 200
CHANCES = (1.0, 0.35, 0.15, 0.10, 0.30)
"""How often an active person touches each of FEATURES in a week, at full adoption."""


def uses(story: Story, people: Sequence[Contact], today: date, random: Random) -> Iterator[Use]:
    """Rows in order of weeks; the number of people who appear in a week follows the story's level."""
    for week in range(HISTORY_DAYS // 7, -1, -1):
        if week > DENSE_DAYS // 7 and week % 4:
            continue
        end = today - timedelta(days=7 * week)
        for person in people:
            if not story.start or (person.left_on and person.left_on < end):
                continue
            day = end - timedelta(days=random.randint(0, 6))
            level = story.level(day, today)
            if (
                level > 0
                and person.company is not None
                and random.random() < 0.15 + 0.85 * level
                and rank(person) < level
            ):
                yield from person_uses(person.company, person.key, day, level, random)


def rank(person: Contact) -> float:
    """A person's fixed place in the order of adoption, 0–1: the level decides how many of them are active."""
    return ((person.key * 2654435761) % 1000) / 1000


def person_uses(company: int, contact: int, day: date, level: float, random: Random) -> Iterator[Use]:
    for feature, chance in zip(FEATURES, CHANCES, strict=True):
        if chance == 1.0 or random.random() < chance * level:
            yield Use(company, contact, feature, day, random.randint(1, 6))
