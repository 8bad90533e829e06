"""Makes deliveries, and says what came of each. Knows no store and no retries; shows of an address its host only."""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import SplitResult, urlsplit

from webhooks.outbound.addresses import why_not
from webhooks.outbound.connecting import TIMEOUT, Forbidden, GuardedConnection, Lookup, addresses_of, trusting

READ: Final = 2048
"""Bytes of an answer that are looked at, whatever it holds."""
WHOLE: Final = 30.0
"""Seconds after which a delivery is cut off, however busily the other side drips."""
LONGEST_OPEN: Final = 60.0
"""Seconds after which a line is opened anew, so that whoever moves to another address is followed."""
FOR_NOTHING: Final = 1.0
"""Seconds to wait for each part of a text that nobody needs: it has to be out of the way of the next answer."""
HUNG_UP: Final = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
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


Post = Callable[[bytes, Mapping[str, str]], Answer]
"""Makes one delivery of a body with these headers. Never raises for what the other side does."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool, lookup: Lookup = addresses_of) -> Answer:
    """One delivery, and no other by the same line."""
    with closing(Line(url, private=private, lookup=lookup)) as line:
        return line.post(body, headers)


class Line:
    """The way to one endpoint, for one thread at a time. Kept open for a while, for the next delivery.

    An open line leads to the address that was judged, wherever the name leads by then; for each that is opened the
    name is asked and judged anew.
    """

    def __init__(
        self, url: str, *, private: bool, lookup: Lookup = addresses_of, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``private``: networks of one's own are allowed. ``clock`` tells seconds. Reaches nothing yet."""
        self._url = urlsplit(url)
        self._private = private
        self._lookup = lookup
        self._clock = clock
        self._trusting = cache(trusting)
        self._open: GuardedConnection | None = None
        self._opened_at = 0.0

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST to where it may be sent to; a ``Post``."""
        try:
            return self._exchanged(body, headers)
        except Forbidden as exc:
            return Answer(None, str(exc))
        except (OSError, http.client.HTTPException, ValueError) as exc:
            return Answer(None, f"{self._url.hostname}: {_cause(exc)}")

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _exchanged(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        line, used = self._ready()
        try:
            return self._tried(line, body, headers)
        except HUNG_UP:
            if not used or line.is_over:
                raise
        return self._exchanged(body, headers)  # closed while it lay open: whoever has it all the same knows its id

    def _ready(self) -> tuple[GuardedConnection, bool]:
        """A line, and whether it was used before."""
        if self._open and (self._clock() - self._opened_at > LONGEST_OPEN or self._open.is_stale):
            self.close()
        if self._open:
            return self._open, True
        self._open, self._opened_at = self._new(), self._clock()
        return self._open, False

    def _new(self) -> GuardedConnection:
        plain = self._url.scheme == "http"
        host, port = self._url.hostname or "", self._url.port or (80 if plain else 443)

        def judge(address: str) -> str | None:
            return why_not(address, private=self._private, plain=plain)

        return GuardedConnection(host, port, judge, plain=plain, lookup=self._lookup, trusting=self._trusting)

    def _tried(self, line: GuardedConnection, body: bytes, headers: Mapping[str, str]) -> Answer:
        watch = threading.Timer(WHOLE, _cut, [line])
        watch.daemon = True
        watch.start()
        try:
            return _asked(line, self._url, body, headers)
        except BaseException:
            self.close()
            raise
        finally:
            watch.cancel()


def _asked(line: GuardedConnection, url: SplitResult, body: bytes, headers: Mapping[str, str]) -> Answer:
    path = url.path or "/"
    line.wait_at_most(TIMEOUT)
    line.request("POST", f"{path}?{url.query}" if url.query else path, body, dict(headers))
    answer = line.getresponse()
    said = _said(line, answer)
    plain = answer.headers.get_content_type() == "text/plain"
    cause = "" if answer.status < 300 else _told(answer.status, said if plain else b"", path)
    return Answer(answer.status, cause, answer.headers.get("retry-after"))


def _said(line: GuardedConnection, answer: http.client.HTTPResponse) -> bytes:
    """The beginning of its text. What the status says stands, whatever becomes of the text; where that is not all, the
    line is closed.
    """
    welcome = answer.status < 300
    if welcome:
        line.wait_at_most(FOR_NOTHING)
    try:
        said = b"" if welcome and answer.will_close else answer.read(READ)
    except (OSError, http.client.HTTPException):
        said = b""
    if not answer.isclosed():
        line.close()
    return said


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
