"""Which own fields a workspace fills, and their options: the shipped list, narrowed and mapped by the admin.

Owns the choice; vendor names and vendor types are each adapter's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from config.fields import OwnField
from config.settings import Settings
from config.shipped import shipped
from config.surveys import SurveyName
from config.words import SIGNALS


def own_fields(settings: Settings) -> tuple[OwnField, ...]:
    """The fields that are switched on, in the shipped order.

    ``write.fields`` chooses: all, core, or those it names (the pulse like any other). A field of a purpose that is
    off, the link to a survey that is not asked, and a pick-list without any option, are left out.
    """
    names = [
        name
        for name, entry in _chosen(settings)
        if _is_decided(settings, entry)
        if "survey" not in entry or (settings.public_url and entry["survey"] in settings.surveys)
    ]
    return _fields_of(settings, names)


def undecided_fields(settings: Settings) -> tuple[OwnField, ...]:
    """The fields that ``write.fields`` chooses and nothing decides: of a purpose that is off, or without any option."""
    return _fields_of(settings, [name for name, entry in _chosen(settings) if not _is_decided(settings, entry)])


def _chosen(settings: Settings) -> Iterator[tuple[str, Mapping[str, Any]]]:
    chosen = settings.write.fields
    for name, entry in _shipped_fields().items():
        if chosen == "all" or (name in chosen if isinstance(chosen, list) else entry.get("core", False)):
            yield name, entry


def _is_decided(settings: Settings, entry: Mapping[str, Any]) -> bool:
    is_on = entry.get("purpose", "health") in (*settings.scorecards, "health")
    return is_on and (not isinstance(entry.get("options"), str) or bool(_options(settings)[entry["options"]]))


def every_field(settings: Settings) -> tuple[OwnField, ...]:
    """All own fields, those that are switched off included: what may once have been made, or written."""
    return _fields_of(settings, _shipped_fields())


def survey_links() -> Mapping[str, SurveyName]:
    """The own fields that hold links to surveys, and to which."""
    return {name: entry["survey"] for name, entry in _shipped_fields().items() if "survey" in entry}


def _fields_of(settings: Settings, names: Iterable[str]) -> tuple[OwnField, ...]:
    options = _options(settings)
    return tuple(_mapped(_field(name, _shipped_fields()[name], options), settings) for name in names)


def _options(settings: Settings) -> Mapping[object, tuple[str, ...]]:
    """What the words stand for that the shipped list has in place of options."""
    return {
        "flags": tuple(settings.flags),
        "segments": tuple(segment.name for segment in settings.segments),
        "stages": tuple(stage.name for stage in settings.stages),
        "signals": SIGNALS,
    }


def known_names() -> tuple[str, ...]:
    """Every own field that may be named in ``csbridge.yml``."""
    return tuple(_shipped_fields())


@cache
def _shipped_fields() -> Mapping[str, Mapping[str, Any]]:
    return MappingProxyType(shipped("own_fields.yml").data["fields"])


def _field(name: str, entry: Mapping[str, Any], options: Mapping[object, tuple[str, ...]]) -> OwnField:
    given = entry.get("options", ())
    plain = {key: value for key, value in entry.items() if key not in ("purpose", "survey")}
    return OwnField(name=name, **{**plain, "options": options.get(given) if isinstance(given, str) else tuple(given)})


def _mapped(field: OwnField, settings: Settings) -> OwnField:
    mapped = settings.own_fields.get(field.name)
    return replace(field, to=mapped.to, adopt=mapped.adopt) if mapped else field
