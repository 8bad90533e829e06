"""The numbers of the business as sections of headlines and tables: the same for the terminal and for the page.

Owns wording and order. Says what is unknown, and why, in the place of the number.
"""

from collections.abc import Iterable, Mapping

from bridge.business.numbers import Numbers
from bridge.reporting.business_money import effect, patterns, roi, served, team, value
from bridge.reporting.page import Headline, Section, Table
from bridge.reporting.words import UNKNOWN, count, detail, interval, money, month, number, share
from scoring.metrics.estimates import Estimate
from scoring.metrics.retention import Retention
from scoring.metrics.surveys import Answers
from scoring.metrics.survival import Curve
from scoring.metrics.targets import Compared
from scoring.metrics.value import Revenue


def headlines(numbers: Numbers) -> list[Headline]:
    """The numbers that a superior asks for."""
    now = numbers.revenue[-1] if numbers.revenue else None
    return [
        Headline(f"ARR, {numbers.currency}", money(now.arr if now else None), _of_known(now)),
        Headline("Net revenue retention", share(numbers.period.nrr.value), detail(numbers.period.nrr)),
        Headline("Gross revenue retention", share(numbers.period.grr.value), detail(numbers.period.grr)),
        Headline("Logo churn", share(numbers.period.churn.value), detail(numbers.period.churn)),
        Headline("NPS", _nps(numbers.surveys["nps"]), detail(numbers.surveys["nps"].value, number)),
        Headline("Lifetime value : CAC", _ratio(numbers.clv_cac), detail(numbers.clv_cac, number)),
        Headline("Return on CS", _ratio(Estimate(numbers.roi.ratio)), "revenue ÷ cost" if numbers.roi.ratio else ""),
    ]


def sections(numbers: Numbers) -> list[Section]:
    """All parts that have anything to say, in the order of the report."""
    worth = (part(numbers) for part in (patterns, value, roi, served, effect, team))
    mine = (part(numbers) for part in (_targets, _retention, _cohorts, _duration, _base, _health, _surveys))
    made = (*mine, *worth, _problems(numbers))
    return [section for section in made if section is not None]


def _targets(numbers: Numbers) -> Section | None:
    if not numbers.targets:
        return None
    rows = [
        [one.name, _target(one, one.target), _target(one, one.actual.value), one.verdict] for one in numbers.targets
    ]
    return Section(
        "targets", "Targets against actuals", "Too close: the interval of the actual number holds the target.",
        tables=[Table(["target", "aim", "actual", "verdict"], rows, numbers=frozenset({1, 2}))],
    )  # fmt: skip


def _target(one: Compared, value: float | None) -> str:
    if one.name in ("nps", "csat", "ces", "ttfv_days", "clv_cac", "roi"):
        return number(value)
    return share(value)


def _retention(numbers: Numbers) -> Section:
    period = numbers.period
    head = [
        Headline("Logo retention", share(period.retention.value), detail(period.retention)),
        Headline("Gross revenue retention", share(period.grr.value), detail(period.grr)),
        Headline("Net revenue retention", share(period.nrr.value), detail(period.nrr)),
        Headline("Customers", f"{period.customers:,}", f"at the start; {period.lost:,} lost, {period.new:,} new"),
    ]
    sums = (
        ("ARR at the start", period.start_arr), ("expansion", period.expansion), ("contraction", period.contraction),
        ("churn", period.churned_arr), ("ARR of the same customers at the end", period.end_arr),
        ("ARR of new customers", period.new_arr),
    )  # fmt: skip
    tables = [Table.of([f"from {numbers.start} to {numbers.end}", numbers.currency], [[n, money(v)] for n, v in sums])]
    if any(one.customers or one.new for one in numbers.monthly):
        rows = [_retention_row(month(one.end), one) for one in numbers.monthly if one.customers or one.new]
        tables.append(Table.of(["month", *_RETENTION], rows, "by month"))
    if numbers.groups:
        rows = [_retention_row(name, one) for name, one in _largest(numbers.groups)]
        tables.append(Table.of([numbers.by, *_RETENTION], rows, f"by {numbers.by}, over the whole period"))
    return Section(
        "retention", "Retention",
        "Of the customers at the start of a period: who is still there, and what they pay. Gross revenue retention "
        "leaves out what they pay more, so that it is never above 100 %. Intervals are 95 %.",
        head, tables=tables, notes=_retention_notes(numbers),
    )  # fmt: skip


_RETENTION = ("customers", "lost", "logo retention", "95 %", "GRR", "95 %", "NRR", "95 %")


