"""Sends what endpoints are to be told: claims, makes one attempt, keeps what came of it. At least once, in order.

One notification is under way to an endpoint at a time, whichever processes there are. A lease that ends with its
process leads to a second attempt with the same ``webhook-id``. What happened is ``bridge.outbound.notifying``'s affair.
"""

import logging
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import uuid4

from bridge.store import endpoints, notifications
from bridge.store.notifications import Note
from bridge.workspace import Workspace
from config.outbound import Endpoint
from scoring.messages import catalogue
from webhooks.outbound.digest import digest, following, latest
from webhooks.outbound.event import DIGEST, Event
from webhooks.outbound.rendering import body
from webhooks.outbound.sending import Answer, Line, Post
from webhooks.outbound.signing import headers
from webhooks.outbound.verdict import Health, Verdict, judge

log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=90)
"""Longer than an attempt can take, the look-up of a name included."""
OUTAGE: Final = 2
"""Failures in a row after which it was the endpoint that was ill, not one notification: well again, it gets at once
what was put off."""
LEAST_KEPT: Final = timedelta(days=2)
"""How long what was delivered stays at least: a digest is known by its row."""
STUCK: Final = timedelta(days=30)
"""After which what could never be delivered is given up: parked, of a disabled endpoint, or of one that is no more."""


@dataclass(slots=True)
class Sent:
    """What a round to one endpoint did. ``failed``: attempts that are to be repeated."""

    delivered: int = 0
    failed: int = 0
    parked: int = 0
    disabled: bool = False


def deliver(
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    post: Post | None = None,
    chance: Callable[[], float] = random.random,
    stopping: Callable[[], bool] = lambda: False,
) -> Sent:
    """Send what is due, the oldest first, until nothing is left or an attempt fails: then the endpoint rests.

    ``post``: by a line that is kept from round to round; without one, this round has its own.
    """
    if post is None:
        with closing(line_to(endpoint)) as line:
            return deliver(workspace, endpoint, post=line.post, chance=chance, stopping=stopping)
    sent = Sent()
    _gather(workspace, endpoint)
    while not stopping() and (claimed := _claim(workspace, endpoint)):
        note, token = claimed
        answer = _attempt(workspace, endpoint, note, post)
        verdict = _settle(workspace, endpoint, note, token, answer, chance())
        if not verdict.delivered:
            sent.failed += verdict.retry_at is not None
            sent.parked += verdict.retry_at is None
            sent.disabled = verdict.health.disabled_at is not None
            _tell(endpoint, note, verdict)
            break
        sent.delivered += 1
    _forget(workspace)
    return sent


def line_to(endpoint: Endpoint) -> Line:
    return Line(endpoint.url.get_secret_value(), private=endpoint.allow_private)


def until_next(workspace: Workspace, endpoint: Endpoint) -> timedelta | None:
    """How long until something may be due there; None where nothing waits."""
    now = workspace.now()
    with workspace.store.read() as db:
        health = endpoints.health(db, endpoint.name)
        due = notifications.is_due(db, endpoint.name, now, digests=endpoint.digest is not None)
        retry_at = notifications.next_try(db, endpoint.name, digests=endpoint.digest is not None)
        leased_until = notifications.leased_until(db, endpoint.name, now)
    if health.disabled_at is not None:
        return None
    moments = [now] if due else [retry_at] if retry_at else []
    if endpoint.digest is not None:
        moments.append(following(now, endpoint.digest, workspace.settings.zone))
    if not moments:
        return None
    return max(min(moments), health.rest_until or now, leased_until or now) - now


def _claim(workspace: Workspace, endpoint: Endpoint) -> tuple[Note, str] | None:
    now, digests = workspace.now(), endpoint.digest is not None
    with workspace.store.read() as db:  # most looks find nothing, and need no turn at writing
        if not notifications.is_due(db, endpoint.name, now, digests=digests):
            return None
    token = uuid4().hex
    with workspace.store.write() as db:
        if not endpoints.health(db, endpoint.name).is_open(now):
            return None
        note = notifications.claim(db, endpoint.name, token, now + LEASE, now, digests=digests)
    return (note, token) if note else None


