"""What must fit together across the keys of ``csbridge.yml``: names that refer to other names.

Works on the plain data, so that it runs although other keys are wrong and all problems come at once.
Must not repeat what a model already checks of one key alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from config import words
from config.document import Document, KeyPath, child
from config.errors import Problem
from config.flags import FLAGS
from config.maps import default_maps
from config.own_fields import known_names
from config.problems import did_you_mean
from config.settings import SegmentSource

MAPPED_WORDS: Final[Mapping[tuple[words.Kind, str], tuple[str, ...]]] = {
    ("account", "status"): get_args(words.AccountStatus),
    ("account", "pulse"): words.PULSES,
    ("person", "role"): get_args(words.PersonRole),
    ("activity", "kind"): get_args(words.ActivityKind),
    ("activity", "direction"): get_args(words.Direction),
    ("deal", "kind"): get_args(words.DealKind),
    ("deal", "status"): get_args(words.DealStatus),
    ("ticket", "status"): get_args(words.TicketStatus),
    ("ticket", "priority"): get_args(words.TicketPriority),
    ("response", "survey"): get_args(words.Survey),
    ("contract", "status"): get_args(words.ContractStatus),
}
"""(kind, field) → the canonical words that an admin's ``values`` may translate into."""


STREAM: Final = SegmentSource.model_fields["name"].default
"""The name of a source of events that has none."""


def cross_checks(document: Document) -> Iterator[Problem]:
    """Every name in ``csbridge.yml`` that refers to nothing, and every pair of keys that do not fit."""
    data = document.data
    connections = _connection_names(data)
    yield from _doubled(document, "connections")
    yield from _doubled(document, "outbound")
    yield from _doubled_streams(document, connections)
    yield from _unknown(document, _references(data), connections, "connection")
    yield from _unknown(document, _named_own_fields(data), known_names(), "own field")
    yield from _unknown(document, _keys(data, "flags"), tuple(FLAGS), "flag")
    yield from _thresholds(document)
    yield from _unknown_words(document)
    yield from _unknown_constants(document)
    yield from _kinds_without_object(document)
    if child(data, "workers") == "celery" and not child(data, "broker"):
        example = "broker: redis://localhost:6379/0"
        yield document.problem(("workers",), "celery needs a broker", "the key broker, or workers: embedded", example)


Named = tuple[KeyPath, str]
"""A place in the file, and the name it holds."""


def _unknown(document: Document, named: Iterable[Named], known: Sequence[str], sort: str) -> Iterator[Problem]:
    for path, name in named:
        if name not in known:
            what = f"there is no {sort} of that name{did_you_mean(name, known)}"
            yield document.problem(path, what, f"one of {', '.join(known)}" if known else "")


