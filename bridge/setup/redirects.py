"""Waits on this machine for a browser that a vendor sends back, for a bounded time. Knows no vendor."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from queue import Empty, Queue
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from config.errors import ConfigError, Problem

DONE: Final = "csbridge has its answer. You may close this page, and look at the terminal."
NOT_THIS: Final = "This is not what csbridge waits for."


class RedirectListener(ThreadingTCPServer):
    """Listens on loopback from the moment it is made until its ``with`` block ends.

    With a thread for each browser's connection, because browsers open some in advance and say nothing on them.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, wanted: Callable[[str], bool]) -> None:
        """``wanted`` is asked about every address that a browser comes to. Raises ConfigError for a taken port."""
        self.found: Queue[str] = Queue()
        self.wanted = wanted
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as exc:
            what = f"cannot wait for the browser on port {port}: {exc.strerror}"
            expected = "a free port, which one of the app's callbacks names"
            raise ConfigError([Problem("--port", what, expected=expected)]) from exc
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> str:
        """The address that was wanted; empty when none came in time."""
        try:
            return self.found.get(timeout=seconds)
        except Empty:
            return ""

    def __exit__(self, *raised: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: RedirectListener
    timeout = 10
    """Seconds that a browser may take to say what it wants."""

    def do_GET(self) -> None:
        wanted = self.server.wanted(self.path)
        body = (DONE if wanted else NOT_THIS).encode()
        self.send_response(200 if wanted else 404)
        for name, value in {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if wanted:
            self.server.found.put(self.path)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the address holds a code."""


def port_of(address: str) -> int | None:
    """The port that a browser sent there reaches this machine on; None when it goes elsewhere."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host != "localhost" and not (_is_number(host) and ip_address(host).is_loopback):
        return None
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