def _retention_row(name: str, one: Retention) -> list[str]:
    return [
        name, f"{one.customers:,}", f"{one.lost:,}", share(one.retention.value), interval(one.retention),
        share(one.grr.value), interval(one.grr), share(one.nrr.value), interval(one.nrr),
    ]  # fmt: skip


def _retention_notes(numbers: Numbers) -> list[str]:
    period, notes = numbers.period, []
    if period.churn.value is None:
        notes.append(
            f"Not enough history for {numbers.start}: it is not known of anybody that they were a customer then"
        )
    elif period.nrr.value is None:
        notes.append(f"Not enough history: no customer's ARR is known at both {numbers.start} and {numbers.end}")
    if period.unknown:
        notes.append(
            f"Of {count(period.unknown, 'customer')} it is not known whether they are still there: not counted"
        )
    if period.without_arr and period.nrr.value is not None:
        notes.append(f"{count(period.without_arr, 'customer')} without known ARR at both ends: not in GRR and NRR")
    return notes


def _cohorts(numbers: Numbers) -> Section | None:
    if not numbers.cohorts:
        return None
    steps = range(0, max(len(one.kept) for one in numbers.cohorts), 3)
    rows = [
        [one.month, f"{one.customers:,}", *(share(one.kept[k], 0) if k < len(one.kept) else "" for k in steps)]
        for one in numbers.cohorts
    ]
    return Section(
        "cohorts", "Cohorts", "Customers who began in one month: the share still there so many months after.",
        tables=[Table.of(["began", "customers", *(f"month {step}" for step in steps)], rows)],
    )  # fmt: skip


def _duration(numbers: Numbers) -> Section:
    life, first = numbers.lifetime, numbers.first_value
    rows = _median_rows({"customer lifetime, months": life, "time to first value, days": first})
    points = [[f"{months} months", *_estimate(life.at(months))] for months in (3, 6, 12, 24, 36) if life.n]
    tables = [Table.of(["", "cases", "still open", "median", "95 %"], rows, "open cases count for as long as watched")]
    if points:
        tables.append(Table.of(["still a customer after", "share", "95 %"], points))
    tables += [
        Table.of([f"{name} by {numbers.by}", "cases", "still open", f"median {unit}", "95 %"], _median_rows(groups))
        for name, unit, groups in (
            ("customer lifetime", "months", numbers.lifetime_groups),
            ("time to first value", "days", numbers.first_value_groups),
        )
        if numbers.by != "cohort" and len(groups) > 1
    ]
    notes = []
    if not life.n:
        notes.append("Not enough history: no customer says since when it is one (customer_since)")
    if not first.n:
        notes.append("Time to first value is unknown: no customer's product usage was seen from its beginning")
    return Section(
        "durations", "Lifetime and time to first value",
        "Kaplan–Meier: who has not churned, or has not got there yet, counts as open. A median is unknown while less "
        "than half have come so far.", tables=tables, notes=notes,
    )  # fmt: skip


def _median_rows(curves: Mapping[str, Curve]) -> list[list[str]]:
    return [
        [name, f"{one.n:,}", f"{one.open:,}", number(one.median.value), interval(one.median, number)]
        for name, one in curves.items()
    ]


def _base(numbers: Numbers) -> Section:
    rows = [
        [month(one.month), f"{one.customers:,}", money(one.arr), money(one.mrr), f"{one.unknown:,}"]
        for one in numbers.revenue
        if one.customers
    ]
    tables = [Table.of(["", "customers", "ARR", "MRR", "ARR unknown of"], rows, numbers.currency)]
    if len(numbers.revenue_groups) > 1:
        groups = sorted(numbers.revenue_groups.items(), key=lambda item: -(item[1].arr or 0))
        by = [[name, f"{one.customers:,}", money(one.arr), f"{one.unknown:,}"] for name, one in groups]
        tables.append(Table.of([numbers.by, "customers", "ARR", "ARR unknown of"], by, f"today, by {numbers.by}"))
    ahead = numbers.forecast.ahead
    if ahead:
        rows = [[f"+{one.months}", money(one.arr), f"{money(one.low)} to {money(one.high)}"] for one in ahead]
        tables.append(Table.of(["months ahead", "ARR", "four times in five"], rows, "forecast of today's customers"))
    notes = [] if ahead else [f"No forecast: {numbers.forecast.missing}"]
    return Section(
        "base", "The base and its forecast",
        f"What today's customers will bring if the months ahead are like the {numbers.forecast.observed} observed; new "
        "customers are not in it.", tables=tables, notes=notes,
    )  # fmt: skip


