"""Answers to our own surveys: the desk that takes them, and how they become records beside those of the CRM.

An answer is a response of the connection whose person was asked, with an id that no CRM gives: it begins with "@".
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from adapters.records import Ref, Response
from bridge.inlets.working_off import Drained, News, work_off
from bridge.moments import EVER
from bridge.store import customers, memory, references
from bridge.store.survivors import survivor
from bridge.surveys import links as surveying
from bridge.sync.intake import Taken, take_in
from bridge.workspace import Workspace
from webhooks.inbox import Inbox
from webhooks.survey.answers import Answer, read
from webhooks.survey.routes import Desk
from webhooks.survey.tokens import Invitation

PREFIX: Final = "@survey"
_STAMP: Final = "%Y%m%dT%H%M%S.%f"
_MARK: Final = 16
"""Letters of a token that keep two persons apart who answer at once."""


def desk(workspace: Workspace, deliveries: Inbox, on_accepted: Callable[[], None]) -> Desk:
    """What the pages need of us."""

    def is_there(person: Ref) -> bool:
        with workspace.store.read() as db:
            return survivor(db, person) is not None

    with workspace.store.write() as db:
        tokens = surveying.tokens(db, workspace)
    settings = workspace.settings
    return Desk(
        tokens,
        settings.surveys,
        settings.survey_pages,
        settings.language,
        is_there,
        deliveries,
        workspace.now,
        on_accepted,
    )


def drain(workspace: Workspace, name: str) -> Drained:
    """Take in what was answered; an inlet."""

    def act(db: Connection, news: Sequence[News], now: datetime) -> Taken:
        taken = Taken()
        for answer in sorted((read(one.body) for one in news), key=lambda one: one.at):
            # one by one: whether an answer replaces another shows once that one is taken in
            taken.add(take_in(db, workspace, _records(db, workspace, answer), now))
        return taken

    return work_off(workspace, name, act)


def _records(db: Connection, workspace: Workspace, answer: Answer) -> list[Response]:
    """The response that the answer makes; none for a person who is gone, or behind one that is newer.

    Of a person who was merged away it is the survivor's: the link that they were sent stays good.
    """
    person = survivor(db, answer.invitation.person)
    if person is None:
        return []
    answer = replace(answer, invitation=replace(answer.invitation, person=person))
    known = memory.known(db, person.connection, "person", [person.id], EVER)
    ref = _place(db, workspace, answer)
    if not known or ref is None:
        return []
    return [
        Response(
            ref=ref,
            changed_at=answer.at,
            account=_account(db, person, known[0].content["accounts"]),
            person=person.id,
            survey=answer.invitation.survey,
            score=float(answer.score),
            comment=answer.comment,
            at=answer.at,
        )
    ]


def _place(db: Connection, workspace: Workspace, answer: Answer) -> Ref | None:
    """The answer that this one replaces, if it came within the window of that one's first; else a place of its own.

    None: the place holds a later one already, for deliveries may come again.
    """
    invitation, at = answer.invitation, answer.at
    settings = workspace.settings.surveys.get(invitation.survey)
    window = settings.window if settings else timedelta()
    begun = _begun(db, invitation)
    first = max((one for one in begun if one <= at < one + window), default=at)
    ref = begun.get(first) or _new(db, workspace, invitation, first)
    held = memory.known(db, ref.connection, "response", [ref.id], EVER)
    is_newer = any(datetime.fromisoformat(one.content["at"]) > at for one in held)
    return None if is_newer else ref


def _begun(db: Connection, invitation: Invitation) -> dict[datetime, Ref]:
    """The answers of this person to this survey, by when each was first given."""
    person, start = invitation.person, f"{PREFIX}:{invitation.survey}:"
    ids = references.linked(db, person.connection, "person", [person.id], "response")
    return {_stamp(id): Ref(person.connection, "response", id) for id in ids if id.startswith(start)}


def _stamp(id: str) -> datetime:
    return datetime.strptime(id.rpartition(":")[2] + "+0000", f"{_STAMP}%z")


def _new(db: Connection, workspace: Workspace, invitation: Invitation, first: datetime) -> Ref:
    """Named by when, and by a part of the token: the name outlives the person where they are erased, and tells nothing
    of them. It has no colon.
    """
    mark = surveying.tokens(db, workspace).token(invitation)[:_MARK]
    id = f"{PREFIX}:{invitation.survey}:{mark}:{first.strftime(_STAMP)}"
    return Ref(invitation.person.connection, "response", id)


def _account(db: Connection, person: Ref, accounts: Sequence[str]) -> str | None:
    """Where the answer belongs: it stays there when the person moves on.

    None for a person of several customers in scope: through the person it counts for each.
    """
    owners = customers.of_accounts(db, [Ref(person.connection, "account", id) for id in accounts])
    inside = set(customers.inside(db, sorted(set(owners.values()))))
    if len(inside) > 1:
        return None
    known = [id for id in accounts if Ref(person.connection, "account", id) in owners]
    return next(
        (id for id in known if owners[Ref(person.connection, "account", id)] in inside), next(iter(known), None)
    )
