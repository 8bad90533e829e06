"""The one little language of conditions: ``field op value`` joined by ``and``; ``all`` always holds.

Owns the parser and its meaning for one row; ``scoring.conditions`` evaluates the same structure over a
whole frame. Must not know which fields exist, and never evaluates code.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, SupportsFloat, cast, get_args

Op = Literal["=", "!=", "<", "<=", ">", ">=", "in"]
Scalar = str | float | bool | date
"""A number is a float; text compares without regard to case."""

OPS: Final[tuple[Op, ...]] = get_args(Op)
EXAMPLE: Final = "status = customer and seats_bought >= 10 and plan in (pro, 'Enterprise Plus')"

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<op><=|>=|!=|=|<|>)
      | (?P<mark>[(),])
      | (?P<word>[^\s'"()<>=!,]+)
    )""",
    re.VERBOSE,
)
_FIELD = re.compile(r"[A-Za-z_][\w.]*")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; ``value`` is a tuple for ``in`` and a single value for every other op."""

    field: str
    op: Op
    value: Scalar | tuple[Scalar, ...]

    def __str__(self) -> str:
        if isinstance(self.value, tuple):
            return f"{self.field} in ({', '.join(map(_written, self.value))})"
        return f"{self.field} {self.op} {_written(self.value)}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that must all hold; none at all is the rule ``all``. ``str(rule)`` parses to the same rule."""

    conditions: tuple[Condition, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The names it reads, each once, in the order of the text."""
        return tuple(dict.fromkeys(condition.field for condition in self.conditions))

    def holds(self, row: Mapping[str, object]) -> bool:
        """Whether the row fulfils every condition; a missing value makes all comparisons false but ``!=``."""
        return all(compares(condition, row.get(condition.field)) for condition in self.conditions)

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions)) or "all"


def parse(text: str) -> Rule:
    """The rule that the text states. ValueError says what is wrong, and where, in words for an admin."""
    tokens = list(_tokens(text))
    if not tokens:
        raise ValueError(f"the rule is empty; write all, or a condition such as: {EXAMPLE}")
    if [token.lower() for _, token in tokens] == ["all"]:
        return Rule()
    return Rule(tuple(_condition(part) for part in _parts(tokens)))


def compares(condition: Condition, value: object) -> bool:
    """Whether one value of a row fulfils the condition. A set of options fulfils ``=`` by holding the option."""
    if condition.op == "!=":
        return is_missing(value) or not _equals(value, cast(Scalar, condition.value))
    if is_missing(value):
        return False
    if isinstance(condition.value, tuple):
        return any(_equals(value, wanted) for wanted in condition.value)
    if condition.op == "=":
        return _equals(value, condition.value)
    return _ordered(value, condition.op, condition.value)


def is_missing(value: object) -> bool:
    """None, blank text, NaN and NaT are missing."""
    return value is None or value == "" or bool(value != value)


def as_number(value: object) -> float | None:
    """The value as a number, from text too; None when it is none."""
    if value is None:  # asked most often, and dear to find out by a protocol
        return None
    if isinstance(value, (float, int)):
        return float(value)
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    return float(value) if isinstance(value, SupportsFloat) else None


def as_day(value: object) -> date | None:
    """The value as a day, from a time or ISO text too; None when it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.match(value):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None


def as_text(value: object) -> str:
    """The value as text is compared: without regard to case; whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().casefold()


def _equals(value: object, wanted: Scalar) -> bool:
    if isinstance(value, (tuple, list, set, frozenset)):
        return any(_equals(item, wanted) for item in value)
    if isinstance(wanted, bool):
        return as_text(value) == as_text(wanted) or as_number(value) == float(wanted)
    if isinstance(wanted, float):
        return as_number(value) == wanted
    if isinstance(wanted, date):
        return as_day(value) == wanted
    return as_text(value) == as_text(wanted)


def _ordered(value: object, op: Op, wanted: Scalar) -> bool:
    """Numbers by size, days by the calendar; a value that is neither fulfils nothing."""
    if isinstance(wanted, date):
        day = as_day(value)
        distance = None if day is None else float((day - wanted).days)
    else:
        number = as_number(value)
        distance = None if number is None else number - float(wanted)
    if distance is None:
        return False
    return {"<": distance < 0, "<=": distance <= 0, ">": distance > 0, ">=": distance >= 0}[op]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """(sort of token, its text): quoted (quotes taken off), op, mark or word."""
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"cannot read {text[at:].strip()!r}; a rule looks like: {EXAMPLE}")
        sort = str(match.lastgroup)
        token = match[sort]
        yield sort, token[1:-1].replace(token[0] * 2, token[0]) if sort == "quoted" else token
        at = match.end()


def _parts(tokens: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """The tokens between one ``and`` and the next."""
    part: list[tuple[str, str]] = []
    for sort, token in tokens:
        if sort == "word" and token.lower() == "or":
            raise ValueError("or is not known; write in (a, b), or two rules")
        if sort == "word" and token.lower() == "and":
            yield part
            part = []
        else:
            part.append((sort, token))
    yield part


def _condition(tokens: list[tuple[str, str]]) -> Condition:
    text = " ".join(token for _, token in tokens)
    if len(tokens) < 3:
        raise ValueError(f"{text!r} is no condition; each needs a field, one of {' '.join(OPS)}, and a value")
    (_, field), (sort, op), *rest = tokens
    if not _FIELD.fullmatch(field):
        raise ValueError(f"{field!r} is not the name of a field")
    op = op.lower()
    if op not in OPS or (sort != "op" and op != "in"):
        raise ValueError(f"{tokens[1][1]!r} is not known; after {field} comes one of {' '.join(OPS)}")
    if op == "in":
        return Condition(field, "in", _options(text, rest))
    return Condition(field, cast(Op, op), _single(text, op, rest))


def _single(text: str, op: str, tokens: list[tuple[str, str]]) -> Scalar:
    if len(tokens) != 1 or tokens[0][0] in ("op", "mark"):
        raise ValueError(f"{text!r}: one value is needed after {op}; put text of several words in quotes")
    value = _value(*tokens[0])
    if op in ("<", "<=", ">", ">=") and (isinstance(value, (str, bool))):
        raise ValueError(f"{text!r}: {op} compares numbers and dates such as 2026-01-31, not {tokens[0][1]!r}")
    return value


def _options(text: str, tokens: list[tuple[str, str]]) -> tuple[Scalar, ...]:
    if tokens[0] == ("mark", "("):
        if tokens[-1] != ("mark", ")"):
            raise ValueError(f"{text!r}: the list after in is not closed with )")
        tokens = tokens[1:-1]
    values, marks = tokens[::2], tokens[1::2]
    if len(tokens) % 2 == 0 or any(sort in ("op", "mark") for sort, _ in values) or set(marks) - {("mark", ",")}:
        raise ValueError(f"{text!r}: after in comes a list such as (a, b)")
    return tuple(_value(sort, token) for sort, token in values)


def _value(sort: str, token: str) -> Scalar:
    """Quoted text stays text; a bare word may be a number, a day or true/false."""
    if sort == "quoted":
        return token
    if _NUMBER.fullmatch(token):
        return float(token)
    if token.lower() in ("true", "false"):
        return token.lower() == "true"
    if _DAY.fullmatch(token):
        try:
            return date.fromisoformat(token)
        except ValueError:
            raise ValueError(f"{token} is not a day of the calendar") from None
    return token


def _written(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return as_text(value)
    if isinstance(value, date):
        return value.isoformat()
    bare = _TOKEN.fullmatch(value)
    if bare and bare["word"] == value and value.lower() not in ("and", "or") and _value("word", value) == value:
        return value
    return "'" + value.replace("'", "''") + "'"
