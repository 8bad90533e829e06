"""Connections that look at whom they reach: every address a name leads to is judged, and the peer once more.

What a name leads to may differ at each asking (DNS rebinding): the connection goes to the judged address itself, and
nothing is sent before. Knows nothing of what is sent.
"""

import http.client
import selectors
import socket
import ssl
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Final

from config.errors import CsbridgeError

Judge = Callable[[str], str | None]
"""Why an address must not be reached; None: it may."""
Lookup = Callable[[str, int], Sequence[str]]
"""The addresses that a host leads to. OSError when nobody knows the name."""

TIMEOUT: Final = 15.0
"""Seconds that connecting, and each wait for a part of the answer, may take."""


class Forbidden(CsbridgeError):
    """The name leads to where nothing may be sent."""


def addresses_of(host: str, port: int) -> list[str]:
    """What the machine's own resolver says, each address once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def judged(host: str, port: int, judge: Judge, lookup: Lookup = addresses_of) -> Sequence[str]:
    """The addresses to reach. Raises Forbidden when one of them may not be: a half-good name is not trusted."""
    found = lookup(host, port)
    for address in found:
        if reason := judge(address):
            raise Forbidden(f"{host} leads to {address}: {reason}")
    return found


def trusting() -> ssl.SSLContext:
    """Whom the machine trusts; names are checked. Reads all of its certificates: as slow as a delivery."""
    return ssl.create_default_context()


class GuardedConnection(http.client.HTTPConnection):
    """HTTP to one host, over TLS unless ``plain``. Follows no redirect, and knows neither proxies nor cookies."""

    def __init__(
        self,
        host: str,
        port: int,
        judge: Judge,
        *,
        plain: bool,
        lookup: Lookup = addresses_of,
        trusting: Callable[[], ssl.SSLContext] = trusting,
    ) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._judge = judge
        self._lookup = lookup
        self._plain = plain
        self._trusting = trusting
        self.is_over = False
        """It was cut."""
        self._line: socket.socket | None = None
        """``sock``, which is None already while the text of an answer is read."""

    def connect(self) -> None:
        """Reach the first judged address that answers, and see that it is the one."""
        sock = self._reach()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body go out apart: neither waits
        try:
            self.sock = sock if self._plain else self._trusting().wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise
        self._line = self.sock
        self._require_time()

    @property
    def is_stale(self) -> bool:
        """Whether nothing may be sent any more: it was closed, here or there, or something came unasked for."""
        if self.sock is None:
            return True
        with selectors.DefaultSelector() as looking:
            looking.register(self.sock, selectors.EVENT_READ)
            return bool(looking.select(0))

    def wait_at_most(self, seconds: float) -> None:
        """For each part of what comes from now on."""
        if self._line is not None:
            self._line.settimeout(seconds)

    def cut(self) -> None:
        """End whatever is under way, from another thread; what is still being reached is not spoken to any more."""
        self.is_over = True
        if self._line is not None:
            self._line.shutdown(socket.SHUT_RDWR)

    def _require_time(self) -> None:
        if self.is_over:
            raise TimeoutError

    def _reach(self) -> socket.socket:
        failure = OSError(f"{self.host} leads nowhere")
        for address in judged(self.host, self.port, self._judge, self._lookup):
            self._require_time()
            try:
                return self._checked(socket.create_connection((address, self.port), TIMEOUT), address)
            except OSError as exc:
                failure = exc
        raise failure

    def _checked(self, sock: socket.socket, address: str) -> socket.socket:
        peer = str(sock.getpeername()[0])
        reason = "it is another one" if _bare(peer) != _bare(address) else self._judge(peer)
        if reason:
            sock.close()
            raise Forbidden(f"{self.host} was reached at {peer}: {reason}")
        return sock


def _bare(address: str) -> object:
    return ip_address(address.partition("%")[0])
