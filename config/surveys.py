"""Our own one-click surveys: which there are, what they ask, and for how long an answer may be changed.

Owns the form. They act once ``public_url`` says where people reach them.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, field_validator

from config.values import Duration, Model, Text, given, positive

SurveyName = Literal["nps", "csat", "ces"]
SURVEY_NAMES: Final[tuple[SurveyName, ...]] = get_args(SurveyName)


class SurveySettings(Model):
    question: Text | None = None
    """Left out, the question of the page's language is asked."""
    window: Duration = timedelta(days=30)
    """An answer within this time after the first replaces it; a later one is a new answer."""

    @field_validator("window")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        return positive(value)


def _by_name(value: object) -> object:
    """A list of names takes the shipped settings of each; a block with nothing in it likewise."""
    if isinstance(value, list):
        return {name: {} for name in value if isinstance(name, str)}
    return {name: given(one) for name, one in value.items()} if isinstance(value, Mapping) else value


Surveys = Annotated[Mapping[SurveyName, SurveySettings], BeforeValidator(_by_name)]


class SurveyPages(Model):
    """How the pages look and speak."""

    company: Text | None = None
    """Whose survey it is, as the page says."""
    language: Text | None = None
    """Left out: that of the reader's browser, where there is a translation, else the workspace's."""


def shipped_surveys() -> Mapping[SurveyName, SurveySettings]:
    return dict.fromkeys(SURVEY_NAMES, SurveySettings())


__all__ = ["SURVEY_NAMES", "SurveyName", "SurveyPages", "SurveySettings", "Surveys", "shipped_surveys"]