def _doubled(document: Document, key: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, one in enumerate(_items(document.data, key)):
        name = child(one, "name")
        if isinstance(name, str) and first.setdefault(name, position) != position:
            what = f"{key}[{first[name]}] has the same name"
            yield document.problem((key, position, "name"), what, f"a name of its own for each of {key}")


def _doubled_streams(document: Document, connections: Sequence[str]) -> Iterator[Problem]:
    """Sources of events that could not be told apart: by what is kept of them, or by their write key."""
    taken = dict.fromkeys(connections, "a connection")
    taken |= {str(child(one, "file")): "a file" for one in _items(document.data, "usage") if child(one, "file")}
    keys: dict[str, int] = {}
    for position, source in enumerate(_items(document.data, "usage")):
        segment = child(source, "segment")
        if not isinstance(segment, Mapping):
            continue
        path: KeyPath = ("usage", position, "segment")
        name, here = segment.get("name", STREAM), f"usage[{position}].segment"
        if isinstance(name, str) and taken.setdefault(name, here) != here:
            what = f"{taken[name]} has the same name"
            place = (*path, "name") if "name" in segment else path
            yield document.problem(place, what, "a name of its own for each source", "name: app")
        given = segment.get("write_key")
        for key in given if isinstance(given, list) else [given]:
            if isinstance(key, str) and keys.setdefault(key, position) != position:
                what = f"usage[{keys[key]}].segment has the same write key"
                yield document.problem((*path, "write_key"), what, "a write key of its own for each source")


def _references(data: Any) -> Iterator[Named]:
    """Where a connection is named."""
    identity = child(data, "identity")
    yield from _names(("identity", "prefer"), _items(identity, "prefer"))
    yield from ((("identity", *path), name) for path, name in _keys(identity, "link"))
    for block in ("usage", "connections"):
        for position, source in enumerate(_items(data, block)):
            key = child(source, "account_key")
            if isinstance(key, str) and "." in key:
                yield (block, position, "account_key"), key.partition(".")[0]


def _named_own_fields(data: Any) -> Iterator[Named]:
    yield from _keys(data, "own_fields")
    yield from _names(("write", "fields"), _items(child(data, "write"), "fields"))


def _thresholds(document: Document) -> Iterator[Problem]:
    """A threshold that the flag does not know, and one that it could never pass."""
    flags = child(document.data, "flags")
    for name, given in flags.items() if isinstance(flags, Mapping) else ():
        if name not in FLAGS or not isinstance(given, Mapping):
            continue
        flag, example = FLAGS[name], f"{name}: {{{_shown(name)}}}"
        for key, value in given.items():
            if key not in flag.takes:
                what = f"{name} knows no such threshold{did_you_mean(str(key), flag.takes)}"
                yield document.problem(("flags", name, key), what, " and ".join(flag.takes), example)
            elif isinstance(value, (int, float)) and value > (most := flag.most.get(key, value)):
                yield document.problem(("flags", name, key), f"it can never be more than {most}", "less", example)


def _shown(name: str) -> str:
    """The shipped thresholds as the file would have them."""
    stated = FLAGS[name].shipped.model_dump(exclude_none=True)
    return ", ".join(f"{key}: {value:g}" for key, value in stated.items()) or "days: 3"


def _unknown_words(document: Document) -> Iterator[Problem]:
    """Vendor values translated into a word that csbridge does not have."""
    for position, connection in enumerate(_items(document.data, "connections")):
        for (kind, field), known in MAPPED_WORDS.items():
            path: KeyPath = ("connections", position, "map", kind, "values", field)
            table = child(child(child(child(connection, "map"), kind), "values"), field)
            for value, word in table.items() if isinstance(table, Mapping) else ():
                if isinstance(word, str) and word not in known:
                    what = f"{field} has no such word{did_you_mean(word, known)}"
                    yield document.problem((*path, value), what, f"one of {', '.join(known)}")


def _unknown_constants(document: Document) -> Iterator[Problem]:
    """Constants that are no words of ours; only words, and the currency, can be the same for all records."""
    for position, connection in enumerate(_items(document.data, "connections")):
        maps = child(connection, "map")
        for kind in maps if isinstance(maps, Mapping) else ():
            given = child(maps[kind], "constants")
            for field, value in given.items() if isinstance(given, Mapping) else ():
                path: KeyPath = ("connections", position, "map", kind, "constants", field)
                known = MAPPED_WORDS.get((kind, field), ())
                if not known and field != "currency":
                    fields = [*(name for other, name in MAPPED_WORDS if other == kind), "currency"]
                    yield document.problem(path, f"{field} cannot be a constant", f"one of {', '.join(fields)}")
                elif known and isinstance(value, str) and value not in known:
                    what = f"{field} has no such word{did_you_mean(value, known)}"
                    yield document.problem(path, what, f"one of {', '.join(known)}")


def _kinds_without_object(document: Document) -> Iterator[Problem]:
    """Kinds that the CRM's shipped map does not have, mapped without saying which object they are read from."""
    for position, connection in enumerate(_items(document.data, "connections")):
        overrides = child(connection, "map")
        defaults: Mapping[Any, Any] = default_maps(str(child(connection, "crm")))
        for kind in overrides if isinstance(overrides, Mapping) and defaults else ():
            if kind in words.KINDS and kind not in defaults and not child(overrides[kind], "object"):
                what = f"{kind} has no shipped map in this CRM, so the object it is read from is needed"
                path = ("connections", position, "map", kind, "object")
                yield document.problem(path, what, "the vendor's name of an object", "object: Invoice__c")


def _connection_names(data: Any) -> list[str]:
    """Each once, those of connections that are otherwise wrong included."""
    names = [child(item, "name") for item in _items(data, "connections")]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _items(data: Any, key: str) -> list[Any]:
    value = child(data, key)
    return value if isinstance(value, list) else []


def _keys(data: Any, key: str) -> list[Named]:
    value = child(data, key)
    return [((key, str(name)), str(name)) for name in value] if isinstance(value, Mapping) else []


def _names(path: KeyPath, values: Sequence[Any]) -> list[Named]:
    return [((*path, position), value) for position, value in enumerate(values) if isinstance(value, str)]
