"""SurveyMonkey on loopback: what it says of an answer, and who asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DOCUMENT: dict[str, Any] = {
    "id": "987",
    "response_status": "completed",
    "date_created": "2026-03-02T08:50:00+00:00",
    "date_modified": "2026-03-02T08:56:30+00:00",
    "custom_variables": {"account": "1"},
    "metadata": {"contact": {"email": {"type": "string", "value": "csm-1@example.com"}}},
    "pages": [
        {
            "id": "1",
            "questions": [
                {
                    "id": "11",
                    "family": "matrix",
                    "subtype": "rating",
                    "heading": "Would you recommend us?",
                    "answers": [{"choice_id": "7", "choice_metadata": {"weight": "9"}, "simple_text": "9"}],
                },
                {
                    "id": "12",
                    "family": "single_choice",
                    "heading": "How easy was it?",
                    "answers": [{"choice_id": "8", "simple_text": "4"}],
                },
                {"id": "13", "family": "open_ended", "heading": "Why?", "answers": [{"text": "It works."}]},
            ],
        }
    ],
}


@dataclass
class Monkey:
    """Answers what is put into ``says``, one after the other, the last one again and again."""

    url: str = ""
    says: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    hidden: str | None = None
    """The survey that the token's user does not see."""

    def say(self, status: int, document: Any = None, **headers: str) -> None:
        self.says.append((status, headers, json.dumps(document).encode()))

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.hidden and f"/surveys/{self.hidden}/" in path:
            return 403, {}, error("1015")
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


def error(number: str) -> bytes:
    return json.dumps({"error": {"id": number, "name": "Permission Error", "http_status_code": 403}}).encode()


@contextmanager
def answering() -> Iterator[Monkey]:
    one = Monkey()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            one.asked.append((self.path, self.headers["Authorization"]))
            status, headers, body = one.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
