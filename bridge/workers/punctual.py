"""What waitress lacks against callers who mean harm: a time by which a request has to be there, and a plain length.

waitress closes a connection on which nothing happens; one byte now and then is something, and enough such callers would
keep everybody else out. Knows waitress's channels, and no request.
"""

import socket
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError


def punctual(server: Any, sock: socket.socket, address: Any, adjustments: Any, map: dict[int, Any]) -> Any:
    """A channel that was active when it was opened, and when a request began or was there; not in between."""
    channel = HTTPChannel(server, sock, address, adjustments, map=map)
    channel.parser_class = plain
    read = channel.handle_read

    def handle_read() -> None:
        before, since = channel.request, channel.last_activity
        read()
        begun = channel.request is not before and channel.request is not None and _said(channel.request)
        if not begun and not channel.requests:
            channel.last_activity = since

    channel.handle_read = handle_read
    return channel


def _said(request: Any) -> bool:
    """Whether there is more of it than empty lines."""
    return bool(request.headers_finished or request.header_plus.strip())


def plain(adjustments: Any) -> Any:
    """A parser that refuses a body with two lengths: a proxy that counts the other one would see other requests."""
    parser = HTTPRequestParser(adjustments)
    parse = parser.parse_header

    def parse_header(header: bytes) -> None:
        parse(header)
        if parser.chunked and "CONTENT_LENGTH" in parser.headers:
            raise ParsingError("Content-Length and Transfer-Encoding contradict each other")

    parser.parse_header = parse_header
    return parser
