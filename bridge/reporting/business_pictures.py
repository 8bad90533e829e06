"""The pictures of the business report, by section. Needs the extra ``report``."""

from collections.abc import Mapping, Sequence

from bridge.business.numbers import Numbers
from bridge.reporting import charts
from bridge.reporting.page import Figure
from bridge.reporting.words import month, share
from scoring.metrics.estimates import Estimate
from scoring.metrics.survival import Curve

MOST_COHORTS = 24
MOST_MONTHS = 24


def pictures(numbers: Numbers) -> Mapping[str, Sequence[Figure]]:
    """Figures by section id; none where there is nothing to draw."""
    made = {
        "retention": _retention(numbers),
        "cohorts": _cohorts(numbers),
        "durations": [*_lifetime(numbers.lifetime), *_first_value(numbers.first_value)],
        "base": _base(numbers),
        "health": [*_bands(numbers), *_flags(numbers)],
        "surveys": _nps(numbers),
        "patterns": _patterns(numbers),
        "roi": _roi(numbers),
        "effect": _effect(numbers),
    }
    return {id: figures for id, figures in made.items() if figures}


def _retention(numbers: Numbers) -> list[Figure]:
    some = [one for one in numbers.monthly if one.nrr.value is not None or one.grr.value is not None]
    made = []
    if some:
        alt = f"Gross and net revenue retention of each month, {month(some[0].end)} to {month(some[-1].end)}"
        series = {
            "net revenue retention": [one.nrr.value for one in some],
            "gross revenue retention": [one.grr.value for one in some],
        }
        intervals = {
            "net revenue retention": _bounds([one.nrr for one in some]),
            "gross revenue retention": _bounds([one.grr for one in some]),
        }
        svg = charts.lines(alt, [month(one.end) for one in some], series, intervals=intervals, percent=True, level=1.0)
        made.append(Figure("Revenue kept, month by month", svg, "shade: 95 % interval"))
    churn = [one for one in numbers.monthly if one.churn.value is not None]
    if churn:
        alt = f"Share of customers lost in each month, {month(churn[0].end)} to {month(churn[-1].end)}"
        lost = {"customers lost": [one.churn.value for one in churn]}
        bounds = {"customers lost": _bounds([one.churn for one in churn])}
        svg = charts.lines(alt, [month(one.end) for one in churn], lost, intervals=bounds, percent=True)
        made.append(Figure("Customers lost, month by month", svg, "shade: 95 % interval"))
    return made


def _cohorts(numbers: Numbers) -> list[Figure]:
    some = [one for one in numbers.cohorts if len(one.kept) > 1][-MOST_COHORTS:]
    if not some:
        return []
    width = min(max(len(one.kept) for one in some), MOST_MONTHS + 1)
    grid = [[one.kept[k] if k < len(one.kept) else None for k in range(width)] for one in some]
    names = [f"{one.month}  ({one.customers})" for one in some]
    alt = f"Per month in which customers began, the percentage still there after each month, {len(some)} cohorts"
    svg = charts.heat(alt, names, [str(k) for k in range(width)], grid, "months after the start")
    return [Figure("Who is still there, by the month they began", svg, "percent; in brackets how many began")]


def _lifetime(life: Curve) -> list[Figure]:
    if life.n == life.open:
        return []
    curve = (life.times, life.share, [*life.low], [*life.high])
    alt = f"Share of {life.n} customers still there after so many months, Kaplan–Meier"
    return [
        Figure("Customer lifetime", charts.steps(alt, {"still a customer": curve}, "months"), "shade: 95 % interval")
    ]


def _first_value(first: Curve) -> list[Figure]:
    if first.n == first.open:
        return []
    arrived = (
        first.times,
        [1 - one for one in first.share],
        [None if one is None else 1 - one for one in first.high],
        [None if one is None else 1 - one for one in first.low],
    )
    alt = f"Share of {first.n} customers who have got first value after so many days, {first.open} of them open"
    return [
        Figure("Time to first value", charts.steps(alt, {"got first value": arrived}, "days"), "shade: 95 % interval")
    ]


def _base(numbers: Numbers) -> list[Figure]:
    past = [one for one in numbers.revenue if one.arr is not None]
    ahead = numbers.forecast.ahead
    if len(past) < 2 and not ahead:
        return []
    labels = [month(one.month) for one in past] + [f"+{one.months}" for one in ahead]
    gap: list[float | None] = [None] * len(ahead)
    before: list[float | None] = [None] * max(len(past) - 1, 0)
    last = [past[-1].arr] if past else []
    series: dict[str, list[float | None]] = {"ARR": [*(one.arr for one in past), *gap]}
    intervals = {}
    if ahead:
        series["forecast of today's customers"] = [*before, *last, *(one.arr for one in ahead)]
        low, high = [*before, *last, *(one.low for one in ahead)], [*before, *last, *(one.high for one in ahead)]
        intervals["forecast of today's customers"] = (low, high)
    alt = f"ARR in {numbers.currency} until now and its forecast for today's customers"
    svg = charts.lines(alt, labels, series, intervals=intervals, unit=numbers.currency)
    return [Figure("ARR, and what today's customers will bring", svg, "shade: four times in five")]


