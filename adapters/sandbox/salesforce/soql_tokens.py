"""Cuts SOQL text into tokens. Escapes in strings are resolved here; LIKE's own wildcards are left for the filter."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from adapters.sandbox.salesforce import times
from adapters.sandbox.salesforce.errors import ApiError, malformed

TokenKind = Literal["string", "datetime", "date", "number", "word", "mark", "end"]
_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)(?![\dT])
    | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w-])
    | (?P<word>[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*(?::\d+)?)
    | (?P<mark><=|>=|!=|<>|[=<>(),])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\",
                   "N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f"}  # fmt: skip
_KEPT: Final = "_%"
"""Escapes that only LIKE understands: their backslash stays."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    at: int

    @property
    def upper(self) -> str:
        return self.text.upper() if self.kind == "word" else self.text


def tokens(soql: str) -> list[Token]:
    """The tokens of ``soql``, ended by an ``end`` token; ApiError MALFORMED_QUERY where the text cannot be read."""
    found: list[Token] = []
    at = 0
    while at < len(soql):
        match = _TOKEN.match(soql, at)
        if match is None:
            raise unreadable(soql, at)
        kind = match.lastgroup
        if kind != "space":
            text = match.group()
            _check_day(soql, kind, text, at)
            found.append(Token(_kind(kind), _unquoted(soql, text, at) if kind == "string" else _tidy(text), at))
        at = match.end()
    return [*found, Token("end", "<EOF>", len(soql))]


def unreadable(soql: str, at: int, why: str | None = None) -> ApiError:
    """The refusal of ``soql`` at a place, with the place shown as Salesforce shows it."""
    row = soql.count("\n", 0, at) + 1
    column = at - (soql.rfind("\n", 0, at) + 1) + 1
    excerpt = soql[max(0, at - 30) : at + 30]
    pointer = " " * min(30, at) + "^"
    reason = why or f"line {row}:{column - 1} no viable alternative at character '{soql[at]}'"
    return malformed(f"\n{excerpt}\n{pointer}\nERROR at Row:{row}:Column:{column}\n{reason}")


def _check_day(soql: str, kind: str | None, text: str, at: int) -> None:
    """Refuse what looks like a date or a moment and is none, such as the 31st of February."""
    try:
        if kind == "datetime":
            times.moment(text)
        elif kind == "date":
            times.day(text)
    except (ValueError, OverflowError) as exc:
        raise unreadable(soql, at, f"not a date: {text}") from exc


def _tidy(text: str) -> str:
    return re.sub(r"\s*\.\s*", ".", text) if " " in text else text


def _kind(name: str | None) -> TokenKind:
    kinds: dict[str | None, TokenKind] = {
        "string": "string", "datetime": "datetime", "date": "date", "number": "number", "word": "word",
    }  # fmt: skip
    return kinds.get(name, "mark")


def _unquoted(soql: str, text: str, at: int) -> str:
    def resolved(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in _KEPT:
            return match[0]
        if letter not in _ESCAPES:
            raise unreadable(soql, at + 1 + match.start(), f"Illegal string literal. Illegal escape: \\{letter}")
        return "\\\\" if letter == "\\" else _ESCAPES[letter]

    return re.sub(r"\\(.)", resolved, text[1:-1], flags=re.DOTALL)
