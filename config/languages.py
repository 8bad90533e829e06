"""The languages that scoring can speak: one Project Fluent file each (``config/locales``), in the installed package.

Owns where they are and what they are called; must not know what any of them says.
"""

from functools import cache
from importlib.resources import files
from typing import Final

DEFAULT: Final = "en"
_SUFFIX: Final = ".ftl"


@cache
def languages() -> tuple[str, ...]:
    """Their names (``en``, ``fa`` …), sorted."""
    found = files("config").joinpath("locales").iterdir()
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in found if file.name.endswith(_SUFFIX)))


def locale_text(language: str) -> str:
    """The whole file of a language; ValueError names the languages there are."""
    if language not in languages():
        raise ValueError(f"there is no language {language}; one of {', '.join(languages())} is needed")
    return files("config").joinpath("locales", language + _SUFFIX).read_text("utf-8")
