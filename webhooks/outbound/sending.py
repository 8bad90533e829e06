"""Makes one delivery, and says what came of it. Knows no store and no retries; shows of an address its host only."""

import http.client
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import SplitResult, urlsplit

from webhooks.outbound.addresses import why_not
from webhooks.outbound.connecting import Forbidden, GuardedConnection, Lookup, addresses_of

READ: Final = 2048
"""Bytes of an answer that are looked at, whatever it holds."""
WHOLE: Final = 30.0
"""Seconds after which a delivery is cut off, however busily the other side drips."""
SHOWN: Final = 120
"""Characters of an answer in plain text that are kept as the cause: Slack says so what it did not like."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt. ``status`` None: there was no answer, and ``cause`` says why."""

    status: int | None
    cause: str = ""
    retry_after: str | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The receiver wants no more, ever."""
        return self.status == 410


class Post(Protocol):
    """Makes one delivery. Never raises for what the other side does."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> Answer: ...


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool, lookup: Lookup = addresses_of) -> Answer:
    """POST to where it may be sent to. ``private``: networks of one's own are allowed."""
    parsed = urlsplit(url)
    plain = parsed.scheme == "http"

    def judge(address: str) -> str | None:
        return why_not(address, private=private, plain=plain)

    host, port = parsed.hostname or "", parsed.port or (80 if plain else 443)
    line = GuardedConnection(host, port, judge, plain=plain, lookup=lookup)
    watch = threading.Timer(WHOLE, _cut, [line])
    watch.daemon = True
    watch.start()
    try:
        return _exchanged(line, parsed, body, headers)
    except Forbidden as exc:
        return Answer(None, str(exc))
    except (OSError, http.client.HTTPException, ValueError) as exc:
        return Answer(None, f"{host}: {_cause(exc)}")
    finally:
        watch.cancel()
        line.close()


def _exchanged(line: GuardedConnection, url: SplitResult, body: bytes, headers: Mapping[str, str]) -> Answer:
    path = url.path or "/"
    line.request("POST", f"{path}?{url.query}" if url.query else path, body, {**headers, "connection": "close"})
    answer = line.getresponse()
    said = answer.read(READ) if answer.status >= 300 else b""
    plain = answer.headers.get_content_type() == "text/plain"
    cause = "" if answer.status < 300 else _told(answer.status, said if plain else b"", path)
    return Answer(answer.status, cause, answer.headers.get("retry-after"))


def _told(status: int, said: bytes, path: str) -> str:
    """The status, and a short plain text; not one that repeats the address, or may repeat what was sent."""
    text = " ".join(said.decode("utf-8", "replace").split())
    quotable = text.isprintable() and len(text) <= SHOWN and (path == "/" or path not in text)
    if 300 <= status < 400:
        return f"{status}: redirects are not followed"
    return f"{status} {text}".strip() if quotable else str(status)


def _cut(line: GuardedConnection) -> None:
    try:
        line.cut()
    except OSError:  # it has just ended by itself
        return


def _cause(exc: Exception) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {exc.verify_message}"
    if isinstance(exc, TimeoutError):
        return "no answer in time"
    if isinstance(exc, OSError):
        return exc.strerror or type(exc).__name__
    return type(exc).__name__