def _health(numbers: Numbers) -> Section:
    total = sum(one.customers for one in numbers.health.values())
    bands = [
        [band, f"{one.customers:,}", share(one.customers / total if total else None, 0), money(one.arr)]
        for band, one in numbers.health.items()
    ]
    tables = [Table.of(["band", "customers", "share", f"ARR, {numbers.currency}"], bands)]
    ahead = [
        [f"{days} days", money(one.renewing), money(one.arr), f"{one.customers:,}", f"{one.without_arr:,}"]
        for days, one in numbers.at_risk.items()
    ]
    heads = ["renewals in the next", f"ARR, {numbers.currency}", "of it at risk", "customers", "of them without ARR"]
    tables.append(Table.of(heads, ahead))
    if numbers.flags:
        flags = sorted(numbers.flags.items(), key=lambda item: (-item[1], item[0]))
        rows = [[name, f"{raised:,}", share(raised / total if total else None, 0)] for name, raised in flags]
        tables.append(Table.of(["risk flag", "customers", "of the book"], rows))
    notes = [f"{name} is raised for {share(n / total, 0)} of the book: an alert that most accounts have alerts nobody"
             for name, n in numbers.flags.items() if total and n / total > 0.3]  # fmt: skip
    return Section(
        "health",
        "Health and risk flags",
        "As last decided. At risk: red now, or expected to score below 40 on the day of the renewal.",
        tables=tables,
        notes=notes,
    )


def _surveys(numbers: Numbers) -> Section:
    rows = [
        [name.upper(), f"{one.n:,}", _score(one), interval(one.value, number), share(one.top.value)]
        for name, one in numbers.surveys.items()
    ]
    tables = [
        Table.of(["survey", "answers", "score", "95 %", "satisfied"], rows, "latest answer of each person, one year")
    ]
    for name, groups in numbers.surveys_groups.items():
        if len(groups) > 1 and numbers.surveys[name].n:
            by = [[group, f"{one.n:,}", _score(one), interval(one.value, number)] for group, one in groups.items()]
            tables.append(Table.of([numbers.by, "answers", name.upper(), "95 %"], by))
    reach = [
        ["persons known who answered", *_estimate(numbers.reach.persons)],
        ["customers with an answer", *_estimate(numbers.reach.customers)],
        ["ARR with an answer", share(numbers.reach.arr), ""],
    ]
    tables.append(Table.of(["reach", "share", "95 %"], reach))
    hidden = [name.upper() for name, one in numbers.surveys.items() if one.n and one.value.value is None]
    notes = [f"{name}: too few answers to be shown (economics.least_answers)" for name in hidden]
    return Section(
        "surveys", "NPS, CSAT, CES",
        "NPS: share of promoters (9–10) less share of detractors (0–6). CSAT and CES: the mean on their own scale.",
        tables=tables, notes=notes,
    )  # fmt: skip


def _score(one: Answers) -> str:
    return _nps(one) if one.survey == "nps" else number(one.value.value, 2)


def _nps(one: Answers) -> str:
    return UNKNOWN if one.value.value is None else f"{one.value.value:+.0f}"


def _problems(numbers: Numbers) -> Section | None:
    if not numbers.problems:
        return None
    rows = [[one.what, f"{one.rows:,}", ", ".join(_named(numbers, one.examples))] for one in numbers.problems]
    return Section(
        "quality", "Data quality", "What could not be used as it is.",
        tables=[Table(["what", "rows", "such as"], rows, numbers=frozenset({1}))],
    )  # fmt: skip


def _named(numbers: Numbers, ids: Iterable[str]) -> list[str]:
    labels = {str(id): label for id, label in numbers.labels.items()}
    return [labels.get(id, id) for id in ids]


def _largest(groups: Mapping[str, Retention], most: int = 40) -> list[tuple[str, Retention]]:
    return sorted(groups.items(), key=lambda item: (-item[1].customers, item[0]))[:most]


def _estimate(one: Estimate) -> tuple[str, str]:
    return share(one.value), interval(one)


def _of_known(now: Revenue | None) -> str:
    if now is None:
        return ""
    return f"{count(now.customers, 'customer')}" + (f", {now.unknown:,} of unknown ARR" if now.unknown else "")


def _ratio(one: Estimate) -> str:
    return UNKNOWN if one.value is None else f"{round(one.value, 1) or 0.0:.1f}"
