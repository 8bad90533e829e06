"""Faults that a test or a person asks for: what goes wrong next, how often, and for which calls or records.

Knows neither HTTP nor a vendor: who meets a fault asks ``take`` and answers in its vendor's own shape.
"""

import itertools
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

FaultKind = Literal["401", "429", "timeout_after_write", "refuse", "latency", "job_failed", "job_stuck", "truncated"]
KINDS: Final[tuple[FaultKind, ...]] = get_args(FaultKind)
HOLD_S: Final = 120.0
"""How long an answer is held after the write, unless the fault says otherwise."""


class BadFault(ValueError):
    """The description of a fault is malformed; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong ``times`` times.

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
    ms: float = 0

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
            self._waiting.append([fault, fault.times])
        return fault

    def take(self, kinds: Sequence[FaultKind], subjects: Collection[str], ids: Collection[str] = ()) -> Fault | None:
        """The first waiting fault of ``kinds`` that means this call, one of its times used up; else None."""
        with self._lock:
            for entry in self._waiting:
                fault: Fault = entry[0]
                if fault.kind in kinds and fault.meets(subjects, ids):
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
            return [{**asdict(fault), "left": left} for fault, left in self._waiting]

    def clear(self) -> None:
        with self._lock:
            self._waiting = []

    def hold(self, seconds: float) -> None:
        """Wait, but not beyond the server's own end."""
        self.stopping.wait(seconds)


_NUMBERS: Final = ("hold_s", "retry_after_s", "ms")
_TEXTS: Final = ("match", "id", "code", "message")


def parse(spec: Mapping[str, object], number: int) -> Fault:
    """``spec`` as a Fault; BadFault names every key that is unknown or of the wrong type."""
    kind = str(spec.get("kind", ""))
    if kind not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    unknown = set(spec) - {"kind", "times", *_NUMBERS, *_TEXTS}
    if unknown:
        raise BadFault(f"unknown keys: {', '.join(sorted(unknown))}")
    times = spec.get("times", 1)
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise BadFault("times must be a whole number from 1")
    return Fault(
        number=number,
        kind=next(word for word in KINDS if word == kind),
        times=times,
        hold_s=_seconds(spec, "hold_s") if spec.get("hold_s") is not None else HOLD_S,
        retry_after_s=_seconds(spec, "retry_after_s") if spec.get("retry_after_s") is not None else None,
        ms=_seconds(spec, "ms") if spec.get("ms") is not None else 0,
        **{key: _text(spec, key) for key in _TEXTS},
    )


def _seconds(spec: Mapping[str, object], key: str) -> float:
    value = spec[key]
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
        raise BadFault(f"{key} must be a number from 0")
    return float(value)


def _text(spec: Mapping[str, object], key: str) -> str:
    value = spec.get(key)
    if value is not None and not isinstance(value, str):
        raise BadFault(f"{key} must be a text")
    return value or ""
