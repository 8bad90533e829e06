"""A YAML file as plain data, with the line of every key: what error messages need to point at.

Owns reading and parsing; must not know what any key means. Everything that can be wrong with a file as
such (missing, empty, not UTF-8, not YAML, a key twice) is a ``ConfigError`` that never quotes a value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from config.errors import ConfigError, Problem

_QUOTED = re.compile(r"'[^'<][^']{3,}'")
"""What a parser's message repeats from the file: longer than a piece of punctuation, it may be part of a secret."""

KeyPath = tuple[str | int, ...]

EXAMPLE = "timezone: Europe/Berlin"
"""What may stand in a workspace's file."""
"""Where a value stands: mapping keys and list positions, outermost first."""


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file. ``data`` is what to validate; ``written`` is the same as it stands in the file."""

    file: str
    data: Any
    written: Any
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int | None:
        """The 1-based line of that key, or of the nearest one around it; None for the file as a whole."""
        texts = tuple(map(str, path))
        known = (texts[:length] for length in range(len(texts), 0, -1))
        return next((self.lines[key] for key in known if key in self.lines), None)

    def as_written(self, path: KeyPath) -> Any:
        """The value of that key before ``${…}`` was replaced; None when there is none."""
        value = self.written
        for key in path:
            value = child(value, key)
        return value

    def problem(self, path: KeyPath, what: str, expected: str = "", example: str = "") -> Problem:
        return Problem(dotted(path), what, self.file, self.line(path), expected, example)


def child(value: Any, key: str | int) -> Any:
    """``value[key]`` where that exists, else None."""
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def dotted(path: KeyPath) -> str:
    """``("connections", 0, "auth")`` → ``connections[0].auth``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def read_yaml(path: Path, mend: str = "", example: str = EXAMPLE) -> Document:
    """The file as a Document whose top level is a mapping. Raises ConfigError.

    ``mend`` says what to do when there is no such file, ``example`` what may stand in it.
    """
    return parse_yaml(_text(path, mend), str(path), example)


def parse_yaml(text: str, file: str, example: str = EXAMPLE) -> Document:
    """YAML 1.2 text, whose top level must be a mapping, as a Document. Raises ConfigError."""
    try:
        yaml = YAML(typ="safe", pure=True)
        root = yaml.compose(text)
        problems = list(_structure(root, file)) if root is not None else []
        if problems:
            raise ConfigError(problems)
        data = yaml.constructor.construct_document(root) if root is not None else None
    except YAMLError as exc:
        raise ConfigError([_syntax_problem(exc, file)]) from exc
    except ValueError as exc:  # a value that looks like a date and is none, such as 2026-02-31
        raise ConfigError(
            [Problem("", "a date that does not exist", file, expected="a day such as 2026-02-28")]
        ) from exc
    if not isinstance(data, dict):
        what = "the file is empty" if data is None else "the top level is not a mapping"
        raise ConfigError([Problem("", what, file, 1, "keys and values, one to a line", example)])
    return Document(file, data, data, dict(_lines(root, ())))


def _text(path: Path, mend: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as exc:
        raise ConfigError([Problem("", "there is no such file", str(path), expected=mend)]) from exc
    except OSError as exc:
        raise ConfigError([Problem("", f"cannot be read: {exc.strerror}", str(path))]) from exc
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
        raise ConfigError([Problem("", "is not UTF-8 text", str(path), line, "a file saved as UTF-8")]) from exc


def _syntax_problem(exc: YAMLError, file: str) -> Problem:
    """Where the parser stumbled. Only its own words: the snippet it would print may hold a secret."""
    mark = (exc.problem_mark or exc.context_mark) if isinstance(exc, MarkedYAMLError) else None
    if isinstance(exc, DuplicateKeyError):  # two spellings of one key, such as 1 and true
        return Problem("", "a key stands in a mapping twice", file, mark.line + 1 if mark else None, "each key once")
    if isinstance(exc, MarkedYAMLError) and exc.problem:
        what = "is not valid YAML: " + _QUOTED.sub("'…'", exc.problem)
        return Problem("", what, file, mark.line + 1 if mark else None, "one `key: value` to a line, nested by spaces")
    return Problem("", "is not valid YAML: a character that YAML does not allow", file, expected="plain UTF-8 text")


def _structure(node: Node, file: str, path: KeyPath = (), around: tuple[Node, ...] = ()) -> Iterator[Problem]:
    """Keys that stand twice in one mapping, and anchors that contain themselves."""
    if any(node is outer for outer in around):
        yield Problem(dotted(path), "refers to itself", file, node.start_mark.line + 1)
        return
    first: dict[str, int] = {}
    for key, key_node, value in _children(node):
        if isinstance(node, MappingNode) and key in first:
            what = f"the key stands here a second time; the first is on line {first[str(key)]}"
            yield Problem(dotted((*path, key)), what, file, key_node.start_mark.line + 1, "each key once")
        first.setdefault(str(key), key_node.start_mark.line + 1)
        yield from _structure(value, file, (*path, key), (*around, node))


def _lines(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    for key, key_node, value in _children(node):
        here = (*path, str(key))
        yield here, key_node.start_mark.line + 1
        yield from _lines(value, here)


def _children(node: Node) -> list[tuple[str | int, Node, Node]]:
    """(key, the node that marks its line, value) of a mapping or list; merged keys (``<<``) stand where they are."""
    if isinstance(node, MappingNode):
        return [(key.value, key, value) for key, value in node.value if isinstance(key, ScalarNode)]
    if isinstance(node, SequenceNode):
        return [(position, value, value) for position, value in enumerate(node.value)]
    return []
