"""A language's file made into a catalogue. Must not know any message but those that say how the language is written."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.resolver import Pattern
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from config.languages import DEFAULT, locale_text
from scoring.messages.catalogue import Catalogue
from scoring.messages.style import Style
from scoring.messages.values import functions

STYLE: Final = ("digits", "decimal-sign", "group-sign", "minus-sign", "full-stop", "comma", "percent")
"""Messages that say how the language is written; beside ``direction``."""


@cache
def catalogue(language: str = DEFAULT) -> Catalogue:
    """What a language has to say; ValueError where there is no such language, or its file is broken."""
    english = None if language == DEFAULT else catalogue(DEFAULT)
    return read(locale_text(language), language, english)


def read(text: str, language: str, english: Catalogue | None = None) -> Catalogue:
    """The catalogue that a file's text makes. ValueError with the first line that cannot be understood."""
    resource = FluentResource(text)
    for entry in resource.body:
        if isinstance(entry, ast.Junk):
            raise ValueError(f"{language}: {entry.annotations[0].message}, at: {(entry.content or '').strip()[:80]}")
    style = _style(resource, language, english)
    bundle = _bundle(resource, language, style)
    return Catalogue(language, style, _variables(resource), _patterns(bundle, resource), bundle, english)


def _bundle(resource: ast.Resource, language: str, style: Style) -> FluentBundle:
    """Isolating is the style's affair: only words whose direction disturbs are isolated, not every number."""
    bundle = FluentBundle([language], functions=dict(functions(style)), use_isolating=False)
    bundle.add_resource(resource)
    return bundle


def _style(resource: ast.Resource, language: str, english: Catalogue | None) -> Style:
    bundle = _bundle(resource, language, Style())
    patterns = _patterns(bundle, resource)
    said = {id: str(bundle.format_pattern(patterns[id])[0]) for id in (*STYLE, "direction") if id in patterns}
    given = {id.replace("-", "_"): sign for id, sign in said.items() if id in STYLE}
    if len(given.get("digits", "0123456789")) != 10:
        raise ValueError(f"{language}: digits must be the ten digits from 0 to 9")
    return Style(**given, rtl=said.get("direction") == "rtl")


def _patterns(bundle: FluentBundle, resource: ast.Resource) -> Mapping[str, Pattern]:
    """Every message and attribute by its id."""
    found: dict[str, Pattern] = {}
    for name in (entry.id.name for entry in resource.body if isinstance(entry, ast.Message)):
        message = bundle.get_message(name)
        if message.value is not None:
            found[name] = message.value
        found |= {f"{name}.{attribute}": pattern for attribute, pattern in message.attributes.items()}
    return found


class _Named(Visitor):
    """Collects what a pattern names."""

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:
        self.messages.add(node.id.name + (f".{node.attribute.name}" if node.attribute else ""))


def _variables(resource: ast.Resource) -> Mapping[str, frozenset[str]]:
    """The variables of every message and attribute: its own, and those of the messages that it refers to."""
    named: dict[str, _Named] = {}
    for entry in resource.body:
        if isinstance(entry, ast.Message):
            for id, node in _nodes(entry).items():
                named[id] = _Named()
                named[id].visit(node)
    return {id: frozenset(_reached(id, named, frozenset())) for id in named}


def _nodes(entry: ast.Message) -> Mapping[str, ast.Pattern]:
    attributes = {f"{entry.id.name}.{attribute.id.name}": attribute.value for attribute in entry.attributes}
    return attributes if entry.value is None else {entry.id.name: entry.value, **attributes}


def _reached(id: str, named: Mapping[str, _Named], through: frozenset[str]) -> set[str]:
    if id in through or id not in named:
        return set()
    referred = (_reached(other, named, through | {id}) for other in named[id].messages)
    return named[id].variables.union(*referred)
