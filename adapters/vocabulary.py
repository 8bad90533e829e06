"""Which canonical words each field of a record may hold, as the records declare it. Knows no vendor's word."""

from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from adapters.records import RECORD_TYPES
from config.words import Kind


@cache
def words_of(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """The canonical words of each field of a kind that has a vocabulary."""
    hints = {name: plain(hint) for name, hint in get_type_hints(RECORD_TYPES[kind]).items()}
    return {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}


def plain(hint: Any) -> Any:
    """A field's type without its None."""
    rest = [one for one in get_args(hint) if one is not NoneType]
    return rest[0] if NoneType in get_args(hint) and len(rest) == 1 else hint
