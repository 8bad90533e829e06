"""What a model finds wrong with a document, told to a person: where, what, expected, an example.

Owns the words; must not know any particular key. A value is quoted only as it stands in the file and only
where it is one word of a fixed choice: a secret never gets into a message.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from config.document import Document, KeyPath, child
from config.errors import Problem

_KEY = "[key]"
"""pydantic's mark at the end of a location that means the key itself, not its value."""

_TELLING: Final = ("crm", "flow")
"""Keys whose value names the member of a union, and so stands in pydantic's locations behind that of the union."""

_EXAMPLE_WIDTH = 120
"""A longer example teaches nothing in the middle of a list of problems."""

_WHAT: Final[Mapping[str, str]] = {
    "missing": "this key is missing",
    "union_tag_not_found": "this key is missing",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "list_type": "has the wrong type",
    "mapping_type": "has the wrong type",
    "model_type": "has the wrong type",
    "dict_type": "has the wrong type",
}
_EXPECTED: Final[Mapping[str, str]] = {
    "list_type": "a list",
    "mapping_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "string_type": "text (put it into quotes)",
    "string_too_short": "at least one character",
    "too_short": "at least one entry",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "time_parsing": "a time of day such as 02:30",
    "time_type": "a time of day such as 02:30",
}


def problems(
    model: type[BaseModel], errors: Sequence[ErrorDetails], document: Document, reference: Mapping[str, Any]
) -> Iterator[Problem]:
    """One problem per key, however many members of a union complained about it.

    ``reference`` is a right document of the same kind: the examples are taken from it.
    """
    seen: set[KeyPath] = set()
    for error in errors:
        path = _path(error, document.written)
        if path not in seen:
            seen.add(path)
            yield _problem(model, error, path, document, reference)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`` (did you mean X?)`` for a word close to a known one, else nothing."""
    close = closest(word, known)
    return f" (did you mean {close}?)" if close else ""


def closest(word: str, known: Sequence[str]) -> str:
    """The known word that is most like this one; empty when none is like it."""
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.6)), "")


def _problem(
    model: type[BaseModel], error: ErrorDetails, path: KeyPath, document: Document, reference: Mapping[str, Any]
) -> Problem:
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        what = f"unknown key{did_you_mean(str(path[-1]), known)}"
        return document.problem(path, what, f"one of {', '.join(known)}")
    what, expected = _words(error, path, document)
    example = "" if error["loc"][-1:] == (_KEY,) else _example(path, document.written, reference)
    return document.problem(path, what, expected, example if len(example) <= _EXAMPLE_WIDTH else "")


def _words(error: ErrorDetails, path: KeyPath, document: Document) -> tuple[str, str]:
    """What is wrong and what was expected."""
    kind, facts = error["type"], error.get("ctx", {})
    if choice := facts.get("expected") or facts.get("expected_tags"):
        known = re.findall(r"'([^']*)'", str(choice))
        given = str(path[-1]) if error["loc"][-1:] == (_KEY,) else _quotable(document.as_written(path))
        what = f"unknown word {given}{did_you_mean(given, known)}" if given else "is not one of the known words"
        return what, " or ".join(known) if len(known) < 3 else f"one of {', '.join(known)}"
    if kind == "union_tag_not_found":
        return _WHAT[kind], ""
    if kind in ("value_error", "assertion_error"):
        return str(facts.get("error", error["msg"])), ""
    message = error["msg"].removeprefix("Input should be ").removeprefix("Value should have ")
    return _WHAT.get(kind, "cannot be used"), _EXPECTED.get(kind, "" if kind == "missing" else message)


def _quotable(value: Any) -> str:
    """A short word as it stands in the file; nothing for what is taken from the environment or is no single word."""
    text = str(value) if isinstance(value, (str, int, float)) else ""
    return text if len(text) <= 40 and "${" not in text else ""


def _path(error: ErrorDetails, written: Any) -> KeyPath:
    """pydantic's location without the names of union members, so that it names keys of the file."""
    path: list[str | int] = []
    value, location = written, [key for key in error["loc"] if key != _KEY]
    tag_ahead = True
    for position, key in enumerate(location):
        if tag_ahead and isinstance(value, Mapping) and key in [value.get(name) for name in _TELLING]:
            tag_ahead = False  # a flow may be called as one of its keys is
            continue
        inside = key in value if isinstance(value, Mapping) else isinstance(value, list) and isinstance(key, int)
        absent = error["type"] == "missing" and position == len(location) - 1
        if inside or absent:
            path.append(key)
            value, tag_ahead = child(value, key), True
    if error["type"] in ("union_tag_not_found", "union_tag_invalid"):
        path.append(str(error.get("ctx", {}).get("discriminator", "")).strip("'()"))
    return tuple(path)


def _known_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys of the model (or of the union's members) at that location of pydantic's."""
    models = [model]
    for key in location:
        fields = [each.model_fields[str(key)] for each in models if key in each.model_fields]
        tagged = [each for each in models if _has_tag(each, key)]
        models = [each for field in fields for each in _models(field.annotation)] or tagged or models
    return list(dict.fromkeys(field.alias or name for each in models for name, field in each.model_fields.items()))


def _has_tag(model: type[BaseModel], tag: str | int) -> bool:
    literals = (field.annotation for field in model.model_fields.values() if get_origin(field.annotation) is Literal)
    return any(get_args(literal) == (tag,) for literal in literals)


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Every model inside an annotation: through lists, mappings, unions and Annotated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _example(path: KeyPath, written: Any, reference: Mapping[str, Any]) -> str:
    """``key: value`` as the reference file has it at that path; nothing when it has none."""
    value: Any = reference
    for key in path:
        value, written = _alike(value, key, child(written, key)), child(written, key)
    keys = [key for key in path if isinstance(key, str)]
    if value is None or not keys:
        return ""
    shown = [value] if isinstance(path[-1], int) else value
    return _one_line({keys[-1]: shown})


def _alike(value: Any, key: str | int, given: Any) -> Any:
    """The reference's value for a key: for a list the item most like the given one, for a free key any."""
    if isinstance(value, list):
        return max(value, key=lambda item: _equal_parts(item, given), default=None)
    if isinstance(value, Mapping):
        return value.get(key, next(iter(value.values()), None) if isinstance(given, Mapping) else None)
    return None


def _equal_parts(item: Any, given: Any) -> int:
    if isinstance(item, Mapping) and isinstance(given, Mapping):
        return sum(given.get(key) == value for key, value in item.items())
    return 0


def _one_line(value: Any) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = True
    yaml.width = 10_000
    yaml.representer.sort_base_mapping_type_on_output = False
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue().strip().removeprefix("{").removesuffix("}")
