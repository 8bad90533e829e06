"""Pictures as SVG that stands inside a page: matplotlib without a window, the same bytes for the same numbers.

Owns colours and style; must not know what a number means. Needs the extra ``report``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from html import escape
from io import StringIO
from typing import Any, Final

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Value = float | None

INK: Final = "#1f2933"
MUTED: Final = "#52606d"
RULE: Final = "#d9dee3"
BLUE: Final = "#0b5c94"
ORANGE: Final = "#c25e00"
GREY: Final = "#8a949e"
SERIES: Final = (BLUE, ORANGE, "#5b4a8a", "#00795c", GREY)
"""Told apart by people who see red and green alike, and in print by their lightness and their dashes."""
DASHES: Final = ("-", "--", "-.", ":", "-")
BANDS: Final[Mapping[str, str]] = {"green": "#00795c", "yellow": "#e3a008", "red": "#b3361b", "unknown": "#9aa5b1"}

STYLE: Final[Mapping[str, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e8ebee",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


def drawn(alt: str, draw: Callable[[Axes], None], *, width: float = 7.2, height: float = 3.0) -> Markup:
    """An SVG of one pair of axes, in inches; ``alt`` says in words what it shows."""
    style: Any = {**STYLE, "svg.hashsalt": alt}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return _inline(out.getvalue(), alt)


def _inline(svg: str, alt: str) -> Markup:
    """Without prologue, metadata and page-wide style; with a name for those who cannot see it; ids of its own."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    mark = "c" + sha256(alt.encode()).hexdigest()[:8]
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{mark}-\1"', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{mark}-", svg)
    svg = re.sub(r'<svg\b([^>]*?) width="[^"]*"', r"<svg\1", svg, count=1)
    svg = re.sub(r'<svg\b([^>]*?) height="[^"]*"', r"<svg\1", svg, count=1)
    return Markup(svg.replace("<svg", f'<svg class="chart" role="img" aria-label="{escape(alt)}"', 1))


def lines(
    alt: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Value]],
    *,
    intervals: Mapping[str, tuple[Sequence[Value], Sequence[Value]]] | None = None,
    percent: bool = False,
    unit: str = "",
    level: float | None = None,
) -> Markup:
    """Lines over ordered labels; a missing value is a gap. ``intervals``: low and high, a shade behind the line."""

    def draw(axes: Axes) -> None:
        at = range(len(labels))
        if level is not None:
            axes.axhline(level, color=GREY, linewidth=0.8)
        for number, (name, values) in enumerate(series.items()):
            colour, dash = SERIES[number % len(SERIES)], DASHES[number % len(DASHES)]
            if intervals and name in intervals:
                low, high = (_plain(bound) for bound in intervals[name])
                axes.fill_between(at, low, high, color=colour, alpha=0.14, linewidth=0)
            axes.plot(at, _plain(values), dash, color=colour, linewidth=2, marker="o", markersize=3.5, label=name)
        _ticks(axes, labels)
        _scale(axes, percent, unit)
        if len(series) > 1:
            axes.legend(loc="upper left", bbox_to_anchor=(0, 1.16), ncols=len(series))

    return drawn(alt, draw)


def steps(
    alt: str, curves: Mapping[str, tuple[Sequence[float], Sequence[float], Sequence[Value], Sequence[Value]]], axis: str
) -> Markup:
    """Step curves between 0 and 1: for each name times, values, low and high."""

    def draw(axes: Axes) -> None:
        for number, (name, (times, values, low, high)) in enumerate(curves.items()):
            colour = SERIES[number % len(SERIES)]
            axes.fill_between(times, _plain(low), _plain(high), step="post", color=colour, alpha=0.14, linewidth=0)
            axes.step(times, values, DASHES[number % len(DASHES)], where="post", color=colour, linewidth=2, label=name)
        axes.set_ylim(0, 1.02)
        axes.set_xlim(left=0)
        axes.set_xlabel(axis)
        _scale(axes, True, "")
        if len(curves) > 1:
            axes.legend(loc="upper right")

    return drawn(alt, draw)


