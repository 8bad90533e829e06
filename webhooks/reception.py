"""What becomes of a delivery, whoever speaks HTTP for us: verify → inbox row → the vendor's own acknowledgement.

Calls no CRM, scores nothing, logs no secret and no path. Must not know Flask.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from adapters.contract import Answer, Delivery
from adapters.errors import Rejected
from webhooks.answers import plain_error
from webhooks.inbox import Inbox
from webhooks.receivers import Receiver, examine

log = logging.getLogger(__name__)

Outcome = Literal["accepted", "empty", "rejected", "failed"]
"""accepted: stored · empty: genuine, names no record · rejected: answered 4xx · failed: the inbox did not take it"""

Count = Callable[[str, Outcome], None]
"""Told the connection (``unknown`` for a name that is not configured) and what became of a delivery."""

LEVELS: Final[Mapping[Outcome, int]] = {
    "accepted": logging.DEBUG,  # the inbox has its row, and who acts on it says so: a line for each would cost the most
    "empty": logging.DEBUG,
    "rejected": logging.WARNING,
    "failed": logging.ERROR,
}


@dataclass(frozen=True, slots=True)
class Reception:
    """Everything that the door needs; see ``webhooks.app.create_public_app``."""

    receivers: Mapping[str, Receiver]
    inbox: Inbox
    now: Callable[[], datetime]
    on_accepted: Callable[[], None]
    count: Count

    def turn_away(self) -> Answer:
        """For a name that is not configured."""
        self._finish("unknown", "rejected", status=404)
        return plain_error(404)

    def receive(self, receiver: Receiver, delivery: Delivery) -> Answer:
        received_at, name = self.now(), receiver.connection
        try:
            told = examine(receiver, delivery, received_at)
        except Rejected as exc:
            status = exc.status if 400 <= exc.status < 500 else 400
            self._finish(name, "rejected", status=status, reason=str(exc))
            return plain_error(status)
        if told.refs or told.news:
            try:
                self.inbox.put(name, told.kept, told.refs, received_at, told.erase, told.mark)
            except Exception as exc:
                # The first line only: what a database adds below it quotes the row, and so personal data.
                reason = (str(exc).splitlines() or [""])[0][:200]
                self._finish(name, "failed", status=503, cause=type(exc).__name__, reason=reason)
                return plain_error(503)
            self.on_accepted()
        self._finish(name, "accepted" if told.refs or told.news else "empty", records=len(told.refs))
        return receiver.webhooks.acknowledge(delivery)

    def _finish(self, connection: str, outcome: Outcome, **facts: object) -> None:
        """The one line and the one count of a delivery."""
        if log.isEnabledFor(LEVELS[outcome]):
            log.log(LEVELS[outcome], "webhook %s", outcome, extra={"connection": connection, **facts})
        self.count(connection, outcome)


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a WSGI request, names in lower case."""
    found = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            found[name.lower().replace("_", "-")] = environ[name]
    return found