def _attempt(workspace: Workspace, endpoint: Endpoint, note: Note, post: Post) -> Answer:
    words = catalogue(workspace.settings.language)
    try:
        content = body(note.document, endpoint.format, words, workspace.settings.zone, rtl=words.style.rtl)
    except Exception:  # counts as a try like any other: one that nobody can word must not hold up those behind it
        log.exception("outbound %s: %s could not be put into words", endpoint.name, note.event)
        return Answer(None, "a bug of csbridge: it could not be put into words, see the log")
    secrets = [secret.get_secret_value() for secret in endpoint.secret]
    signed = headers(note.event, workspace.now(), content, secrets)
    return post(content, signed)


def _settle(workspace: Workspace, endpoint: Endpoint, note: Note, token: str, answer: Answer, chance: float) -> Verdict:
    now = workspace.now()
    failures = note.attempts + (not answer.delivered)
    with workspace.store.write() as db:
        before = endpoints.health(db, endpoint.name)
        verdict = judge(answer, failures, before, now, chance)
        endpoints.save(db, endpoint.name, verdict.health)
        if verdict.delivered:
            notifications.finish(db, note.id, token, now)
            if before.failures >= OUTAGE:
                notifications.bring_forward(db, endpoint.name, now)
        else:
            notifications.put_off(db, note.id, token, failures, verdict.retry_at, verdict.cause)
    return verdict


def _tell(endpoint: Endpoint, note: Note, verdict: Verdict) -> None:
    """One line per outcome; of the address its host only."""
    facts = {"endpoint": endpoint.name, "host": endpoint.host, "event": note.event}
    if verdict.health.disabled_at is not None:
        name, disabled = endpoint.name, "outbound %s: disabled: %s; csbridge outbox retry %s enables it"
        log.error(disabled, name, verdict.cause, name, extra=facts)
    elif verdict.retry_at is None:
        log.error("outbound %s: parked after its last try: %s", endpoint.name, verdict.cause, extra=facts)
    else:
        at = verdict.retry_at.isoformat(timespec="seconds")
        log.warning("outbound %s: not delivered: %s", endpoint.name, verdict.cause, extra={**facts, "retry_at": at})


def _gather(workspace: Workspace, endpoint: Endpoint) -> None:
    """Where the time of a digest has come, make it of what was held until then. Missed times are one."""
    now = workspace.now()
    if endpoint.digest is None:
        return
    until = latest(now, endpoint.digest, workspace.settings.zone)
    id = _digest_id(endpoint, until)
    with workspace.store.read() as db:
        if not notifications.is_held(db, endpoint.name, until) or notifications.is_known(db, endpoint.name, id):
            return  # what came in beside a digest that was made already waits for the next one
    with workspace.store.write() as db:
        if endpoints.health(db, endpoint.name).disabled_at or notifications.is_known(db, endpoint.name, id):
            return
        held = notifications.held(db, endpoint.name, until)
        if document := digest([one for _, one in held], until):
            made = Event(id, DIGEST, until, document["data"])
            notifications.put(db, [(endpoint.name, made)], now)
        notifications.gather(db, [number for number, _ in held], id, now)


def _digest_id(endpoint: Endpoint, until: datetime) -> str:
    return f"dig_{blake2b(f'{endpoint.name} {until.isoformat()}'.encode(), digest_size=16).hexdigest()}"


def _forget(workspace: Workspace) -> None:
    """Retention: what was delivered, and what nobody will ever take."""
    now = workspace.now()
    done, stuck = now - max(workspace.settings.inbox.keep, LEAST_KEPT), now - STUCK
    with workspace.store.read() as db:
        if not notifications.is_stale(db, done, stuck):
            return
    with workspace.store.write() as db:
        notifications.forget_done(db, done)
        if lost := notifications.forget_stuck(db, stuck):
            log.error("given up: %d notifications that could not be delivered in %d days", lost, STUCK.days)


def health_of(workspace: Workspace, name: str) -> Health:
    with workspace.store.read() as db:
        return endpoints.health(db, name)