def bars(
    alt: str,
    labels: Sequence[str],
    values: Sequence[Value],
    *,
    colours: Sequence[str] | None = None,
    percent: bool = False,
    shown: Sequence[str] | None = None,
) -> Markup:
    """Lying bars from the top down, each with its value written beside it."""

    def draw(axes: Axes) -> None:
        at = list(range(len(labels)))
        lengths = [0.0 if value is None else value for value in values]
        drawn_bars = axes.barh(at, lengths, color=list(colours) if colours else BLUE, height=0.62)
        texts = list(shown) if shown else [_written(value, percent) for value in values]
        axes.bar_label(drawn_bars, labels=texts, padding=4, color=INK)
        axes.set_yticks(at, [_short(label) for label in labels])
        axes.tick_params(axis="y", colors=INK)
        axes.invert_yaxis()
        axes.grid(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_xticks([])
        axes.margins(x=0.18)

    return drawn(alt, draw, height=0.5 + 0.36 * max(len(labels), 1))


def heat(
    alt: str, rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[Value]], axis: str = ""
) -> Markup:
    """A triangle or table of shares, darker = more; each cell says its number, an empty one is unknown."""

    def draw(axes: Axes) -> None:
        grid = np.array([_plain(row) for row in values], dtype=float)
        axes.pcolormesh(np.ma.masked_invalid(grid), cmap="Blues", vmin=0.0, vmax=1.15, edgecolors="white", linewidth=1)
        for down, row in enumerate(values):
            for across, value in enumerate(row):
                if value is not None:
                    colour = "white" if value > 0.72 else INK
                    axes.text(
                        across + 0.5,
                        down + 0.5,
                        f"{100 * value:.0f}",
                        ha="center",
                        va="center",
                        color=colour,
                        fontsize=8.5,
                    )
        axes.invert_yaxis()
        axes.set_yticks([place + 0.5 for place in range(len(rows))], list(rows))
        axes.set_xticks([place + 0.5 for place in range(len(columns))], list(columns))
        axes.set_xlabel(axis)
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)

    return drawn(alt, draw, height=0.9 + 0.27 * max(len(rows), 1))


def points(
    alt: str,
    labels: Sequence[str],
    values: Sequence[Value],
    low: Sequence[Value],
    high: Sequence[Value],
    *,
    level: float | None = None,
    logarithmic: bool = False,
    axis: str = "",
) -> Markup:
    """Estimates with their intervals, one under the other; ``level``: where nothing would differ."""

    def draw(axes: Axes) -> None:
        at = range(len(labels))
        if level is not None:
            axes.axvline(level, color=GREY, linewidth=1)
        axes.hlines(at, _plain(low), _plain(high), color=BLUE, linewidth=2, alpha=0.45)
        axes.plot(_plain(values), at, "o", color=BLUE, markersize=6)
        axes.set_yticks(at, [_short(label) for label in labels])
        axes.tick_params(axis="y", colors=INK)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_xlabel(axis)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        if logarithmic:
            axes.set_xscale("log", base=2)
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")

    return drawn(alt, draw, height=0.9 + 0.34 * max(len(labels), 1))


def _plain(values: Sequence[Value]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]


def _written(value: Value, percent: bool) -> str:
    if value is None:
        return "unknown"
    return f"{100 * value:.0f} %" if percent else f"{value:,.0f}"


def _short(label: str, most: int = 34) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _ticks(axes: Axes, labels: Sequence[str], most: int = 8) -> None:
    every = -(-len(labels) // most) if labels else 1
    chosen = list(range(len(labels) - 1, -1, -every))[::-1]
    axes.set_xticks(chosen, [labels[place] for place in chosen])
    axes.margins(x=0.03)


def _scale(axes: Axes, percent: bool, unit: str) -> None:
    if percent:
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    else:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if unit:
        axes.set_ylabel(unit)
