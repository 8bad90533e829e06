"""What each trajectory means: how much a company uses, asks, answers and renews, and when.

Pure; one ``Story`` per company decides its dates and levels, which the generator turns into rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from adapters.sandbox import names
from adapters.sandbox.world import PLAN_PRICES, Company, CompanyStatus, Trajectory

HISTORY_DAYS = 540
GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Temper:
    """Habits of a trajectory: shares of seats in use at both ends of the history, rates per 30 days, chances."""

    share: float
    use_from: float
    use_to: float
    tickets: float
    escalated: float
    meetings: float
    mood: float
    """Mean of a 0–10 answer."""
    silent: float
    """Chance that use stopped weeks ago."""


TEMPERS: Mapping[Trajectory, Temper] = {
    "healthy": Temper(0.42, 0.70, 0.75, 0.30, 0.02, 1.2, 8.7, 0.03),
    "growing": Temper(0.12, 0.45, 0.95, 0.25, 0.01, 1.5, 9.1, 0.00),
    "declining": Temper(0.16, 0.80, 0.20, 0.90, 0.30, 0.5, 6.2, 0.50),
    "churned": Temper(0.09, 0.65, 0.05, 0.80, 0.20, 0.4, 4.0, 1.00),
    "onboarding": Temper(0.10, 0.05, 0.60, 0.70, 0.05, 2.5, 7.5, 0.08),
    "prospect": Temper(0.11, 0.00, 0.00, 0.00, 0.00, 0.3, 7.0, 0.00),
}
STATUSES: Mapping[Trajectory, CompanyStatus] = {"churned": "churned", "prospect": "prospect"}


@dataclass(frozen=True, slots=True)
class Story:
    """One company's course. Days are dates; ``start`` and ``stop`` bound its use of the product."""

    trajectory: Trajectory
    temper: Temper
    seats: int
    start: date | None
    stop: date | None
    renewal: date | None
    churned_on: date | None

    def level(self, day: date, now: date) -> float:
        """Share of the seats in use on ``day``, 0 outside the company's time as a user."""
        if self.start is None or day < self.start or (self.stop is not None and day > self.stop):
            return 0.0
        first = max(self.start, now - timedelta(days=HISTORY_DAYS))
        whole = max(1, ((self.churned_on or now) - first).days)
        passed = min(1.0, max(0, (day - first).days) / whole)
        return self.temper.use_from + (self.temper.use_to - self.temper.use_from) * passed


def trajectory_of(key: int, seed: int) -> Trajectory:
    """Even mix in a world of any size: a low-discrepancy sequence instead of a dice roll."""
    point = (key * GOLDEN + (seed % 997) / 997) % 1.0
    for name, temper in TEMPERS.items():
        if point < temper.share:
            return name
        point -= temper.share
    return "healthy"


def tell(key: int, seed: int, today: date, random: Random) -> Story:
    """Decide a company's course."""
    trajectory = trajectory_of(key, seed)
    temper = TEMPERS[trajectory]
    seats = random.choice((4, 5, 5, 6, 8, 8, 10, 10, 12, 15, 20, 30))
    if trajectory == "prospect":
        return Story(trajectory, temper, seats, None, None, None, None)
    age = random.randint(10, 75) if trajectory == "onboarding" else random.randint(200, 1500)
    start = today - timedelta(days=age)
    if trajectory == "churned":
        churned_on = today - timedelta(days=random.randint(20, min(age - 60, 330)))
        return Story(trajectory, temper, seats, start, churned_on - timedelta(days=15), churned_on, churned_on)
    stop = today - timedelta(days=random.randint(22, 90)) if random.random() < temper.silent else None
    near = random.random() < (0.4 if trajectory == "declining" else 0.15)
    renewal = today + timedelta(days=random.randint(3, 88) if near else random.randint(95, 360))
    return Story(trajectory, temper, seats, start, max(stop, start) if stop else None, renewal, None)


def company(key: int, story: Story, owner: int | None, changed_at: datetime, now: datetime, random: Random) -> Company:
    """The account row of a story, with the dirt of real CRMs: gaps, negative seats, dates in the future."""
    country, currency = names.MONEY[random.randrange(len(names.MONEY))]
    plan = random.choice(tuple(PLAN_PRICES))
    paying = story.trajectory != "prospect"
    factor = 25 if currency == "CZK" else 150 if currency == "JPY" else 1
    arr = round(story.seats * PLAN_PRICES[plan] * factor * random.uniform(0.7, 1.1), 2) if paying else None
    since = story.start
    seats: int | None = story.seats if paying else None
    roll = random.random()
    if paying and roll < 0.03:
        arr = None
    elif paying and roll < 0.045:
        seats = -story.seats
    elif paying and roll < 0.06:
        since = now.date() + timedelta(days=400)
    elif paying and roll < 0.08:
        seats = None
    created = datetime.combine(story.start or changed_at.date(), time(8), UTC) - timedelta(days=30)
    return Company(
        key=key,
        name=names.company_name(key, random),
        domain=names.domain(key, random),
        industry=random.choice(names.INDUSTRIES) if random.random() < 0.9 else None,
        employees=names.employees(story.seats, random),
        country=country if random.random() < 0.95 else None,
        currency=currency,
        status=STATUSES.get(story.trajectory, "customer"),
        customer_since=since,
        churned_on=story.churned_on,
        renewal_date=None if paying and roll > 0.98 else story.renewal,
        arr=arr,
        plan=plan if paying else None,
        seats=seats,
        owner=owner,
        trajectory=story.trajectory,
        created_at=min(created, changed_at),
        changed_at=changed_at,
    )
