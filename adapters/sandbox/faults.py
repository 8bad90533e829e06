"""Faults that a test or a person asks for: what goes wrong next, how often, and for which calls or records.

Knows neither HTTP nor a vendor: who meets a fault asks ``take`` and answers in its vendor's own shape.
"""

import itertools
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

FaultKind = Literal[
    "401", "403", "429", "status", "hang", "cut", "broken",
    "timeout_after_write", "latency", "refuse", "trigger", "job_failed", "job_stuck", "truncated",
]  # fmt: skip
"""What goes wrong.

401      the login: ``code`` expired (default), invalid, or incurable (a new token does not help)
403      a right, or what the vendor says with this status: ``code`` in the vendor's word
429      a limit; Salesforce says 403. ``code``: the policy
status   the answer has this ``status``; ``body`` html (a gateway's page), json (the vendor's shape) or none
hang     no answer for ``hold_s``
cut      the connection is closed without any answer
broken   the answer ends in the middle; ``body`` json (default) or gzip

These seven meet a whole call before anything of it is done, or (``done``) when all of it was; ``broken`` always then.

timeout_after_write   the answer to a call that wrote is held for ``hold_s``
latency               ``ms`` more before the call
refuse                one record is refused; ``code`` UNABLE_TO_LOCK_ROW is a lock
trigger               every record of a call is refused because of the one with this ``id`` (Salesforce)
job_failed, job_stuck, truncated   bulk jobs that fail, that never end; result files cut short
"""
KINDS: Final[tuple[FaultKind, ...]] = get_args(FaultKind)
OF_A_CALL: Final[tuple[FaultKind, ...]] = ("401", "403", "429", "status", "hang", "cut", "broken")
AT_THE_DOOR: Final[tuple[FaultKind, ...]] = ("status", "hang", "cut", "broken")
"""Of these a login can be met by, too: when ``match`` names it."""
BODIES: Final = ("", "json", "html", "none", "gzip")
HOLD_S: Final = 120.0
"""How long an answer is held after the write, unless the fault says otherwise."""


class BadFault(ValueError):
    """The description of a fault is malformed; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong ``times`` times, once ``after`` calls that it means went well.

    ``match`` is a substring of ``METHOD path`` or of an object's name ("" = any); ``id`` narrows it to one record.
    """

    number: int
    kind: FaultKind
    times: int = 1
    match: str = ""
    id: str = ""
    code: str = ""
    message: str = ""
    hold_s: float = HOLD_S
    retry_after_s: float | None = None
    retry_after_date: bool = False
    """Whether Retry-After is a date instead of seconds."""
    ms: float = 0
    after: int = 0
    status: int = 500
    body: str = ""
    done: bool = False
    """Whether the call is carried out all the same."""

    def meets(self, subjects: Collection[str], ids: Collection[str]) -> bool:
        """Whether a call described by ``subjects`` and touching ``ids`` is meant."""
        wanted = self.match.casefold()
        return any(wanted in subject.casefold() for subject in subjects or ("",)) and (not self.id or self.id in ids)


class Faults:
    """The faults still to come, in the order they were asked for; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[list[Any]] = []
        self._numbers = itertools.count(1)
        self.stopping = threading.Event()
        """Set when the server stops: whoever holds an answer lets go."""

    def add(self, spec: Mapping[str, object]) -> Fault:
        """Queue the fault that ``spec`` describes (keys of Fault); BadFault when it is malformed."""
        fault = parse(spec, next(self._numbers))
        with self._lock:
            self._waiting.append([fault, fault.times, fault.after])
        return fault

    def take(
        self, kinds: Sequence[FaultKind], subjects: Collection[str], ids: Collection[str] = (), *, named: bool = False
    ) -> Fault | None:
        """The first waiting fault of ``kinds`` that means this call, one of its times used up; else None.

        ``named``: only one whose ``match`` says what it means.
        """
        with self._lock:
            for entry in self._waiting:
                fault: Fault = entry[0]
                if fault.kind in kinds and fault.meets(subjects, ids) and (fault.match or not named):
                    if entry[2] > 0:
                        entry[2] -= 1
                        continue
                    entry[1] -= 1
                    self._waiting = [other for other in self._waiting if other[1] > 0]
                    return fault
        return None

    def waits(self, kind: FaultKind) -> bool:
        """Whether any fault of ``kind`` is left: a cheap question before asking for every record of a batch."""
        with self._lock:
            return any(entry[0].kind == kind for entry in self._waiting)

    def listed(self) -> list[dict[str, object]]:
        """What is still to come, with ``left``: how many times."""
        with self._lock:
            return [{**asdict(fault), "left": left, "after": after} for fault, left, after in self._waiting]

    def clear(self) -> None:
        with self._lock:
            self._waiting = []

    def hold(self, seconds: float) -> None:
        """Wait, but not beyond the server's own end."""
        self.stopping.wait(seconds)


_NUMBERS: Final = ("hold_s", "retry_after_s", "ms")
_TEXTS: Final = ("match", "id", "code", "message", "body")
_FLAGS: Final = ("done", "retry_after_date")
_COUNTS: Final[Mapping[str, tuple[int, int]]] = {"times": (1, 1_000_000), "after": (0, 1_000_000), "status": (200, 599)}
"""Whole numbers, with the least and the most that each may be."""


def parse(spec: Mapping[str, object], number: int) -> Fault:
    """``spec`` as a Fault; BadFault names every key that is unknown or of the wrong type."""
    kind = str(spec.get("kind", ""))
    if kind not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    unknown = set(spec) - {"kind", *_COUNTS, *_NUMBERS, *_TEXTS, *_FLAGS}
    if unknown:
        raise BadFault(f"unknown keys: {', '.join(sorted(unknown))}")
    if spec.get("body", "") not in BODIES:
        raise BadFault(f"body must be one of {', '.join(BODIES[1:])}")
    given = {key: value for key, value in spec.items() if value is not None}
    facts: dict[str, Any] = {}
    for keys, read in ((_COUNTS, _whole), (_NUMBERS, _seconds), (_TEXTS, _text), (_FLAGS, _flag)):
        facts |= {key: read(given, key) for key in keys if key in given}
    return Fault(number, next(word for word in KINDS if word == kind), **facts)


def _whole(spec: Mapping[str, object], key: str) -> int:
    value, (least, most) = spec[key], _COUNTS[key]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadFault(f"{key} must be a whole number from {least} to {most}")
    return value


def _seconds(spec: Mapping[str, object], key: str) -> float:
    value = spec[key]
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
        raise BadFault(f"{key} must be a number from 0")
    return float(value)


def _text(spec: Mapping[str, object], key: str) -> str:
    value = spec[key]
    if not isinstance(value, str):
        raise BadFault(f"{key} must be a text")
    return value


def _flag(spec: Mapping[str, object], key: str) -> bool:
    value = spec[key]
    if not isinstance(value, bool):
        raise BadFault(f"{key} must be true or false")
    return value
