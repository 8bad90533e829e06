"""Works off what waits in the inbox of one source: claim, act on many in one transaction, finish.

Two processes may do so at once: what one has leased, the other leaves alone until the lease ends. What is acted on
and that it was are one transaction. One that cannot be acted on never stops the others. Knows no source.
"""

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from adapters.errors import QuotaSpent, Retry, Unauthorized
from bridge.store import inbox
from bridge.store.engine import StoreFailed
from bridge.store.inbox import Waiting
from bridge.sync.intake import Taken
from bridge.workspace import Workspace
from config.errors import ConfigError, CsbridgeError
from webhooks.writeback.entry import Lease

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
"""How long one process has deliveries to itself; then it is taken for dead."""
AT_ONCE: Final = 1_000
"""Bodies that are acted on together."""
PAUSE: Final = timedelta(seconds=30)
"""How long deliveries rest when they cannot be acted on now and nobody says for how long."""
SURROUNDINGS: Final = (StoreFailed, ConfigError, Retry, QuotaSpent, Unauthorized)
"""Errors that are about no delivery: all of them would meet these."""


@dataclass(slots=True)
class Drained:
    """What was acted on: when the deliveries had come in, and what their records were."""

    received: list[datetime] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)

    def tell(self, source: str) -> None:
        """One line in the log for all of them together."""
        if self.received:
            facts = {"deliveries": len(self.received), "read": self.taken.read, "changed": self.taken.changed}
            log.info("%s: took in", source, extra=facts)


@dataclass(frozen=True, slots=True)
class News:
    """A delivery whose body is itself the news."""

    id: int
    received_at: datetime
    body: bytes


Act = Callable[[Connection, Sequence[News], datetime], Taken]
"""Takes in what several deliveries say, oldest first, in the caller's transaction, or raises.

It may be called again with the same or with fewer of them after it raised: what it did until then is rolled back.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Deliveries that nobody else acts on while the lease lasts."""

    token: str
    waiting: Sequence[Waiting]

    @property
    def ids(self) -> list[int]:
        return [delivery.id for delivery in self.waiting]


def claims(workspace: Workspace, source: str, at_once: int) -> Iterator[Claim]:
    """What waits of a source now, piece by piece, each leased as it is asked for.

    What comes in meanwhile is for the next time. The caller finishes, fails or postpones every delivery of a claim;
    those that it leaves, by an error or by its death, are free again when the lease ends.
    """
    with workspace.store.read() as db:
        last = inbox.newest(db, source, workspace.now())
    while last:
        now, token = workspace.now(), uuid4().hex
        with workspace.store.write() as db:
            waiting = inbox.claim(db, source, at_once, Lease(token, now + LEASE), now, last)
        if not waiting:
            return
        yield Claim(token, waiting)


def work_off(
    workspace: Workspace,
    source: str,
    act: Act,
    at_once: int = AT_ONCE,
    prepare: Callable[[Sequence[bytes]], None] | None = None,
) -> Drained:
    """Act on what waits of a source whose bodies are the news. Raises what is about no delivery; see ``in_parts``.

    ``prepare``: told the bodies before they are acted on, outside of any transaction, for what takes calls.
    """
    drained = Drained()

    def acted(token: str, waiting: Sequence[Waiting]) -> None:
        if prepare:
            with workspace.store.read() as db:
                bodies = inbox.bodies(db, [delivery.id for delivery in waiting])
            prepare(list(bodies.values()))
        with workspace.store.write() as db:
            now = workspace.now()
            held = inbox.finish(db, [delivery.id for delivery in waiting], token, now)
            found = inbox.bodies(db, sorted(held))
            mine = [delivery for delivery in waiting if delivery.id in found]
            taken = act(db, [News(one.id, one.received_at, found[one.id]) for one in mine], now) if mine else Taken()
        drained.taken.add(taken)
        drained.received += [delivery.received_at for delivery in mine]

    for claim in claims(workspace, source, at_once):
        in_parts(workspace, claim, acted)
    drained.tell(source)
    return drained


def in_parts(
    workspace: Workspace, claim: Claim, act: Callable[[str, Sequence[Waiting]], None], most: int | None = None
) -> None:
    """Act on all together; where that fails for some reason of theirs, in halves, until the bad one stands alone.

    A bad one counts a try and is parked after ``inbox.attempts``. ``most``: parts that may fail before all that are
    left count one, too: where acting costs calls. What is about no delivery (the store failed, the CRM cannot be
    asked, a login ended) puts all off and is raised.
    """
    parts, failures = [claim.waiting], 0
    while parts:
        part = parts.pop()
        try:
            act(claim.token, part)
        except SURROUNDINGS as exc:
            put_off(workspace, claim, exc)
            raise
        except Exception as exc:
            failures += 1
            if len(part) == 1 or (most and failures >= most):
                blame(workspace, claim.token, part, exc)
            else:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]


def renew(workspace: Workspace, claim: Claim) -> None:
    """Let the lease last from now on: for whoever is long at work between two steps."""
    with workspace.store.write() as db:
        inbox.renew(db, claim.ids, Lease(claim.token, workspace.now() + LEASE))


def put_off(workspace: Workspace, claim: Claim, exc: CsbridgeError) -> None:
    """What cannot be acted on now, and could by no other process either, waits for as long as the error says."""
    until = workspace.now() + PAUSE
    if isinstance(exc, QuotaSpent) and exc.until:
        until = exc.until
    elif isinstance(exc, Retry) and exc.after:
        until = workspace.now() + exc.after
    with workspace.store.write() as db:
        inbox.postpone(db, claim.waiting, claim.token, str(exc), until)


def blame(workspace: Workspace, token: str, deliveries: Sequence[Waiting], exc: Exception) -> None:
    """Count a try, and say why: in the log in full, with the delivery in one line."""
    cause = cause_of(exc)
    log.warning("deliveries cannot be acted on", extra={"deliveries": len(deliveries), "cause": cause}, exc_info=exc)
    with workspace.store.write() as db:
        inbox.fail(db, deliveries, token, cause, workspace.now(), workspace.settings.inbox.attempts)


def cause_of(exc: Exception) -> str:
    """Why, for a person to read. What is no error of ours may quote the delivery: only its kind and place are told."""
    if isinstance(exc, CsbridgeError):
        return str(exc)
    frames = traceback.extract_tb(exc.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(exc).__name__}{place}"
