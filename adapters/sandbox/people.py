"""The people of the sandbox world: users of the vendor, contacts of its customers. Roles, never persons."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from adapters.sandbox import names
from adapters.sandbox.stories import Story
from adapters.sandbox.world import Contact, Role, User

CSM_COUNT = 6
SELLER_COUNT = 4
STAFF = ("Operations", "Finance", "Support", "Analyst", "Warehouse", "Planner", "Editor", "کاربر", "用户", "Büro")
TITLES: dict[Role, tuple[str | None, ...]] = {
    "champion": ("Product Champion", "Head of Operations", "Champion"),
    "executive": ("CEO", "CFO", "VP Operations", "Geschäftsführung"),
    "user": ("Analyst", "Planner", "", None),
    "other": ("Purchasing", None),
}


def users(now: datetime) -> tuple[User, ...]:
    """CSMs, then sellers; the last seller has left."""
    changed = now - timedelta(days=500)
    csms = [
        User(key=i, email=f"csm-{i}@example.com", first="CSM", last=str(i), role="csm", active=True, changed_at=changed)
        for i in range(1, CSM_COUNT + 1)
    ]
    sellers = [
        User(
            key=CSM_COUNT + i,
            email=f"seller-{i}@example.com",
            first="Seller",
            last=str(i),
            role="seller",
            active=i < SELLER_COUNT,
            changed_at=changed,
        )
        for i in range(1, SELLER_COUNT + 1)
    ]
    return tuple(csms + sellers)


def contacts(
    first_key: int, company: int, story: Story, stamps: Sequence[datetime], today: date, random: Random, many: bool
) -> Iterator[Contact]:
    """A champion, an executive for most, someone else for some, then users up to the seats (two unless ``many``)."""
    roles: list[Role] = ["champion"]
    if random.random() < 0.7:
        roles.append("executive")
    if random.random() < 0.2:
        roles.append("other")
    paying = story.trajectory != "prospect"
    roles += ["user"] * (max(1, story.seats - len(roles)) if many and paying else random.randint(0, 1))
    for place, role in enumerate(roles):
        key = first_key + place
        stamp = stamps[random.randrange(len(stamps))]
        yield Contact(
            key=key,
            company=company if random.random() < 0.995 else None,
            email=email(key, company, role, random),
            title=random.choice(TITLES[role]),
            first=role.capitalize() if role != "user" else STAFF[key % len(STAFF)],
            last=str(place + 1),
            role=role,
            left_on=left_on(role, story, today, random),
            created_at=stamp - timedelta(days=random.randint(0, 60)),
            changed_at=stamp,
        )


def email(key: int, company: int, role: Role, random: Random) -> str | None:
    """Unique where present; a few are missing or in capitals."""
    roll = random.random()
    if roll < 0.03:
        return None
    address = f"{role}-{key}@{names.clean_domain(company)}"
    return address.upper() if roll < 0.05 else address


def left_on(role: Role, story: Story, today: date, random: Random) -> date | None:
    """Champions leave companies that decline; elsewhere hardly anyone does."""
    chance = 0.3 if role == "champion" and story.trajectory in ("declining", "churned") else 0.01
    return today - timedelta(days=random.randint(5, 120)) if random.random() < chance else None
