"""Finds every secret that a settings model holds, so that logs can leave them out."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, SecretStr


def secrets_in(value: object) -> Iterator[str]:
    """The plain text of every secret in a model, wherever it stands."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from secrets_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from secrets_in(item)
