"""From which vendor object and fields each kind is read: the shipped map of a CRM, and an admin's changes to it.

Owns loading and merging; must not know what a vendor's field means (``adapters`` do).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator, RootModel

from config.connections import KindMap
from config.document import parse_yaml
from config.errors import ConfigError, Problem
from config.shipped import shipped_path
from config.validation import validate
from config.words import Kind

Maps = Mapping[Kind, tuple[KindMap, ...]]
"""One map per vendor object that a kind is read from, e.g. two for Salesforce's Task and Event."""


def _several(value: object) -> object:
    return value if isinstance(value, list) else [value]


class _MapFile(RootModel[Mapping[Kind, Annotated[tuple[KindMap, ...], BeforeValidator(_several)]]]):
    """A file of ``defaults/maps``: kind → ``{object, fields, values}``, or a list of such."""


@cache
def default_maps(crm: str) -> Maps:
    """The shipped maps of a CRM; empty for one that brings none along."""
    file = shipped_path(f"maps/{crm}.yml")
    if not crm.isidentifier() or not file.is_file():
        return MappingProxyType({})
    return MappingProxyType(dict(validate(_MapFile, parse_yaml(file.read_text("utf-8"), f"maps/{crm}.yml")).root))


def merged(defaults: Maps, overrides: Mapping[Kind, KindMap]) -> dict[Kind, tuple[KindMap, ...]]:
    """The defaults with an admin's changes, key by key; a field mapped to nothing is left out.

    For a kind of several objects the change applies to the one it names, or to all when it names none.
    A kind without a default is taken as it is and must name its object. Raises ConfigError with every problem.
    """
    problems = [problem for kind, override in overrides.items() for problem in _problems(kind, defaults, override)]
    if problems:
        raise ConfigError(problems)
    kinds = dict.fromkeys([*defaults, *overrides])
    return {kind: _merged_kind(defaults.get(kind, ()), overrides.get(kind)) for kind in kinds}


def _problems(kind: Kind, defaults: Maps, override: KindMap) -> list[Problem]:
    if override.object is None and not defaults.get(kind):
        what = f"{kind} has no shipped map in this CRM, so the object to read it from is needed"
        return [Problem(f"map.{kind}.object", what, example="object: Invoice__c")]
    return []


def _merged_kind(defaults: Sequence[KindMap], override: KindMap | None) -> tuple[KindMap, ...]:
    if override is None:
        return tuple(_switched_on(default) for default in defaults)
    named = [default for default in defaults if override.object in (None, default.object)]
    if not named:
        # another object takes the place of a single default one; its fields are mostly the same
        named = [*defaults] if len(defaults) == 1 else [KindMap()]
        defaults = named
    return tuple(_switched_on(_overridden(item, override) if item in named else item) for item in defaults)


def _overridden(default: KindMap, override: KindMap) -> KindMap:
    values = {
        field: {**default.values.get(field, {}), **override.values.get(field, {})}
        for field in {**default.values, **override.values}
    }
    fields = {**default.fields, **override.fields}
    constants = {**default.constants, **override.constants}
    return KindMap(object=override.object or default.object, fields=fields, values=values, constants=constants)


def _switched_on(item: KindMap) -> KindMap:
    fields = {field: target for field, target in item.fields.items() if target}
    return item.model_copy(update={"fields": fields})
