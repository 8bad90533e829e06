"""The languages that we can speak: one Project Fluent file each, in the installed package.

Scoring's lie in ``config/locales``, those of the survey pages in ``config/locales/survey``. Owns where they are and
what they are called; must not know what any of them says.
"""

from functools import cache
from importlib.resources import files
from typing import Final

DEFAULT: Final = "en"
_SUFFIX: Final = ".ftl"
_SURVEY: Final = "survey"


@cache
def languages() -> tuple[str, ...]:
    """The names (``en``, ``fa`` …) of those that scoring speaks, sorted."""
    return _found()


@cache
def survey_languages() -> tuple[str, ...]:
    """Those of the survey pages, sorted."""
    return _found(_SURVEY)


def locale_text(language: str) -> str:
    """The whole file of a language; ValueError names the languages there are."""
    return _text(language, languages())


def survey_text(language: str) -> str:
    """The same for the survey pages."""
    return _text(language, survey_languages(), _SURVEY)


def _found(*folder: str) -> tuple[str, ...]:
    found = files("config").joinpath("locales", *folder).iterdir()
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in found if file.name.endswith(_SUFFIX)))


def _text(language: str, there: tuple[str, ...], *folder: str) -> str:
    if language not in there:
        raise ValueError(f"there is no language {language}; one of {', '.join(there)} is needed")
    return files("config").joinpath("locales", *folder, language + _SUFFIX).read_text("utf-8")
