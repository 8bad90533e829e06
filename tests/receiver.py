"""An endpoint on this machine: keeps what it is told, can check signatures, answers as it was asked to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@dataclass(frozen=True)
class Delivery:
    path: str
    headers: Mapping[str, str]
    body: bytes
    line: int = 0
    """The same for all that came over one connection."""

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def is_signed(self, secret: str = SECRET) -> bool:
        """By the library's own signature, at the moment that the header tells: clocks of tests stand still."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        signed = Webhook(secret).sign(self.id, at, self.body.decode())
        return signed in self.headers["webhook-signature"].split(" ")


Reply = tuple[int, Mapping[str, str], bytes]


@dataclass
class Receiver:
    url: str
    got: list[Delivery] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    """For the next deliveries, in order; then ``otherwise``."""
    otherwise: Reply = (204, {}, b"")
    before: Callable[[], None] = lambda: None
    """Called while a delivery is being answered."""

    def answer(self, *statuses: int, **headers: str) -> None:
        self.replies += [
            (status, {name.replace("_", "-"): value for name, value in headers.items()}, b"") for status in statuses
        ]

    @property
    def types(self) -> list[str]:
        return [one.json["type"] for one in self.got]

    def take(self) -> list[Delivery]:
        """What came since the last time."""
        got, self.got = self.got, []
        return got


@contextmanager
def receiving() -> Iterator[Receiver]:
    found = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.got.append(Delivery(self.path, headers, body, self.client_address[1]))
            found.before()
            status, answered, said = found.replies.pop(0) if found.replies else found.otherwise
            self.send_response(status)
            for name, value in {**answered, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Who was told may have hung up before the answer's end."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook/secret-path"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
