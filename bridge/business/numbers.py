"""All numbers of the business from what was gathered, with what the admin says of costs and targets.

Owns which number is reckoned from what; the reckoning is ``scoring.metrics``', how it is shown ``bridge.reporting``'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from bridge.business.frames import Gathered
from config.economics import Economics
from config.words import BANDS
from scoring.forecast import arr_at_risk
from scoring.metrics import (
    cost_to_serve,
    effect,
    forecast,
    patterns,
    purchases,
    retention,
    roi,
    surveys,
    survival,
    targets,
    team,
    value,
)
from scoring.metrics.book import Problem, cut, total
from scoring.metrics.estimates import Estimate
from scoring.metrics.surveys import Answers, Reach

BY: Final = ("segment", "csm", "cohort", "industry", "plan")
NOT_ASKED: Final = ("csm",)
"""No pattern is looked for in who looks after whom: whoever gets the hard accounts would be blamed for them."""
USES: Final = "uses "


@dataclass(frozen=True, slots=True)
class AtRisk:
    """ARR of the renewals ahead, what of it is at risk, of how many customers, and how many more have no known ARR."""

    renewing: float
    arr: float
    customers: int
    without_arr: int


AHEAD: Final = (90, 365)
"""Days ahead for which renewals at risk are added up."""


@dataclass(frozen=True, slots=True)
class Health:
    """The active customers of one band."""

    customers: int
    arr: float | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything that ``csbridge metrics`` and ``csbridge report`` tell. The period runs from ``start`` to ``end``."""

    start: date
    end: date
    until: date
    by: str
    currency: str
    first_known: date | None
    notes: Sequence[str]
    problems: Sequence[Problem]
    period: retention.Retention
    groups: Mapping[str, retention.Retention]
    monthly: Sequence[retention.Retention]
    cohorts: Sequence[retention.Cohort]
    lifetime: survival.Curve
    first_value: survival.Curve
    lifetime_groups: Mapping[str, survival.Curve]
    first_value_groups: Mapping[str, survival.Curve]
    revenue: Sequence[value.Revenue]
    revenue_groups: Mapping[str, value.Revenue]
    lifetime_value: value.LifetimeValue
    purchase_value: purchases.PurchaseValue | None
    forecast: forecast.Forecast
    roi: roi.Roi
    served: Mapping[str, cost_to_serve.Group]
    served_missing: Sequence[str]
    effect: effect.Effect | None
    patterns: Sequence[patterns.Pattern]
    surveys: Mapping[str, Answers]
    surveys_groups: Mapping[str, Mapping[str, Answers]]
    reach: Reach
    nps_trend: Sequence[Answers]
    health: Mapping[str, Health]
    at_risk: Mapping[int, AtRisk]
    """By days ahead."""
    flags: Mapping[str, int]
    team: Sequence[team.Desk]
    targets: Sequence[targets.Compared]
    clv_cac: Estimate
    labels: Mapping[int, str]
    accounts: pd.DataFrame
    """A row per customer of the period: where each number comes from."""


def reckon(given: Gathered, economics: Economics, by: str = "segment") -> Numbers:
    """Everything, as of the book's end."""
    book = given.book
    start, end = pd.Timestamp(given.start), pd.Timestamp(given.end)
    period = retention.retention(book, start, end)
    life = survival.lifetimes(book)
    first = survival.time_to_first_value(book, given.seen_until)
    costs = economics.costs.model_dump()
    back = roi.roi(book, start, end, costs, economics.kept_anyway)
    served = cost_to_serve.serve(book, start, given.contacts, costs, economics.gross_margin)
    worth = value.contractual(
        book, life, economics.gross_margin, economics.discount_rate, economics.cac, economics.least_n
    )
    bought = _bought(given, economics)
    answered = surveys.answers(given.responses, book.until)
    asked = {
        name: surveys.summarise(answered, name, economics.least_answers, _top(economics, name)) for name in SURVEYS
    }
    actuals = {
        "nrr": period.nrr, "grr": period.grr, "logo_retention": period.retention, "logo_churn": period.churn,
        **{name: one.value for name, one in asked.items()}, "ttfv_days": first.median,
        "clv_cac": _ratio_of(worth, bought, economics), "roi": Estimate(back.ratio),
    }  # fmt: skip
    latest = book.at(pd.Timestamp(book.until))
    return Numbers(
        start=given.start,
        end=given.end,
        until=book.until,
        by=by,
        currency=book.currency,
        first_known=given.first_known,
        notes=given.notes,
        problems=book.problems,
        period=period,
        groups=retention.by(book, start, end, by),
        monthly=[one for one in retention.monthly(book) if one.start >= start],
        cohorts=retention.cohorts(book),
        lifetime=life,
        first_value=first,
        lifetime_groups=survival.lifetimes_by(book, by),
        first_value_groups=survival.time_to_first_value_by(book, by, given.seen_until),
        revenue=[one for one in value.revenue(book) if one.month >= start],
        revenue_groups=value.revenue_by(book, by),
        lifetime_value=worth,
        purchase_value=bought,
        forecast=forecast.forecast(book),
        roi=back,
        served=cost_to_serve.grouped(served, by),
        served_missing=served.missing,
        effect=None if given.started is None else effect.effect(book, given.started, least_n=economics.least_n),
        patterns=_patterns(given, period, economics.least_n),
        surveys=asked,
        surveys_groups={
            name: surveys.summarise_by(answered, cut(latest[by]), name, economics.least_answers, _top(economics, name))
            for name in SURVEYS
        },
        reach=surveys.reach(answered, given.persons, book),
        nps_trend=surveys.trend(
            given.responses,
            "nps",
            [month.date() for month in book.months if month >= start],
            least_n=economics.least_answers,
        ),
        health=_health(latest, given.health),
        at_risk={days: _at_risk(latest, given.health, days) for days in AHEAD},
        flags=given.flags,
        team=team.team(book, given.health, start),
        targets=targets.compare(economics.targets, actuals),
        clv_cac=actuals["clv_cac"],
        labels=given.labels,
        accounts=_accounts(given, period, served, answered),
    )