def _bands(numbers: Numbers) -> list[Figure]:
    bands = {band: one for band, one in numbers.health.items() if one.customers}
    if not bands:
        return []
    total = sum(one.customers for one in bands.values())
    shown = [f"{one.customers:,}  ({share(one.customers / total, 0)})" for one in bands.values()]
    svg = charts.bars(
        "Customers by health band", list(bands), [float(one.customers) for one in bands.values()],
        colours=[charts.BANDS[band] for band in bands], shown=shown,
    )  # fmt: skip
    return [Figure("Customers by health", svg)]


def _flags(numbers: Numbers) -> list[Figure]:
    total = sum(one.customers for one in numbers.health.values())
    flags = sorted(numbers.flags.items(), key=lambda item: (-item[1], item[0]))
    if not flags or not total:
        return []
    rates = [raised / total for _, raised in flags]
    svg = charts.bars(
        "Share of the book that each risk flag is raised for", [name for name, _ in flags], rates, percent=True
    )
    return [Figure("Risk flags, share of the book", svg)]


def _nps(numbers: Numbers) -> list[Figure]:
    if sum(one.value.value is not None for one in numbers.nps_trend) < 2:
        return []
    labels = [month(one.month) for one in numbers.revenue]
    values = [one.value for one in numbers.nps_trend]
    svg = charts.lines(
        "NPS at each month's end, from the latest answers of one year", labels,
        {"NPS": [one.value for one in values]}, intervals={"NPS": _bounds(values)}, level=0.0,
    )  # fmt: skip
    return [Figure("NPS", svg, "latest answers of one year; shade: 95 % interval")]


def _patterns(numbers: Numbers) -> list[Figure]:
    some = [one for one in numbers.patterns if one.notable and one.ratio is not None][:12]
    if not some:
        return []
    names = [f"{one.group}: {one.attribute} = {one.value}" for one in some]
    svg = charts.points(
        "Risk ratios of the patterns that stand out, with intervals", names, [one.ratio for one in some],
        [one.low for one in some], [one.high for one in some], level=1.0, logarithmic=True,
        axis="times as often as the others",
    )  # fmt: skip
    return [Figure("Patterns that stand out", svg, "lines: 95 % interval")]


def _roi(numbers: Numbers) -> list[Figure]:
    back = numbers.roi
    if back.net is None:
        return []
    parts = [(f"{one.name} revenue", one.amount or 0.0) for one in back.revenue]
    parts += [(f"cost of {name}", -(cost or 0.0)) for name, cost in back.costs.items()]
    colours = [charts.BLUE if amount >= 0 else charts.ORANGE for _, amount in parts]
    svg = charts.bars(
        f"Revenue and costs of customer success in {numbers.currency}", [name for name, _ in parts],
        [amount for _, amount in parts], colours=[*colours],
    )  # fmt: skip
    return [Figure(f"What it brought and what it cost, {numbers.currency}", svg)]


def _effect(numbers: Numbers) -> list[Figure]:
    found = numbers.effect
    if found is None or found.missing:
        return []
    rows = [("still a customer", found.retention), ("change of ARR", found.growth)]
    low, high = _bounds([one for _, one in rows])
    svg = charts.points(
        "Differences between accounts with the programme and their matches, with intervals", [name for name, _ in rows],
        [one.value for _, one in rows], low, high, level=0.0, axis="difference (0.1 = ten percentage points)",
    )  # fmt: skip
    labels = ["start" if one.month == 0 else f"{one.month:+d}" for one in found.path]
    path = charts.lines(
        "Mean ARR of accounts with the programme and of their matches, before and after it began", labels,
        {"with the programme": [one.treated for one in found.path], "matched": [one.matched for one in found.path]},
        percent=True, level=1.0,
    )  # fmt: skip
    return [
        Figure(
            "Before and after", path, "mean ARR, of that at the start; months from the start; lost accounts count 0"
        ),
        Figure("With the programme, less without", svg, "lines: 95 % interval"),
    ]


def _bounds(some: Sequence[Estimate]) -> tuple[list[float | None], list[float | None]]:
    """Where there is no interval, the number itself."""
    low = [one.value if one.low is None else one.low for one in some]
    return low, [one.value if one.high is None else one.high for one in some]
