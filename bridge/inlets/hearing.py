"""Takes in what senders told: reads the bodies that wait, finds whom they are about, and stores the records.

One transaction per piece, with the inbox's own: each delivery counts once, however often a process dies.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.errors import Refused, Rejected
from adapters.records import Item
from bridge.inlets.working_off import Drained, News, work_off
from bridge.knowledge import usage_keys
from bridge.knowledge.usage_keys import UsageKeys
from bridge.persons.withholding import SAID_BY
from bridge.senders import attributing
from bridge.store import payers, told
from bridge.store.emails import spelled
from bridge.store.erased import Erased
from bridge.store.payers import Payer
from bridge.store.told import Row
from bridge.sync.intake import Taken, take_in
from bridge.workspace import Workspace
from config.errors import CsbridgeError
from config.senders import SenderConnection
from config.settings import Settings
from webhooks.senders import registry, surveymonkey_answers
from webhooks.senders.told import Introduction, Told, Unread

ASKED_AT_ONCE: Final = 20
"""Answers that are asked for before the first of them counts: a limit of calls a minute must not undo more."""

Answer = list[Told] | Refused | Rejected
"""What an answer says, or why nobody may know: that is raised where the delivery that names it is acted on."""

LONGEST: Final = 500
"""Bytes of an address or of a name."""


def hear(workspace: Workspace, name: str) -> Drained:
    """Act on what waits of one sender now."""
    sender = next(one for one in workspace.settings.senders if one.name == name)
    answers: dict[Unread, Answer] = {}

    def ask(bodies: Sequence[bytes]) -> None:
        for one in (said for body in bodies for said in registry.read(body, sender, workspace.settings.zone)):
            if isinstance(one, Unread) and one not in answers:
                answers[one] = _asked(sender, one)

    def act(db: Connection, news: Sequence[News], now: datetime) -> Taken:
        return take_in(db, workspace, _heard(db, workspace, sender, news, answers, now), now)

    if sender.crm == "surveymonkey":
        return work_off(workspace, name, act, ASKED_AT_ONCE, ask)
    return work_off(workspace, name, act)


def _asked(sender: SenderConnection, unread: Unread) -> Answer:
    """Each is asked for once, whatever becomes of those that were named along with it."""
    try:
        return surveymonkey_answers.ask(sender, unread)
    except (Refused, Rejected) as exc:
        return exc


def _answered(answer: Answer) -> list[Told]:
    if isinstance(answer, CsbridgeError):
        raise answer
    return answer


def _heard(
    db: Connection,
    workspace: Workspace,
    sender: SenderConnection,
    news: Sequence[News],
    answers: Mapping[Unread, Answer],
    now: datetime,
) -> list[Item]:
    settings, gone = workspace.settings, Erased(db)
    usage_keys.index_whole(db, settings)
    rows: list[Row] = []
    known: list[Payer] = []
    for one in news:
        for said in registry.read(one.body, sender, settings.zone):
            if isinstance(said, Told):
                rows += _row(settings, sender, said, one.received_at, gone)
            elif isinstance(said, Introduction):
                known.append(_payer(settings, sender, said, one.received_at, gone))
            else:
                rows += [
                    row
                    for each in _answered(answers[said])
                    for row in _row(settings, sender, each, one.received_at, gone)
                ]
    names = payers.introduce(db, sender.name, known)
    told.forget_deleted(db, sender.name, now - settings.inbox.keep)
    waiting = attributing.settle_anew(db, settings, told.of_payers(db, sender.name, names))
    return [*waiting, *attributing.settle(db, settings, rows)]


def _row(settings: Settings, sender: SenderConnection, said: Told, received_at: datetime, gone: Erased) -> list[Row]:
    """What was told, as it is kept; nothing of somebody who was erased but what is the account's."""
    at = min(said.at or received_at, received_at)  # a clock ahead of ours would outdo every later telling
    erased = gone.address(said.email)
    email = None if erased else _short(spelled(said.email))
    if erased and not (said.account or said.payer):
        return []
    document = {
        name: value
        for name, value in (said.fields or {}).items()
        if not (erased and name in SAID_BY.get(said.kind, ()))
    }
    if said.kind == "response" and said.fields is not None:
        when = document.get("at")
        document["at"] = min(when, received_at) if isinstance(when, datetime) else at
    elif said.kind == "activity" and said.fields is not None:
        document.setdefault("at", at)
    account, payer = _account(settings, sender, said.account), _short(said.payer)
    state: told.State = "unknown" if said.fields is not None else "deleted"
    return [Row(sender.name, said.kind, said.id, email, account, payer, state, at, received_at, document)]


def _payer(
    settings: Settings, sender: SenderConnection, said: Introduction, received_at: datetime, gone: Erased
) -> Payer:
    email = None if gone.address(said.email) else _short(spelled(said.email))
    return Payer(said.name, email, _account(settings, sender, said.account), min(said.at or received_at, received_at))


def _account(settings: Settings, sender: SenderConnection, said: str | None) -> str | None:
    return _short(UsageKeys(sender.account_key).spelled(settings, said)) if said else None


def _short(name: str | None) -> str | None:
    """A name by which somebody may be found: nobody is called by pages of text, and no index takes them."""
    return name if name and len(name.encode()) <= LONGEST else None
