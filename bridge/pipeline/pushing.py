"""Writes the difference between what is desired and what the CRM confirmed, or shows what that would be."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from adapters.contract import Adapter, Foreseeing
from adapters.keyed import is_keyed
from adapters.records import Ref
from bridge.connecting import connect
from bridge.spending import Purse
from bridge.store import audit, cursors
from bridge.store.rows import grouped
from bridge.surveys import places as survey_places
from bridge.sync.intake import take_in
from bridge.sync.retargeting import give_up, to_blank
from bridge.workspace import Workspace
from config.errors import ConfigError, Problem
from config.words import WRITE_URGENCIES, Kind, WriteUrgency
from webhooks.writeback.entry import Entry
from webhooks.writeback.reconcile import push as reconcile
from webhooks.writeback.sizes import sizes
from webhooks.writeback.summary import Plan, Summary, Tally, plan_push

Progress = Callable[[int], None]


def push(
    workspace: Workspace,
    name: str,
    *,
    trusted: bool = False,
    least: WriteUrgency = "cosmetic",
    progress: Progress = lambda done: None,
) -> Summary:
    """Write to one CRM what it does not hold yet. No call at all when there is nothing to do.

    When calls run short only the urgent goes out, and the rest is held back (``Summary.held``). Raises QuotaSpent
    when not even that may.

    What is written to persons waits where the CRM has no fields for it yet (``Summary.waiting``).

    ``trusted``: the CRM is known to have our fields, so that it is not asked again (one describe saved).
    ``least``: what is less urgent is not worth a call now, though one that is made may carry it.
    """
    lacks = survey_places.waiting(workspace, name)
    ledger = workspace.ledger.without(survey_places.PERSONS if lacks else ())
    worth = partial(_worth, workspace.purse(name), least)
    with workspace.store.pusher(name) as alone:
        if not ledger.has_work(name, workspace.now()):
            return Summary(name, waiting=lacks)
        if not ledger.has_work(name, workspace.now(), worth()):
            return _with_held(workspace, Summary(name, waiting=lacks))
        if alone:
            ledger.bury(name)
        with workspace.purse(name).calling_for("urgent"):
            adapter = connect(workspace, name)
            if not trusted or to_blank(workspace):
                require_fields(workspace, adapter)
            lacks = lacks or survey_places.look(workspace, adapter, trusted=trusted)
            summary = _reconcile(workspace, adapter, progress, worth, survey_places.PERSONS if lacks else ())
            _look_again(workspace, adapter, summary.dropped)
        return _with_held(workspace, replace(summary, waiting=lacks))


def _worth(purse: Purse, least: WriteUrgency) -> WriteUrgency:
    """The least urgent writes that are worth a call, and that the budget allows. Raises QuotaSpent when none is."""
    return min(least, purse.worth(), key=WRITE_URGENCIES.index)


def _reconcile(
    workspace: Workspace,
    adapter: Adapter,
    progress: Progress,
    worth: Callable[[], WriteUrgency],
    aside: Collection[Kind],
) -> Summary:
    tally = Tally()
    try:
        return reconcile(
            adapter,
            workspace.ledger.without(aside),
            workspace.ledger.fields,
            policy=workspace.settings.write.drift,
            now=workspace.now,
            new_token=lambda: uuid4().hex,
            batch=_lowered(workspace),
            zone=workspace.settings.zone,
            on_progress=progress,
            tally=tally,
            least=worth,
        )
    finally:  # whatever ended it, what was written is on record
        _record(workspace, adapter.connection, tally)


def _with_held(workspace: Workspace, summary: Summary) -> Summary:
    """The summary with what waits for calls, if anything does."""
    until = workspace.meter(summary.connection).closed_until("cosmetic")
    ledger = workspace.ledger.without(survey_places.PERSONS if summary.waiting else ())
    held = ledger.held_back(summary.connection, workspace.now()) if until else 0
    return replace(summary, held=held, held_until=until) if held else summary


def _look_again(workspace: Workspace, adapter: Adapter, gone: Sequence[Ref]) -> None:
    """Records that turned out to be gone: the store learns of it, and what they were merged into."""
    for (_, kind), ids in grouped([ref for ref in gone if not is_keyed(ref)]).items():
        items = adapter.read(kind, ids)
        with workspace.store.write() as db:
            take_in(db, workspace, items, workspace.now())


def _record(workspace: Workspace, name: str, tally: Tally) -> None:
    refused = sum(outcome.status == "refused" for outcome in tally.open.values())
    if tally.written or refused:
        detail = {"connection": name, "written": len(tally.written), "refused": refused}
        with workspace.store.write() as db:
            audit.record(db, "csbridge", "push", detail, workspace.now())
            if tally.written:
                cursors.note_written(db, name)


def plan(workspace: Workspace, name: str, entries: Iterable[Entry] | None = None) -> Plan:
    """What a push would write of the stored entries (or of these), and in how many calls. Touches nothing."""
    adapter, ledger = workspace.adapter(name), workspace.ledger
    aside = survey_places.PERSONS if survey_places.waiting(workspace, name) else ()
    stand = [one for one in (ledger.entries(name) if entries is None else entries) if one.ref.kind not in aside]
    return plan_push(stand, ledger.fields, sizes(adapter, _lowered(workspace)), adapter.write_calls)


def batch_size(workspace: Workspace, adapter: Adapter) -> int:
    """Records to a write call: the vendor's largest, or what ``write.batch`` lowers it to."""
    return sizes(adapter, _lowered(workspace)).batch


def _lowered(workspace: Workspace) -> int | None:
    """What ``write.batch`` lowers a write to; None: nothing."""
    batch = workspace.settings.write.batch
    return None if batch == "largest" else batch


def require_fields(workspace: Workspace, adapter: Adapter) -> None:
    """Raise ConfigError when the CRM lacks a field or an option that accounts would hold: better than N refusals.

    Fields that are only to be blanked are not needed: nothing is wanted of those that are not there.
    """
    leaving = to_blank(workspace)
    fields = [own for own in (*workspace.fields_for(adapter.connection), *leaving) if own.on == "account"]
    plan = adapter.missing(fields) if isinstance(adapter, Foreseeing) else adapter.plan(fields)
    stopping = [change.target for change in plan.changes if _stops(workspace, change.field)]
    if stopping:
        names = ", ".join(sorted(set(stopping)))
        raise ConfigError(
            [
                Problem(
                    f"connections.{adapter.connection}",
                    f"the CRM does not have what would be written: {names}",
                    expected="every own field with its options, visible to the integration user",
                    example=f"csbridge provision --apply --connection {adapter.connection}",
                )
            ]
        )
    if gone := {own.name for own in leaving} & {change.field for change in plan.changes}:
        give_up(workspace, adapter.connection, gone)
    if any(own.to for own in fields):
        with workspace.store.write() as db:
            cursors.adopt(db, adapter.connection, (own for own in fields if own.to))


def _stops(workspace: Workspace, name: str) -> bool:
    own = workspace.fields.get(name)
    return own is not None and own.written
