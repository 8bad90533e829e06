"""How csbridge logs: one line per outcome, as text or as JSON, with everything secret taken out of it.

Facts ride along as ``extra={...}`` and become ``name=value`` or JSON keys. Must not know what is logged.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final, TextIO
from urllib.parse import quote

REMOVED: Final = "[removed]"

Scrub = Callable[[str], str]

_OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_SECRET_SHAPES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # the secret part of a webhook's path
        (r"(/webhooks/[^/\s?\"'<>]+/)[^\s?\"'<>]+", rf"\1{REMOVED}"),
        # an Authorization header, in a dump of headers or of a dict
        (r"(authorization[\"']?\s*[:=]\s*(?:b(?=[\"']))?[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',}]+", rf"\1{REMOVED}"),
        (r"\b(bearer\s+)[\w.~+/=!:-]{6,}", rf"\1{REMOVED}"),
        # user and password inside an address, such as a database's
        (r"(\b[a-z][a-z0-9+.-]*://[^/\s:@]*:)[^/\s@]+(@)", rf"\1{REMOVED}\2"),
        # forms, queries and JSON
        (
            r"\b((?:access_token|refresh_token|client_secret|assertion|password|session_?id|code_verifier)[\"']?\s*[=:>]"
            r"\s*[\"']?)[^\s\"'&,}<]+",
            rf"\1{REMOVED}",
        ),
        # what OAuth puts into addresses: a code that comes back, and the paths that HubSpot asks tokens' facts at
        (r"([?&]code=)[^\s&\"']+", rf"\1{REMOVED}"),
        (r"(/(?:access|refresh)-tokens/)[^\s?\"']+", rf"\1{REMOVED}"),
    )
)


def scrubber(secrets: Iterable[str] = ()) -> Scrub:
    """A function that takes secrets out of a text: those given (also percent-encoded), and what looks like one.

    Secrets shorter than four characters are passed over: taking them out would garble every line.
    """
    spellings = {
        spelling
        for secret in secrets
        if len(secret) >= 4
        for spelling in (secret, quote(secret, safe="", errors="surrogateescape"))
    }
    known = re.compile("|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True)) or r"(?!)")

    def scrub(text: str) -> str:
        text = known.sub(REMOVED, text)
        for shape, replacement in _SECRET_SHAPES:
            text = shape.sub(replacement, text)
        return text

    return scrub


class _Formatter(logging.Formatter):
    """What both forms share. Scrubbing comes last but before any quoting, which could hide a secret from it."""

    def __init__(self, scrub: Scrub) -> None:
        super().__init__()
        self.scrub = scrub

    def moment(self, record: logging.LogRecord) -> str:
        stamp = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return stamp.replace("+00:00", "Z")

    def facts(self, record: logging.LogRecord) -> dict[str, str | int | float | bool | None]:
        return {name: self._fact(value) for name, value in vars(record).items() if name not in _OWN_ATTRIBUTES}

    def trace(self, record: logging.LogRecord) -> str:
        return self.scrub(self.formatException(record.exc_info)) if record.exc_info else ""

    def _fact(self, value: object) -> str | int | float | bool | None:
        return value if value is None or isinstance(value, (bool, int, float)) else self.scrub(str(value))


class PlainFormatter(_Formatter):
    """``moment LEVEL logger: message name=value``; control characters escaped, so that no input can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.moment(record)} {record.levelname} {record.name}: "
        facts = "".join(f" {name}={_quoted(value)}" for name, value in self.facts(record).items())
        line = head + _one_line(self.scrub(record.getMessage()) + facts)
        trace = self.trace(record)
        return f"{line}\n{trace}" if trace else line


class JsonFormatter(_Formatter):
    """One JSON object per line: at, level, logger, message, the facts, and ``trace`` of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.scrub(record.getMessage()),
        }
        line.update((name, value) for name, value in self.facts(record).items() if name not in line)
        if trace := self.trace(record):
            line["trace"] = trace
        return json.dumps(
            line
        )  # in ASCII: no other character can end a line, and what is undecodable has no other form


def configure(
    secrets: Iterable[str] = (),
    *,
    as_json: bool = False,
    level: int = logging.INFO,
    stream: TextIO | None = None,
) -> None:
    """Log to ``stream`` (standard error) and nowhere else. Once per process; a second call replaces the first."""
    handler = logging.StreamHandler(stream or sys.stderr)
    formatter = JsonFormatter if as_json else PlainFormatter
    handler.setFormatter(formatter(scrubber(secrets)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Says "queue depth is 1" for every request that waits a moment for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if " " in text else text
