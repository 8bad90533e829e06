"""A scorecard as the text of its file: one line per measure where that fits, comments above. ``load_scorecard`` reads
it back to an equal card. Must not know where a card comes from.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from config.scorecards import Scorecard

WIDTH: Final = 118
_BARE = re.compile(r"[A-Za-z][\w]*( [\w]+)*")
_NOT_BARE: Final = frozenset({"yes", "no", "true", "false", "on", "off", "null", "y", "n", "none"})


def scorecard_text(card: Scorecard, comments: Iterable[str] = ()) -> str:
    """The file's text, UTF-8 whatever language the columns are named in."""
    said = card.model_dump(mode="python", by_alias=True, exclude_none=True)
    lines = [f"# {line}".rstrip() for line in comments]
    lines += [f"purpose: {card.purpose}", f"form: {card.form}", f"for: {_scalar(str(card.applies))}"]
    lines += [f"min_coverage: {_scalar(card.min_coverage)}", f"bands: {_flow(said['bands'])}", "measures:"]
    for name, measure in said["measures"].items():
        lines += _block(f"  {_key(name)}:", _measure(measure))
    if card.caps:
        lines.append("caps:")
        lines += [f"  - {_flow({**cap, 'if': str(cap['if'])})}" for cap in said["caps"]]
    if card.learnt is not None:
        lines.append("learnt:")
        for key, value in said["learnt"].items():
            lines += _block(f"  {key}:", value)
    return "\n".join(lines) + "\n"


def _measure(said: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is as it is by default; a duration as it is written in files."""
    kept = {key: value for key, value in said.items() if not (key == "missing" and value == "unknown")}
    if isinstance(limit := kept.get("fresh_for"), timedelta):
        seconds = int(limit.total_seconds())
        kept["fresh_for"] = f"{seconds // 86_400}d" if seconds % 86_400 == 0 else f"{seconds}s"
    return kept


def _block(head: str, value: Any) -> list[str]:
    """On the line of its key where that fits, else folded below it."""
    line = f"{head} {_flow(value)}"
    if len(line) <= WIDTH:
        return [line]
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    lines, current = [head], indent
    for piece in _pieces(value):
        if len(current) + len(piece) > WIDTH and current.strip():
            lines.append(current.rstrip())
            current = indent + " "
        current += piece + " "
    return [*lines, current.rstrip()]


def _pieces(value: Any) -> list[str]:
    """The flow text cut behind the commas between its parts."""
    if isinstance(value, Mapping) and value:
        parts = []
        for key, item in value.items():
            inner = _pieces(item)
            parts.append([f"{_key(key)}: {inner[0]}", *inner[1:]])
        return _joined("{", parts, "}")
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], (list, tuple)):
        return _joined("[", [[_flow(item)] for item in value], "]")
    return [_flow(value)]


def _joined(opening: str, parts: Sequence[list[str]], closing: str) -> list[str]:
    made = [piece for part in parts for piece in [*part[:-1], f"{part[-1]},"]]
    made[0] = opening + made[0]
    made[-1] = made[-1].removesuffix(",") + closing
    return made


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _key(value: Any) -> str:
    return _scalar(str(value))


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
    text = str(value)
    if _BARE.fullmatch(text) and text.isascii() and text.lower() not in _NOT_BARE:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    """As YAML writes it within double quotes."""
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"
