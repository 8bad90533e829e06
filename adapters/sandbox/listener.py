"""One app listening on one socket, under waitress; ends at once when asked, open connections or not."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

THREADS = 8
CONNECTIONS = 500
"""Held open at a time; beyond these nobody is answered until one goes."""


class Listener:
    """Listens from the moment it is made; ``run`` answers until ``stop`` (any thread) or SystemExit (this one)."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.create_server((host, port), family=family, backlog=128)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{bound.getsockname()[1]}"
        self._server: Any = create_server(app, map={}, sockets=[bound], threads=THREADS, connection_limit=CONNECTIONS)

    def run(self) -> None:
        self._server.run()
        self._close_all()
        self._server.task_dispatcher.shutdown()

    def stop(self) -> None:
        """Close every connection from within the loop, which then ends. Harmless when it has ended already."""
        with suppress(OSError):  # the loop closed its own trigger
            self._server.trigger.pull_trigger(self._close_all)

    def _close_all(self) -> None:
        wasyncore.close_all(self._server._map, ignore_all=True)


def hang_up(environ: Mapping[str, Any]) -> None:
    """Close the connection that a request came by, from within the request: no byte of an answer gets out."""
    asked = environ.get("waitress.client_disconnected")
    if asked is None:
        raise ConnectionAbortedError("the sandbox hangs up, which needs a connection")
    with suppress(OSError):  # the client has left already
        asked.__self__.socket.shutdown(socket.SHUT_RDWR)
