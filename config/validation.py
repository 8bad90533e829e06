"""A document as a model, or every reason why it is none.

Owns gathering the problems of one file in the order of its lines; their words are in ``config.problems``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.document import Document
from config.errors import ConfigError, Problem
from config.problems import problems

M = TypeVar("M", bound=BaseModel)


def validate(
    model: type[M], document: Document, *, reference: Mapping[str, Any] | None = None, found: Iterable[Problem] = ()
) -> M:
    """The document as that model. Raises ConfigError with ``found`` and everything the model objects to, by line.

    ``reference`` is a whole, right document of the same kind: examples in the messages are taken from it.
    """
    earlier = list(found)
    try:
        result = model.model_validate(document.data)
    except ValidationError as exc:
        known = {problem.where for problem in earlier}
        errors = exc.errors(include_url=False, include_input=False)
        new = problems(model, errors, document, reference or {})
        raise _failure([*earlier, *(problem for problem in new if problem.where not in known)]) from None
    if earlier:
        raise _failure(earlier)
    return result


def _failure(found: list[Problem]) -> ConfigError:
    return ConfigError(sorted(found, key=lambda problem: problem.line or 0))
