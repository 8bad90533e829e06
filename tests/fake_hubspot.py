"""A stand-in for HubSpot's HTTP edge: a local server that answers what a test scripts and keeps what it was asked.

hubspot-api-client speaks urllib3, so the answers come over a real socket.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from adapters.hubspot.adapter import HubspotAdapter, open_connection
from adapters.registry import Context
from adapters.retrying import Patience
from config.connections import HubspotConnection

DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
TOKEN = "pat-na1-of-a-test"


@dataclass(frozen=True)
class Said:
    """One scripted answer. ``delay`` holds it back; ``cut`` closes the connection instead."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: bool = False


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    body: Any
    headers: Mapping[str, str]


class Portal:
    """Answers by the script, else by ``route(asked)``; what was asked is kept in order."""

    def __init__(self, route: Callable[[Asked], Said] = lambda _: Said(404, {"message": "not scripted"})) -> None:
        self.asked: list[Asked] = []
        self.script: list[Said] = []
        self.route = route

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        return self.script.pop(0) if self.script else self.route(asked)


@contextmanager
def served(portal: Portal) -> Iterator[str]:
    """The address of a server for ``portal``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = portal.answer(Asked(self.command, self.path, json.loads(raw) if raw else None, headers))
            time.sleep(said.delay)
            if said.cut:
                self.close_connection = True
                return
            body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response_only(said.status)
            for name, value in {"Date": DATE, "Content-Length": str(len(body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = _answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def connection(url: str, **settings: Any) -> HubspotConnection:
    auth = {"flow": "private_app", "token": settings.pop("token", TOKEN)}
    return HubspotConnection.model_validate({"name": "hs", "crm": "hubspot", "base_url": url, "auth": auth, **settings})


@contextmanager
def adapter_for(portal: Portal, waits: list[float] | None = None, **settings: Any) -> Iterator[HubspotAdapter]:
    """An adapter that talks to ``portal`` and notes its waits instead of sleeping."""
    noted = waits if waits is not None else []
    context = settings.pop("context", Context())
    with served(portal) as url:
        patient = Context(
            own=context.own, overlap=context.overlap, zone=context.zone, org_id=context.org_id,
            clock=context.clock, patience=Patience(sleep=noted.append),
        )  # fmt: skip
        adapter = open_connection(connection(url, **settings), patient)
        try:
            yield adapter
        finally:
            adapter.close()
