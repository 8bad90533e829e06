"""Tells endpoints what has changed about customers: events are put down in the transaction that makes them true.

So each happens once in effect, whatever crashes or runs again. Only published decisions are told, as their records'
fields are; the first of a customer is none. What is sent, and when, is ``bridge.outbound.delivering``'s.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from adapters.records import Fields, Item, Ref, Response
from bridge.frames.frames import customer_rows
from bridge.moments import present
from bridge.store import cursors, customers, decisions, notifications, records, references
from bridge.workspace import Workspace
from config.words import NpsGroup
from scoring.answers import PASSIVE, PROMOTER
from scoring.decision import Decision, RaisedFlag
from webhooks.outbound.changes import Change, Flag, changes, told
from webhooks.outbound.event import LONGEST, Event, Subject, event
from webhooks.outbound.routing import listeners

Step = tuple[Fields | None, Fields | None]
"""What was wanted of a record before a publication, and what is wanted after it."""

NEWS: Final = timedelta(days=14)
"""An answer given longer ago is history that comes in late: a survey was mapped, or imported."""


def tell_changes(
    db: Connection, workspace: Workspace, made: Sequence[Decision], steps: Mapping[Ref, Step], now: datetime
) -> None:
    """The events of a publication: of each customer by the first of its records that was told something before."""
    if not _tells(workspace):
        return
    refs = customers.refs_of(db, [decision.customer for decision in made])
    found: dict[int, list[Change]] = {}
    decided = {decision.customer: decision for decision in made}
    for customer, decision in decided.items():
        step = _step([steps[ref] for ref in refs.get(customer, ()) if ref in steps])
        if step and (some := _changes(db, workspace, decision, step)):
            found[customer] = some
    subjects = _subjects(db, workspace, {id: decided[id] for id in found}, now)
    events = [
        (event(type, subjects[id], now, facts, id), subjects[id])
        for id, some in found.items()
        if id in subjects
        for type, facts in some
    ]
    _put(db, workspace, events, now)


def _tells(workspace: Workspace) -> bool:
    """Who only looks what would be written tells nobody of it, later neither."""
    return bool(workspace.settings.outbound) and not workspace.settings.write.dry_run


def _step(steps: Sequence[Step]) -> Step | None:
    """None where nothing changed, or nothing had been told."""
    first = next((step for step in steps if told(step[0]).band is not None), None)
    return None if first is None or first[0] == first[1] else first


def _changes(db: Connection, workspace: Workspace, decision: Decision, step: Step) -> list[Change]:
    raised = {flag.name: _flag(flag) for flag in decision.flags}
    after = told(step[1], evidence=raised, reasons=decision.reasons, next_action=decision.next_action)
    before = told(step[0])
    cleared = before.flags - after.flags
    if cleared:
        said = decisions.last_said(db, decision.customer, cleared)
        before = told(step[0], evidence={name: _flag(flag) for name, flag in said.items()})
    return list(changes(before, after, workspace.settings.write.min_change))


def _flag(flag: RaisedFlag) -> Flag:
    return Flag(flag.since, flag.sentence, flag.remedy)


def tell_answers(db: Connection, workspace: Workspace, items: Sequence[Item], now: datetime) -> None:
    """The events of survey answers that were taken in just now, new or changed; not while a first sync goes on."""
    answers = [item for item in items if isinstance(item, Response) and (item.at or item.changed_at) >= now - NEWS]
    if not answers or not _tells(workspace):
        return
    complete = {*cursors.complete(db), *(sender.name for sender in workspace.settings.senders)}
    answers = [answer for answer in answers if answer.ref.connection in complete]
    former = records.until(db, [answer.ref for answer in answers], now)
    fresh = [answer for answer in answers if _essence(former.get(answer.ref)) != _given(answer)]
    owners = {answer.ref: _customer(db, answer) for answer in fresh}
    inside = customers.inside(db, sorted({id for id in owners.values() if id is not None}))
    subjects = _subjects(db, workspace, decisions.latest(db, inside), now)
    events = [
        (event("response.received", subject, now, _facts(answer, answer.ref in former), answer.changed_at), subject)
        for answer in fresh
        if (subject := subjects.get(owners[answer.ref] or 0))
    ]
    _put(db, workspace, events, now)


def _given(answer: Response) -> tuple[object, ...]:
    return answer.survey, answer.score, answer.comment


def _essence(content: Mapping[str, Any] | None) -> tuple[object, ...] | None:
    """What makes an answer another one: not that a mapped field or a link of its record changed."""
    return None if content is None else (content["survey"], content["score"], content["comment"])


def _customer(db: Connection, answer: Response) -> int | None:
    """Whose answer it is: by the account, else by the person, whose account is told through links."""
    account = Ref(answer.ref.connection, "account", answer.account) if answer.account else None
    accounts = [account] if account else sorted(references.accounts_of(db, {answer.ref}, ()), key=str)
    return min(customers.of_accounts(db, accounts).values(), default=None)


def _facts(answer: Response, changed: bool) -> dict[str, Any]:
    ref = answer.ref
    return {
        "response": f"{ref.connection}:{ref.id}",
        "survey": answer.survey,
        "score": answer.score,
        "group": _group(answer),
        "comment": answer.comment[:LONGEST] if answer.comment else None,
        "person": f"{ref.connection}:{answer.person}" if answer.person else None,
        "answered_at": answer.at.isoformat(timespec="seconds") if answer.at else None,
        "changed": changed,
    }


def _group(answer: Response) -> NpsGroup | None:
    if answer.survey != "nps" or answer.score is None:
        return None
    return "promoter" if answer.score >= PROMOTER else "passive" if answer.score >= PASSIVE else "detractor"


def _subjects(
    db: Connection, workspace: Workspace, decided: Mapping[int, Decision], now: datetime
) -> dict[int, Subject]:
    """The customers, as endpoints are told of them; one whose accounts are gone is left out."""
    if not decided:
        return {}
    rows, facts = customer_rows(db, workspace.settings, sorted(decided), present(now, workspace.settings.zone))
    living: dict[int, list[str]] = {}
    for fact in facts:
        living.setdefault(fact.customer, []).append(f"{fact.known.connection}:{fact.known.id}")
    return {
        id: Subject(tuple(sorted(living[id])), row.get("name"), decided[id].segment, decided[id].stage, row)
        for id, row in rows.items()
    }


def _put(db: Connection, workspace: Workspace, events: Sequence[tuple[Event, Subject]], now: datetime) -> None:
    told_to = [
        (endpoint.name, one)
        for one, subject in events
        for endpoint in listeners(workspace.settings.outbound, one, subject)
    ]
    notifications.put(db, told_to, now)