SURVEYS: Final = surveys.SURVEYS


def _accounts(
    given: Gathered, period: retention.Retention, served: cost_to_serve.Served, answered: pd.DataFrame
) -> pd.DataFrame:
    """Everybody who was or is a customer: what they paid, cost and answered."""
    moved = retention.movement(given.book, period.start, period.end)
    latest = given.book.at(pd.Timestamp(given.book.until))
    were = moved.index[(moved["there"].eq(True) | moved["still"].eq(True)).fillna(False)]
    index = were.union(latest.index[latest["active"].eq(True)])
    made = pd.DataFrame(index=index).assign(
        account=[given.labels.get(id, str(id)) for id in index],
        **{name: latest[name].reindex(index) for name in BY},
        arr_start=moved["before"].reindex(index),
        arr_end=moved["after"].reindex(index),
        lost=(moved["there"] & ~moved["still"]).reindex(index),
        **{name: served.accounts[name].reindex(index) for name in ("tickets", "touches", "cost", "revenue", "margin")},
    )
    for survey in SURVEYS:
        made = made.join(surveys.by_customer(answered, survey).add_prefix(f"{survey}_"))
    return made


def _top(economics: Economics, survey: str) -> float | None:
    return economics.csat_top if survey == "csat" else None


def _bought(given: Gathered, economics: Economics) -> purchases.PurchaseValue | None:
    if economics.buying == "subscription":
        return None
    return purchases.value(given.purchases, given.book.until, economics.gross_margin, economics.discount_rate)


def _ratio_of(worth: value.LifetimeValue, bought: purchases.PurchaseValue | None, economics: Economics) -> Estimate:
    return worth.ratio if bought is None else value.over(Estimate(bought.mean), economics.cac)


def _health(latest: pd.DataFrame, health: pd.DataFrame) -> dict[str, Health]:
    """The bands of those who are customers now; whoever has no decision is unknown."""
    rows = latest[latest["active"].eq(True)]
    bands = health["band"].reindex(rows.index).fillna("unknown")
    parts = {band: rows[bands.eq(band)] for band in BANDS}
    return {band: Health(len(mine), total(mine) if len(mine) else 0.0) for band, mine in parts.items()}


def _at_risk(latest: pd.DataFrame, health: pd.DataFrame, days: int) -> AtRisk:
    """Of those who are customers now: ARR up for renewal, and of it what is likely to be red by then."""
    rows = latest[latest["active"].eq(True)]
    values = health.reindex(rows.index).assign(arr=rows["arr"], currency="")
    found = arr_at_risk(values, within=days).reindex([""], fill_value=0).iloc[0]
    return AtRisk(float(found["renewing"]), float(found["at_risk"]), int(found["customers"]), int(found["without_arr"]))


def _patterns(given: Gathered, period: retention.Retention, least_n: int) -> list[patterns.Pattern]:
    """What the churned and the growing were like at the period's start, and the red are like now."""
    moved = retention.movement(given.book, period.start, period.end)
    there = moved[moved["there"].fillna(False).astype(bool)]
    still = there["still"]
    grew = (there["after"] > there["before"]).astype("boolean").mask(there["before"].isna() | there["after"].isna())
    then = _asked(given.then).assign(ARR=there["before"])
    latest = given.book.at(pd.Timestamp(given.book.until))
    latest = latest[latest["active"].eq(True)]
    band = given.health["band"].reindex(latest.index)
    now = _asked(given.now).assign(ARR=latest["arr"])
    now = now[[name for name in now.columns if not str(name).startswith(USES)]]
    questions = (
        patterns.Question("churned", ~still, then),
        patterns.Question("growing", grew, then),
        patterns.Question("red", band.eq("red").astype("boolean").mask(band.isna() | band.eq("unknown")), now),
    )
    return patterns.patterns(questions, least_n)


def _asked(attributes: pd.DataFrame) -> pd.DataFrame:
    return attributes[[name for name in attributes.columns if name not in NOT_ASKED]]
