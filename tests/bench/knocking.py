"""Knocks at a server over a few connections that stay open, each with one request under way, as fast as it answers.

The requests are bytes that were made before; of the answers only status and length are looked at.
"""

import selectors
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Knocked:
    """What came of it: answers by status, seconds in all, and seconds from each request to its answer."""

    statuses: Counter[int]
    seconds: float
    waits: Sequence[float]

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.seconds

    def percentile(self, which: int) -> float:
        return quantiles(self.waits, n=100)[which - 1]


class Wire:
    """One connection, and the request that is under way on it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.heard = b""
        self.began = perf_counter()
        self.socket.sendall(request)

    def answered(self) -> int | None:
        """The status, once the answer is here in full."""
        heard = self.socket.recv(65536)
        if not heard:
            raise ConnectionError("the server hung up")
        self.heard += heard
        head, blank, body = self.heard.partition(b"\r\n\r\n")
        if not blank:
            return None
        _, _, length = head.lower().partition(b"content-length: ")
        return int(head[9:12]) if len(body) >= int(length.partition(b"\r\n")[0] or 0) else None


def knock(address: tuple[str, int], requests: Sequence[bytes], connections: int) -> Knocked:
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    left: Iterator[bytes] = iter(requests)
    with selectors.DefaultSelector() as ready:
        wires = [Wire(address) for _ in range(connections)]
        began = perf_counter()
        for wire, request in zip(wires, left, strict=False):
            wire.send(request)
            ready.register(wire.socket, selectors.EVENT_READ, wire)
        while len(waits) < len(requests):
            for key, _ in ready.select(30):
                wire = key.data
                status = wire.answered()
                if status is None:
                    continue
                waits.append(perf_counter() - wire.began)
                statuses[status] += 1
                if (request := next(left, None)) is not None:
                    wire.send(request)
        seconds = perf_counter() - began
        for wire in wires:
            wire.socket.close()
    return Knocked(statuses, seconds, waits)
