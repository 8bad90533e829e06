"""How it is told that a table was scored."""

from collections.abc import Mapping
from typing import Any

from bridge.cli.shell import counted
from bridge.tables.scores import BANDS


def described(data: Mapping[str, Any]) -> str:
    lines = [f"{counted(data['rows'], 'row')}, {data['scored']:,} scored by {data['version']}"]
    lines.append("bands: " + ", ".join(f"{band} {data['bands'][band]:,}" for band in BANDS))
    if data["mean_probability"] is not None:
        lines.append(f"mean probability of {data['probability_of']}: {data['mean_probability']:.1%}")
    if data["proven"] is False:
        lines.append("this card is not proven: its judgement found no skill, or too little to judge by")
    if data["columns_missing"]:
        lines.append(f"not in the table, so unknown: {', '.join(data['columns_missing'])}")
    for name, counts in data["words_unknown"].items():
        shown = ", ".join(f"{word} ({number:,})" for word, number in list(counts.items())[:5])
        lines.append(f"words of {name} that the card does not know, so unknown: {shown}")
    for name, number in data["not_numbers"].items():
        lines.append(f"{name}: {counted(number, 'value')} that are no numbers, so unknown")
    if data["out"]:
        lines.append(f"written: {data['out']}")
    return "\n".join(lines)
