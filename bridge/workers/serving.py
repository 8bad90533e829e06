"""Two WSGI apps under waitress, one public and one for admins, beside background runners; a clean stop.

Knows nothing of what the apps and runners do.
"""

import errno
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol
from wsgiref.types import WSGIApplication

from waitress import create_server, wasyncore

from bridge.workers.punctual import punctual
from config.errors import ConfigError, Problem

log = logging.getLogger(__name__)

PUBLIC_THREADS: Final = 16
"""While one writes, others wait to share the next commit: the more of them, the fewer waits for the disk in all."""
ADMIN_THREADS: Final = 2
IDENT: Final = "csbridge"
"""The Server header: no version, and not whose server it is."""
FRAMING: Final = 64 * 1024
"""Bytes by which a chunked body may be longer than what it carries before waitress itself refuses it."""
IDLE_SECONDS: Final = 30
"""How long a request may take to arrive, and a connection may lie idle."""
CONNECTIONS: Final = 400
"""Most at a time; the admin port is still let in above that."""
RESERVED: Final = 50
TICK: Final = 0.25
"""Seconds after which a wish to stop is noticed at the latest."""
GRACE: Final = timedelta(seconds=10)
"""How long requests and jobs that have begun may take to end when stopping."""


class Background(Protocol):
    """Something that works beside the servers, such as a ``bridge.workers.runners.Runner``."""

    name: str

    def start(self) -> None: ...

    def stop(self, timeout: timedelta) -> bool:
        """Whether it has ended within ``timeout``."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What ``on_ready`` is told: the real addresses (port 0 chose one), and how to end it from another thread."""

    public: str
    admin: str
    stop: Callable[[], None]


@dataclass(slots=True)
class _Switch:
    """Turned off from a signal handler too, so without a lock: the handler may interrupt itself."""

    on: bool = True

    def turn_off(self) -> None:
        self.on = False


@dataclass(frozen=True, slots=True)
class Listening:
    """One app on one bound port."""

    server: Any
    address: str


def serve(
    public_app: WSGIApplication,
    admin_app: WSGIApplication,
    host: str,
    port: int,
    admin_host: str,
    admin_port: int,
    runners: Sequence[Background] = (),
    on_ready: Callable[[Serving], None] = lambda serving: None,
    *,
    max_body: int = 1024 * 1024,
) -> None:
    """Serve until SIGTERM, SIGINT or ``Serving.stop``; then end what has begun and return.

    One loop in this thread does all input and output; the apps run in threads, each in its own few, so that a
    flood of webhooks leaves the admin port its breath. Signals are only taken in the main thread. Raises
    ConfigError, before anything runs, when a port cannot be had.
    """
    sockets: dict[int, Any] = {}
    switch = _Switch()
    public = _listen(public_app, host, port, "--port", PUBLIC_THREADS, CONNECTIONS, max_body, sockets)
    try:
        most = CONNECTIONS + RESERVED
        admin = _listen(admin_app, admin_host, admin_port, "--admin-port", ADMIN_THREADS, most, max_body, sockets)
    except ConfigError:
        _close([public], sockets)
        raise

    started: list[Background] = []
    with _signals(switch.turn_off):
        try:
            for runner in runners:
                runner.start()
                started.append(runner)
            on_ready(Serving(public.address, admin.address, switch.turn_off))
            while switch.on:
                wasyncore.loop(timeout=TICK, use_poll=True, map=sockets, count=1)
        finally:
            for runner in started:
                runner.stop(timedelta(0))  # all are asked before one is waited for
            _close([public, admin], sockets)
            _wait_for(started)


def _listen(
    app: WSGIApplication,
    host: str,
    port: int,
    option: str,
    threads: int,
    connections: int,
    max_body: int,
    sockets: dict[int, Any],
) -> Listening:
    """``connections``: most of both ports together, above which this one takes none."""
    bound = _bind(host, port, option)
    server = create_server(
        app,
        map=sockets,
        sockets=[bound],
        threads=threads,
        connection_limit=connections,
        ident=IDENT,
        max_request_body_size=max_body + FRAMING,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=IDLE_SECONDS // 3,
        clear_untrusted_proxy_headers=False,  # whom they are believed from is decided in webhooks.proxies
    )
    server.channel_class = punctual
    name, real_port = bound.getsockname()[:2]
    return Listening(server, f"http://[{name}]:{real_port}" if ":" in name else f"http://{name}:{real_port}")


def _bind(host: str, port: int, option: str) -> socket.socket:
    """A bound socket; the first of the host's addresses, IPv4 before IPv6."""
    if not 0 <= port <= 65535:  # the resolver would take it modulo 65536
        raise ConfigError([_cannot_listen(host, port, option, ValueError("there is no such port"))])
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
        bound = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise ConfigError([_cannot_listen(host, port, option, exc)]) from exc
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()  # here rather than later: of two that bind one port, the second learns it only now
    except OSError as exc:
        bound.close()
        raise ConfigError([_cannot_listen(host, port, option, exc)]) from exc
    return bound


def _cannot_listen(host: str, port: int, option: str, exc: Exception) -> Problem:
    code = exc.errno if isinstance(exc, OSError) and not isinstance(exc, socket.gaierror) else None
    reasons = {
        errno.EADDRINUSE: (
            f"port {port} on {host} is taken by another program",
            "a free port, or 0 to have one chosen",
        ),
        errno.EACCES: (f"this user may not listen on port {port}", "a port from 1024 on"),
        errno.EADDRNOTAVAIL: (f"this machine has no address {host}", "an address of this machine, or 0.0.0.0 for all"),
    }
    what, expected = reasons.get(
        code or 0, (f"cannot listen on {host} port {port}: {exc}", "a host and a port (0 to 65535) of this machine")
    )
    return Problem(where=option, what=what, expected=expected, example=f"csbridge serve {option} 0")


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT stop the serving; afterwards they mean what they meant before, so a second one kills."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _close(listenings: Sequence[Listening], sockets: dict[int, Any]) -> None:
    """Take no new connection, let the requests that have begun be answered, close the rest."""
    for one in listenings:
        one.server.del_channel()
        one.server.socket.close()
    for one in listenings:
        one.server.task_dispatcher.shutdown(timeout=GRACE.total_seconds())
    wasyncore.close_all(sockets, ignore_all=True)


def _wait_for(runners: Sequence[Background]) -> None:
    deadline = time.monotonic() + GRACE.total_seconds()
    for runner in runners:
        if not runner.stop(timedelta(seconds=max(0.0, deadline - time.monotonic()))):
            log.warning("%s is still busy and is left; the next start takes up where it was", runner.name)
