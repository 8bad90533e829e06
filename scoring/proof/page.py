"""The model card as one HTML page with pictures; it loads nothing from anywhere."""

from html import escape
from typing import Final

import numpy as np

from config.scorecards import Measure
from scoring.proof import model_card
from scoring.proof.judging import CARD
from scoring.proof.learn import Lesson

WIDTH, HEIGHT, EDGE = 320, 160, 28
_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #d5dce3;text-align:left}"
    ".charts{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}figcaption{font-size:.85rem}"
    "svg{background:#f6f8fa}polyline{fill:none;stroke:#1f6feb;stroke-width:2}.even{stroke:#9aa7b3;stroke-dasharray:4}"
    "circle{fill:#1f6feb}text{font-size:10px;fill:#55626f}"
)


def page(lesson: Lesson, source: str, card: str) -> str:
    """The page's text. Everything that came with the table is escaped."""
    body = _blocks(model_card.markdown(lesson, source, card))
    charts = "".join([_calibration(lesson), *_curves(lesson)])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(card)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}<h2>Pictures</h2><div class=charts>{charts}</div></body></html>\n"
    )


def _blocks(text: str) -> str:
    """The few forms of Markdown that a model card has."""
    made: list[str] = []
    for block in text.split("\n\n"):
        lines = block.strip().splitlines()
        if not lines:
            continue
        if lines[0].startswith("#"):
            level = len(lines[0]) - len(lines[0].lstrip("#"))
            made.append(f"<h{level}>{escape(lines[0].lstrip('# '))}</h{level}>")
        elif lines[0].startswith("|"):
            made.append(_html_table(lines))
        elif lines[0].startswith("- "):
            made.append("<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            made.append(f"<p>{escape(' '.join(lines).replace('**', ''))}</p>")
    return "\n".join(made)


def _html_table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|---")]
    return (
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows)
        + "</table>"
    )


def _calibration(lesson: Lesson) -> str:
    """What was said against what came, in tenths of the judged rows."""
    if lesson.judged is None:
        return ""
    risk, happened = lesson.judged.risks[CARD], lesson.judged.happened
    tenths = np.array_split(np.argsort(risk, kind="stable"), min(10, len(risk)))
    points = [(float(risk[rows].mean()), float(happened[rows].mean())) for rows in tenths]
    top = max(0.01, *(max(point) for point in points))
    marks = "".join(f'<circle cx="{_x(x / top)}" cy="{_y(y / top)}" r="3"/>' for x, y in points)
    even = f'<polyline class="even" points="{_x(0)},{_y(0)} {_x(1)},{_y(1)}"/>'
    return _figure(even + marks, f"Said (across) and came (up) by tenths of the rows, 0 to {top:.0%}")


def _curves(lesson: Lesson) -> list[str]:
    measures = lesson.card.measures if lesson.card else {}
    return [
        _curve(name, measure)
        for name, measure in sorted(measures.items(), key=lambda item: -item[1].weight)
        if measure.curve is not None
    ]


def _curve(name: str, measure: Measure) -> str:
    points = measure.curve or ()
    low, high = points[0][0], points[-1][0]
    line = " ".join(f"{_x((x - low) / (high - low))},{_y(y / 100)}" for x, y in points)
    places = ((EDGE, low), (WIDTH - EDGE - 20, high))
    ends = "".join(f'<text x="{at}" y="{HEIGHT - 8}">{value:g}</text>' for at, value in places)
    return _figure(f'<polyline points="{line}"/>{ends}', f"{name} ({measure.weight:g} %): value to 0–100")


def _figure(inside: str, caption: str) -> str:
    drawn = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">{inside}</svg>'
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def _x(share: float) -> float:
    return round(EDGE + share * (WIDTH - 2 * EDGE), 1)


def _y(share: float) -> float:
    return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)
