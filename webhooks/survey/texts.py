"""What the pages say, in the reader's language: the words lie in ``config/locales/survey``, one file per language.

Must not know any page.
"""

from dataclasses import dataclass
from functools import cache

from fluent.runtime import FluentBundle, FluentResource
from werkzeug.datastructures import LanguageAccept

from config.languages import DEFAULT, survey_languages, survey_text


@dataclass(frozen=True, slots=True)
class Words:
    """One language. What it lacks is said in English."""

    language: str
    bundles: tuple[FluentBundle, ...]

    def say(self, id: str, **values: str) -> str:
        """A message, or ``message.attribute``. LookupError where no language has it, or a value is missing."""
        name, _, attribute = id.partition(".")
        for bundle in self.bundles:
            message = bundle.get_message(name) if bundle.has_message(name) else None
            pattern = message and (message.attributes.get(attribute) if attribute else message.value)
            if pattern:
                said, errors = bundle.format_pattern(pattern, values)
                if errors:
                    raise LookupError(f"{self.language}: {id} cannot be said with {sorted(values)}")
                return str(said)
        raise LookupError(f"{self.language}: there is no message {id}")

    @property
    def direction(self) -> str:
        return self.say("direction")

    def number(self, value: int) -> str:
        """In the digits of the language."""
        digits = self.say("digits")
        return "".join(digits[int(sign)] for sign in str(value))


@cache
def words(language: str) -> Words:
    """ValueError where there is no such language."""
    return Words(language, tuple(_bundle(one) for one in dict.fromkeys((language, DEFAULT))))


def _bundle(language: str) -> FluentBundle:
    bundle = FluentBundle([language])
    bundle.add_resource(FluentResource(survey_text(language)))
    return bundle


def chosen(asked: str | None, settled: str | None, accepted: LanguageAccept, usual: str) -> str:
    """The language of a page: the one asked for, else the admin's, else the reader's best, else ``usual``."""
    there = survey_languages()
    for one in (asked, settled, accepted.best_match(there), usual):
        if one in there:
            return str(one)
    return DEFAULT
