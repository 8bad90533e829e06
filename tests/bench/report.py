"""What a measurement says, and how all of them become one Markdown table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement. ``ratio``: measured ÷ the yardstick named in ``beside``; the ``aim`` is for the ratio."""

    what: str
    measured: str
    beside: str
    ratio: float
    aim: str = ""
    also: str = ""


def markdown(machine: str, lines: Sequence[Line]) -> str:
    """The table, under the name of the machine."""
    rows = [("what", "measured", "beside", "ratio", "aim", "also")]
    rows += [(line.what, line.measured, line.beside, ratio(line.ratio), line.aim, line.also) for line in lines]
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([f"Measured on {machine}; medians.", "", head, "|---|---|---|--:|---|---|", *body])


def ratio(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def seconds(taken: float) -> str:
    """``0.1234`` → ``123 ms``, ``12.345`` → ``12.3 s``."""
    return f"{taken * 1000:.3g} ms" if taken < 1 else f"{taken:.1f} s"


def megabytes(size: float) -> str:
    return f"{size / 1_000_000:,.0f} MB"
