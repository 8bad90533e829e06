"""Takes usage events out of the inbox: messages become daily totals of their accounts, each counted once.

Whatever way a delivery comes twice (a sender that retries, a crash, a replay), its messages are known by then: that
they are counted and what they add are one transaction.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial

from sqlalchemy import Connection

from bridge.inlets.working_off import Drained, News, work_off
from bridge.knowledge import usage_keys
from bridge.knowledge.usage_keys import UsageKeys
from bridge.moments import close_of, day_of
from bridge.rules.tallying import Event, Tally
from bridge.store import customers, keys, stream_names, streams
from bridge.store.erased import Erased
from bridge.store.inbox import set_aside
from bridge.store.usage import Key
from bridge.sync.intake import Taken
from bridge.workspace import Workspace
from config.settings import SegmentSource, UsageSource
from webhooks.segment.messages import Message, only, told

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Deliveries counted together, as a rule of up to 100 messages each: what comes in meanwhile waits for the store."""
LONGER = timedelta(days=1)
"""By how much messages are remembered longer than deliveries can be replayed: those are deleted now and then."""


def drain_events(workspace: Workspace, name: str) -> Drained:
    """Count what waits of one source."""
    source = next(source for source in workspace.settings.usage if source.segment and source.name == name)

    def act(db: Connection, news: Sequence[News], now: datetime) -> Taken:
        return _count(db, workspace, source, news, now)

    drained = work_off(workspace, name, act, AT_ONCE)
    with workspace.store.write() as db:
        streams.forget_messages(db, workspace.now() - workspace.settings.inbox.keep - LONGER)
    return drained


def _count(db: Connection, workspace: Workspace, source: UsageSource, news: Sequence[News], now: datetime) -> Taken:
    assert source.segment is not None
    usage_keys.index_whole(db, workspace.settings)
    messages: dict[bytes, Message] = {}
    for one in news:
        for message in _messages(db, source.segment, one):
            messages.setdefault(message.id, message)
    again = streams.counted(db, source.name, messages)
    streams.remember_longer(db, source.name, again, now)
    for id in again:
        del messages[id]
    streams.remember(db, source.name, messages, now)
    events = _events(workspace, source, sorted(messages.values(), key=lambda message: message.at), Erased(db))
    tally = _tally(db, source.name, events)
    tally.take(events)
    changed = _keep(db, workspace, source.name, tally, now)
    customers.mark_affected(db, keys.customers_of(db, source.account_key, changed).values(), now)
    return Taken(read=len(messages), changed=len(changed))


def _messages(db: Connection, settings: SegmentSource, one: News) -> list[Message]:
    """The messages of a delivery. What of it cannot be used is set aside with its cause, for a person to see."""
    found = told(one.body, one.received_at, settings.account_trait, settings.features == "all")
    if found.refused:
        cause = f"{len(found.refused)} of {len(found.refused) + len(found.messages)} messages cannot be used: "
        set_aside(db, one.id, only(one.body, found.refused), cause + "; ".join(found.causes[:3]))
        log.warning("%s: messages refused", settings.name, extra={"delivery": one.id, "refused": len(found.refused)})
    return found.messages


def _events(workspace: Workspace, source: UsageSource, messages: Iterable[Message], gone: Erased) -> list[Event]:
    """By the workspace's days, with accounts spelled as they are here, and erased persons under nobody's names."""
    zone = workspace.settings.zone

    @cache
    def who(id: str) -> str:
        return gone.stand_in(id) if gone and gone.name(id) else id

    spelled = cache(partial(UsageKeys(source.account_key).spelled, workspace.settings))
    return [
        Event(
            one.at,
            day_of(one.at, zone),
            who(one.person),
            who(one.joined) if one.joined else None,
            spelled(one.tells) if one.tells else None,
            spelled(one.account) if one.account else None,
            one.feature,
        )
        for one in messages
    ]


def _tally(db: Connection, source: str, events: Sequence[Event]) -> Tally:
    """What the store knows of whom the events speak, with the totals that they may move."""
    joined = {event.joined for event in events if event.joined}
    names = stream_names.known(db, source, {event.person for event in events} | joined)
    tally = Tally(names, defaultdict(lambda: defaultdict(float)))
    told_of = {tally.root(event.person) for event in events if event.tells or event.joined} | joined
    found = [*streams.held(db, source, joined), *streams.waiting(db, source, told_of)] if told_of else []
    for id, place, count in found:
        tally.held[id][place] += count
    return tally


def _keep(db: Connection, workspace: Workspace, source: str, tally: Tally, now: datetime) -> set[str]:
    """Store what differs; gives the accounts whose totals do."""
    stream_names.keep(db, source, tally.told(), {id: tally.root(id) for id in tally.joined})
    placed: dict[Key, float] = {}
    waits = {}
    for (person, (account, day, feature)), count in tally.differing().items():
        if account is None:
            waits[person, day, feature] = count
        else:
            placed[account, day, person, feature] = count
    today = day_of(now, workspace.settings.zone)
    close = close_of(today - timedelta(days=1), workspace.settings.zone)
    streams.add(db, source, placed, now, close, today)
    streams.add_waiting(db, source, waits)
    return {key[0] for key in placed}
