"""The pictures of a back-test: how it ranks, by month, scores by what came of them, lead time, calibration.

Must not know how a figure was reckoned. Needs the extra ``report``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bridge.reporting.charts import BANDS, BLUE, GREY, ORANGE, drawn, points

HEIGHT: Final = 3.4
STEP: Final = 30
"""Days per bar of the lead time."""
SHADES: Final = {
    "churned": ORANGE,
    "shrank": "#5b4a8a",
    "lost": ORANGE,
    "stayed": BLUE,
    "grew": "#00795c",
    "kept": BLUE,
}


def curve(alt: str, grid: Sequence[float], drawn_curve: Sequence[Sequence[float]], x: str, y: str) -> Markup:
    """A curve in the unit square with its interval; the diagonal is what guessing gives."""

    def draw(axes: Axes) -> None:
        value, low, high = drawn_curve
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
        axes.fill_between(grid, low, high, color=BLUE, alpha=0.16, linewidth=0)
        axes.plot(grid, value, color=BLUE, linewidth=2)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.01)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        _shares(axes)

    return drawn(alt, draw, height=HEIGHT)


def by_month(alt: str, cuts: Sequence[Mapping[str, Any]]) -> Markup:
    """AUC of each month with its interval; months with too few losses are gaps."""

    def draw(axes: Axes) -> None:
        at = range(len(cuts))
        told = [cut["auc"] for cut in cuts]
        axes.axhline(0.5, color=GREY, linewidth=1, linestyle=":")
        axes.fill_between(at, _bound(told, 0), _bound(told, 1), color=BLUE, alpha=0.16, linewidth=0)
        axes.plot(at, [one["value"] if one else float("nan") for one in told], "o-", color=BLUE, markersize=4)
        every = -(-len(cuts) // 8) if cuts else 1
        axes.set_xticks(list(at)[::every], [str(cut["cut"])[:7] for cut in cuts][::every])
        axes.set_ylim(0, 1.02)
        axes.set_ylabel("AUC")

    return drawn(alt, draw, height=2.8)


def distribution(alt: str, scores: Mapping[str, Sequence[int]]) -> Markup:
    """How the scores of each outcome are spread, each outcome as a whole of its own."""

    def draw(axes: Axes) -> None:
        for name, counts in scores.items():
            total = sum(counts)
            if not total:
                continue
            width = 100 / len(counts)
            edges = [width * number for number in range(len(counts) + 1)]
            shares = [count / total for count in counts]
            colour = SHADES.get(name, GREY)
            axes.stairs(shares, edges, fill=True, color=colour, alpha=0.18)
            axes.stairs(shares, edges, color=colour, linewidth=2, label=f"{name} ({total:,})")
        axes.set_xlim(0, 100)
        axes.set_xlabel("score")
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        axes.legend(loc="upper left")

    return drawn(alt, draw)


def lead_times(alt: str, days: Sequence[float | None], most: int = 365) -> Markup:
    """How many days before the loss the score was first red; at the left those that never were."""
    never = sum(day is None for day in days)
    edges = list(range(0, most + STEP, STEP))
    counts = [sum(day is not None and low <= day < low + STEP for day in days) for low in edges[:-1]]

    def draw(axes: Axes) -> None:
        axes.bar([-1.4, *range(len(counts))], [never, *counts], color=[GREY, *[BANDS["red"]] * len(counts)], width=0.82)
        axes.set_xticks([-1.4, *range(len(counts))], ["never", *(f"{low}" for low in edges[:-1])])
        axes.set_xlabel("days from the first red to the loss")
        axes.set_ylabel("customers")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))

    return drawn(alt, draw, height=2.8)


def calibration(alt: str, steps: Sequence[Mapping[str, Any]]) -> Markup:
    """Foretold beside what came, a point per tenth of the rows."""

    def draw(axes: Axes) -> None:
        told = [step for step in steps if step["came"]]
        x, y = [step["foretold"] for step in told], [step["came"]["value"] for step in told]
        low, high = ([step["came"]["interval"][end] for step in told] for end in (0, 1))
        top = 1.05 * max([*x, *high, 0.01])
        axes.plot([0, top], [0, top], color=GREY, linewidth=1, linestyle=":")
        axes.vlines(x, low, high, color=BLUE, alpha=0.45, linewidth=2)
        axes.plot(x, y, "o", color=BLUE, markersize=5)
        axes.set_xlabel("foretold")
        axes.set_ylabel("came")
        _shares(axes)

    return drawn(alt, draw, height=HEIGHT)


def beside(alt: str, names: Sequence[str], figures: Sequence[Mapping[str, Any] | None]) -> Markup:
    """AUC of the score and of its baselines, each with its interval."""
    values = [one["value"] if one else None for one in figures]
    low, high = ([one["interval"][end] if one else None for one in figures] for end in (0, 1))
    return points(alt, names, values, low, high, level=0.5, axis="AUC")


def moves(alt: str, bands: Mapping[str, Mapping[str, int]]) -> Markup:
    """Customers per band under two cards, side by side."""

    def draw(axes: Axes) -> None:
        names = list(bands["present"])
        for shift, (which, hatch) in enumerate((("present", ""), ("other", "//"))):
            at = [place + 0.38 * shift for place in range(len(names))]
            counts = [bands[which].get(name, 0) for name in names]
            colours = [BANDS.get(name, GREY) for name in names]
            made = axes.bar(at, counts, width=0.34, color=colours, hatch=hatch, edgecolor="white", linewidth=0.5)
            axes.bar_label(made, [f"{count:,}" for count in counts], padding=2)
        axes.set_xticks([place + 0.19 for place in range(len(names))], names)
        axes.margins(y=0.15)
        axes.set_ylabel("customers")

    return drawn(alt, draw, height=2.8)


def _bound(told: Sequence[Mapping[str, Any] | None], end: int) -> list[float]:
    return [one["interval"][end] if one else float("nan") for one in told]


def _shares(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
